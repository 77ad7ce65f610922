"""``hub.peerings``: the hub's half of a peering with a network that is not a spoke."""

from ipaddress import IPv4Address
from typing import Annotated

from pydantic import Field, StrictBool

from sparehub.topology.config.closed_model import NamedConfig
from sparehub.topology.config.fields import AddressPrefix, VirtualNetworkId, parse_address


class HubPeeringConfig(NamedConfig):
    """A peering with the other region's hub; the other region's stack owns the other half."""

    id: VirtualNetworkId
    # Of that network: what Azure routes to it, and what a change of it has to sync (PE-18).
    address_space: Annotated[tuple[AddressPrefix, ...], Field(min_length=1)]
    # What lies behind it. Peerings are not transitive (PE-02), so the NVA's table sends these
    # prefixes to an appliance in that network.
    address_prefixes: tuple[AddressPrefix, ...] = ()
    next_hop_ip_address: Annotated[IPv4Address, parse_address] | None = None
    allow_forwarded_traffic: StrictBool = True
