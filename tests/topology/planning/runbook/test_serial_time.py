"""The recovery time where a recovery plan starts the runbook."""

from sparehub.topology.azure.durations import Duration
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind, StepAction
from sparehub.topology.planning.runbook.serial_time import JOB_START, serial_time
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def test_nothing_runs_in_parallel() -> None:
    """Both jobs' start, the steps of the network, then those of the machines."""
    pair = pair_of(protected(), recovery())
    made = plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER, Mode.UNPLANNED)
    seconds = {step.act: step.seconds for step in made.steps}

    time = serial_time(made)

    network = [seconds[act] for act in (StepAction.PROBE, StepAction.FENCE, StepAction.SWITCH)]
    moves = (StepAction.FAIL_OVER, StepAction.AWAIT_MACHINES, StepAction.VERIFY_MACHINES)
    assert time.network == sum(network, JOB_START * 2)
    assert time.machines == sum((seconds[act] for act in moves), Duration())
    assert time.total.typical > made.recovery.seconds.typical


def test_a_plan_says_how_long_it_takes_from_the_portal() -> None:
    """By the runbook, in both modes of the plan; not where the recovery plan has no network."""
    files = recovery()
    files["sparehub:region"]["siteRecovery"] |= {"network": "runbook", "automation": {}}
    with_runbook, without = pair_of(protected(), files), pair_of(protected(), recovery())

    def portal(pair: dict[str, Stack], mode: Mode) -> Duration | None:
        return plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER, mode).recovery.portal

    serial = serial_time(
        plan(without["primary"], without["secondary"], PlanKind.FAILOVER, Mode.UNPLANNED)
    )
    assert portal(with_runbook, Mode.UNPLANNED) == serial.total
    assert portal(with_runbook, Mode.PLANNED) == serial.total
    assert portal(without, Mode.UNPLANNED) is None
