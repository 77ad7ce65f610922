"""Writes: PUT, PATCH and DELETE of a resource, and of the children that go with it."""

import json
from dataclasses import dataclass

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.resource_lookup import (
    ResolvedRequest,
    require_parent,
    resolve_inline,
)
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import ResourceType, Write
from sparehub.simulator.arm.types.body_schema import BodyReference, Spec, accept
from sparehub.simulator.arm.types.recovery.state import jobs
from sparehub.simulator.arm.types.recovery.state.jobs import JobRun
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.arm.types.storage.role_assignment import ROLE_ASSIGNMENT


@dataclass(frozen=True)
class Writer:
    """Writes within the timeline of another write: of children, and of effects."""

    timeline: Timeline
    checked: bool = True

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        """Create or update a resource."""
        resolved = resolve_inline(self.timeline.transaction, identity, body)
        if resolved.type is None:
            raise refusals.TYPE_UNKNOWN(type=identity.type)
        put(self.timeline, resolved, checked=self.checked)

    def remove(self, resource: Resource) -> None:
        """Delete a resource, with all checks."""
        remove(self.timeline, resource)


# -- PUT -----------------------------------------------------------------------------------------


def put(timeline: Timeline, resolved: ResolvedRequest, *, checked: bool = True) -> Resource:
    """Create or update a resource.

    Args:
        timeline: When the write starts and finishes.
        resolved: The request.
        checked: Whether the resource type's own checks apply. A replayed recording takes what it
            shows as it is.

    Raises:
        Refusal: Azure refuses it; the caller undoes the transaction.

    """
    identity, existing = resolved.resource_id, resolved.existing
    resource_type = REGISTRY[identity.type.lower()]
    resource_type.check_name(identity)
    parent = require_parent(timeline.transaction, resolved)
    accepted, references = accept(_spec(resource_type, resolved), resolved.body)
    write = Write(
        transaction=timeline.transaction,
        id=_spelling(identity, parent, resource_type, existing),
        body=accepted,
        existing=existing,
        parent=parent,
        query=resolved.query,
        location=_location(resource_type, resolved, accepted, parent),
        children=Writer(timeline, checked),
        now=timeline.span.start if timeline.span else timeline.now,
        method=resolved.method,
    )
    lock_key = resource_type.write_lock_key(write.id, write.properties)
    timeline.refuse_if_locked(lock_key, resource_type, resource_type.verb)
    _refuse_failed_parent(timeline, write)
    used = _referenced(timeline, resource_type, write, references, checked=checked)
    if checked:
        resource_type.check(write)
    used += resource_type.dependencies(write)
    earlier = [resource for resource in (parent, existing) if resource]
    earlier += resource_type.starts_after(write)
    inline = timeline.span is not None
    timeline.begin(
        write.id,
        lock_key,
        resource_type.verb,
        _seconds(timeline, resource_type, write),
        [resource.finishes_at for resource in earlier + used],
    )
    if not inline:
        _fail(timeline, resource_type, write)
    resource = _store(timeline, resource_type, write, {resource.key for resource in used})
    resource_type.after_put(write, resource)
    if not inline and timeline.span and (draft := resource_type.job(write)):
        run = JobRun(timeline.operation, timeline.span, timeline.failure)
        jobs.record(timeline.transaction, write.id, draft, run)
    return resource


def _spec(resource_type: ResourceType, resolved: ResolvedRequest) -> Spec:
    """Return the schema of a request's body."""
    if resolved.method == "PATCH" and resource_type.patches is not None:
        return resource_type.patches
    return resource_type.body


def _refuse_failed_parent(timeline: Timeline, write: Write) -> None:
    """Refuse a child whose parent is in the state Failed (ER-12)."""
    parent = write.parent
    if timeline.span is None and write.id.parent and parent and parent.failure is not None:
        raise refusals.PARENT_FAILED(id=write.id.text, operation=parent.operation)


def _seconds(timeline: Timeline, resource_type: ResourceType, write: Write) -> float:
    """Return how long a PUT takes, or takes to fail."""
    if timeline.will_fail and resource_type.failure_seconds is not None:
        return resource_type.failure_seconds
    return resource_type.duration(write)


