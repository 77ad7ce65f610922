"""NAT gateways: the way out of subnets that have no default outbound access.

https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource
"""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import network as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

NAT_GATEWAY = "Microsoft.Network/natGateways"
_ADDRESSES = "publicIpAddresses"
_GATEWAY_SUBNET = "gatewaysubnet"


class NatGateway(ResourceType):
    """A NAT gateway; subnets refer to it, and it has its public addresses."""

    name = NAT_GATEWAY
    accepts: ClassVar[Spec] = {
        "idleTimeoutInMinutes": int,
        _ADDRESSES: [Reference("Microsoft.Network/publicIPAddresses", same_region=True)],
    }
    # No recording: taken to be as long as a public IP address.
    seconds = Durations(create=11, update=11, delete=11)
    has_location = True
    has_sku = True
    has_zones = True
    verb = "PutNatGatewayOperation"

    def check(self, write: Write) -> None:
        """Refuse a SKU other than Standard, the only one that this type has here."""
        if write.body.get("sku", {}).get("name", "Standard") != "Standard":
            raise refusals.NAT_GATEWAY_SKU(id=write.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults: 4 minutes."""
        return {"idleTimeoutInMinutes": 4, "resourceGuid": guid(write.id.key)} | write.properties

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the subnets that use it."""
        del provisioned
        subnets = [{"id": each.id.text} for each in transaction.referrers(resource.key, SUBNET)]
        return resource.properties | ({"subnets": subnets} if subnets else {})

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete one that a subnet uses."""
        if transaction.referrers(resource.key, SUBNET):
            raise refusals.NAT_GATEWAY_IN_USE(name=resource.id.name)


def check_nat_gateway_of_subnet(
    transaction: Transaction, subnet: ResourceId, gateway: ResourceId
) -> None:
    """Refuse one on GatewaySubnet, and one that a subnet of another network uses."""
    if subnet.name.lower() == _GATEWAY_SUBNET:
        raise refusals.NAT_GATEWAY_OF_GATEWAYS(id=subnet.text)
    for other in transaction.referrers(gateway.key, SUBNET):
        if other.id.parent != subnet.parent:
            raise refusals.NAT_GATEWAY_TWO_NETWORKS(id=subnet.text, other=other.id.text)


def gives_egress(transaction: Transaction, subnet: Resource) -> bool:
    """Return whether a subnet has a NAT gateway that has an address."""
    gateway = transaction.get(subnet.properties.get("natGateway", {}).get("id", "").lower())
    return gateway is not None and bool(gateway.properties.get(_ADDRESSES))
