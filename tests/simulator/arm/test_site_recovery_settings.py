"""Names, networks and disks of a replicated machine: as they are used, they are shown."""

import pytest

from sparehub.simulator import control
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body

ITEM = asr.item("app1")


def job_of(arm: Arm, path: str, body: Body) -> Body:
    """Start an action; return the properties of its job."""
    answer = arm.send("POST", path, body)
    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    return arm.properties(f"{asr.VAULT}/replicationJobs/{guid}")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"recoveryAzureVMName": "dr"}, "dr-test"),
        ({"providerSpecificDetails": asr.A2A | {"tfoAzureVMName": "drill1"}}, "drill1"),
    ],
)
def test_item_and_job_name_the_machine_that_a_test_makes(
    arm: Arm, sent: Body, expected: str
) -> None:
    """SR-49: and the network and subnet in which it is; the item's own network wins (SR-70)."""
    asr.protect(arm, "app1")
    arm.put(*asr.network("second", asr.THERE, asr.TARGET))
    body = sent | {"selectedTfoAzureNetworkId": asr.TEST[0]}
    asr.succeed(arm, "PATCH", ITEM, {"properties": body})
    other = asr.network("second", asr.THERE, asr.TARGET)[0]

    job = job_of(arm, f"{ITEM}/testFailover", asr.trial(other))

    assert arm.get(asr.there(expected))["name"] == expected
    details = arm.properties(ITEM)["providerSpecificDetails"]
    assert details["tfoAzureVMName"] == expected
    (shown,) = job["customDetails"]["protectedItemDetails"]
    names = ("testVmName", "testVmFriendlyName", "networkFriendlyName", "subnet")
    assert [shown[name] for name in names] == [expected, expected, "drill", "app"]
    assert job["customDetails"]["networkName"] == "drill"


def test_a_test_failover_shows_its_progress(arm: Arm) -> None:
    """SR-48: while it runs, while it waits, and while it is cleaned up."""
    asr.protect(arm, "app1")

    def states() -> tuple[str, str]:
        shown = arm.properties(ITEM)
        return shown["testFailoverState"], shown["testFailoverStateDescription"]

    seen = [states()]
    for action, body in (
        ("testFailover", asr.trial()),
        ("testFailoverCleanup", {"properties": {}}),
    ):
        control.set_clock(arm.directory, "1")
        arm.send("POST", f"{ITEM}/{action}", body)
        seen.append(states())
        control.set_clock(arm.directory, "instant")
        seen.append(states())

    assert seen == [
        ("None", "None"),
        ("TestFailoverCompletionPending", "Test failover is in progress"),
        ("WaitingForCompletion", "Waiting for Test Failover Cleanup to start"),
        ("MarkedForDeletion", "Cleaning up test environment"),
        ("None", "None"),
    ]


def test_the_test_network_is_shown_in_lower_case(arm: Arm) -> None:
    """SR-45: ids of networks that are sent come back so."""
    asr.protect(arm, "app1")
    sent = dict.fromkeys(("selectedTfoAzureNetworkId",), asr.TEST[0])
    asr.succeed(arm, "PATCH", ITEM, {"properties": sent})

    details = arm.properties(ITEM)["providerSpecificDetails"]

    assert details["selectedTfoAzureNetworkId"] == asr.TEST[0].lower()


def test_the_system_disk_has_to_be_replicated(arm: Arm) -> None:
    """SR-39: a machine without it would not start."""
    asr.prepare(arm, "app1")
    path, body = asr.protection("app1", vmManagedDisks=asr.disks("app1")[1:])

    assert arm.refusal(path, body) == "SYSTEM_DISK"


def test_an_id_with_a_slash_at_its_end_means_the_same(arm: Arm) -> None:
    """SR-39: the mapping that is used stays in use, and the machine arrives in its group."""
    asr.prepare(arm, "app1")
    sent = {"recoveryContainerId": f"{asr.BACK}/", "recoveryResourceGroupId": f"{asr.THERE}/"}
    path, body = asr.protection("app1", **sent)
    body["properties"]["policyId"] += "/"
    asr.succeed(arm, "PUT", path, body)
    asr.until_protected(arm, ITEM)

    mapping = f"{asr.CONTAINER}/replicationProtectionContainerMappings/m"
    assert arm.refused_delete(mapping) == "IN_USE"
    asr.succeed(arm, "POST", f"{ITEM}/unplannedFailover", asr.failover())
    assert arm.get(asr.there("app1"))["name"] == "app1"


def test_a_purge_leaves_the_machine_of_an_open_test(arm: Arm) -> None:
    """No source says that Azure deletes the machine of an open test, so it stays."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "POST", f"{ITEM}/testFailover", asr.trial())

    asr.succeed(arm, "DELETE", ITEM)

    assert arm.get(asr.there("app1-test"))["name"] == "app1-test"
