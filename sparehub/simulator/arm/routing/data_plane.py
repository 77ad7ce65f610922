"""Faults of the data plane: settings that ARM accepts although packets are then lost."""

from itertools import combinations

from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, CONNECTION
from sparehub.simulator.arm.types.express_route.gateway import network_of
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.peering import remote_gateway_users
from sparehub.simulator.arm.types.network.virtual_network import address_space


def overlaps(transaction: Transaction) -> list[str]:
    """Return the faults of the data plane, each with the id of its rule.

    ER-18: virtual networks with overlapping address spaces must not be linked to one circuit,
    spokes that use the gateway included; no error of ARM's has been seen, only packet loss.
    """
    return [
        f"ER-18: {circuit.id.text} links {first.id.text} and {second.id.text}, which overlap "
        f"({clash[0]}, {clash[1]})"
        for circuit in transaction.of_type(CIRCUIT)
        for first, second in combinations(_linked(transaction, circuit), 2)
        if (clash := addresses.first_overlap(address_space(first), address_space(second)))
    ]


def _linked(transaction: Transaction, circuit: Resource) -> list[Resource]:
    """Return the virtual networks that a circuit links, in order of their keys."""
    keys: set[str] = set()
    for connection in transaction.referrers(circuit.key, CONNECTION):
        gateway = transaction.get(connection.properties["virtualNetworkGateway1"]["id"].lower())
        if gateway is not None:
            network = network_of(gateway)
            users = remote_gateway_users(transaction, network)
            keys |= {network, *(user.id.parent.key for user in users if user.id.parent)}
    stored = [transaction.get(key) for key in sorted(keys)]
    return [network for network in stored if network is not None]