def _fail(timeline: Timeline, resource_type: ResourceType, write: Write) -> None:
    """Let the operation fail: because of an injected fault, or of what the request asks for."""
    will_fail = timeline.will_fail
    refusal = resource_type.failure_template() if will_fail else resource_type.failure(write)
    if refusal is None:
        return
    timeline.failure = refusal.error
    if resource_type.fails_parent and write.parent:
        write.parent.failure, write.parent.operation = timeline.failure, timeline.operation
        timeline.transaction.touch(write.parent)


def _spelling(
    identity: ResourceId,
    parent: Resource | None,
    resource_type: ResourceType,
    existing: Resource | None,
) -> ResourceId:
    """Return the id as Azure spells it: a resource keeps the spelling of its creation."""
    if existing:
        return existing.id
    if parent is None:
        return ResourceId(f"/subscriptions/{identity.subscription}/resourceGroups/{identity.name}")
    if identity.parent and not identity.is_extension:
        return parent.id.child(resource_type.name.rpartition("/")[2], identity.name)
    return ResourceId(f"{parent.id.text}/providers/{resource_type.name}/{identity.name}")


def _location(
    resource_type: ResourceType,
    resolved: ResolvedRequest,
    body: JsonObject,
    parent: Resource | None,
) -> str:
    """Return the region of a resource; refuse an unknown region and a move."""
    identity, existing = resolved.resource_id, resolved.existing
    if not resource_type.has_location:
        return str(parent.document.get("location", "")) if parent else ""
    if existing and "location" not in body and resolved.method == "PATCH":
        return str(existing.document["location"])
    if "location" not in body:
        raise refusals.LOCATION_REQUIRED()  # noqa: RSE102  an entry of the catalogue is called
    location = geography.canonical_region(body["location"])
    if not geography.is_region(location):
        raise refusals.LOCATION_UNKNOWN(location=body["location"], type=resource_type.name)
    if existing and existing.document["location"] != location:
        old, group = existing.document["location"], identity.group.name
        if identity.is_group:
            raise refusals.GROUP_LOCATION_FIXED(old=old, new=location)
        raise refusals.LOCATION_FIXED(name=identity.name, group=group, old=old, new=location)
    return location


def _referenced(
    timeline: Timeline,
    resource_type: ResourceType,
    write: Write,
    references: list[BodyReference],
    *,
    checked: bool,
) -> list[Resource]:
    """Return the resources that the body refers to; refuse wrong, missing and unready ones."""
    store, referenced = timeline.transaction, []
    if not checked:
        stored = [store.get(reference.id.lower()) for reference in references]
        return [resource for resource in stored if resource]
    for reference in references:
        rule, target = reference.rule, parse(reference.id)
        if not isinstance(target, ResourceId) or target.type.lower() != rule.type.lower():
            raise refusals.REFERENCE_TYPE_WRONG(
                reference=reference.id, expected=rule.type, path=reference.path
            )
        if "authorizationKey" not in write.properties:  # which stands for the circuit's owner
            access_control.check_linked_permission(store, write.id, target)
        resource = store.get(target.key)
        if resource is None or (rule.same_region and not _is_beside(store, resource, write)):
            raise resource_type.missing(reference.id, write.id)
        timeline.refuse_if_not_ready(resource, write.id, resource_type.not_ready_refusal)
        referenced.append(resource)
    return referenced


def _is_beside(store: Transaction, resource: Resource, write: Write) -> bool:
    """Return whether a resource is in the subscription and region of the one that is written."""
    same_subscription = resource.id.subscription == write.id.subscription
    return same_subscription and store.region(resource) == write.location


