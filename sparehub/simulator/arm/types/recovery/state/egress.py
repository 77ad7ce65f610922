"""Whether the agent of a machine reaches the services that it needs (SR-68).

Sign-in, Event Hubs and Site Recovery have no service endpoint, so the agent's traffic takes the
routes of its subnet: that of the service's tag, else the default one. Through an NVA that is not
there it does not arrive, and to the internet only with a NAT gateway or default outbound access:
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#service-tags-for-user-defined-routes,
https://learn.microsoft.com/azure/nat-gateway/nat-overview#traffic-routes,
https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access.
"""

from collections.abc import Sequence

from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import NETWORK_INTERFACE
from sparehub.simulator.arm.types.attached.virtual_machine import is_running, machine_of
from sparehub.simulator.arm.types.network.ip_configurations import COLLECTIONS, configurations
from sparehub.simulator.arm.types.network.nat_gateway import gives_egress
from sparehub.simulator.arm.types.network.route_table import ROUTE
from sparehub.simulator.arm.types.network.virtual_network import PEERING

_DEFAULT_ROUTES = ("0.0.0.0/0", "internet")
_SERVICES = ("azureactivedirectory", "eventhub", "azuresiterecovery")
"""https://learn.microsoft.com/azure/site-recovery/azure-to-azure-about-networking"""


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
    """Return whether the routes of a subnet lead to every service."""
    table = subnet.properties.get("routeTable", {}).get("id", "").lower()
    routes = transaction.children(table, ROUTE) if table else []
    return all(
        _arrives(transaction, subnet, _route_to(service, routes), now) for service in _SERVICES
    )


def _route_to(service: str, routes: Sequence[Resource]) -> Resource | None:
    """Return the user's route to a service; none where the system's default route leads there.

    A tag of one region is taken to be that of the region that the agent needs.
    """
    by_prefix = {str(each.properties.get("addressPrefix", "")).lower(): each for each in routes}
    regional = (route for tag, route in by_prefix.items() if tag.startswith(f"{service}."))
    default = (by_prefix[prefix] for prefix in _DEFAULT_ROUTES if prefix in by_prefix)
    return next(regional, None) or by_prefix.get(service) or next(default, None)


def _arrives(
    transaction: Transaction, subnet: Resource, route: Resource | None, now: float
) -> bool:
    """Return whether what takes a route leaves the subnet."""
    match route.properties.get("nextHopType") if route else "Internet":
        case "VirtualAppliance" if route:
            address = str(route.properties.get("nextHopIpAddress", ""))
            return _is_there(transaction, subnet, address, now)
        case "Internet":
            outbound = subnet.properties.get("defaultOutboundAccess") is not False
            return outbound or gives_egress(transaction, subnet)
        case "None":
            return False
        case _:
            return True


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
