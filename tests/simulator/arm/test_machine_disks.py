"""Disks in the body of a machine: their names and ids."""

from typing import Any

import pytest

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm

DISK = f"{asr.HERE}/providers/Microsoft.Compute/disks/mine"


@pytest.mark.parametrize("place", ["osDisk", "dataDisks"])
@pytest.mark.parametrize(
    ("disk", "expected"),
    [
        ({"name": "a/b"}, "NAME_INVALID"),
        ({"managedDisk": {"id": "/foo"}}, "REFERENCE_TYPE_WRONG"),
        ({"managedDisk": {"id": asr.CACHE}}, "REFERENCE_TYPE_WRONG"),
        ({"managedDisk": {"id": 5}}, "FORMAT_INVALID"),
        ({"diskSizeGB": {"a": 1}}, "FORMAT_INVALID"),
        ({"managedDisk": {"id": DISK}}, ""),
        ({"managedDisk": {"id": DISK.upper()}}, ""),
    ],
)
def test_a_disk_has_a_name_and_an_id_of_a_disk(
    arm: Arm, place: str, disk: dict[str, Any], expected: str
) -> None:
    """Other values are refused, and no disk is made of them."""
    asr.prepare(arm, "app1")
    path, body = asr.machine("app1")
    profile = body["properties"]["storageProfile"]
    sent = {"createOption": "Empty", "lun": 3} | disk
    profile[place] = sent if place == "osDisk" else [sent]

    if expected:
        assert arm.refusal(path, body) == expected
    else:
        arm.put(path, body)
        assert arm.get(DISK)["name"].lower() == "mine"


@pytest.mark.parametrize("profile", [{}, {"osDisk": None}, {"osDisk": {}, "dataDisks": None}])
def test_a_machine_without_a_system_disk_is_not_eligible(arm: Arm, profile: Any) -> None:
    """Its eligibility for replication says so (150170)."""
    asr.prepare(arm)
    arm.put(*asr.interface("app2", "10.1.0.40"))
    path, body = asr.machine("app2")
    body["properties"]["storageProfile"] = profile
    arm.put(path, body)
    view = "providers/Microsoft.RecoveryServices/replicationEligibilityResults/default"

    errors = arm.properties(f"{path}/{view}")["errors"]

    assert [error["code"] for error in errors] == ["150170"]
