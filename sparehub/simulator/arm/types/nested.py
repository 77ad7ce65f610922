"""Objects inside a resource that have ids of their own, such as its IP configurations."""

from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.types.base import Write


def nested(
    write: Write, collection: str, defaults: JsonObject | None = None
) -> list[dict[str, Any]]:
    """Return a collection of the body as Azure shows it: with ids, types and defaults."""
    return [
        {
            "name": item["name"],
            "id": write.id.child(collection, item["name"]).text,
            "type": f"{write.id.type}/{collection}",
            "properties": {"provisioningState": "Succeeded"}
            | (defaults or {})
            | item.get("properties", {}),
        }
        for item in write.properties.get(collection, [])
    ]
