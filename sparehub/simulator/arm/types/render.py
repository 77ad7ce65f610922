"""The JSON of a stored resource in an answer."""

from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle
from sparehub.simulator.arm.types.registry import REGISTRY


def state(resource: Resource, now: float) -> str:
    """Return the resource's ``provisioningState``."""
    if resource.deleted_at is not None:
        return "Deleting"
    if now < resource.finishes_at:
        return REGISTRY[resource.id.type.lower()].state_during_write
    return "Succeeded" if resource.failure is None else "Failed"


def render(
    transaction: Transaction,
    resource: Resource,
    now: float,
    *,
    answering: bool = False,
    listed: bool = False,
) -> JsonObject:
    """Return the JSON of a resource.

    Args:
        transaction: The store.
        resource: The resource.
        now: The instant, in simulated seconds.
        answering: Whether it answers a write: then the resource is still being updated.
        listed: Whether it is an item of a list, which some services show with less.

    """
    resource_type = REGISTRY[resource.id.type.lower()]
    if resource_type.answers in (AnswerStyle.ACCEPTED, AnswerStyle.IMMEDIATE):
        return resource_type.show(transaction, resource, now, listed=listed)
    shown = (
        resource_type.state_during_write
        if answering and resource_type.asynchronous
        else state(resource, now)
    )
    document: JsonObject = {
        "name": resource.id.name,
        "id": resource.id.text,
        "etag": resource.etag,
        "type": resource_type.name,
    } | resource.document
    document |= resource_type.members(resource)
    properties = resource_type.render(
        transaction, resource, provisioned=shown in ("Succeeded", "Failed")
    )
    for inline in resource_type.inlines:
        children = transaction.children(resource.key, f"{resource_type.name}/{inline}")
        properties[inline] = [render(transaction, child, now) for child in children]
    inside = {name: _nested(value, resource, shown) for name, value in properties.items()}
    document["properties"] = {"provisioningState": shown} | inside
    if resource.id.is_group:
        del document["etag"]
    return document


def _nested(value: Any, resource: Resource, shown: str) -> Any:  # noqa: ANN401  JSON
    """Give objects with ids inside the resource its entity tag and state (recorded: they have)."""
    if not isinstance(value, list):
        return value
    return [
        {
            "etag": resource.etag,
            **item,
            "properties": item["properties"] | {"provisioningState": shown},
        }
        if _is_nested(item, resource)
        else item
        for item in value
    ]


def _is_nested(value: object, resource: Resource) -> bool:
    if not isinstance(value, dict) or "etag" in value or "properties" not in value:
        return False
    return str(value.get("id", "")).lower().startswith(f"{resource.key}/")
