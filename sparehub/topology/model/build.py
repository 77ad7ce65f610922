"""Every address, name, route and flag of a region, decided in one place.

``build(configuration)`` is a function of its argument alone; the source document and
``azure-rules`` ids are beside each decision. Everything with a key comes in the order of the keys:
Pulumi sorts them when it hands a configuration over, so a file's own order cannot be kept.
"""

from sparehub.topology.azure.limits import PREFIXES_AT_CONNECTION_CREATION
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.express_route import ConnectionConfig, OwnedCircuitConfig
from sparehub.topology.config.hub_peerings import HubPeeringConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.schema import (
    HubConfig,
    NetworkConfig,
    RegionConfig,
    SpokeConfig,
    StackConfig,
    SubnetConfig,
)
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model import names
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.recovery.build import (
    build_cache_storage_account,
    build_site_recovery,
)
from sparehub.topology.model.resources import (
    Circuit,
    CircuitReference,
    Connection,
    Gateway,
    HubPeering,
    Nva,
    OnPremises,
    Peering,
    PrivatePeering,
    Region,
    Spoke,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.model.route_tables import nva_has_table, problems_without_table, route_tables

STORAGE_ENDPOINT = "Microsoft.Storage"


def build(config: StackConfig) -> Region:
    """Return the region that a configuration describes.

    Raises:
        ConfigurationError: where a physical name comes out too long or twice.
    """
    region = config.region
    name = region.name or config.location
    active = config.activation is Activation.ACTIVE
    depth = region.standby.depth
    many = _prefix_count(region) > PREFIXES_AT_CONNECTION_CREATION
    connected = active or (depth is Depth.CONNECTION and not config.disconnected)
    gateway = active or depth is not Depth.NETWORK or config.disconnected
    connections = region.express_route.connections if connected else {}
    built = Region(
        name=name,
        location=config.location,
        activation=config.activation,
        depth=depth,
        resource_group=region.resource_group or names.resource_group_name(name),
        tags=region.tags,
        route_tables=route_tables(region, name),
        hub=_hub(region, name),
        nva=Nva(
            ip_address=region.hub.nva.ip_address,
            subnet=region.hub.nva.subnet,
            stateful=region.hub.nva.stateful,
            kind=region.hub.nva.kind,
            id=ResourceId.parse(region.hub.nva.id) if region.hub.nva.id else None,
            standby=region.hub.nva.standby,
        ),
        spokes=tuple(
            _spoke(region, name, key, spoke, uses_gateway=_uses_gateway(config, spoke, many=many))
            for key, spoke in sorted(region.spokes.items())
        ),
        gateway=_gateway(region, name) if gateway else None,
        circuits=tuple(
            _circuit(key, c, config.location)
            for key, c in sorted(region.express_route.connections.items())
        ),
        connections=tuple(
            _connection(name, key, connection)
            for key, connection in sorted(connections.items())
            if _provisioned(connection)
        ),
        hub_peerings=tuple(
            _hub_peering(key, peering) for key, peering in sorted(region.hub.peerings.items())
        ),
        on_premises=OnPremises(
            address_prefixes=region.on_premises.address_prefixes,
            prefers=region.on_premises.prefers,
        ),
        spokes_wait_for_connections=many,
        drill=build_drill(config) if config.drill else None,
        cache_storage_account=build_cache_storage_account(config),
        site_recovery=build_site_recovery(config),
    )
    if problems := sorted([*names.name_problems(built), *problems_without_table(region)]):
        raise ConfigurationError(problems)
    return built


def _prefix_count(region: RegionConfig) -> int:
    networks = (region.hub, *region.spokes.values())
    return sum(len(network.address_space) for network in networks)


def _uses_gateway(config: StackConfig, spoke: SpokeConfig, *, many: bool) -> bool:
    """The table of the three depths: which spokes use the hub's gateway, and so are advertised."""
    if config.activation is Activation.ACTIVE or config.disconnected:
        return True
    match config.region.standby.depth:
        case Depth.NETWORK:
            return False  # PE-09: there is no gateway to use
        case Depth.GATEWAY:
            return not many  # ER-36: the connection could not be created at failover
        case Depth.CONNECTION:
            return spoke.stays_connected


def _provisioned(connection: ConnectionConfig) -> bool:
    """ER-09: a connection needs a circuit that its provider has provisioned."""
    circuit = connection.circuit
    return circuit.provisioned if isinstance(circuit, OwnedCircuitConfig) else True


def _hub(region: RegionConfig, name: str) -> VirtualNetwork:
    tables = {}
    subnet = region.hub.subnets.get(GATEWAY_SUBNET)
    if subnet and subnet.route_table != "none":
        tables[GATEWAY_SUBNET] = "gateway"
    if nva_has_table(region):
        tables[region.hub.nva.subnet] = "nva"
    return _virtual_network(
        region,
        region.hub,
        region.hub.name or names.hub_name(name),
        tuple(
            _subnet(
                key,
                subnet,
                "inspected" if subnet.inspect else tables.get(key),
                protected=subnet.is_protected(key, spoke=False),
            )
            for key, subnet in sorted(region.hub.subnets.items())
        ),
    )


def _spoke(
    region: RegionConfig, name: str, key: str, spoke: SpokeConfig, *, uses_gateway: bool
) -> Spoke:
    return Spoke(
        key=key,
        always_on=spoke.always_on,
        virtual_network=_virtual_network(
            region,
            spoke,
            spoke.name or names.spoke_name(key, name),
            tuple(
                _subnet(
                    subnet_key,
                    subnet,
                    "spokes" if subnet.shares_table(subnet_key) else None,
                    protected=spoke.is_protected(subnet_key),
                )
                for subnet_key, subnet in sorted(spoke.subnets.items())
            ),
        ),
        hub_to_spoke=Peering(
            name=spoke.hub_to_spoke.name or names.hub_to_spoke_name(key),
            allow_gateway_transit=True,
            use_remote_gateways=False,
        ),
        spoke_to_hub=Peering(
            name=spoke.spoke_to_hub.name or names.spoke_to_hub_name(key),
            allow_gateway_transit=False,
            use_remote_gateways=uses_gateway,
        ),
    )


def _hub_peering(key: str, peering: HubPeeringConfig) -> HubPeering:
    return HubPeering(
        key=key,
        remote_id=ResourceId.parse(peering.id),
        address_space=peering.address_space,
        half=Peering(
            name=peering.name or names.hub_peering_name(key),
            allow_forwarded_traffic=peering.allow_forwarded_traffic,
            # PE-11: each hub has a gateway of its own, so neither can use the other's.
            allow_gateway_transit=False,
            use_remote_gateways=False,
        ),
    )


def _virtual_network(
    region: RegionConfig, network: HubConfig | NetworkConfig, name: str, subnets: tuple[Subnet, ...]
) -> VirtualNetwork:
    return VirtualNetwork(
        name=name,
        address_space=network.address_space,
        subnets=subnets,
        dns_servers=region.dns_servers if network.dns_servers is None else network.dns_servers,
    )


def _subnet(name: str, subnet: SubnetConfig, route_table: str | None, *, protected: bool) -> Subnet:
    # RT-25: replication traffic takes the endpoint, which no user route can override (RT-06).
    wanted = ((STORAGE_ENDPOINT,) if protected else ()) + subnet.service_endpoints
    return Subnet(
        name=name,
        address_prefix=subnet.address_prefix,
        route_table=route_table,
        service_endpoints=tuple(dict.fromkeys(wanted)),
        network_security_group_id=subnet.network_security_group_id,
        nat_gateway_id=subnet.nat_gateway_id,
        # VN-23: said outright, since API versions differ; what is sent to the NVA leaves by it.
        default_outbound_access=route_table not in ("spokes", "inspected"),
        protected=protected,
    )


def _gateway(region: RegionConfig, name: str) -> Gateway:
    gateway = region.express_route.gateway
    return Gateway(
        name=gateway.name or names.gateway_name(name),
        sku=gateway.sku.value,
        min_scale_units=gateway.min_scale_units,
        max_scale_units=gateway.max_scale_units,
    )


def _circuit(key: str, connection: ConnectionConfig, location: str) -> Circuit | CircuitReference:
    circuit = connection.circuit
    if not isinstance(circuit, OwnedCircuitConfig):
        return CircuitReference(
            key=key,
            id=ResourceId.parse(circuit.id),
            location=circuit.location,
            peering_location=circuit.peering_location,
            bandwidth_in_mbps=circuit.bandwidth_in_mbps.value,
            tier=circuit.sku.tier.value,
        )
    return Circuit(
        key=key,
        name=circuit.name or names.circuit_name(key),
        resource_group=circuit.resource_group or names.circuit_group_name(key),
        location=circuit.location or location,
        peering_location=circuit.peering_location,
        service_provider=circuit.service_provider,
        bandwidth_in_mbps=circuit.bandwidth_in_mbps.value,
        tier=circuit.sku.tier.value,
        family=circuit.sku.family.value,
        private_peering=_private_peering(circuit),
    )


def _private_peering(circuit: OwnedCircuitConfig) -> PrivatePeering | None:
    peering = circuit.private_peering
    if peering is None or not circuit.provisioned:  # ER-09
        return None
    return PrivatePeering(
        peer_asn=peering.peer_asn,
        vlan_id=peering.vlan_id,
        primary_peer_address_prefix=peering.primary_peer_address_prefix,
        secondary_peer_address_prefix=peering.secondary_peer_address_prefix,
    )


def _connection(name: str, key: str, connection: ConnectionConfig) -> Connection:
    circuit = connection.circuit
    return Connection(
        key=key,
        name=connection.name or names.connection_name(key, name),
        routing_weight=connection.routing_weight,
        authorization_key=(
            None if isinstance(circuit, OwnedCircuitConfig) else circuit.authorization_key
        ),
    )