def _store(
    timeline: Timeline, resource_type: ResourceType, write: Write, used: set[str]
) -> Resource:
    """Store the resource and its references; what it no longer refers to is free at the end."""
    store, identity = timeline.transaction, write.id
    patched = write.existing if write.method == "PATCH" else None
    document: JsonObject = dict(patched.document) if patched else {}
    document["properties"] = resource_type.compute(write)
    if "tags" in write.body:
        document["tags"] = write.body["tags"]
    if resource_type.has_location:
        document["location"] = write.location
    if resource_type.has_sku and ("sku" in write.body or not patched):
        document["sku"] = write.body.get("sku", {"name": "Basic"})
    if resource_type.has_zones and "zones" in write.body:
        document["zones"] = write.body["zones"]
    end = timeline.span.end if timeline.span else 0.0
    before = set(store.references(identity.key)) if write.existing else set()
    for target in before - used:
        store.free_from(target, end)
    resource = Resource(
        identity,
        document,
        sent=patched.sent if patched else json.dumps(write.body | {"query": dict(write.query)}),
        private=resource_type.private(write),
        revision=store.next_revision(identity.key),
        finishes_at=end,
        free_at=write.existing.free_at if write.existing else 0.0,
        operation=timeline.operation,
        failure=timeline.failure,
    )
    store.put(resource)
    if used != before:
        store.set_references(identity.key, used)
    return resource


# -- PATCH ---------------------------------------------------------------------------------------


def patch(timeline: Timeline, resource: Resource, resolved: ResolvedRequest) -> Resource:
    """Replace the tags of a resource, and nothing else.

    Every tracked type of Microsoft.Network has ``UpdateTags``: the tags that are sent replace the
    existing ones, at once (recorded in azure-libraries-for-net; the REST reference,
    https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/update-tags).

    Raises:
        Refusal: The type has no tags, or another write of the resource is in progress.

    """
    body, resource_type = resolved.body, REGISTRY[resource.id.type.lower()]
    if not resource_type.has_location:
        raise refusals.METHOD_UNKNOWN(method="PATCH")
    accepted, _ = accept({"tags": dict}, body)
    lock_key = resource_type.write_lock_key(resource.id, resource.properties)
    timeline.refuse_if_locked(lock_key, resource_type, resource_type.verb)
    if "tags" in accepted:
        resource.document["tags"] = accepted["tags"]
        resource.sent = json.dumps(json.loads(resource.sent) | {"tags": accepted["tags"]})
        timeline.transaction.touch(resource)
    return resource


# -- DELETE --------------------------------------------------------------------------------------


def delete(timeline: Timeline, resource: Resource) -> None:
    """Delete a resource: at clock ``instant`` now, at other speeds when its time has passed.

    Raises:
        Refusal: It, or something that is deleted with it, is in use; the caller undoes the
            transaction.

    """
    resource_type = REGISTRY[resource.id.type.lower()]
    lock_key = resource_type.write_lock_key(resource.id, resource.properties)
    verb = resource_type.verb.replace("Put", "Delete")
    timeline.refuse_if_locked(lock_key, resource_type, verb)
    seconds = resource_type.deletion_duration(resource)
    after = [resource.finishes_at, resource.free_at]
    span = timeline.begin(resource.id, lock_key, verb, seconds, after)
    if timeline.instant and not timeline.will_fail:
        remove(timeline, resource)
        _record_deletion(timeline, resource)
        return
    with timeline.transaction.trial():
        remove(timeline, resource)  # so that what is in use is refused now
    if timeline.will_fail:
        timeline.failure = resource_type.failure_template().error
        resource.failure, resource.finishes_at = timeline.failure, span.end
    else:
        resource.deleted_at = span.end
    resource.operation = timeline.operation
    timeline.transaction.touch(resource)
    _record_deletion(timeline, resource)


def _record_deletion(timeline: Timeline, resource: Resource) -> None:
    """Record the job that Site Recovery shows for a deletion."""
    draft = REGISTRY[resource.id.type.lower()].deletion_job(resource)
    if draft and timeline.span:
        run = JobRun(timeline.operation, timeline.span, timeline.failure)
        jobs.record(timeline.transaction, resource.id, draft, run)


def remove(timeline: Timeline, resource: Resource) -> None:
    """Remove a resource from the store, with the effects of its deletion."""
    resource_type, store = REGISTRY[resource.id.type.lower()], timeline.transaction
    resource_type.check_delete(store, resource)
    resource_type.on_delete(store, resource, Writer(timeline))
    for child in store.children(resource.key, ROLE_ASSIGNMENT):
        remove(timeline, child)  # it goes with what it is about
    end = timeline.span.end if timeline.span else timeline.now
    for target in store.references(resource.key):
        store.free_from(target, end)
    holder = resource.id.parent or resource.id.group
    store.free_from(holder.key, end)
    store.next_revision(resource.key)
    store.remove(resource.key)
