"""BGP between Azure and on-premises: the prefixes advertised over each connection.

Sources: https://learn.microsoft.com/azure/expressroute/expressroute-faqs (ER-20 to ER-22, ER-25),
https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways (ER-26),
https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering (ER-38).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sparehub.simulator.arm.routing.on_premises import advertised
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION, peering_location
from sparehub.simulator.arm.types.express_route.circuit_peering import PRIVATE_PEERING
from sparehub.simulator.arm.types.express_route.gateway import EXPRESS_ROUTE, network_of
from sparehub.simulator.arm.types.express_route.vpn import IPSEC
from sparehub.simulator.arm.types.network.addresses import Network, network
from sparehub.simulator.arm.types.network.ip_configurations import GATEWAY_SUBNET
from sparehub.simulator.arm.types.network.peering import remote_gateway_users
from sparehub.simulator.arm.types.network.virtual_network import address_space, subnet_networks

LINKS = ("Primary", "Secondary")
AZURE_ASN = 65515
"""The autonomous system of gateways: learn.microsoft.com, vpn-gateway-bgp-overview."""
MICROSOFT_ASN = 12076
MOST_ADVERTISED = {4: 1000, 6: 100}
_MOST_LEARNED_BY_PREMIUM, _MOST_LEARNED = 10_000, 4_000
MOST_EQUAL_ROUTES = 4
_INSTANCE = 12
"""Where in GatewaySubnet a gateway's own address is, and the first of its two routers: as in the
tables of https://learn.microsoft.com/azure/networking/connectivity-interoperability-data-plane."""
_ROUTER = 4


