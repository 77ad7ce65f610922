"""The keys of a stack file from a region that stands: only what differs from what is derived."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET, reserved
from sparehub.topology.config.enums import Activation, Bandwidth, CircuitTier, Depth, NextHopType
from sparehub.topology.model import names
from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.model.resources import (
    Circuit,
    CircuitReference,
    HubPeering,
    Peering,
    Region,
    Route,
    RouteTable,
    Spoke,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.state.parts import location_of
from sparehub.topology.state.region import Reading

Values = dict[str, Any]


def stack_values(reading: Reading) -> Values:
    """Return the keys of a stack file, in the order in which the shipped files have them."""
    region = reading.region
    standby = region.activation is Activation.STANDBY
    return {
        "azure-native:location": region.location,
        "sparehub:activation": region.activation.value,
        "sparehub:region": _without_empty(
            {
                "resourceGroup": _chosen(
                    region.resource_group, names.resource_group_name(region.location)
                ),
                "tags": dict(region.tags),
                "standby": _depth(region) if standby else None,
                "hub": _hub(reading),
                "spokes": {spoke.key: _spoke(region, spoke) for spoke in region.spokes},
                "routeTables": {
                    table.key: _route_table(region, table) for table in region.route_tables
                },
                "routes": {
                    table.key: [*_more_routes(region, table)] for table in region.route_tables
                },
                "expressRoute": {
                    "gateway": _gateway(region),
                    "connections": {
                        circuit.key: _connection(reading, circuit) for circuit in region.circuits
                    },
                },
            }
        )
        | {"onPremises": {"addressPrefixes": []}},
    }


def _without_empty(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a mapping without the keys that say nothing."""
    if not isinstance(value, Mapping):
        return value
    inner = {key: _without_empty(each) for key, each in value.items()}
    return {key: each for key, each in inner.items() if each not in (None, {}, [])}


def _chosen(name: str, derived: str) -> str | None:
    return None if name == derived else name


def _depth(region: Region) -> Values:
    withheld = [s for s in region.spokes if not s.spoke_to_hub.use_remote_gateways]
    if region.gateway is None:
        return {"depth": Depth.NETWORK.value}
    if region.connections and withheld:
        return {"depth": Depth.CONNECTION.value}
    return {"depth": Depth.GATEWAY.value}


def _hub(reading: Reading) -> Values:
    region = reading.region
    tables = {subnet.name: subnet.route_table for subnet in region.hub.subnets}
    has_table = tables.get(region.nva.subnet) == "nva"
    default = {r.address_prefix for t in region.route_tables if t.key == "nva" for r in t.routes}
    direct = has_table and DEFAULT_ROUTE in default
    subnets = {s.name: _subnet(s, protected=False) for s in region.hub.subnets}
    if not has_table and region.nva.subnet in subnets:
        subnets[region.nva.subnet]["routeTable"] = "none"
    return {
        **_network(region.hub, names.hub_name(region.location)),
        "subnets": subnets,
        "nva": {
            "ipAddress": str(region.nva.ip_address),
            "subnet": _chosen(region.nva.subnet, "nva"),
            "internetEgress": None if direct else "onPremises",
        },
        "peerings": {each.key: _peering(region, each) for each in region.hub_peerings},
    }


def _peering(region: Region, peering: HubPeering) -> Values:
    routes = [route for table in region.route_tables for route in _over(table, peering)]
    hops = sorted({str(route.next_hop_ip_address) for route in routes})
    return {
        "id": str(peering.remote_id),
        "name": _chosen(peering.half.name, names.hub_peering_name(peering.key)),
        "addressSpace": [str(prefix) for prefix in peering.address_space],
        "addressPrefixes": [str(route.address_prefix) for route in routes],
        "nextHopIpAddress": hops[0] if hops else None,
        "allowForwardedTraffic": None if peering.half.allow_forwarded_traffic else False,
    }


def _over(table: RouteTable, peering: HubPeering) -> Iterator[Route]:
    """Yield the NVA's routes to an appliance in the network that the hub is peered with."""
    for route in table.routes if table.key == "nva" else ():
        hop = route.next_hop_ip_address
        if hop is not None and any(hop in prefix for prefix in peering.address_space):
            yield route


def _network(network: VirtualNetwork, derived: str) -> Values:
    return {
        "name": _chosen(network.name, derived),
        "addressSpace": [str(prefix) for prefix in network.address_space],
        "dnsServers": [str(address) for address in network.dns_servers],
    }


def _subnet(subnet: Subnet, *, protected: bool | None = None) -> Values:
    # Nothing is replicated where Azure keeps a subnet to a service: its endpoints are said.
    service = reserved(subnet.name) is not None
    endpoints = [e for e in subnet.service_endpoints if service or e != STORAGE_ENDPOINT]
    has_storage = not service and STORAGE_ENDPOINT in subnet.service_endpoints
    protected = False if service else protected
    return {
        "addressPrefix": str(subnet.address_prefix),
        # Site Recovery's networks are protected; whether it uses the hub is unknown.
        "protected": has_storage or None if protected is False else None if has_storage else False,
        "serviceEndpoints": endpoints,
        "networkSecurityGroupId": (
            None if subnet.name == GATEWAY_SUBNET else subnet.network_security_group_id
        ),
        "natGatewayId": subnet.nat_gateway_id,
    }


