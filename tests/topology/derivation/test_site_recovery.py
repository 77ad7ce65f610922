"""What the second region's file says of Site Recovery, and what it does not take over."""

from copy import deepcopy
from typing import Any

from sparehub.topology.derivation.derive import DeriveRequest, derive
from sparehub.topology.derivation.notes import NoteKind
from tests.configurations import OURS, shipped
from tests.site_recovery_files import SITE_RECOVERY, agents_leave_by_nat, protected, recovery

REQUEST = DeriveRequest(location="southeastasia", same_circuit=True)


def region(values: Any) -> dict[str, Any]:
    found: dict[str, Any] = values["sparehub:region"]
    return found


def test_a_region_that_takes_over_needs_an_account_for_the_way_back() -> None:
    """Its name is proposed, and to be confirmed: it is unique in all of Azure."""
    derived = derive(protected(), REQUEST)

    assert region(derived.values)["siteRecovery"] == {
        "cacheStorageAccount": {"name": "stsparehubcache12"}
    }
    assert "replicate" not in region(derived.values)
    (note,) = [note for note in derived.notes if "siteRecovery" in note.path]
    assert (note.kind, note.path, note.message) == (
        NoteKind.CONFIRM,
        "region.siteRecovery.cacheStorageAccount.name",
        "stsparehubcache12: names of storage accounts are unique in all of Azure",
    )


def test_an_account_that_is_owned_elsewhere_gives_its_name() -> None:
    """At most 24 characters."""
    values = protected()
    account = f"{OURS}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{'a' * 24}"
    region(values)["replicate"] = {"cacheStorageAccount": {"id": account}}

    derived = derive(values, REQUEST)

    assert region(derived.values)["siteRecovery"] == {
        "cacheStorageAccount": {"name": "a" * 23 + "2"}
    }


def test_the_way_out_of_agents_is_of_both_regions() -> None:
    """Its NAT gateways are not: one serves one network."""
    derived = derive(agents_leave_by_nat(protected(), "nat"), REQUEST)

    assert region(derived.values)["siteRecovery"] == {
        "cacheStorageAccount": {"name": "stsparehubcache12"},
        "agentEgress": "natGateway",
    }
    assert "natGatewayId" not in region(derived.values)["spokes"]["spoke1"]["subnets"]["app"]
    (note,) = [note for note in derived.notes if "natGatewayId" in note.path]
    assert (note.kind, note.path) == (
        NoteKind.LEFT_OUT,
        "region.spokes.spoke1.subnets.app.natGatewayId",
    )


def test_what_the_second_file_says_of_site_recovery_stays() -> None:
    """Whole, without a note, also where the first region replicates nothing any more."""
    for first in (protected(), shipped("primary")):
        derived = derive(first, DeriveRequest(), recovery())

        assert region(derived.values)["siteRecovery"] == SITE_RECOVERY
        assert [note for note in derived.notes if "siteRecovery" in note.path] == []


def test_a_pair_without_site_recovery_derives_none() -> None:
    """The twin."""
    assert "siteRecovery" not in region(derive(shipped("primary"), REQUEST).values)


def test_recovery_addresses_that_the_moves_leave_behind_are_noted() -> None:
    """They are in the first file, their subnets in the second; a moved one stands already."""
    moved = DeriveRequest(
        location="southeastasia", same_circuit=True, remaps=("10.0.0.0/12=10.128.0.0/12",)
    )
    values = protected()
    region(values)["replicate"] = deepcopy(region(values)["replicate"])
    machines = region(values)["replicate"]["machines"]
    machines["app1"]["networkInterfaces"]["app1-nic"]["ipAddress"] = "10.130.0.10"

    noted = [note for note in derive(values, moved).notes if "replicate" in note.path]
    assert [(note.kind, note.path, note.message) for note in noted] == [
        (
            NoteKind.DO,
            "region.replicate.machines.dc1.networkInterfaces.dc1-nic.ipAddress",
            (
                "10.1.0.10 in the file of primary is not moved, its subnet in the second region "
                "is: write 10.129.0.10 there"
            ),
        )
    ]
    assert [note for note in derive(values, REQUEST).notes if "replicate" in note.path] == []


def test_an_address_that_is_not_given_needs_no_note() -> None:
    """Azure chooses one in the subnet where the machine arrives."""
    values = protected()
    region(values)["replicate"] = deepcopy(region(values)["replicate"])
    for machine in region(values)["replicate"]["machines"].values():
        for interface in machine["networkInterfaces"].values():
            interface.pop("ipAddress")
    moved = DeriveRequest(
        location="southeastasia", same_circuit=True, remaps=("10.0.0.0/12=10.128.0.0/12",)
    )

    assert [note for note in derive(values, moved).notes if "replicate" in note.path] == []


def test_paired_resources_stay_in_the_file_that_names_them() -> None:
    """They hold in both directions; those of the second region's file are kept."""
    first, second = protected(), recovery()
    account = f"{OURS}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{{}}"
    region(first)["pairedResources"] = {account.format("a"): "none"}
    region(second)["pairedResources"] = {account.format("b"): "none"}

    assert "pairedResources" not in region(derive(first, REQUEST).values)
    assert region(derive(first, REQUEST, second).values)["pairedResources"] == {
        account.format("b"): "none"
    }
