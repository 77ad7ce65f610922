"""Actions that go on after their answer: operation, job, and the effect at the end (SR-29)."""

from sparehub.simulator.arm.http_messages import Response
from sparehub.simulator.arm.pipeline.async_operations import accepted_headers
from sparehub.simulator.arm.pipeline.due_work import finish_due
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.storage import effects, operations
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.transaction import Resource, WriteLock
from sparehub.simulator.arm.types.base import StartedOperation, UnchangedError
from sparehub.simulator.arm.types.recovery.state import jobs
from sparehub.simulator.arm.types.recovery.state.jobs import JobRun
from sparehub.simulator.arm.types.registry import REGISTRY

_ACCEPTED = 202
_VERB = "Action"


def start_operation(
    timeline: Timeline, resolved: ResolvedRequest, resource: Resource, started: StartedOperation
) -> Response:
    """Record the operation of an action, and what it changes at its end.

    At clock ``instant`` the end is accounted now; at other speeds the first request after it
    carries the effect out.
    """
    store, resource_type = timeline.transaction, REGISTRY[resource.id.type.lower()]
    keys = started.busy or (resource.key,)
    busy = [found for key in keys if (found := store.get(key))]
    for held in busy:
        timeline.refuse_if_locked(held.key, resource_type, _VERB)
    after = [held.finishes_at for held in busy]
    span = timeline.begin(resource.id, keys[0], _VERB, started.seconds, after)
    store.next_revision(resource.key)  # so that the next operation has another id
    failure = started.failure.error if started.failure else None
    if timeline.will_fail:
        failure = resource_type.failure_template().error
    timeline.failure = failure
    scenario = {
        "name": started.job.scenario,
        "job": timeline.operation,
        "start": span.start,
        "end": span.end,
    }
    for held in busy:
        store.lock_writes(held.key, WriteLock(span.end, timeline.operation, _VERB))
        held.private["scenario"] = scenario
        store.put(held)
    operations.record(
        store,
        timeline.operation,
        AsyncOperation(span.end, failure=failure, starts_at=span.start, warning=started.warning),
    )
    jobs.record(store, resource.id, started.job, JobRun(timeline.operation, span, failure))
    arguments = started.arguments | {
        "target": resource.key,
        "operation": timeline.operation,
        "failure": failure,
    }
    effects.schedule(store, span.end, started.effect, arguments)
    if timeline.instant:
        finish_due(Timeline(store, timeline.clock, None))
    target = f"{resource.id.text}/{started.path}".rstrip("/")
    headers = accepted_headers(target, timeline.operation, resolved)
    return Response(status=_ACCEPTED, headers=headers)


def accept_unchanged(
    timeline: Timeline, resolved: ResolvedRequest, unchanged: UnchangedError
) -> Response:
    """Accept a write that changes nothing; its operation succeeds and shows an error (SR-31).

    It has a job as every operation has (SR-29).
    """
    store, now = timeline.transaction, timeline.now
    operation = guid("unchanged", resolved.path.lower(), store.next_revision("unchanged"))
    shown = AsyncOperation(now, starts_at=now, warning=unchanged.shown.error)
    operations.record(store, operation, shown)
    if unchanged.job:
        run = JobRun(operation, Span(now, now), None)
        jobs.record(store, resolved.resource_id, unchanged.job, run)
    headers = accepted_headers(resolved.path, operation, resolved)
    return Response(status=_ACCEPTED, headers=headers)