def _spoke(region: Region, spoke: Spoke) -> Values:
    subnets = {}
    for subnet in spoke.virtual_network.subnets:
        subnets[subnet.name] = _subnet(subnet)
        shared = subnet.route_table is not None
        if shared is not (reserved(subnet.name) is None):
            subnets[subnet.name]["routeTable"] = "shared" if shared else "none"
    return {
        **_network(spoke.virtual_network, names.spoke_name(spoke.key, region.location)),
        "subnets": subnets,
        "hubToSpoke": _half(spoke.hub_to_spoke, names.hub_to_spoke_name(spoke.key)),
        "spokeToHub": _half(spoke.spoke_to_hub, names.spoke_to_hub_name(spoke.key)),
    }


def _half(half: Peering, derived: str) -> Values:
    return {"name": _chosen(half.name, derived) if half.stands else None}


def _derived_routes(region: Region, table: RouteTable) -> Mapping[IPv4Network, str]:
    """Return the names of the routes that follow from the region, by their prefixes."""
    if table.key == "gateway":
        return {
            prefix: names.route_name(spoke.key, prefix)
            for spoke in region.spokes
            for prefix in spoke.virtual_network.address_space
        }
    over = {
        route.address_prefix: names.route_name(peering.key, route.address_prefix)
        for peering in region.hub_peerings
        for route in _over(table, peering)
    }
    return over | ({DEFAULT_ROUTE: "default"} if table.key in ("spokes", "nva") else {})


def _route_table(region: Region, table: RouteTable) -> Values | None:
    if table.key not in ("spokes", "gateway", "nva"):
        return None
    derived = _derived_routes(region, table)
    chosen = {route.address_prefix: route.name for route in table.routes}
    return {
        "name": _chosen(table.name, names.route_table_name(table.key, region.location)),
        "routeNames": {
            str(prefix): name
            for prefix, name in chosen.items()
            if name != derived.get(prefix, names.user_route_name(prefix))
        },
    }


def _more_routes(region: Region, table: RouteTable) -> Iterator[Values]:
    """Yield the routes that do not follow from the region."""
    if table.key not in ("spokes", "gateway", "nva"):
        return
    derived = _derived_routes(region, table)
    for route in table.routes:
        if route.address_prefix in derived:
            continue
        address = route.next_hop_ip_address
        appliance = route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
        yield {
            "addressPrefix": str(route.address_prefix),
            "nextHopType": route.next_hop_type.value,
            **({"nextHopIpAddress": str(address)} if appliance and address else {}),
        }


def _gateway(region: Region) -> Values:
    gateway = region.gateway
    if gateway is None:
        return {}
    return {
        "name": _chosen(gateway.name, names.gateway_name(region.location)),
        "sku": gateway.sku,
        "minScaleUnits": gateway.min_scale_units,
        "maxScaleUnits": gateway.max_scale_units,
    }


def _connection(reading: Reading, circuit: Circuit | CircuitReference) -> Values:
    region, key = reading.region, circuit.key
    made = next((each for each in region.connections if each.key == key), None)
    return {
        "name": _chosen(made.name, names.connection_name(key, region.location)) if made else None,
        "routingWeight": made.routing_weight if made else 0,
        "circuit": _circuit(reading, circuit),
    }


def owned(reading: Reading, key: str) -> Circuit | None:
    """Return a circuit that the region's stack can own: one with a resource group of its own.

    A region's own group must not hold it (config.md), and a stack has a circuit and its group in
    one location: Pulumi would replace a group that lies elsewhere.
    """
    region = reading.region
    circuit = next((each for each in region.circuits if each.key == key), None)
    resource = reading.roles[ROLES.circuit(key)]
    hub = reading.roles.hub
    if not isinstance(circuit, Circuit) or resource is None or hub is None:
        return None
    groups = [c.resource_group.lower() for c in region.circuits if isinstance(c, Circuit)]
    group = reading.roles[ROLES.circuit_group(key)]
    together = group is None or location_of(group) == circuit.location
    alone = circuit.resource_group.lower() != region.resource_group.lower()
    here = resource.identity.shares_subscription(hub.identity)
    by_provider = bool(circuit.service_provider)  # not on a port of ExpressRoute Direct
    once = groups.count(circuit.resource_group.lower()) == 1
    return circuit if alone and here and together and by_provider and once else None


def _circuit(reading: Reading, circuit: Circuit | CircuitReference) -> Values:
    mine = owned(reading, circuit.key)
    bandwidth = circuit.bandwidth_in_mbps
    if mine is None:
        resource = reading.roles[ROLES.circuit(circuit.key)]
        identity = str(circuit.id) if isinstance(circuit, CircuitReference) else ""
        return {
            "id": resource.id if resource else identity,
            "peeringLocation": circuit.peering_location or "unknown",
            "location": circuit.location,
            "sku": {"tier": circuit.tier or CircuitTier.STANDARD.value},
            "bandwidthInMbps": bandwidth if bandwidth in [*Bandwidth] else Bandwidth.M50.value,
        }
    private = mine.private_peering
    return {
        "name": _chosen(mine.name, names.circuit_name(mine.key)),
        "resourceGroup": _chosen(mine.resource_group, names.circuit_group_name(mine.key)),
        "peeringLocation": mine.peering_location,
        "location": _chosen(mine.location, reading.region.location),
        "serviceProvider": mine.service_provider,
        "bandwidthInMbps": bandwidth,
        "sku": {"tier": mine.tier, "family": mine.family},
        "provisioned": private is not None,
        "privatePeering": private
        and {
            "peerASN": private.peer_asn,
            "vlanId": private.vlan_id,
            "primaryPeerAddressPrefix": str(private.primary_peer_address_prefix),
            "secondaryPeerAddressPrefix": str(private.secondary_peer_address_prefix),
        },
    }
