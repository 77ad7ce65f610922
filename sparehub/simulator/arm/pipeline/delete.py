"""Doing a DELETE: of a resource and of what goes with it."""

from dataclasses import dataclass

from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.registry import REGISTRY


@dataclass(frozen=True)
class _Removing:
    """Deletions under the timeline of the resource that is deleted."""

    timeline: Timeline

    def remove(self, resource: Resource) -> None:
        _remove(self.timeline, resource)


def delete(timeline: Timeline, resource: Resource) -> None:
    """Delete a resource: at clock ``instant`` now, at other speeds when its time has passed.

    Raises:
        Refusal: It, or something that goes with it, is in use; the caller undoes the transaction.

    """
    kind = REGISTRY[resource.id.type.lower()]
    thing = kind.serialised_on(resource.id, resource.properties)
    inline = timeline.span is not None
    verb = kind.verb.replace("Put", "Delete")
    timeline.refuse_if_busy(thing, kind, verb)
    seconds = kind.removal_duration(resource)
    span = timeline.begin(resource.id, thing, verb, seconds, [resource.ends, resource.free])
    if timeline.will_fail and not inline:
        with timeline.transaction.trial():
            _remove(timeline, resource)  # so that what is in use is refused, not failed
        timeline.failure = kind.failing().error
        resource.failure, resource.ends = timeline.failure, span.end
        resource.operation = timeline.operation
        timeline.transaction.touch(resource)
        return
    if inline or timeline.instant:
        _remove(timeline, resource)
        return
    with timeline.transaction.trial():
        _remove(timeline, resource)  # so that what is in use is refused now
    resource.removed, resource.operation = span.end, timeline.operation
    timeline.transaction.touch(resource)


def settle(timeline: Timeline) -> None:
    """Carry out the deletions whose time has passed."""
    for resource in timeline.transaction.due(timeline.now):
        if timeline.transaction.get(resource.key):
            _remove(timeline, resource)


def _remove(timeline: Timeline, resource: Resource) -> None:
    """Take a resource out of the store, and do to others what that does to them."""
    kind, store = REGISTRY[resource.id.type.lower()], timeline.transaction
    kind.check_delete(store, resource)
    kind.deleted(store, resource, _Removing(timeline))
    end = timeline.span.end if timeline.span else timeline.now
    for target in store.mentioned_by(resource.key):
        store.free_from(target, end)
    holder = resource.id.parent or resource.id.group
    store.free_from(holder.key, end)
    store.next_revision(resource.key)
    store.remove(resource.key)
