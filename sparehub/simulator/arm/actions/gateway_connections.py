"""The connections of a gateway, which are resources of their own."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION
from sparehub.simulator.arm.types.render import render

_NOT_LISTED = ("connectionStatus", "sharedKey")
"""Properties that the list does not show (recorded in azure-libraries-for-net)."""


def connections(call: ActionContext) -> JsonObject:
    """Return the list of ``GET .../virtualNetworkGateways/{name}/connections``."""
    linked = call.transaction.referrers(call.resource.key, CONNECTION)
    shown = [render(call.transaction, connection, call.now) for connection in linked]
    for connection in shown:
        for name in _NOT_LISTED:
            connection["properties"].pop(name, None)
    return {"value": shown}
