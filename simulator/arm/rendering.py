"""How a stored resource looks in an answer."""

from simulator.arm.messages import JsonObject
from simulator.arm.registry import REGISTRY
from simulator.arm.transaction import Resource, Transaction


def state(resource: Resource, now: float) -> str:
    """Return the resource's ``provisioningState``."""
    if resource.removed is not None:
        return "Deleting"
    if now < resource.ends:
        return "Updating"
    return "Succeeded" if resource.failure is None else "Failed"


def render(
    transaction: Transaction, resource: Resource, now: float, *, answering: bool = False
) -> JsonObject:
    """Return the JSON of a resource; ``answering`` a write, it is still being updated."""
    kind = REGISTRY[resource.id.type.lower()]
    shown = "Updating" if answering and kind.lasting else state(resource, now)
    document: JsonObject = {
        "name": resource.id.name,
        "id": resource.id.text,
        "etag": resource.etag,
        "type": kind.name,
    } | resource.document
    properties = kind.render(transaction, resource, settled=shown in ("Succeeded", "Failed"))
    for inline in kind.inlines:
        found = transaction.children(resource.key, f"{kind.name}/{inline}")
        properties[inline] = [render(transaction, child, now) for child in found]
    document["properties"] = {"provisioningState": shown} | properties
    if resource.id.is_group:
        del document["etag"]
    return document
