"""The types that are simulated: a new type is one file and one row here."""

from collections.abc import Mapping
from types import MappingProxyType

from simulator.arm.authorization import Authorization
from simulator.arm.azure_firewall import AzureFirewall
from simulator.arm.circuit import Circuit
from simulator.arm.circuit_peering import CircuitPeering
from simulator.arm.connection import Connection
from simulator.arm.gateway import Gateway
from simulator.arm.global_reach import CircuitConnection
from simulator.arm.load_balancer import LoadBalancer
from simulator.arm.local_network_gateway import LocalNetworkGateway
from simulator.arm.network_interface import NetworkInterface
from simulator.arm.network_security_group import NetworkSecurityGroup, SecurityRule
from simulator.arm.peering import Peering
from simulator.arm.public_ip_address import PublicIPAddress
from simulator.arm.resource_group import ResourceGroup
from simulator.arm.resource_type import ResourceType
from simulator.arm.route_table import Route, RouteTable
from simulator.arm.subnet import Subnet
from simulator.arm.virtual_machine import (
    VirtualMachine,
)
from simulator.arm.virtual_network import VirtualNetwork

_TYPES: tuple[type[ResourceType], ...] = (
    ResourceGroup,
    VirtualNetwork,
    Subnet,
    Peering,
    RouteTable,
    Route,
    NetworkSecurityGroup,
    SecurityRule,
    PublicIPAddress,
    NetworkInterface,
    VirtualMachine,
    LoadBalancer,
    AzureFirewall,
    Circuit,
    CircuitPeering,
    CircuitConnection,
    Authorization,
    Gateway,
    LocalNetworkGateway,
    Connection,
)

REGISTRY: Mapping[str, ResourceType] = MappingProxyType(
    {each.name.lower(): each() for each in _TYPES}
)
"""The types by their name in lower case."""
