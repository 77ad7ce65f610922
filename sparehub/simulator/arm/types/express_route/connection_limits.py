"""How many connections circuits and gateways may have, and how many prefixes at creation."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Write
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION, peering_location
from sparehub.simulator.arm.types.express_route.gateway import network_of
from sparehub.simulator.arm.types.network.ip_configurations import GATEWAY_SUBNET
from sparehub.simulator.arm.types.network.peering import remote_gateway_users
from sparehub.simulator.arm.types.network.virtual_network import subnet_networks

_STANDARD_LINKS = 10
_PREMIUM_LINKS = ((100, 20), (500, 25), (1000, 40), (2000, 50), (5000, 60), (10000, 75))
"""Links of a Premium circuit (ER-15) with a bandwidth below the first number, in Mbps."""
_MOST_PREMIUM_LINKS = 100
_CIRCUITS = {
    "Standard": 4,
    "ErGw1AZ": 4,
    "HighPerformance": 8,
    "ErGw2AZ": 8,
    "UltraPerformance": 16,
    "ErGw3AZ": 16,
}
"""Circuits of a gateway (ER-16)."""
_SCALE_CIRCUITS = ((10, 16), (2, 8), (0, 4))
"""Circuits of an ErGwScale gateway (ER-16) with at least so many scale units."""
CIRCUITS_FROM_ONE_LOCATION = 4
_MOST_CIRCUITS = 16
_PREFIX_FOR_MOST_CIRCUITS = 26
PREFIXES_AT_CREATION = 200


def check_limits(write: Write, gateway: Resource, circuit: Resource) -> None:
    """Refuse a new connection beyond ER-15, ER-16, ER-36 and VN-10."""
    store = write.transaction
    links = store.referrers(circuit.key, CONNECTION)
    limit = links_per_circuit(
        circuit.document["sku"]["tier"], _provider(circuit)["bandwidthInMbps"]
    )
    if len(links) >= limit:
        raise refusals.LINKS_PER_CIRCUIT(id=write.id.text, circuit=circuit.id.text, limit=limit)
    connections = store.referrers(gateway.key, CONNECTION)
    for other in connections:
        if other.properties["peer"]["id"].lower() == circuit.key:
            raise refusals.CONNECTION_TWICE(id=write.id.text, other=other.id.text)
    _check_circuits(write, gateway, circuit, connections)
    prefixes = _prefixes(store, network_of(gateway))
    if prefixes > PREFIXES_AT_CREATION:
        raise refusals.TOO_MANY_PREFIXES(
            id=write.id.text, prefixes=prefixes, limit=PREFIXES_AT_CREATION
        )


def _check_circuits(
    write: Write, gateway: Resource, circuit: Resource, connections: list[Resource]
) -> None:
    store = write.transaction
    limit = circuits_per_gateway(gateway)
    if len(connections) >= limit:
        raise refusals.CIRCUITS_PER_GATEWAY(
            id=write.id.text, gateway=gateway.id.text, limit=limit, which="in all"
        )
    location = peering_location(circuit).lower()
    others = [store.get(other.properties["peer"]["id"].lower()) for other in connections]
    there = [other for other in others if other and peering_location(other).lower() == location]
    if len(there) >= CIRCUITS_FROM_ONE_LOCATION:
        raise refusals.CIRCUITS_PER_GATEWAY(
            id=write.id.text, gateway=gateway.id.text, limit=len(there), which=f"from {location}"
        )
    subnet = store.get(f"{network_of(gateway)}/subnets/{GATEWAY_SUBNET.lower()}")
    prefix = subnet_networks(subnet)[0] if subnet else None
    last = len(connections) + 1 == _MOST_CIRCUITS
    if prefix and last and prefix.prefixlen > _PREFIX_FOR_MOST_CIRCUITS:
        raise refusals.GATEWAY_SUBNET_SMALL(
            id=write.id.text, prefix=prefix, needed="/26", reason="16 circuits"
        )


def _provider(circuit: Resource) -> JsonObject:
    provider: JsonObject = circuit.properties["serviceProviderProperties"]
    return provider


def links_per_circuit(tier: str, bandwidth: int) -> int:
    """Return how many links a circuit takes, by its tier and its bandwidth in Mbps (ER-15)."""
    if tier != "Premium":
        return _STANDARD_LINKS
    return next(
        (links for below, links in _PREMIUM_LINKS if bandwidth < below), _MOST_PREMIUM_LINKS
    )


def circuits_per_gateway(gateway: Resource) -> int:
    """Return how many circuits a gateway takes, by its SKU and scale units (ER-16)."""
    sku = gateway.properties["sku"]["name"]
    if sku in _CIRCUITS:
        return _CIRCUITS[sku]
    units = gateway.properties.get("autoScaleConfiguration", {}).get("bounds", {}).get("min", 1)
    return next(circuits for least, circuits in _SCALE_CIRCUITS if units >= least)


def _prefixes(transaction: Transaction, network: str) -> int:
    """Count the prefixes of a network and of those that use its gateways."""
    users = remote_gateway_users(transaction, network)
    keys = [network] + [user.id.parent.key for user in users if user.id.parent]
    networks = [transaction.get(key) for key in keys]
    return sum(
        len(network.properties["addressSpace"]["addressPrefixes"])
        for network in networks
        if network
    )
