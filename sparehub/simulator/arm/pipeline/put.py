"""Doing a PUT: of a resource, and of the children that come inline with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.delete import delete
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Mention, accept
from sparehub.simulator.arm.types.registry import REGISTRY


@dataclass(frozen=True)
class _Nested:
    """Writes of children under the parent's own timeline."""

    timeline: Timeline
    judged: bool

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        put(self.timeline, identity, body, judged=self.judged)

    def remove(self, resource: Resource) -> None:
        delete(self.timeline, resource)


def put(
    timeline: Timeline,
    identity: ResourceId,
    body: object,
    query: Mapping[str, str] | None = None,
    *,
    judged: bool = True,
) -> Resource:
    """Create or update a resource; one that is not ``judged`` is taken to be there as it is said.

    Raises:
        Refusal: Azure would refuse it; the caller undoes the transaction.

    """
    kind = REGISTRY[identity.type.lower()]
    store = timeline.transaction
    kind.check_name(identity)
    parent = _parent(store, identity)
    existing = store.get(identity.key)
    accepted, mentions = accept(kind.body, body)
    write = Write(
        transaction=store,
        id=_spelling(identity, parent, kind, existing),
        body=accepted,
        existing=existing,
        query=query or {},
        location=_location(kind, identity, accepted, existing, parent),
        nested=_Nested(timeline, judged),
    )
    thing = kind.serialised_on(write.id, write.properties)
    timeline.refuse_if_busy(thing, kind, kind.verb)
    _refuse_failed_parent(timeline, write, parent)
    named = _named(timeline, kind, write, mentions, judged=judged)
    if judged:
        kind.check(write)
    named += kind.uses(write)
    resting = [resource for resource in (parent, existing) if resource] + kind.rests_on(write)
    after = [resource.ends for resource in resting + named]
    inline = timeline.span is not None
    timeline.begin(write.id, thing, kind.verb, _seconds(timeline, kind, write), after)
    if not inline:
        _fail(timeline, kind, write, parent)
    resource = _store(timeline, kind, write, {each.key for each in named})
    kind.written(write, resource)
    return resource


def _refuse_failed_parent(timeline: Timeline, write: Write, parent: Resource | None) -> None:
    """Refuse a child whose parent is in the state Failed (ER-12)."""
    if timeline.span is None and write.id.parent and parent and parent.failure is not None:
        raise refusals.PARENT_FAILED(id=write.id.text, operation=parent.operation)


def _seconds(timeline: Timeline, kind: ResourceType, write: Write) -> float:
    """Return how long a PUT takes, or takes to fail."""
    if timeline.will_fail and kind.failing_seconds is not None:
        return kind.failing_seconds
    return kind.duration(write)


def _fail(timeline: Timeline, kind: ResourceType, write: Write, parent: Resource | None) -> None:
    """Let the operation fail, because of a fault or of what is asked."""
    refusal = kind.failing() if timeline.will_fail else kind.failure(write)
    if refusal is None:
        return
    timeline.failure = refusal.error
    if kind.fails_parent and parent:
        parent.failure, parent.operation = timeline.failure, timeline.operation
        timeline.transaction.touch(parent)


def _parent(store: Transaction, identity: ResourceId) -> Resource | None:
    """Return the parent, or the resource group, which must be there; None for a group."""
    if identity.is_group:
        return None
    group = store.get(identity.group.key)
    if group is None:
        raise refusals.GROUP_NOT_FOUND(group=identity.group.name)
    if identity.parent is None:
        return group
    found = store.get(identity.parent.key)
    if found is None:
        raise refusals.PARENT_NOT_FOUND(name=identity.parent.name)
    return found


def _spelling(
    identity: ResourceId, parent: Resource | None, kind: ResourceType, existing: Resource | None
) -> ResourceId:
    """Return the id as Azure spells it: a resource keeps the spelling it was made with."""
    if existing:
        return existing.id
    if parent is None:
        return ResourceId(f"/subscriptions/{identity.subscription}/resourceGroups/{identity.name}")
    if identity.parent:
        return parent.id.child(kind.name.rpartition("/")[2], identity.name)
    return ResourceId(f"{parent.id.text}/providers/{kind.name}/{identity.name}")


def _location(
    kind: ResourceType,
    identity: ResourceId,
    body: JsonObject,
    existing: Resource | None,
    parent: Resource | None,
) -> str:
    """Return where a resource is; refuse an unknown region and a move."""
    if not kind.located:
        return str(parent.document.get("location", "")) if parent else ""
    if "location" not in body:
        raise refusals.LOCATION_REQUIRED()  # noqa: RSE102  an entry of the catalogue is called
    location = geography.canonical_region(body["location"])
    if not geography.is_region(location):
        raise refusals.LOCATION_UNKNOWN(location=body["location"], type=kind.name)
    if existing and existing.document["location"] != location:
        old, group = existing.document["location"], identity.group.name
        if identity.is_group:
            raise refusals.GROUP_LOCATION_FIXED(old=old, new=location)
        raise refusals.LOCATION_FIXED(name=identity.name, group=group, old=old, new=location)
    return location


def _named(
    timeline: Timeline, kind: ResourceType, write: Write, mentions: list[Mention], *, judged: bool
) -> list[Resource]:
    """Return the resources that the body names; refuse what is wrong, missing or not ready."""
    store, found = timeline.transaction, []
    for mention in mentions:
        reference, target = mention.reference, parse(mention.id)
        if not judged:
            found += [each for each in [store.get(mention.id.lower())] if each]
            continue
        if not isinstance(target, ResourceId) or target.type.lower() != reference.type.lower():
            raise refusals.REFERENCE_TYPE_WRONG(
                reference=mention.id, expected=reference.type, path=mention.path
            )
        if "authorizationKey" not in write.properties:  # which stands for the circuit's owner
            access_control.hold_linked(store, write.id, target)
        resource = store.get(target.key)
        if resource is None or (reference.same_region and not _beside(store, resource, write)):
            raise kind.missing(mention.id, write.id)
        timeline.refuse_if_not_ready(resource, write.id, kind.not_ready)
        found.append(resource)
    return found


def _beside(store: Transaction, resource: Resource, write: Write) -> bool:
    """Return whether a resource is in the subscription and region of the one that names it."""
    same_subscription = resource.id.subscription == write.id.subscription
    return same_subscription and store.region(resource) == write.location


def _store(timeline: Timeline, kind: ResourceType, write: Write, named: set[str]) -> Resource:
    """Write the resource and what it names; what it names no longer is free from then on."""
    store, identity = timeline.transaction, write.id
    document: JsonObject = {"properties": kind.compute(write)}
    if "tags" in write.body:
        document["tags"] = write.body["tags"]
    if kind.located:
        document["location"] = write.location
    if kind.has_sku:
        document["sku"] = write.body.get("sku", {"name": "Basic"})
    if kind.has_zones and "zones" in write.body:
        document["zones"] = write.body["zones"]
    end = timeline.span.end if timeline.span else 0.0
    before = set(store.mentioned_by(identity.key)) if write.existing else set()
    for target in before - named:
        store.free_from(target, end)
    resource = Resource(
        identity,
        document,
        sent=json.dumps(write.body | {"query": dict(write.query)}),
        private=kind.private(write),
        revision=store.next_revision(identity.key),
        ends=end,
        free=write.existing.free if write.existing else 0.0,
        operation=timeline.operation,
        failure=timeline.failure,
    )
    store.put(resource)
    if named != before:
        store.mention(identity.key, named)
    return resource