@dataclass(frozen=True)
class Learned:
    """A prefix that a gateway has learned over one connection."""

    prefix: Network
    connection: Resource
    next_hop: str
    as_path: str
    weight: int
    express_route: bool

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The better, the smaller: ExpressRoute before VPN, weight, length of the path (ER-22)."""
        return (not self.express_route, -self.weight, len(self.as_path.split("-")))


def connections(transaction: Transaction, gateway: Resource, now: float) -> list[Resource]:
    """Return the provisioned connections of a gateway."""
    linked = transaction.referrers(gateway.key, CONNECTION)
    return [
        connection
        for connection in linked
        if connection.failure is None and connection.finishes_at <= now
    ]


def private_peering(transaction: Transaction, circuit: Resource) -> Resource | None:
    """Return the private peering of a circuit."""
    return transaction.get(circuit.id.child("peerings", PRIVATE_PEERING).key)


def links_up(transaction: Transaction, circuit: Resource, now: float) -> list[str]:
    """Return the links of a circuit with a BGP session.

    None if the peering is disabled (ER-38) or the provider has taken the circuit back. A circuit
    in the state Failed keeps its sessions (learn.microsoft.com/answers/questions/5883871).
    """
    peering = private_peering(transaction, circuit)
    enabled = peering is not None and peering.properties["state"] == "Enabled"
    if peering is None or not enabled or not circuit.private["provisioned"]:
        return []
    if peering.finishes_at > now and peering.revision == 1:
        return []
    test = circuit.private.get("test", {})
    cut = test.get("linkType") if test.get("circuitTestCategory") == "BgpDisconnect" else None
    return [link for link in LINKS if link != cut]


def advertisements(transaction: Transaction, gateway: Resource) -> list[Network]:
    """Return the prefixes a gateway advertises: of its network and those that use it (ER-20)."""
    here = network_of(gateway)
    users = remote_gateway_users(transaction, here)
    keys = [here] + [
        user.id.parent.key
        for user in users
        if user.id.parent and user.properties["peeringState"] == "Connected"
    ]
    networks = [transaction.get(key) for key in keys]
    return [prefix for network in networks if network for prefix in address_space(network)]


def is_up(transaction: Transaction, connection: Resource, now: float) -> bool:
    """Return whether an ExpressRoute connection carries routes.

    Above 1,000 IPv4 or 100 IPv6 prefixes from Azure the connection goes down; above 4,000 (Premium:
    10,000) from on-premises BGP does (ER-21).
    """
    gateway, circuit = ends_of(transaction, connection)
    if gateway is None or circuit is None or not links_up(transaction, circuit, now):
        return False
    ours = advertisements(transaction, gateway)
    most = most_learned(circuit.document["sku"]["tier"])
    few = all(
        sum(prefix.version == version for prefix in ours) <= limit
        for version, limit in MOST_ADVERTISED.items()
    )
    cut = (
        gateway.private.get("test", {}).get("peeringLocation", "").lower()
        == peering_location(circuit).lower()
    )
    return few and len(advertised(transaction, circuit)) <= most and not cut


def most_learned(tier: str) -> int:
    """Return how many prefixes from on-premises a circuit learns, by its tier (ER-21)."""
    return _MOST_LEARNED_BY_PREMIUM if tier == "Premium" else _MOST_LEARNED


def ends_of(
    transaction: Transaction, connection: Resource
) -> tuple[Resource | None, Resource | None]:
    """Return the gateway and the circuit of an ExpressRoute connection."""
    properties = connection.properties
    gateway = transaction.get(properties["virtualNetworkGateway1"]["id"].lower())
    return gateway, transaction.get(properties.get("peer", {}).get("id", "").lower())


def learned(transaction: Transaction, gateway: Resource, now: float) -> list[Learned]:
    """Return all routes that a gateway has learned."""
    routes: list[Learned] = []
    for number, connection in enumerate(connections(transaction, gateway, now)):
        if connection.properties["connectionType"] == EXPRESS_ROUTE:
            routes += _over_circuit(transaction, gateway, connection, number, now)
        else:
            routes += _over_vpn(transaction, gateway, connection, now)
    return routes


def best(routes: list[Learned]) -> dict[Network, list[Learned]]:
    """Return the routes that are used, by prefix: the best one, or up to four equals (ER-22)."""
    by_prefix: dict[Network, list[Learned]] = {}
    for route in routes:
        by_prefix.setdefault(route.prefix, []).append(route)
    return {
        prefix: [
            route for route in candidates if route.rank == min(other.rank for other in candidates)
        ][:MOST_EQUAL_ROUTES]
        for prefix, candidates in by_prefix.items()
    }


def local_address(transaction: Transaction, gateway: Resource) -> str:
    """Return the address of a gateway in its subnet."""
    return _in_subnet(transaction, gateway, _INSTANCE)


def routers(transaction: Transaction, gateway: Resource, number: int) -> list[str]:
    """Return the addresses of the two edge routers, of the circuit with a number."""
    first = _ROUTER + 2 * number + (2 if _ROUTER + 2 * number >= _INSTANCE else 0)
    return [_in_subnet(transaction, gateway, first + index) for index in range(len(LINKS))]


def _in_subnet(transaction: Transaction, gateway: Resource, number: int) -> str:
    subnet = transaction.get(f"{network_of(gateway)}/subnets/{GATEWAY_SUBNET.lower()}")
    if subnet is None:
        return ""
    prefix = subnet_networks(subnet)[0]
    return str(prefix[min(number, prefix.num_addresses - 2)])


def _over_circuit(
    transaction: Transaction, gateway: Resource, connection: Resource, number: int, now: float
) -> Iterator[Learned]:
    _, circuit = ends_of(transaction, connection)
    if circuit is None or not is_up(transaction, connection, now):
        return
    peering = private_peering(transaction, circuit)
    asn = peering.properties["peerASN"] if peering else 0
    weight = connection.properties["routingWeight"]
    router = routers(transaction, gateway, number)[0]
    prepended = circuit.private.get("test", {}).get("circuitTestCategory") == "ASPathPrepend"
    path = f"{MICROSOFT_ASN}-{asn}" + (f"-{asn}" if prepended else "")
    for prefix in advertised(transaction, circuit):
        yield Learned(prefix, connection, router, path, weight, express_route=True)
    path = f"{MICROSOFT_ASN}-{AZURE_ASN}"
    for prefix in _hairpinned(transaction, gateway, circuit, now):
        yield Learned(prefix, connection, router, path, weight, express_route=True)


def _hairpinned(
    transaction: Transaction, gateway: Resource, circuit: Resource, now: float
) -> Iterator[Network]:
    """Return the prefixes of other networks on one circuit, if both gateways allow it (ER-26)."""
    if not gateway.properties["allowRemoteVnetTraffic"]:
        return
    for other in transaction.referrers(circuit.key, CONNECTION):
        there, _ = ends_of(transaction, other)
        if there is None or there.key == gateway.key or not is_up(transaction, other, now):
            continue
        if there.properties["allowRemoteVnetTraffic"]:
            yield from advertisements(transaction, there)


def _over_vpn(
    transaction: Transaction, gateway: Resource, connection: Resource, now: float
) -> Iterator[Learned]:
    """Yield the routes to a VPN device, or to another gateway that is connected back."""
    properties = connection.properties
    weight = properties["routingWeight"]
    if properties["connectionType"] == IPSEC:
        device = transaction.get(properties["localNetworkGateway2"]["id"].lower())
        space = device.properties.get("localNetworkAddressSpace", {}) if device else {}
        for text in space.get("addressPrefixes", []):
            prefix = network(text, connection.id)
            hop = device.properties.get("gatewayIpAddress", "") if device else ""
            yield Learned(prefix, connection, hop, "", weight, express_route=False)
        return
    second = properties["virtualNetworkGateway2"]["id"].lower()
    ends = {gateway.key, second}
    there = transaction.get(second)
    for back in connections(transaction, there, now) if there else []:
        first = back.properties["virtualNetworkGateway1"]["id"].lower()
        other = back.properties.get("virtualNetworkGateway2", {}).get("id", "").lower()
        if there and back.key != connection.key and {first, other} == ends:
            for prefix in advertisements(transaction, there):
                hop = local_address(transaction, there)
                path = str(AZURE_ASN)
                yield Learned(prefix, connection, hop, path, weight, express_route=False)
