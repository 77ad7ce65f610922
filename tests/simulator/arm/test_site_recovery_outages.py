"""Replication while something is out of order, and afterwards: states, recovery points, health."""

from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.types.recovery.state import durations
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm

ITEM = asr.item("app1")
HOUR = 3600.0


def points(arm: Arm) -> list[tuple[str, str]]:
    """Return name and time of the recovery points, the newest first."""
    found = arm.get(f"{ITEM}/recoveryPoints")["value"]
    return [(point["name"], point["properties"]["recoveryPointTime"]) for point in found]


def health(arm: Arm) -> tuple[str, str, list[str]]:
    """Return state, health, and the codes of what is wrong with replication."""
    shown = arm.properties(ITEM)
    errors = shown["healthErrors"]
    codes = [error["errorCode"] for error in errors if error["errorLevel"] == "Critical"]
    return shown["protectionState"], shown["replicationHealth"], codes


def rpo(arm: Arm) -> int:
    seconds: int = arm.properties(ITEM)["providerSpecificDetails"]["rpoInSeconds"]
    return seconds


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "cache-unreachable", "region": asr.SOURCE}, refusals.CACHE_ACCOUNT.code),
        ({"kind": "region-down", "region": asr.SOURCE}, "28020"),
        ({"kind": "failed"}, "InternalServerError"),
    ],
)
def test_a_machine_whose_enabling_failed_is_never_protected(
    arm: Arm, fault: dict[str, Any], code: str
) -> None:
    """It has to be removed; then it is enabled anew. SR-68, SR-79."""
    asr.prepare(arm, "app1")
    arm.inject(**fault)
    failed = asr.accept(arm, "PUT", *asr.protection("app1"))
    control.clear_faults(arm.directory)
    control.advance_clock(arm.directory, 10 * HOUR)

    assert failed["status"] == "Failed"
    assert health(arm) == ("EnableProtectionFailed", "Critical", [code])
    assert arm.properties(ITEM)["allowedOperations"] == ["DisableProtection"]
    assert points(arm) == []
    for path in (ITEM, asr.item("other")):
        assert arm.refusal(path, asr.protection("app1")[1]) == "NOT_ALLOWED"
    body = asr.failover()
    assert arm.refusal(f"{ITEM}/unplannedFailover", body, "POST") == "NOT_ALLOWED"
    assert arm.refusal(ITEM, {"properties": {"recoveryAzureVMName": "x"}}, "PATCH") == "NOT_ALLOWED"
    asr.succeed(arm, "POST", f"{ITEM}/remove", {"properties": {}})
    asr.succeed(arm, "PUT", *asr.protection("app1"))


def test_a_recovery_point_keeps_its_name(arm: Arm) -> None:
    """A client chooses one from the list, and fails over to it later."""
    asr.prepare(arm, "app1")
    control.vary_durations(arm.directory, "a")  # so that instants are fractions
    asr.succeed(arm, "PUT", *asr.protection("app1"))
    asr.until_protected(arm, ITEM)
    control.advance_clock(arm.directory, 3 * HOUR)
    before = points(arm)

    control.advance_clock(arm.directory, 12 * HOUR)

    assert points(arm)[-len(before) :] == before


def test_an_expired_recovery_point_is_refused(arm: Arm) -> None:
    """SR-35: the policy keeps points for 24 hours; the list has no older one either."""
    asr.protect(arm, "app1")
    (oldest,) = points(arm)
    control.advance_clock(arm.directory, 5 * 24 * HOUR)

    body = asr.failover(recoveryPointId=oldest[0])

    assert arm.refusal(f"{ITEM}/unplannedFailover", body, "POST") == "POINT_MISSING"


def test_an_outage_that_has_ended_leaves_a_gap_between_recovery_points(arm: Arm) -> None:
    """No point was made while replication was behind."""
    asr.protect(arm, "app1")
    control.advance_clock(arm.directory, HOUR)
    before = points(arm)
    arm.inject("replication-behind", region=asr.SOURCE)
    control.advance_clock(arm.directory, 4 * HOUR)
    during = points(arm)
    control.clear_faults(arm.directory)
    after = points(arm)
    control.advance_clock(arm.directory, HOUR)

    assert (during, after) == (before, before)
    assert len(points(arm)) == len(before) + 12
    assert points(arm)[12:] == before


@pytest.mark.parametrize("kind", ["agent-offline", "replication-behind"])
def test_an_outage_after_the_copy_delays_the_first_recovery_point(arm: Arm, kind: str) -> None:
    """Without a point, the machine is not Protected."""
    asr.prepare(arm, "app1")
    asr.succeed(arm, "PUT", *asr.protection("app1"))
    copied = "InitialReplicationRecoveryCompletionPending"
    control.advance_clock(arm.directory, durations.COPY + 1)
    arm.inject(kind, region=asr.SOURCE)
    control.advance_clock(arm.directory, HOUR)

    state, shown, codes = health(arm)

    assert (state, shown, len(codes)) == (copied, "Critical", 1)
    assert points(arm) == []
    control.clear_faults(arm.directory)
    assert asr.until_protected(arm, ITEM) == [copied, "Protected"]


