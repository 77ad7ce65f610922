"""Virtual networks and subnets of one region."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from sparehub.topology.azure.address_ranges import PRIVATE_RANGES
from sparehub.topology.azure.limits import (
    DNS_SERVERS_PER_NETWORK,
    GATEWAY_SUBNET_OF_MANY_CIRCUITS,
    MANY_CIRCUITS,
    RECOMMENDED_GATEWAY_SUBNET,
    SUBNETS_PER_NETWORK,
)
from sparehub.topology.azure.reserved_subnets import BASTION_RULES, GATEWAY_SUBNET, Groups, reserved
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Subnet, VirtualNetwork
from sparehub.topology.rules.rule import RuleFault, rule

_GATEWAY_SUBNET_PATH = f"region.hub.subnets.{GATEWAY_SUBNET}"


def networks_of(stack: Stack) -> Iterator[tuple[str, VirtualNetwork]]:
    """Yield every virtual network of a region with its path, the hub first."""
    yield "region.hub", stack.region.hub
    for spoke in stack.region.spokes:
        yield f"region.spokes.{spoke.key}", spoke.virtual_network


def gateway_subnet_of(network: VirtualNetwork) -> Subnet | None:
    """Return the GatewaySubnet of a network, where it has one."""
    return next((each for each in network.subnets if each.name == GATEWAY_SUBNET), None)


def is_private(prefix: IPv4Network) -> bool:
    """Say whether a prefix lies in RFC 1918 or in 100.64.0.0/10, which Azure takes for private."""
    return any(prefix.subnet_of(each) for each in PRIVATE_RANGES)


@rule(
    "VN-03",
    severity="warning",
    why="The network cannot reach the owners of public addresses that it uses itself.",
)
def address_space_is_private(stack: Stack) -> Iterator[RuleFault]:
    """RFC 1918 or 100.64.0.0/10."""
    for path, network in networks_of(stack):
        public = [str(prefix) for prefix in network.address_space if not is_private(prefix)]
        if public:
            message = (
                f"{', '.join(public)} is public: use private addresses, or addresses that you own"
            )
            yield RuleFault(f"{path}.addressSpace", message)


@rule(
    "VN-10",
    severity="warning",
    why="Microsoft recommends a /27, with room for more gateways and circuits.",
)
def gateway_subnet_has_the_recommended_size(stack: Stack) -> Iterator[RuleFault]:
    """A /27 or larger."""
    subnet = gateway_subnet_of(stack.region.hub)
    if subnet is not None and subnet.address_prefix.prefixlen > RECOMMENDED_GATEWAY_SUBNET:
        message = f"{subnet.address_prefix} is smaller than the /27 that Microsoft recommends"
        yield RuleFault(f"{_GATEWAY_SUBNET_PATH}.addressPrefix", message)


@rule("VN-10", why="A gateway with sixteen circuits needs a /26.")
def gateway_subnet_has_room_for_sixteen_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Counted with those that are not provisioned yet."""
    subnet = gateway_subnet_of(stack.region.hub)
    count = len(stack.region.circuits)
    if subnet is None or count < MANY_CIRCUITS:
        return
    if subnet.address_prefix.prefixlen > GATEWAY_SUBNET_OF_MANY_CIRCUITS:
        message = f"{subnet.address_prefix} is too small for {count} circuits: /26 at least"
        yield RuleFault(f"{_GATEWAY_SUBNET_PATH}.addressPrefix", message)


@rule("VN-25", why="A virtual network has at most 3,000 subnets.")
def subnets_per_network_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Hub and spokes."""
    for path, network in networks_of(stack):
        count = len(network.subnets)
        if count > SUBNETS_PER_NETWORK:
            message = f"{count} subnets; a virtual network has at most {SUBNETS_PER_NETWORK}"
            yield RuleFault(f"{path}.subnets", message)


@rule("VN-25", why="A virtual network has at most 20 DNS servers.")
def dns_servers_per_network_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Hub, spokes, and the test networks of a drill."""
    listed = {f"{path}.dnsServers": network.dns_servers for path, network in networks_of(stack)}
    listed["region.drill.dnsServers"] = stack.config.region.drill.dns_servers or ()
    for path, servers in listed.items():
        count = len(servers)
        if count > DNS_SERVERS_PER_NETWORK:
            message = (
                f"{count} DNS servers; a virtual network has at most {DNS_SERVERS_PER_NETWORK}"
            )
            yield RuleFault(path, message)


@rule(
    "SR-27",
    severity="warning",
    why="A drill reaches no production, so a test network keeps only DNS servers of the drill.",
)
def drill_networks_reach_their_dns_servers(stack: Stack) -> Iterator[RuleFault]:
    """Where machines of the other region arrive, or while the test networks stand."""
    if stack.region.drill is None and stack.config.region.site_recovery is None:
        return
    dropped: dict[str, list[str]] = {}
    for network in build_drill(stack.config).networks:
        for address in network.dropped_dns_servers:
            dropped.setdefault(str(address), []).append(network.key)
    for server, keys in dropped.items():
        message = (
            f"{server} is out of reach of the test networks of {', '.join(keys)}, which do "
            "without it: name the drill's copy here, and connect the networks if it is in another"
        )
        yield RuleFault("region.drill.dnsServers", message)


@rule(
    "SR-22",
    severity="warning",
    why="Appliances that block guest agents cannot be replicated, so each region has its own.",
)
def nva_is_not_replicated(stack: Stack) -> Iterator[RuleFault]:
    """Its subnet is not ``protected``."""
    nva = stack.config.region.hub.nva.subnet
    subnet = stack.config.region.hub.subnets.get(nva)
    if subnet is not None and subnet.protected:
        message = "must be false: deploy a second NVA in the other region instead of replicating it"
        yield RuleFault(f"region.hub.subnets.{nva}.protected", message)


@rule(
    "VN-27",
    severity="warning",
    why="Azure refuses a security group on Bastion's subnet that lacks Bastion's own rules.",
)
def bastion_security_group_has_the_rules_of_bastion(stack: Stack) -> Iterator[RuleFault]:
    """The rules of a group are not in a stack file, so this is always reported."""
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            reservation = reserved(subnet.name)
            of_service = reservation is not None and reservation.security_groups is Groups.OWN_RULES
            if of_service and subnet.network_security_group_id:
                message = f"the group must allow {BASTION_RULES}, or Azure refuses it"
                yield RuleFault(f"{path}.subnets.{subnet.name}.networkSecurityGroupId", message)


NETWORKS = (
    address_space_is_private,
    gateway_subnet_has_the_recommended_size,
    gateway_subnet_has_room_for_sixteen_circuits,
    subnets_per_network_stay_within_the_limit,
    dns_servers_per_network_stay_within_the_limit,
    bastion_security_group_has_the_rules_of_bastion,
    drill_networks_reach_their_dns_servers,
    nva_is_not_replicated,
)
