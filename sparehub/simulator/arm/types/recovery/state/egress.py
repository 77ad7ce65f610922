"""Whether the agent of a machine reaches the services that it needs (SR-68).

Sign-in, EventHub and Site Recovery have no service endpoint, so the agent's traffic takes the
default route of its subnet. Through an NVA that is not there it does not arrive.
"""

from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import NETWORK_INTERFACE
from sparehub.simulator.arm.types.attached.virtual_machine import is_running, machine_of
from sparehub.simulator.arm.types.network.ip_configurations import COLLECTIONS, configurations
from sparehub.simulator.arm.types.network.route_table import ROUTE
from sparehub.simulator.arm.types.network.virtual_network import PEERING

_DEFAULT_ROUTES = ("0.0.0.0/0", "Internet")


def has_egress(transaction: Transaction, machine: Resource, now: float) -> bool:
    """Return whether every interface of a machine has a way to the internet."""
    profile = machine.properties.get("networkProfile", {})
    interfaces = [
        transaction.get(str(reference["id"]).lower())
        for reference in profile.get("networkInterfaces", [])
    ]
    subnets = [
        transaction.get(configuration["properties"].get("subnet", {}).get("id", "").lower())
        for interface in interfaces
        if interface
        for configuration in configurations(interface)
        if "publicIPAddress" not in configuration["properties"]
    ]
    return all(subnet is None or _leaves(transaction, subnet, now) for subnet in subnets)


def _leaves(transaction: Transaction, subnet: Resource, now: float) -> bool:
    """Return whether the default route of a subnet leads out."""
    table = subnet.properties.get("routeTable", {}).get("id", "").lower()
    for route in transaction.children(table, ROUTE) if table else []:
        if route.properties.get("addressPrefix") not in _DEFAULT_ROUTES:
            continue
        match route.properties.get("nextHopType"):
            case "VirtualAppliance":
                address = str(route.properties.get("nextHopIpAddress", ""))
                return _is_there(transaction, subnet, address, now)
            case "None":
                return False
            case _:
                return True
    return subnet.properties.get("defaultOutboundAccess") is not False


def _is_there(transaction: Transaction, subnet: Resource, address: str, now: float) -> bool:
    """Return whether an interface, load balancer or firewall that works has an address."""
    networks = _networks(transaction, subnet)
    for type_name in COLLECTIONS:
        for holder in transaction.of_type(type_name):
            for configuration in configurations(holder):
                properties = configuration["properties"]
                inside = properties.get("subnet", {}).get("id", "").lower().startswith(networks)
                if inside and properties.get("privateIPAddress") == address:
                    return _works(transaction, holder, now)
    return False


def _works(transaction: Transaction, holder: Resource, now: float) -> bool:
    if holder.id.type.lower() != NETWORK_INTERFACE.lower():
        return True
    machine = machine_of(transaction, holder)
    return machine is not None and is_running(machine, now)


def _networks(transaction: Transaction, subnet: Resource) -> tuple[str, ...]:
    """Return the beginnings of the ids of subnets in the network and in its peers."""
    network = subnet.key.rpartition("/subnets/")[0]
    peers = [
        peering.properties.get("remoteVirtualNetwork", {}).get("id", "").lower()
        for peering in transaction.children(network, PEERING)
    ]
    return tuple(f"{found}/subnets/" for found in [network, *peers] if found)
