"""Global Reach: what connects the private peerings of two circuits.

https://learn.microsoft.com/azure/expressroute/expressroute-global-reach and
https://learn.microsoft.com/rest/api/expressroute/express-route-circuit-connections.
"""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT

_PEERING = f"{CIRCUIT}/peerings"
CIRCUIT_CONNECTION = f"{_PEERING}/connections"


class CircuitConnection(ResourceType):
    """One end of Global Reach: a child of one circuit's private peering."""

    name = CIRCUIT_CONNECTION
    accepts: ClassVar[Spec] = {
        "addressPrefix": str,
        "authorizationKey": str,
        "expressRouteCircuitPeering": Reference(_PEERING),
        "peerExpressRouteCircuitPeering": Reference(_PEERING),
    }
    # No recording of one is known: taken as those of the peering.
    seconds = Durations(create=43, update=21, delete=21)
    verb = "PutExpressRouteCircuitConnectionOperation"

    def compute(self, write: Write) -> JsonObject:
        """Add the state Connected: on-premises routers are not simulated."""
        return write.properties | {"circuitConnectionStatus": "Connected"}


def made_here(transaction: Transaction, peering: Resource) -> list[JsonObject]:
    """Return the connections whose parent is a peering."""
    return [
        _shown(connection) for connection in transaction.children(peering.key, CIRCUIT_CONNECTION)
    ]


def made_there(transaction: Transaction, peering: Resource) -> list[JsonObject]:
    """Return the connections of other circuits to a peering."""
    connections = transaction.referrers(peering.key, CIRCUIT_CONNECTION)
    return [
        _shown(connection)
        for connection in connections
        if connection.id.parent and connection.id.parent.key != peering.key
    ]


def _shown(connection: Resource) -> JsonObject:
    hidden = {
        name: value for name, value in connection.properties.items() if name != "authorizationKey"
    }
    return {"name": connection.id.name, "id": connection.id.text, "properties": hidden}
