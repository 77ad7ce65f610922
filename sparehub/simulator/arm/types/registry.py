"""The registry of simulated resource types: a new type is one file and one row here."""

from collections.abc import Mapping
from types import MappingProxyType

from sparehub.simulator.arm.types.attached.azure_firewall import AzureFirewall
from sparehub.simulator.arm.types.attached.load_balancer import LoadBalancer
from sparehub.simulator.arm.types.attached.network_interface import NetworkInterface
from sparehub.simulator.arm.types.attached.network_security_group import (
    NetworkSecurityGroup,
    SecurityRule,
)
from sparehub.simulator.arm.types.attached.public_ip_address import PublicIPAddress
from sparehub.simulator.arm.types.attached.virtual_machine import VirtualMachine
from sparehub.simulator.arm.types.base import ResourceType
from sparehub.simulator.arm.types.express_route.authorization import Authorization
from sparehub.simulator.arm.types.express_route.circuit import Circuit
from sparehub.simulator.arm.types.express_route.circuit_peering import CircuitPeering
from sparehub.simulator.arm.types.express_route.connection import Connection
from sparehub.simulator.arm.types.express_route.gateway import Gateway
from sparehub.simulator.arm.types.express_route.global_reach import CircuitConnection
from sparehub.simulator.arm.types.express_route.local_network_gateway import LocalNetworkGateway
from sparehub.simulator.arm.types.network.peering import Peering
from sparehub.simulator.arm.types.network.route_table import Route, RouteTable
from sparehub.simulator.arm.types.network.subnet import Subnet
from sparehub.simulator.arm.types.network.virtual_network import VirtualNetwork
from sparehub.simulator.arm.types.resource_group import ResourceGroup

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
    {resource_type.name.lower(): resource_type() for resource_type in _TYPES}
)
"""The types by their name in lower case."""
