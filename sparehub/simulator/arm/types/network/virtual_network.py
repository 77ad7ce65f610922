"""Virtual networks."""

import re
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
    is_api_version_before,
    write_inline_children,
)
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.addresses import Network

VIRTUAL_NETWORK = "Microsoft.Network/virtualNetworks"
SUBNET = f"{VIRTUAL_NETWORK}/subnets"
PEERING = f"{VIRTUAL_NETWORK}/virtualNetworkPeerings"
_KEEPS_SUBNETS = "2023-11-01"
"""API version from which subnets that a network's PUT leaves out stay (VN-22)."""
PRIVATE_SUBNETS = "2025-07-01"
"""API version from which a new network's subnets have no default outbound access (VN-23):
Microsoft's Azure networking blog, techcommunity 4513778, read on 2026-11-29."""


class VirtualNetwork(ResourceType):
    """A virtual network; its subnets and peerings are resources of their own."""

    name = VIRTUAL_NETWORK
    accepts: ClassVar[Spec] = {
        "addressSpace": {"addressPrefixes": [str]},
        "bgpCommunities": {"virtualNetworkCommunity": str},
        "dhcpOptions": {"dnsServers": [str]},
        "enableDdosProtection": bool,
        "enableVmProtection": bool,
        "encryption": dict,
        "flowTimeoutInMinutes": int,
        "privateEndpointVNetPolicies": str,
        "subnets": [dict],
        "virtualNetworkPeerings": [dict],
    }
    # 6 to 12 s in public Terraform logs; 3 to 34 s in azure-libraries-for-net's recordings.
    seconds = Durations(create=10, update=10, delete=10)
    has_location = True
    inlines = ("subnets", "virtualNetworkPeerings")
    verb = "PutVirtualNetworkOperation"
    name_pattern = re.compile(r"[A-Za-z0-9][\w.-]{0,62}\w", re.ASCII)
    longest_name = 64

    def check(self, write: Write) -> None:
        """Refuse an address space that is wrong in itself (VN-04, VN-05) or overlaps a peer."""
        space = write.properties.get("addressSpace", {}).get("addressPrefixes", [])
        if not space:
            raise refusals.ADDRESS_SPACE_MISSING(id=write.id.text)
        mine = addresses.networks(space, write.id)
        for peering in write.transaction.children(write.id.key, PEERING):
            remote = peering.properties["remoteVirtualNetwork"]["id"]
            peer = write.transaction.get(remote.lower())
            if peer and (clash := addresses.first_overlap(mine, address_space(peer))):
                raise refusals.SPACES_OVERLAP(
                    id=peering.id.text,
                    local=write.id.text,
                    remote=remote,
                    first=clash[0],
                    second=clash[1],
                )

    def compute(self, write: Write) -> JsonObject:
        """Return the network's own properties."""
        own = {name: value for name, value in write.properties.items() if name not in self.inlines}
        defaults = {"enableDdosProtection": False, "enableVmProtection": False}
        return {"resourceGuid": guid(write.id.key)} | defaults | own

    def after_put(self, write: Write, resource: Resource) -> None:
        """Write the inline children; then no subnet may lie outside the address space (VN-08)."""
        write_inline_children(
            write, "subnets", keep_if_absent=not is_api_version_before(write, _KEEPS_SUBNETS)
        )
        write_inline_children(write, "virtualNetworkPeerings", keep_if_absent=False)
        space = address_space(resource)
        for subnet in write.transaction.children(write.id.key, SUBNET):
            check_inside(subnet_networks(subnet), space, subnet.id.name, write.id.name)

    def private(self, write: Write) -> JsonObject:
        """Record whether subnets are private by default (VN-23)."""
        if write.existing:
            return write.existing.private
        return {"private subnets": not is_api_version_before(write, PRIVATE_SUBNETS)}

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete subnets, unless in use (VN-17), and peerings: the other halves are cut off."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


def address_space(virtual_network: Resource) -> list[Network]:
    """Return the address space of a stored virtual network."""
    prefixes = virtual_network.properties["addressSpace"]["addressPrefixes"]
    return [addresses.network(prefix, virtual_network.id) for prefix in prefixes]


def subnet_networks(subnet: Resource) -> list[Network]:
    """Return the prefixes of a stored subnet."""
    properties = subnet.properties
    prefixes = properties.get("addressPrefixes") or [properties["addressPrefix"]]
    return [addresses.network(prefix, subnet.id) for prefix in prefixes]


def check_inside(prefixes: list[Network], space: list[Network], subnet: str, network: str) -> None:
    """Refuse a subnet that no prefix of the address space contains (VN-06, VN-08)."""
    for prefix in prefixes:
        if not any(addresses.contains(outer, prefix) for outer in space):
            raise refusals.SUBNET_OUTSIDE(subnet=subnet, network=network)