@pytest.mark.parametrize("ending", ["deallocate", "powerOff", "delete"])
def test_a_machine_that_does_not_run_makes_no_recovery_points(arm: Arm, ending: str) -> None:
    """Its newest point gets older, and its health is Critical (150019)."""
    asr.protect(arm, "app1")
    path = asr.machine("app1")[0]
    before = points(arm)
    if ending == "delete":
        arm.delete(path)
    else:
        arm.send("POST", f"{path}/{ending}")
    control.advance_clock(arm.directory, 4 * HOUR)

    assert health(arm) == ("Protected", "Critical", ["150019"])
    assert (points(arm), rpo(arm) >= 4 * HOUR) == (before, True)


def test_a_machine_that_is_started_again_goes_on_and_its_gap_stays(arm: Arm) -> None:
    """The points of the time in which it was stopped do not appear later."""
    asr.protect(arm, "app1")
    arm.send("POST", f"{asr.machine('app1')[0]}/deallocate")
    control.advance_clock(arm.directory, HOUR)
    arm.send("POST", f"{asr.machine('app1')[0]}/start")
    control.advance_clock(arm.directory, HOUR)

    assert health(arm) == ("Protected", "Normal", [])
    assert len(points(arm)) == 1 + 12


def test_a_new_machine_of_the_name_of_a_deleted_one_is_replicated(arm: Arm) -> None:
    """That the old one was stopped, and then deleted, does not stop the new one."""
    asr.protect(arm, "app1")
    path, body = asr.machine("app1")
    arm.send("POST", f"{path}/deallocate")
    asr.succeed(arm, "POST", f"{ITEM}/remove", {"properties": {}})
    arm.delete(path)
    disks = body["properties"]["storageProfile"]
    for disk in (disks["osDisk"], *disks["dataDisks"]):
        disk["name"] = f"{disk['name']}2"
    arm.put(path, body)
    names = [f"{disk['diskId']}2" for disk in asr.disks("app1")]
    sent = [disk | {"diskId": name} for disk, name in zip(asr.disks("app1"), names, strict=True)]
    asr.succeed(arm, "PUT", *asr.protection("app1", vmManagedDisks=sent))

    asr.until_protected(arm, ITEM)

    assert health(arm) == ("Protected", "Normal", [])


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_machine_that_is_gone_cannot_be_shut_down(arm: Arm, meanwhile: bool) -> None:  # noqa: FBT001  pytest's
    """SR-47: a failover with shutdown ends Failed, also where it goes meanwhile."""
    asr.protect(arm, "app1")
    path, machine = f"{ITEM}/unplannedFailover", asr.machine("app1")[0]
    if meanwhile:
        control.set_clock(arm.directory, "1")
    else:
        arm.delete(machine)
    answer = arm.send("POST", path, asr.failover(shutdown=True))
    if meanwhile:
        arm.delete(machine)
    control.set_clock(arm.directory, "instant")
    control.advance_clock(arm.directory, HOUR)

    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    status = arm.get(f"{asr.VAULT}/replicationOperationStatus/{guid}")

    code = replicated_machines.SHUTDOWN.code
    assert (status["status"], status["error"]["code"]) == ("Failed", code)
    asr.succeed(arm, "POST", path, asr.failover())


def test_a_machine_that_does_not_run_is_not_enabled(arm: Arm) -> None:
    """150019, as its eligibility says."""
    asr.prepare(arm, "app1")
    path = asr.machine("app1")[0]
    arm.send("POST", f"{path}/deallocate")

    status = asr.accept(arm, "PUT", *asr.protection("app1"))

    eligibility = f"{path}/providers/Microsoft.RecoveryServices/replicationEligibilityResults"
    (result,) = arm.get(eligibility)["value"]
    (error,) = result["properties"]["errors"]
    assert (status["status"], status["error"]["code"]) == ("Failed", "150019")
    assert (error["code"], error["message"]) == ("150019", status["error"]["message"])


def test_settings_are_not_changed_while_the_copy_is_stuck_or_after_a_failover(arm: Arm) -> None:
    """SR-44: they are a PATCH of a protected machine."""
    asr.prepare(arm, "app1")
    asr.succeed(arm, "PUT", *asr.protection("app1"))
    arm.inject("copy-stuck", region=asr.SOURCE)
    control.advance_clock(arm.directory, 10 * HOUR)
    body = {"properties": {"recoveryAzureVMName": "other"}}
    assert arm.refusal(ITEM, body, "PATCH") == "NOT_ALLOWED"
    control.clear_faults(arm.directory)
    asr.until_protected(arm, ITEM)
    asr.succeed(arm, "PATCH", ITEM, body)

    asr.succeed(arm, "POST", f"{ITEM}/unplannedFailover", asr.failover())

    assert arm.refusal(ITEM, body, "PATCH") == "NOT_ALLOWED"
