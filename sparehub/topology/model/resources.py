"""What Azure will hold of one region: frozen, in Azure's own words.

``build`` decides every value; the components translate them, and what verifies or plans
something reads them. A ``key`` is the name that the configuration uses, a ``name`` is Azure's.
Prefixes are :class:`ipaddress.IPv4Network`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from pydantic import SecretStr

from sparehub.topology.config.enums import (
    Activation,
    Depth,
    NextHopType,
    NvaKind,
    NvaStandby,
    Prefers,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.recovery.resources import CacheStorageAccount, SiteRecovery


@dataclass(frozen=True, kw_only=True)
class Route:
    """One user route; an address only where the next hop is a virtual appliance."""

    name: str
    address_prefix: IPv4Network
    next_hop_type: NextHopType
    next_hop_ip_address: IPv4Address | None = None


@dataclass(frozen=True, kw_only=True)
class TagRoute:
    """A user route whose prefixes are those of a service tag, which Azure alone knows (RT-16)."""

    name: str
    service_tag: str
    next_hop_type: NextHopType
    next_hop_ip_address: IPv4Address | None = None


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """A route table and its routes."""

    key: str  # spokes, gateway, nva or inspected; the name of one that stands beside these
    name: str
    disable_bgp_route_propagation: bool
    routes: tuple[Route, ...] = ()
    tag_routes: tuple[TagRoute, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet; ``route_table`` is the key of its table."""

    name: str
    address_prefix: IPv4Network
    route_table: str | None = None
    service_endpoints: tuple[str, ...] = ()
    network_security_group_id: str | None = None
    nat_gateway_id: str | None = None
    default_outbound_access: bool = True
    protected: bool = False  # replicated machines live here; Azure itself does not know


@dataclass(frozen=True, kw_only=True)
class VirtualNetwork:
    """A virtual network with its subnets, in the order in which they are written."""

    name: str
    address_space: tuple[IPv4Network, ...]
    subnets: tuple[Subnet, ...]
    dns_servers: tuple[IPv4Address, ...] = ()

    def subnet(self, name: str) -> Subnet | None:
        """Return the subnet of a name; Azure ignores case."""
        return next((each for each in self.subnets if each.name.lower() == name.lower()), None)


@dataclass(frozen=True, kw_only=True)
class Peering:
    """One half of a peering, in one direction; PE-21 has the flags of the source document."""

    name: str
    allow_virtual_network_access: bool = True
    allow_forwarded_traffic: bool = True
    allow_gateway_transit: bool
    use_remote_gateways: bool
    connected: bool = True  # PE-01: both halves stand, and each knows the other
    stands: bool = True  # False for a half that is missing, whose flags are then all off
    in_sync: bool = True  # PE-18: it knows the address space that the other network has now


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """A spoke and both halves of its peering with the hub."""

    key: str
    virtual_network: VirtualNetwork
    hub_to_spoke: Peering
    spoke_to_hub: Peering
    always_on: bool = False  # in use while the region is on standby, too; Azure does not know


@dataclass(frozen=True, kw_only=True)
class HubPeering:
    """The hub's half of a peering with a network that is not a spoke, and what that one holds."""

    key: str
    remote_id: ResourceId
    address_space: tuple[IPv4Network, ...]
    half: Peering


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """The ExpressRoute gateway; scale units only for ErGwScale."""

    name: str
    sku: str
    min_scale_units: int | None = None
    max_scale_units: int | None = None
    provisioning_state: str = "Succeeded"
    # ER-26: whether it takes routes of other networks on its circuits; no file can say so.
    allow_remote_vnet_traffic: bool = False
    allow_virtual_wan_traffic: bool = False


@dataclass(frozen=True, kw_only=True)
class PrivatePeering:
    """``AzurePrivatePeering`` of a circuit: one /30 a link."""

    peer_asn: int
    vlan_id: int
    primary_peer_address_prefix: IPv4Network
    secondary_peer_address_prefix: IPv4Network
    enabled: bool = True  # a peering whose state is Disabled advertises nothing


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """A circuit that the region's stack owns; no private peering before it is provisioned.

    ``location`` is that of its record in Azure and of its resource group, and empty where nothing
    says it; which regions the circuit reaches follows from its peering location (ER-06).
    """

    key: str
    name: str
    resource_group: str
    location: str = ""
    peering_location: str
    service_provider: str
    bandwidth_in_mbps: int
    tier: str
    family: str
    private_peering: PrivatePeering | None


