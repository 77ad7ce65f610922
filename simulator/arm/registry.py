"""The types that are simulated: a new type is one file and one row here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.arm.authorization import Authorization
from simulator.arm.circuit import Circuit
from simulator.arm.circuit_peering import CircuitPeering
from simulator.arm.connection import Connection
from simulator.arm.gateway import Gateway
from simulator.arm.messages import JsonObject
from simulator.arm.network_security_group import NetworkSecurityGroup
from simulator.arm.peering import Peering
from simulator.arm.resource_group import ResourceGroup
from simulator.arm.resource_type import Action, ResourceType
from simulator.arm.route_table import Route, RouteTable
from simulator.arm.subnet import Subnet
from simulator.arm.virtual_network import VirtualNetwork

_TYPES: tuple[type[ResourceType], ...] = (
    ResourceGroup,
    VirtualNetwork,
    Subnet,
    Peering,
    RouteTable,
    Route,
    NetworkSecurityGroup,
    Circuit,
    CircuitPeering,
    Authorization,
    Gateway,
    Connection,
)

REGISTRY: Mapping[str, ResourceType] = MappingProxyType(
    {each.name.lower(): each() for each in _TYPES}
)
"""The types by their name in lower case."""

ACTIONS: Mapping[str, Action] = MappingProxyType({})
"""What resources can be asked, by method and path of types in lower case."""

LISTS: Mapping[str, Callable[[], list[JsonObject]]] = MappingProxyType({})
"""What a subscription can be asked for that is no resource, by type in lower case."""
