"""Work that is due: deletions that have finished, and effects of operations that have.

Every request does it first, so that it is done once, whichever process comes next.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.pipeline.writes import Writer, keep_undeleted, remove
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication.effects import EFFECTS
from sparehub.simulator.arm.storage import effects, operations
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.effects import PendingEffect
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.storage.worker_presence import is_present
from sparehub.simulator.arm.types.automation import job as automation_jobs
from sparehub.simulator.arm.types.base import EffectContext
from sparehub.simulator.arm.types.recovery.state import jobs

_log = logging.getLogger(__name__)


def is_due(timeline: Timeline) -> bool:
    """Return whether something is due."""
    store, now = timeline.transaction, timeline.now
    if store.due_deletions(now) or _has_lost_jobs(store):
        return True
    due = effects.next_due(store)
    return due is not None and (due <= now or timeline.instant)


def finish_due(timeline: Timeline) -> None:
    """Remove the resources whose deletion has finished, and carry out the effects that are due.

    Nothing here may fail the request that happens to come first: what cannot be done lets its own
    operation end Failed. At ``instant`` nothing is waited for: the clock advances to each effect.
    What is due is Azure's own doing, whoever sends the request.
    """
    sender = timeline.transaction
    timeline.transaction = store = replace(sender, caller="")
    try:
        _finish(timeline, store)
    finally:
        timeline.transaction = sender


def _finish(timeline: Timeline, store: Transaction) -> None:
    for resource in store.due_deletions(timeline.now):
        if stored := store.get(resource.key):
            _finish_deletion(timeline, stored)
    if _has_lost_jobs(store):
        automation_jobs.end_lost(store, timeline.now)
    while (due := effects.next_due(store)) is not None:
        if due > timeline.now:
            if not timeline.instant:
                return
            timeline.clock.advance(store, due)
            timeline.reading = None
        for effect in effects.due_effects(store, due):
            _carry_out(timeline, effect)
            effects.discard(store, effect)


def _has_lost_jobs(store: Transaction) -> bool:
    """Return whether a job of a runbook runs although its worker has gone."""
    return bool(automation_jobs.running(store)) and not is_present(store)


def _finish_deletion(timeline: Timeline, resource: Resource) -> None:
    """Remove a resource; one that has come into use meanwhile stays, and its deletion fails."""
    store = timeline.transaction
    error = _attempted(store, lambda: remove(timeline, resource))
    if error is None:
        return
    keep_undeleted(resource, error)
    store.touch(resource)
    _record_failure(store, resource.id, resource.operation, error)


def _carry_out(timeline: Timeline, effect: PendingEffect) -> None:
    """Carry out an effect; what it writes has the instant at which it was due."""
    store, operation = timeline.transaction, str(effect.arguments.get("operation", ""))
    span = Span(effect.due, effect.due)
    at = Timeline(store, timeline.clock, None, span=span, operation=operation)
    context = EffectContext(store, Writer(at), effect.arguments, effect.due)
    partly: list[JsonObject] = []

    def finish() -> None:
        if problem := EFFECTS[effect.name].finish(context):
            partly.append(problem)

    error = context.failure or _attempted(store, finish)
    if error:
        failed = replace(context, arguments=effect.arguments | {"failure": error})
        _attempted(store, lambda: EFFECTS[effect.name].fail(failed))
    if error or partly:
        target = ResourceId(str(effect.arguments["target"]))
        _record_failure(store, target, operation, error or partly[0])


def _attempted(store: Transaction, change: Callable[[], None]) -> JsonObject | None:
    """Change something at the end of an operation; return the error if it cannot be done."""
    try:
        with store.attempt():
            change()
    except Refusal as refusal:
        return refusal.error
    except sqlite3.Error:  # the store itself: the whole request is undone
        raise
    except Exception:  # noqa: BLE001  or one effect would fail every later request
        _log.exception("an operation could not be finished")
        return refusals.SERVER_ERROR().error
    return None


def _record_failure(store: Transaction, target: ResourceId, name: str, failure: JsonObject) -> None:
    """Let an operation end Failed that could not do what it was to do at its end."""
    if operation := operations.read(store, name):
        operations.record(store, name, replace(operation, failure=failure))
    if job := store.get(f"{jobs.vault_of(target).key}/replicationjobs/{name}"):
        job.private["failure"] = failure
        store.touch(job)
