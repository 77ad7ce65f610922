"""A region as a flat list of facts, so that two regions can be laid side by side.

A fact's path is in the words of the stack file; its value is what JSON can say.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from sparehub.topology.model.resources import (
    Circuit,
    CircuitReference,
    Connection,
    Gateway,
    Peering,
    PrivatePeering,
    Region,
    RouteTable,
    Spoke,
    Subnet,
    VirtualNetwork,
)

Json = None | bool | int | str | list[str]
Move = Callable[[IPv4Network], IPv4Network]


class AttributeKind(StrEnum):
    """What a difference of two facts means."""

    SAME = "same"  # nothing makes a difference right
    EXISTS = "there"  # that the thing is there; what it holds comes after it
    ADDRESS = "address"  # may be moved
    NAME = "name"  # follows from the region, or is chosen
    REGION_LOCAL = "own"  # each region has its own
    CHOICE = "choice"  # what a configuration says of its own region
    RECORD = "record"  # where a circuit's record lies
    ENDPOINTS = "endpoints"
    GATEWAY = "gateway"
    SERVES_ONE_REGION = "of one region"  # a security group, a NAT gateway
    PREFERENCE = "preference"
    DNS_SERVERS = "DNS servers"


class Attribute(NamedTuple):
    """One fact of one region."""

    key: str  # the path, its prefixes moved: what to compare with
    path: str
    kind: AttributeKind
    value: Json
    moved: Json  # the value, its addresses moved
    inside: str = ""  # key of the fact without which this one means nothing


def unmoved(prefix: IPv4Network) -> IPv4Network:
    """Return a prefix as it is."""
    return prefix


def attributes_of(region: Region, move: Move = unmoved) -> Iterator[Attribute]:
    """Yield every fact of a region, from the hub to the connections; ``move`` of its addresses."""
    yield plain_attribute("region.resourceGroup", AttributeKind.NAME, region.resource_group)
    tags = [f"{name}={value}" for name, value in sorted(region.tags.items())]
    yield plain_attribute("region.tags", AttributeKind.CHOICE, tags)
    yield from _network("region.hub", region.hub, move)
    nva = region.nva
    yield _addresses("region.hub.nva.ipAddress", [nva.ip_address], move)
    yield plain_attribute("region.hub.nva.subnet", AttributeKind.SAME, nva.subnet)
    yield plain_attribute("region.hub.nva.stateful", AttributeKind.SAME, nva.stateful)
    yield plain_attribute("region.hub.nva.kind", AttributeKind.SAME, nva.kind)
    yield plain_attribute("region.hub.nva.id", AttributeKind.REGION_LOCAL, str(nva.id or ""))
    yield plain_attribute("region.hub.nva.standby", AttributeKind.CHOICE, nva.standby)
    for spoke in region.spokes:
        facts = _spoke(spoke, move)
        yield from map(_of_one_region, facts) if spoke.always_on else facts
    for peering in region.hub_peerings:
        path = f"region.hub.peerings.{peering.key}"
        yield from map(_of_one_region, _peering(path, peering.half, ""))
        remote = peering.remote_id.key
        yield plain_attribute(f"{path}.id", AttributeKind.REGION_LOCAL, remote, path)
        space = _texts(sorted(peering.address_space))
        yield plain_attribute(f"{path}.addressSpace", AttributeKind.REGION_LOCAL, space, path)
    own = tuple(_prefixes_of_one_region(region))
    for table in region.route_tables:
        for fact in _route_table(table, move):
            of_one = any(fact.path.endswith(f".routes.{prefix}") for prefix in own)
            yield _of_one_region(fact) if of_one else fact
    if region.gateway:
        yield from _gateway(region.gateway)
    connections = {each.key: each for each in region.connections}
    for circuit in region.circuits:
        yield from _circuit(circuit, connections.get(circuit.key))
    prefixes = _texts(sorted(region.on_premises.address_prefixes))
    yield plain_attribute("region.onPremises.addressPrefixes", AttributeKind.SAME, prefixes)
    yield plain_attribute(
        "region.onPremises.prefers", AttributeKind.PREFERENCE, region.on_premises.prefers
    )


def _spoke(spoke: Spoke, move: Move) -> Iterator[Attribute]:
    path = f"region.spokes.{spoke.key}"
    yield _there(path, _one(_texts(spoke.virtual_network.address_space)))
    yield from _network(path, spoke.virtual_network, move, path)
    yield from _peering(f"{path}.hubToSpoke", spoke.hub_to_spoke, path)
    yield from _peering(f"{path}.spokeToHub", spoke.spoke_to_hub, path)


def _of_one_region(fact: Attribute) -> Attribute:
    """Return a fact of what each region has for itself: its addresses, and that it is there."""
    own = (AttributeKind.ADDRESS, AttributeKind.EXISTS)
    return fact._replace(kind=AttributeKind.REGION_LOCAL) if fact.kind in own else fact


def _prefixes_of_one_region(region: Region) -> Iterator[IPv4Network]:
    """Yield the prefixes to which one region alone has routes: it has them, or its pair."""
    for spoke in region.spokes:
        if spoke.always_on:
            yield from spoke.virtual_network.address_space
    hops = [prefix for peering in region.hub_peerings for prefix in peering.address_space]
    for table in region.route_tables:
        for route in table.routes:
            hop = route.next_hop_ip_address
            if hop is not None and any(hop in prefix for prefix in hops):
                yield route.address_prefix


def plain_attribute(path: str, kind: AttributeKind, value: Json, inside: str = "") -> Attribute:
    """Return a fact that holds no address."""
    return Attribute(path, path, kind, value, value, inside)


def _there(path: str, value: Json, inside: str = "") -> Attribute:
    return Attribute(path, path, AttributeKind.EXISTS, value, value, inside)


def _texts(values: Sequence[IPv4Network | IPv4Address]) -> list[str]:
    return [str(each) for each in values]


def _addresses(
    path: str, values: Sequence[IPv4Network | IPv4Address], move: Move, inside: str = ""
) -> Attribute:
    moved = [_moved(each, move) for each in values]
    return Attribute(path, path, AttributeKind.ADDRESS, _one(_texts(values)), _one(moved), inside)


def _space(path: str, network: VirtualNetwork, move: Move, inside: str) -> Attribute:
    """Return an address space, whose order means nothing."""
    moved = sorted(_moved(each, move) for each in network.address_space)
    value = sorted(_texts(network.address_space))
    return Attribute(path, path, AttributeKind.ADDRESS, _one(value), _one(moved), inside)


def _one(values: list[str]) -> Json:
    return values[0] if len(values) == 1 else values


def _moved(value: IPv4Network | IPv4Address, move: Move) -> str:
    if isinstance(value, IPv4Address):
        return str(move(IPv4Network(value)).network_address)
    return str(move(value))


def _network(
    path: str, network: VirtualNetwork, move: Move, inside: str = ""
) -> Iterator[Attribute]:
    yield plain_attribute(f"{path}.name", AttributeKind.NAME, network.name, inside)
    yield _space(f"{path}.addressSpace", network, move, inside)
    servers = _addresses(f"{path}.dnsServers", network.dns_servers, move, inside)
    yield servers._replace(kind=AttributeKind.DNS_SERVERS)
    for subnet in network.subnets:
        yield from _subnet(f"{path}.subnets.{subnet.name}", subnet, move, inside)


def _subnet(path: str, subnet: Subnet, move: Move, inside: str) -> Iterator[Attribute]:
    yield _there(path, str(subnet.address_prefix), inside)
    yield _addresses(f"{path}.addressPrefix", [subnet.address_prefix], move, path)
    yield plain_attribute(f"{path}.routeTable", AttributeKind.SAME, subnet.route_table, path)
    endpoints = sorted(subnet.service_endpoints)
    yield plain_attribute(f"{path}.serviceEndpoints", AttributeKind.ENDPOINTS, endpoints, path)
    group = subnet.network_security_group_id
    yield plain_attribute(
        f"{path}.networkSecurityGroupId", AttributeKind.SERVES_ONE_REGION, group, path
    )
    nat_gateway = subnet.nat_gateway_id
    yield plain_attribute(
        f"{path}.natGatewayId", AttributeKind.SERVES_ONE_REGION, nat_gateway, path
    )
    outbound = subnet.default_outbound_access
    yield plain_attribute(f"{path}.defaultOutboundAccess", AttributeKind.SAME, outbound, path)


def _peering(path: str, half: Peering, inside: str) -> Iterator[Attribute]:
    if not half.stands:
        return
    yield _there(path, half.name, inside)
    yield plain_attribute(f"{path}.name", AttributeKind.NAME, half.name, path)
    flags = {
        "allowVirtualNetworkAccess": half.allow_virtual_network_access,
        "allowForwardedTraffic": half.allow_forwarded_traffic,
        "allowGatewayTransit": half.allow_gateway_transit,
        "useRemoteGateways": half.use_remote_gateways,
        "connected": half.connected,
        "inSync": half.in_sync,
    }
    for name, value in flags.items():
        yield plain_attribute(f"{path}.{name}", AttributeKind.SAME, value, path)


def _route_table(table: RouteTable, move: Move) -> Iterator[Attribute]:
    path = f"region.routeTables.{table.key}"
    yield _there(path, table.name)
    yield plain_attribute(f"{path}.name", AttributeKind.NAME, table.name, path)
    propagation = table.disable_bgp_route_propagation
    yield plain_attribute(
        f"{path}.disableBgpRoutePropagation", AttributeKind.SAME, propagation, path
    )
    for route in table.routes:
        hop: str = route.next_hop_type
        moved = hop
        if route.next_hop_ip_address is not None:
            moved = f"{hop} {_moved(route.next_hop_ip_address, move)}"
            hop = f"{hop} {route.next_hop_ip_address}"
        yield Attribute(
            f"{path}.routes.{move(route.address_prefix)}",
            f"{path}.routes.{route.address_prefix}",
            AttributeKind.ADDRESS,
            hop,
            moved,
            path,
        )
    for tagged in table.tag_routes:
        yield plain_attribute(
            f"{path}.routes.{tagged.service_tag}", AttributeKind.SAME, tagged.next_hop_type, path
        )


def _gateway(gateway: Gateway) -> Iterator[Attribute]:
    path = "region.expressRoute.gateway"
    yield _there(path, gateway.name)
    yield plain_attribute(f"{path}.name", AttributeKind.NAME, gateway.name, path)
    sku = gateway.sku
    if gateway.max_scale_units is not None:
        sku += f" {gateway.min_scale_units} to {gateway.max_scale_units}"
    yield plain_attribute(f"{path}.sku", AttributeKind.GATEWAY, sku, path)
    state = gateway.provisioning_state
    yield plain_attribute(f"{path}.provisioningState", AttributeKind.SAME, state, path)


def _circuit(
    circuit: Circuit | CircuitReference, connection: Connection | None
) -> Iterator[Attribute]:
    path = f"region.expressRoute.connections.{circuit.key}"
    identity = circuit.name if isinstance(circuit, Circuit) else circuit.id.key
    yield plain_attribute(path, AttributeKind.REGION_LOCAL, identity)
    if connection is not None:
        yield plain_attribute(f"{path}.name", AttributeKind.REGION_LOCAL, connection.name, path)
        yield plain_attribute(
            f"{path}.routingWeight", AttributeKind.REGION_LOCAL, connection.routing_weight, path
        )
        state = connection.provisioning_state
        yield plain_attribute(f"{path}.provisioningState", AttributeKind.REGION_LOCAL, state, path)
    values: dict[str, Json] = {
        "peeringLocation": circuit.peering_location,
        "bandwidthInMbps": circuit.bandwidth_in_mbps,
        "sku.tier": circuit.tier,
    }
    if isinstance(circuit, Circuit):
        values["resourceGroup"] = circuit.resource_group
        values["serviceProvider"] = circuit.service_provider
        values["sku.family"] = circuit.family
        values |= _private_peering(circuit.private_peering)
    for name, value in values.items():
        yield plain_attribute(f"{path}.circuit.{name}", AttributeKind.REGION_LOCAL, value, path)
    yield plain_attribute(f"{path}.circuit.location", AttributeKind.RECORD, circuit.location, path)


def _private_peering(peering: PrivatePeering | None) -> dict[str, Json]:
    if peering is None:
        return {}
    return {
        "privatePeering.peerASN": peering.peer_asn,
        "privatePeering.vlanId": peering.vlan_id,
        "privatePeering.primaryPeerAddressPrefix": str(peering.primary_peer_address_prefix),
        "privatePeering.secondaryPeerAddressPrefix": str(peering.secondary_peer_address_prefix),
        "privatePeering.enabled": peering.enabled,
    }