@dataclass(frozen=True, kw_only=True)
class CircuitReference:
    """A circuit that is owned elsewhere; ``location`` is None where no file says it."""

    key: str
    id: ResourceId
    location: str | None = None
    peering_location: str
    bandwidth_in_mbps: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connection of the gateway to the circuit of the same key."""

    key: str
    name: str
    routing_weight: int
    authorization_key: SecretStr | None = None
    provisioning_state: str = "Succeeded"
    fast_path: bool = False  # ER-28: ``expressRouteGatewayBypass``; no file can say so


@dataclass(frozen=True, kw_only=True)
class Nva:
    """The next hop of the route tables; ``subnet`` is the name of its subnet in the hub."""

    ip_address: IPv4Address
    subnet: str
    stateful: bool
    kind: NvaKind
    id: ResourceId | None = None  # of a machine, load balancer or Azure Firewall
    standby: NvaStandby = NvaStandby.RUNNING


@dataclass(frozen=True, kw_only=True)
class OnPremises:
    """What on-premises advertises, and which region its routers prefer (ER-23)."""

    address_prefixes: tuple[IPv4Network, ...]
    prefers: Prefers


@dataclass(frozen=True, kw_only=True)
class SecurityRule:
    """One rule of a network security group; ``*`` is any address, protocol or port."""

    name: str
    priority: int
    direction: Literal["Inbound", "Outbound"]
    access: Literal["Allow", "Deny"]
    source_address_prefixes: tuple[str, ...]
    destination_address_prefixes: tuple[str, ...]
    protocol: str = "*"
    destination_ports: tuple[str, ...] = ("*",)


@dataclass(frozen=True, kw_only=True)
class NetworkSecurityGroup:
    """A network security group and its rules, those of Azure apart."""

    name: str
    rules: tuple[SecurityRule, ...]


@dataclass(frozen=True, kw_only=True)
class DrillNetwork:
    """The test network of a spoke during a drill, or the network of Bastion."""

    key: str
    virtual_network: VirtualNetwork
    network_security_group: NetworkSecurityGroup  # of every subnet
    dropped_dns_servers: tuple[IPv4Address, ...] = ()  # of the file, and out of reach in a drill


@dataclass(frozen=True, kw_only=True)
class DrillPeering:
    """Two test networks that reach each other, by their keys, and both halves of the peering."""

    first: str
    second: str
    first_to_second: Peering
    second_to_first: Peering


@dataclass(frozen=True, kw_only=True)
class Drill:
    """The test networks of a region, in a resource group that holds nothing else."""

    resource_group: str
    location: str
    tags: Mapping[str, str]
    route_table: RouteTable
    networks: tuple[DrillNetwork, ...]  # of the spokes
    connected: bool = False  # each of them reaches each other one
    bastion: DrillNetwork | None = None
    peerings: tuple[DrillPeering, ...] = ()

    @property
    def all_networks(self) -> tuple[DrillNetwork, ...]:
        """Those of the spokes, and that of Bastion."""
        return (*self.networks, self.bastion) if self.bastion else self.networks


@dataclass(frozen=True, kw_only=True)
class Region:
    """One Azure region as it will stand: what is absent here is absent there."""

    name: str
    location: str
    activation: Activation
    depth: Depth
    resource_group: str
    tags: Mapping[str, str]
    route_tables: tuple[RouteTable, ...]
    hub: VirtualNetwork
    nva: Nva
    spokes: tuple[Spoke, ...]
    gateway: Gateway | None
    circuits: tuple[Circuit | CircuitReference, ...]
    connections: tuple[Connection, ...]
    on_premises: OnPremises
    # ER-36: above 200 prefixes a connection is only created while the spokes are withheld.
    spokes_wait_for_connections: bool
    hub_peerings: tuple[HubPeering, ...] = ()
    drill: Drill | None = None  # while a drill is on
    cache_storage_account: CacheStorageAccount | None = None  # where machines are replicated
    site_recovery: SiteRecovery | None = None  # where the other region's machines arrive

    def has_hub(self, network: ResourceId) -> bool:
        """Return whether an id is that of the region's hub; no file says its subscription."""
        group, name = self.resource_group.lower(), self.hub.name.lower()
        return (network.resource_group.lower(), network.name.lower()) == (group, name)

    @property
    def address_prefixes(self) -> tuple[IPv4Network, ...]:
        """Every prefix of the region's virtual networks, the hub's first."""
        spokes = (spoke.virtual_network for spoke in self.spokes)
        return tuple(p for network in (self.hub, *spokes) for p in network.address_space)

    @property
    def connected_circuits(self) -> tuple[Circuit | CircuitReference, ...]:
        """The circuits that a connection of the region leads to."""
        connected = {connection.key for connection in self.connections}
        return tuple(circuit for circuit in self.circuits if circuit.key in connected)

    @property
    def advertised_prefixes(self) -> tuple[IPv4Network, ...]:
        """What on-premises learns of the region: nothing without a connection (ER-20)."""
        if not self.connections:
            return ()
        shown = (s.virtual_network for s in self.spokes if s.spoke_to_hub.use_remote_gateways)
        return tuple(p for network in (self.hub, *shown) for p in network.address_space)
