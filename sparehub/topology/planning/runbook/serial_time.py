"""The recovery time where a recovery plan starts the runbook: one step after the other."""

from dataclasses import dataclass

from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.planning.plan import Plan, PlanStep, StepAction

JOB_START = Duration(typical=60, worst=600)
"""Of an Automation job: a guess for each; two of them are started one after the other.
https://learn.microsoft.com/azure/automation/automation-runbook-execution#job-statuses"""
_JOBS = 2
_NOT_COUNTED = (StepAction.REVOKE, StepAction.DISARM)
"""What only Sparehub does. The teardown counts: the plan waits for the whole runbook."""
_MACHINES = (StepAction.FAIL_OVER, StepAction.AWAIT_MACHINES, StepAction.VERIFY_MACHINES)


@dataclass(frozen=True, kw_only=True)
class SerialTime:
    """The time until the target carries the traffic, a person's answer not counted."""

    network: Duration
    """Both jobs' start, and the steps of the runbook."""
    machines: Duration
    """The recovery plan's groups, which wait for the manual action."""

    @property
    def total(self) -> Duration:
        """The sum: nothing runs in parallel."""
        return self.network + self.machines


def serial_time(plan: Plan) -> SerialTime:
    """Return the recovery time of a plan whose network is switched by the runbook."""
    machines = [step for step in plan.steps if step.act in _MACHINES]
    network = [step for step in plan.steps if step.act not in (*_MACHINES, *_NOT_COUNTED)]
    return SerialTime(network=JOB_START * _JOBS + _sum(network), machines=_sum(machines))


def _sum(steps: list[PlanStep]) -> Duration:
    total = NO_TIME
    for step in steps:
        total += step.seconds
    return total
