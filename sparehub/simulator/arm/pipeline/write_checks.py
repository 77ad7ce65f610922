"""What a write refers to, is below or needs, and where it is: refusals of ARM itself."""

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import ResourceType, Write
from sparehub.simulator.arm.types.body_schema import BodyReference

_GLOBAL = "global"
_CIRCUIT = "microsoft.network/expressroutecircuits"


def refuse_failed_parent(timeline: Timeline, write: Write) -> None:
    """Refuse a child whose parent is in the state Failed (ER-12)."""
    parent = write.parent
    if timeline.span is None and write.id.parent and parent and parent.failure is not None:
        raise refusals.PARENT_FAILED(id=write.id.text, operation=parent.operation)


def refuse_unready(
    timeline: Timeline, resource_type: ResourceType, write: Write, needed: list[Resource]
) -> None:
    """Refuse a write of what is below, or needs, something that is being made or deleted."""
    refusal = resource_type.unready_refusal
    if refusal is None or timeline.span is not None or write.method == "PATCH":
        return
    for resource in [write.parent, *needed] if write.parent else needed:
        made = timeline.instant or resource.finishes_at <= timeline.now
        if not made or resource.deleted_at is not None:
            raise refusal(id=write.id.text, needed=resource.id.text)


def location_of(
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
    if resource_type.is_global != (location == _GLOBAL) or not (
        resource_type.is_global or geography.is_region(location)
    ):
        raise refusals.LOCATION_UNKNOWN(location=body["location"], type=resource_type.name)
    if existing and existing.document["location"] != location:
        old, group = existing.document["location"], identity.group.name
        if identity.is_group:
            raise refusals.GROUP_LOCATION_FIXED(old=old, new=location)
        raise refusals.LOCATION_FIXED(name=identity.name, group=group, old=old, new=location)
    return location


def referenced(
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
        # The key of a circuit stands for its owner, and for no other resource (ER-14).
        if target.type.lower() != _CIRCUIT or "authorizationKey" not in write.properties:
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
