"""Which disks and disk controllers are replicated (SR-84)."""

from sparehub.topology.azure.site_recovery_limits import (
    controller_problem,
    disk_type_problem,
    size_problem,
)


def test_ultra_disks_are_not_replicated() -> None:
    """In any case of letters; the other types are."""
    assert disk_type_problem("UltraSSD_LRS") == (
        "UltraSSD_LRS is an Ultra disk, which Site Recovery does not replicate"
    )
    assert disk_type_problem("ultrassd_lrs") != ""
    types = ("", "Premium_LRS", "PremiumV2_LRS", "StandardSSD_ZRS", "Standard_LRS")
    assert [disk_type_problem(each) for each in types] == [""] * len(types)


def test_a_machine_with_an_nvme_controller_is_not_replicated() -> None:
    """One without a controller has SCSI."""
    assert controller_problem("NVMe") == (
        "its disk controller is NVMe, which Site Recovery does not replicate: SCSI only"
    )
    assert (controller_problem(""), controller_problem("SCSI")) == ("", "")


def test_a_size_takes_a_replicated_machine_if_it_has_scsi() -> None:
    """By its capability; a size for which Azure names none has SCSI."""
    assert size_problem("Standard_D2s_v6", "NVMe") == (
        "Standard_D2s_v6 has NVMe disk controllers only, and Site Recovery replicates SCSI: "
        "choose another size"
    )
    assert (size_problem("a", ""), size_problem("a", "NVMe, SCSI")) == ("", "")
