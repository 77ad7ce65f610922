"""The registry of simulated resource types: a new type is one file and one row here."""

from collections.abc import Mapping
from types import MappingProxyType

from sparehub.simulator.arm.types.attached.azure_firewall import AzureFirewall
from sparehub.simulator.arm.types.attached.disk import Disk
from sparehub.simulator.arm.types.attached.load_balancer import LoadBalancer
from sparehub.simulator.arm.types.attached.network_interface import NetworkInterface
from sparehub.simulator.arm.types.attached.network_security_group import (
    NetworkSecurityGroup,
    SecurityRule,
)
from sparehub.simulator.arm.types.attached.public_ip_address import PublicIPAddress
from sparehub.simulator.arm.types.attached.virtual_machine import VirtualMachine
from sparehub.simulator.arm.types.automation.account import (
    AutomationAccount,
    Python3Package,
    RuntimeEnvironment,
    Variable,
)
from sparehub.simulator.arm.types.automation.job import AutomationJob
from sparehub.simulator.arm.types.automation.runbook import Runbook
from sparehub.simulator.arm.types.base import ResourceType
from sparehub.simulator.arm.types.express_route.authorization import Authorization
from sparehub.simulator.arm.types.express_route.circuit import Circuit
from sparehub.simulator.arm.types.express_route.circuit_peering import CircuitPeering
from sparehub.simulator.arm.types.express_route.connection import Connection
from sparehub.simulator.arm.types.express_route.gateway import Gateway
from sparehub.simulator.arm.types.express_route.global_reach import CircuitConnection
from sparehub.simulator.arm.types.express_route.local_network_gateway import LocalNetworkGateway
from sparehub.simulator.arm.types.network.nat_gateway import NatGateway
from sparehub.simulator.arm.types.network.peering import Peering
from sparehub.simulator.arm.types.network.private_dns_zone import (
    PrivateDnsZone,
    RecordSetA,
    VirtualNetworkLink,
)
from sparehub.simulator.arm.types.network.private_endpoint import (
    PrivateDnsZoneGroup,
    PrivateEndpoint,
)
from sparehub.simulator.arm.types.network.route_table import Route, RouteTable
from sparehub.simulator.arm.types.network.subnet import Subnet
from sparehub.simulator.arm.types.network.virtual_network import VirtualNetwork
from sparehub.simulator.arm.types.recovery.containers import Container, ContainerMapping
from sparehub.simulator.arm.types.recovery.fabric import Fabric
from sparehub.simulator.arm.types.recovery.job import AlertSetting, ReplicationJob
from sparehub.simulator.arm.types.recovery.networks import NetworkMapping, ReplicationNetwork
from sparehub.simulator.arm.types.recovery.policy import Policy
from sparehub.simulator.arm.types.recovery.protected_item import ProtectedItem
from sparehub.simulator.arm.types.recovery.recovery_plan import RecoveryPlan
from sparehub.simulator.arm.types.recovery.vault import Vault
from sparehub.simulator.arm.types.resources.deployment import Deployment
from sparehub.simulator.arm.types.resources.resource_group import ResourceGroup
from sparehub.simulator.arm.types.storage.role_assignment import RoleAssignment
from sparehub.simulator.arm.types.storage.storage_account import StorageAccount

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
    NatGateway,
    PrivateDnsZone,
    VirtualNetworkLink,
    RecordSetA,
    PrivateEndpoint,
    PrivateDnsZoneGroup,
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
    Disk,
    StorageAccount,
    RoleAssignment,
    Vault,
    Fabric,
    Policy,
    Container,
    ContainerMapping,
    ReplicationNetwork,
    NetworkMapping,
    ProtectedItem,
    RecoveryPlan,
    ReplicationJob,
    AlertSetting,
    AutomationAccount,
    Variable,
    RuntimeEnvironment,
    Python3Package,
    Runbook,
    AutomationJob,
    Deployment,
)

REGISTRY: Mapping[str, ResourceType] = MappingProxyType(
    {resource_type.name.lower(): resource_type() for resource_type in _TYPES}
)
"""The types by their name in lower case."""
