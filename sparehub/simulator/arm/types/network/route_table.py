"""Route tables and their routes."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import network as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    Deleter,
    Durations,
    ResourceType,
    Write,
    write_inline_children,
)
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

ROUTE_TABLE = "Microsoft.Network/routeTables"
ROUTE = f"{ROUTE_TABLE}/routes"
_NEXT_HOP_TYPES = ("VirtualNetworkGateway", "VnetLocal", "Internet", "VirtualAppliance", "None")


class RouteTable(ResourceType):
    """A route table; its routes are resources of their own."""

    name = ROUTE_TABLE
    accepts: ClassVar[Spec] = {"disableBgpRoutePropagation": bool, "routes": [dict]}
    # Median of five PUTs recorded in azure-libraries-for-net; deletion taken to be as long.
    seconds = Durations(create=11, update=11, delete=11)
    has_location = True
    inlines = ("routes",)
    verb = "PutRouteTableOperation"

    def compute(self, write: Write) -> JsonObject:
        """Return the table's own properties."""
        return {
            "resourceGuid": guid(write.id.key),
            "disableBgpRoutePropagation": write.properties.get("disableBgpRoutePropagation", False),
        }

    def after_put(self, write: Write, resource: Resource) -> None:
        """Replace the routes by those sent (VN-22)."""
        del resource
        write_inline_children(write, "routes", keep_if_absent=False)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the subnets that the table is associated with."""
        del provisioned
        associated = transaction.referrers(resource.key, SUBNET)
        subnets = [{"id": subnet.id.text} for subnet in associated]
        return resource.properties | ({"subnets": subnets} if subnets else {})

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete an associated table (RT-19)."""
        if transaction.referrers(resource.key, SUBNET):
            raise refusals.TABLE_IN_USE(name=resource.id.name)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the routes."""
        for route in transaction.children(resource.key):
            deleter.remove(route)


class Route(ResourceType):
    """One route of a table."""

    name = ROUTE
    accepts: ClassVar[Spec] = {"addressPrefix": str, "nextHopType": str, "nextHopIpAddress": str}
    # Median of two PUTs recorded in azure-libraries-for-net; deletion taken to be as long.
    seconds = Durations(create=11, update=11, delete=11)
    verb = "PutRouteOperation"

    def check(self, write: Write) -> None:
        """Refuse RT-10, RT-12, RT-20. A prefix may be a service tag (RT-16): no slash."""
        properties, identity = write.properties, write.id
        hop = properties.get("nextHopType", "")
        if hop not in _NEXT_HOP_TYPES:
            raise refusals.NEXT_HOP_TYPE(id=identity.text, type=hop)
        if (hop == "VirtualAppliance") is not bool(properties.get("nextHopIpAddress")):
            raise refusals.NEXT_HOP_ADDRESS(id=identity.text)
        prefix = properties.get("addressPrefix", "")
        if not prefix[:1].isalpha():
            addresses.network(prefix, identity)
        table = identity.parent
        for other in write.transaction.children(table.key, ROUTE) if table else []:
            if other.key != identity.key and other.properties["addressPrefix"] == prefix:
                raise refusals.ROUTE_PREFIX_TWICE(name=identity.name, other=other.id.name)

    def compute(self, write: Write) -> JsonObject:
        """Add the read-only BGP flag."""
        return write.properties | {"hasBgpOverride": False}
