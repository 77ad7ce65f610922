"""Re-protection: what it refuses, and when it ends Failed (SR-53 to SR-56)."""

from typing import Any

import pytest

from sparehub.simulator import control
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, group

ITEM = asr.item("app1")
ELSEWHERE = asr.HERE.replace("rg-source", "rg-third")


def failed_over(arm: Arm) -> None:
    asr.protect(arm, "app1")
    asr.succeed(arm, "POST", f"{ITEM}/unplannedFailover", asr.failover())


def with_disks(disks: list[Body]) -> tuple[str, Body]:
    path, body = asr.switch("app1")
    body["properties"]["providerSpecificDetails"]["vmManagedDisks"] = disks
    return path, body


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"diskId": "/nope"}, "DISK_MISSING"),
        ({"primaryStagingAzureStorageAccountId": "/junk"}, "CACHE_ACCOUNT"),
    ],
)
def test_each_disk_is_checked(arm: Arm, change: Body, expected: str) -> None:
    """SR-53: not the first one only; the system disk is among them."""
    failed_over(arm)
    first, second = asr.disks("app1", asr.THERE, asr.CACHE_BACK, asr.HERE)

    for disks in ([first | change, second], [first, second | change]):
        path, body = with_disks(disks)
        assert arm.refusal(path, body, "POST") == expected
    path, body = with_disks([second])
    assert arm.refusal(path, body, "POST") == "SYSTEM_DISK"


def test_only_the_disks_that_are_named_are_replicated_back(arm: Arm) -> None:
    """SR-53: the system disk, without the data disk."""
    failed_over(arm)
    disks = asr.disks("app1", asr.THERE, asr.CACHE_BACK, asr.HERE)[:1]

    asr.succeed(arm, "POST", *with_disks(disks))

    details = arm.properties(ITEM.replace("primary", "recovery"))["providerSpecificDetails"]
    assert [disk["diskName"] for disk in details["protectedManagedDisks"]] == ["app1-os"]


@pytest.mark.parametrize("ending", ["deallocate", "delete"])
def test_a_machine_that_does_not_run_is_not_re_protected(arm: Arm, ending: str) -> None:
    """150019: the operation ends Failed, and the item stays where it is."""
    failed_over(arm)
    before = arm.properties(ITEM)["activeLocation"]
    if ending == "delete":
        arm.delete(asr.there("app1"))
    else:
        arm.send("POST", f"{asr.there('app1')}/deallocate")

    status = asr.accept(arm, "POST", *asr.switch("app1"))

    assert (status["status"], status["error"]["code"]) == ("Failed", "150019")
    assert arm.properties(ITEM)["activeLocation"] == before == "Recovery"
    assert arm.get(asr.machine("app1")[0])["name"] == "app1"


def test_a_machine_that_is_deleted_meanwhile_lets_re_protection_fail(arm: Arm) -> None:
    """The item does not move to the other side without a machine."""
    failed_over(arm)
    control.set_clock(arm.directory, "1")
    answer = arm.send("POST", *asr.switch("app1"))
    arm.delete(asr.there("app1"))
    control.set_clock(arm.directory, "instant")

    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    job = arm.properties(f"{asr.VAULT}/replicationJobs/{guid}")

    (error,) = job["errors"]
    assert (job["state"], error["serviceErrorDetails"]["code"]) == ("Failed", "150019")
    assert arm.properties(ITEM)["activeLocation"] == "Recovery"


def test_an_item_of_the_same_name_is_not_replaced(arm: Arm) -> None:
    """SR-54: an item moves to the other container, where another machine's has its name."""
    asr.prepare(arm, "app1")
    third: dict[str, Any] = {"location": asr.THIRD, "sku": {"name": "Standard"}, "properties": {}}
    arm.put(*group(ELSEWHERE, asr.THIRD))
    vault = asr.VAULT.replace("rg-target", "rg-third")
    arm.put(vault, third)

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: moved(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [moved(inner) for inner in value]
        return value.replace(asr.VAULT, vault) if isinstance(value, str) else value

    for written in (
        asr.fabric(asr.PRIMARY, asr.SOURCE),
        asr.fabric(asr.RECOVERY, asr.TARGET),
        asr.policy(),
        asr.container(asr.CONTAINER),
        asr.container(asr.BACK),
        asr.container_mapping(asr.CONTAINER, asr.BACK),
        asr.container_mapping(asr.BACK, asr.CONTAINER),
        asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0]),
        asr.protection("app1"),
    ):
        asr.succeed(arm, "PUT", *moved(written))
    asr.until_protected(arm, moved(ITEM))
    nic = asr.there("other-nic", "networkInterfaces")
    subnet = {"subnet": {"id": f"{asr.ARRIVAL[0]}/subnets/app"}}
    configurations = [{"name": "default", "properties": subnet}]
    arm.put(nic, {"location": asr.TARGET, "properties": {"ipConfigurations": configurations}})
    path = asr.there("other")
    disk = {"name": "other-os", "createOption": "FromImage", "osType": "Linux"}
    properties = {
        "storageProfile": {"osDisk": disk},
        "networkProfile": {"networkInterfaces": [{"id": nic}]},
    }
    arm.put(path, {"location": asr.TARGET, "properties": properties})
    details = {
        "fabricObjectId": path,
        "recoveryContainerId": asr.CONTAINER,
        "recoveryResourceGroupId": asr.HERE,
        "vmManagedDisks": asr.disks("other", asr.THERE, asr.CACHE_BACK, asr.HERE)[:1],
    }
    other = ITEM.replace("primary", "recovery")
    asr.succeed(arm, "PUT", moved(other), moved(asr.protection("app1", **details)[1]))
    asr.succeed(arm, "POST", f"{moved(ITEM)}/unplannedFailover", asr.failover())

    path, body = moved(asr.switch("app1"))
    assert arm.refusal(path, body, "POST") == "ITEM_EXISTS"

    assert len(arm.get(f"{vault}/replicationProtectedItems")["value"]) == 2
