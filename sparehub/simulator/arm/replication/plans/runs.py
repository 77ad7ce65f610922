"""Runs of a recovery plan: failover, test, clean-up and commit of its machines (SR-60 to SR-64).

A run is a list of steps. It goes on until its end, or until an action that is waited for: a manual
one waits for ``POST replicationJobs/{id}/resume``, a runbook for the end of its job. What a stretch
of steps changes is done at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import failover, trial_failover
from sparehub.simulator.arm.replication.plans.plan_job import draft
from sparehub.simulator.arm.replication.plans.steps import boot_steps, items_of, stretch
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import ActionContext, JobDraft, StartedOperation
from sparehub.simulator.arm.types.recovery.state import durations, jobs

_Found = TypeVar("_Found")
_ALLOWED = {
    "UnplannedFailover": "UnplannedFailover",
    "TestFailover": "TestFailover",
    "TestFailoverCleanup": "TestFailoverCleanup",
    "CommitFailover": "Commit",
}


@dataclass(frozen=True)
class _Run:
    """A run of a plan that is to start."""

    items: list[Resource]
    steps: list[JsonObject]
    scenario: str
    friendly: str
    points: list[JsonObject] = field(default_factory=list)
    shutdown: bool = False
    network: str = ""
    failure: Refusal | None = None
    warning: JsonObject | None = None


def unplanned_failover(call: ActionContext) -> StartedOperation:
    """Start the failover of a plan's machines."""
    properties = call.body.get("properties", {})
    failover.require_direction(properties, call.resource)
    items = _required(call, "UnplannedFailover")
    shutdown = failover.shuts_down(properties)
    points = [failover.chosen_point(call.transaction, item, {}, call.now) for item in items]
    steps = [{"do": "failover", "seconds": durations.FAILOVER - durations.BOOT}]
    if shutdown:
        steps.insert(0, {"do": "shutdown", "seconds": durations.SHUTDOWN})
    steps += boot_steps(call.transaction, call.resource, "UnplannedFailover")
    run = _Run(
        items,
        steps,
        "UnplannedFailover",
        "Failover",
        points=points,
        shutdown=shutdown,
        failure=_failure(call, items, shutdown=shutdown),
        warning=_first(failover.warning(call.transaction, item) for item in items),
    )
    return _start(call, run)


def test_failover(call: ActionContext) -> StartedOperation:
    """Start a test failover of a plan's machines."""
    properties = call.body.get("properties", {})
    failover.require_direction(properties, call.resource)
    items = _required(call, "TestFailover")
    network = trial_failover.check_network(call.transaction, items, properties)
    points = [failover.chosen_point(call.transaction, item, {}, call.now) for item in items]
    steps = [{"do": "test", "seconds": durations.TEST_FAILOVER - durations.BOOT}]
    steps += boot_steps(call.transaction, call.resource, "TestFailover")
    run = _Run(
        items,
        steps,
        "TestFailover",
        "Test failover",
        points=points,
        network=network,
        failure=_failure(call, items, shutdown=False),
    )
    return _start(call, run)


def _failure(call: ActionContext, items: list[Resource], *, shutdown: bool) -> Refusal | None:
    """Return why the run will end Failed: because of its first machine that cannot fail over."""
    return _first(failover.failure(call.transaction, item, shutdown=shutdown) for item in items)


def _first(found: Iterable[_Found | None]) -> _Found | None:
    """Return the first that is something."""
    return next((one for one in found if one is not None), None)


def clean_up(call: ActionContext) -> StartedOperation:
    """Start the clean-up of a plan's test."""
    items = _required(call, "TestFailoverCleanup")
    steps = [{"do": "clean-up", "seconds": durations.TEST_CLEANUP}]
    failure = _first(trial_failover.cleanup_failure(call.transaction, item) for item in items)
    name, friendly = "TestFailoverCleanup", "Test failover cleanup"
    return _start(call, _Run(items, steps, name, friendly, failure=failure))


def commit(call: ActionContext) -> StartedOperation:
    """Start the commit of a plan's failover."""
    items = _required(call, "CommitFailover")
    steps = [{"do": "commit", "seconds": durations.COMMIT}]
    return _start(call, _Run(items, steps, "CommitFailover", "Commit"))


def not_for_azure(call: ActionContext) -> StartedOperation:
    """Refuse a planned failover: Azure to Azure has none (SR-47)."""
    raise refusals.NOT_ALLOWED(
        operation="PlannedFailover",
        name=call.resource.id.name,
        state="Azure to Azure",
        allowed="UnplannedFailover, TestFailover",
    )


def _required(call: ActionContext, operation: str) -> list[Resource]:
    """Return the items of a plan, all of which must be in a state for an operation."""
    items = items_of(call.transaction, call.resource)
    if not items:
        raise refusals.PLAN_EMPTY(plan=call.resource.id.name)
    for item in items:
        failover.require(call.transaction, item, _ALLOWED[operation], call.now)
    return items


def _start(call: ActionContext, run: _Run) -> StartedOperation:
    keys = [item.key for item in run.items]
    begun, waiting, rest = stretch(run.steps)
    return StartedOperation(
        seconds=sum(step["seconds"] for step in begun),
        effect="plan step",
        arguments={
            "points": run.points,
            "shutdown": run.shutdown,
            "network": run.network,
            "items": keys,
            "plan": call.resource.key,
            "scenario": run.scenario,
            "stretch": begun,
            "waiting": waiting,
            "rest": rest,
        },
        job=draft(
            call.transaction,
            call.resource.id.name,
            run.items,
            steps=run.steps,
            points=run.points,
            scenario=(run.scenario, run.friendly),
        ),
        failure=run.failure,
        warning=run.warning,
        busy=(call.resource.key, *keys),
    )


def resume(call: ActionContext) -> StartedOperation:
    """Go on after a manual action (SR-63)."""
    run = _waiting_run(call, "resumed")
    begun, waiting, rest = stretch(run["rest"])
    return StartedOperation(
        seconds=sum(step["seconds"] for step in begun),
        effect="plan step",
        arguments=run | {"stretch": begun, "waiting": waiting, "rest": rest},
        job=_job_about(call.resource, "ResumeJob", "Resume job"),
    )


def cancel(call: ActionContext) -> StartedOperation:
    """Cancel a run that waits for a person; what it did stays as it is."""
    run = _waiting_run(call, "cancelled")
    return StartedOperation(
        seconds=1.0,
        effect="plan step",
        arguments=run | {"stretch": [], "waiting": None, "rest": [], "cancelled": True},
        job=_job_about(call.resource, "CancelJob", "Cancel job"),
    )


def _waiting_run(call: ActionContext, what: str) -> JsonObject:
    """Return the run whose job waits for a person, and let it wait no longer."""
    job = call.resource
    if not jobs.waits(job):
        raise refusals.JOB_STATE(job=job.id.name, what=what)
    job.private["waiting"] = None
    call.transaction.touch(job)
    run: JsonObject = job.private["run"]
    return run | {"run": job.id.name}


def _job_about(job: Resource, scenario: str, friendly: str) -> JobDraft:
    return JobDraft(
        scenario=scenario,
        friendly_name=friendly,
        target=job.private["target"],
        target_type="Job",
    )
