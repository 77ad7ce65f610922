"""The recovery time where a recovery plan starts the runbook."""

from sparehub.topology.azure.durations import Duration
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
