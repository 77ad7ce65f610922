"""Work that is due: deletions that have finished, and effects of operations that have.

Every request does it first, so that it is done once, whichever process comes next.
"""

from dataclasses import replace

from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.pipeline.writes import Writer, remove
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication.effects import EFFECTS
from sparehub.simulator.arm.storage import effects, operations
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.effects import PendingEffect
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.base import EffectContext
from sparehub.simulator.arm.types.recovery.state import jobs


def is_due(transaction: Transaction, now: float) -> bool:
    """Return whether something is due by ``now``."""
    return bool(transaction.due_deletions(now) or effects.due_effects(transaction, now))


def finish_due(timeline: Timeline) -> None:
    """Remove the resources whose deletion has finished, and carry out the effects that are due."""
    for resource in timeline.transaction.due_deletions(timeline.now):
        if timeline.transaction.get(resource.key):
            remove(timeline, resource)
    for effect in effects.due_effects(timeline.transaction, timeline.now):
        _carry_out(timeline, effect)
        effects.discard(timeline.transaction, effect)


def _carry_out(timeline: Timeline, effect: PendingEffect) -> None:
    """Carry out an effect; what it writes has the instant at which it was due."""
    at = Timeline(
        timeline.transaction,
        timeline.clock,
        None,
        span=Span(effect.due, effect.due),
        operation=str(effect.arguments.get("operation", "")),
    )
    context = EffectContext(timeline.transaction, Writer(at), effect.arguments, effect.due)
    if effect.arguments.get("failure"):
        EFFECTS[effect.name].fail(context)
        return
    try:
        with timeline.transaction.attempt():
            EFFECTS[effect.name].finish(context)
    except Refusal as refusal:
        EFFECTS[effect.name].fail(context)
        _record_failure(context, refusal)


def _record_failure(context: EffectContext, refusal: Refusal) -> None:
    """Let an operation end Failed that could not do what it was to do at its end."""
    store, name = context.transaction, str(context.arguments["operation"])
    operation = operations.read(store, name)
    if operation:
        operations.record(store, name, replace(operation, failure=refusal.error))
    vault = jobs.vault_of(ResourceId(str(context.arguments["target"])))
    if job := store.get(f"{vault.key}/replicationjobs/{name}"):
        job.private["failure"] = refusal.error
        store.touch(job)
