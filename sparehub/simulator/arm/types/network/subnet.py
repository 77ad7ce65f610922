"""Subnets."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import network as refusals
from sparehub.simulator.arm.refusals.common import RETRY_LATER
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write, is_api_version_before
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.ip_configurations import configurations_using
from sparehub.simulator.arm.types.network.nat_gateway import (
    NAT_GATEWAY,
    check_nat_gateway_of_subnet,
)
from sparehub.simulator.arm.types.network.reserved_subnets import (
    check_group_of_subnet,
    check_table_of_subnet,
)
from sparehub.simulator.arm.types.network.virtual_network import (
    PRIVATE_SUBNETS,
    SUBNET,
    address_space,
    check_inside,
    subnet_networks,
)

_LONGEST_PREFIX = 29
_SHORTEST_PREFIX = 2
_IPV6_PREFIX = 64


class Subnet(ResourceType):
    """A subnet of a virtual network."""

    name = SUBNET
    accepts: ClassVar[Spec] = {
        "addressPrefix": str,
        "addressPrefixes": [str],
        "defaultOutboundAccess": bool,
        "delegations": [dict],
        "natGateway": Reference(NAT_GATEWAY, same_region=True),
        "networkSecurityGroup": Reference(
            "Microsoft.Network/networkSecurityGroups", same_region=True
        ),
        "privateEndpointNetworkPolicies": str,
        "privateLinkServiceNetworkPolicies": str,
        "routeTable": Reference("Microsoft.Network/routeTables", same_region=True),
        "serviceEndpoints": [{"service": str, "locations": [str]}],
        "sharingScope": str,
    }
    # Median of ten PUTs recorded in azure-libraries-for-net and azure-mgmt-network 19.3.0.
    seconds = Durations(create=3, update=3, delete=3)
    busy_refusal = RETRY_LATER
    verb = "PutSubnetOperation"

    def check(self, write: Write) -> None:
        """Refuse prefixes that are wrong (VN-02, VN-04 to VN-07) or cannot change (VN-18)."""
        properties = write.properties
        sent = properties.get("addressPrefixes") or [properties.get("addressPrefix", "")]
        mine = addresses.networks(sent, write.id)
        for prefix in mine:
            longest = _LONGEST_PREFIX if prefix.version == 4 else _IPV6_PREFIX  # noqa: PLR2004
            shortest = _SHORTEST_PREFIX if prefix.version == 4 else _IPV6_PREFIX  # noqa: PLR2004
            if not shortest <= prefix.prefixlen <= longest:
                raise refusals.SUBNET_SIZE(id=write.id.text, prefix=prefix)
        network = write.parent
        if network:
            check_inside(mine, address_space(network), write.id.name, network.id.name)
            for other in write.transaction.children(network.key, SUBNET):
                clash = addresses.first_overlap(mine, subnet_networks(other))
                if other.key != write.id.key and clash:
                    raise refusals.SUBNETS_OVERLAP(subnet=write.id.name, network=network.id.name)
        _check_reserved(write)
        if write.existing and mine != subnet_networks(write.existing):
            for user in users(write.transaction, write.existing):
                raise refusals.SUBNET_IN_USE_UPDATE(subnet=write.id.name, user=user)

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults."""
        endpoints = [
            {"provisioningState": "Succeeded", "locations": ["*"]} | endpoint
            for endpoint in write.properties.get("serviceEndpoints", [])
        ]
        defaults: JsonObject = {"defaultOutboundAccess": False} if _is_private(write) else {}
        defaults |= {
            "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        }
        return defaults | write.properties | {"serviceEndpoints": endpoints}

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the IP configurations in the subnet."""
        del provisioned
        configurations = [{"id": user} for user in users(transaction, resource)]
        return resource.properties | (
            {"ipConfigurations": configurations} if configurations else {}
        )

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a subnet in use (VN-17)."""
        for user in users(transaction, resource):
            raise refusals.SUBNET_IN_USE(subnet=resource.id.name, user=user)


def _check_reserved(write: Write) -> None:
    """Refuse what a subnet refers to where Azure does not take it on a subnet of this name."""
    properties = write.properties
    if "natGateway" in properties:
        gateway = ResourceId(properties["natGateway"]["id"])
        check_nat_gateway_of_subnet(write.transaction, write.id, gateway)
    if "routeTable" in properties:
        check_table_of_subnet(write.id, ResourceId(properties["routeTable"]["id"]))
    if "networkSecurityGroup" in properties:
        group = write.transaction.get(properties["networkSecurityGroup"]["id"].lower())
        if group:
            check_group_of_subnet(write.transaction, write.id, group)


def _is_private(write: Write) -> bool:
    """Return whether a new subnet has no default outbound access by default (VN-23)."""
    private = write.parent is not None and bool(write.parent.private.get("private subnets"))
    return private and write.existing is None and not is_api_version_before(write, PRIVATE_SUBNETS)


def users(transaction: Transaction, subnet: Resource) -> list[str]:
    """Return the ids of the IP configurations that lie in a subnet."""
    return [
        configuration["id"]
        for configuration in configurations_using(transaction, subnet.key, "subnet")
    ]
