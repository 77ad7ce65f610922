"""Another recovery point after a failover (SR-52)."""

from sparehub.simulator import control
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body


def applied(point: str) -> Body:
    return {"properties": {"recoveryPointId": point, "providerSpecificDetails": asr.A2A}}


def test_another_recovery_point_is_applied_until_the_commit(arm: Arm) -> None:
    """``ChangePit`` is ``applyRecoveryPoint``; at its end the item shows the chosen point."""
    asr.protect(arm, "app1")
    control.advance_clock(arm.directory, 3600)
    path = asr.item("app1")
    action = f"{path}/applyRecoveryPoint"
    points = [point["name"] for point in arm.get(f"{path}/recoveryPoints")["value"]]
    assert arm.refusal(action, applied(points[0]), "POST") == "NOT_ALLOWED"
    asr.succeed(arm, "POST", f"{path}/unplannedFailover", asr.failover())
    assert arm.properties(path)["failoverRecoveryPointId"] == points[0]

    for wrong in ("", "none"):
        assert arm.refusal(action, applied(wrong), "POST") == "POINT_MISSING"
    asr.succeed(arm, "POST", action, applied(f"{path}/recoveryPoints/{points[3]}"))

    assert arm.properties(path)["failoverRecoveryPointId"] == points[3]
    asr.succeed(arm, "POST", f"{path}/failoverCommit")
    assert arm.refusal(action, applied(points[3]), "POST") == "NOT_ALLOWED"


def test_a_point_that_cannot_be_applied_leaves_the_one_before(arm: Arm) -> None:
    """The operation ends Failed."""
    asr.protect(arm, "app1")
    control.advance_clock(arm.directory, 3600)
    path = asr.item("app1")
    points = [point["name"] for point in arm.get(f"{path}/recoveryPoints")["value"]]
    asr.succeed(arm, "POST", f"{path}/unplannedFailover", asr.failover())
    arm.inject("capacity", region=asr.TARGET)

    status = asr.accept(arm, "POST", f"{path}/applyRecoveryPoint", applied(points[3]))

    assert status["status"] == "Failed"
    assert arm.properties(path)["failoverRecoveryPointId"] == points[0]
