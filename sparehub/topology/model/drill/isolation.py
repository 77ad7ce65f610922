"""Whether anything can leave, or enter, the test networks of a drill: proven, not believed.

Two proofs, of which each has to hold by itself: routes that deliver nothing elsewhere, and security
rules that let nothing else pass. Both work on what is handed in, the model that is to be built or
what a stack recorded of it (``state.drill_state``), and take nothing for granted that is
not said there.

Networks are peered with each other only where the drill connects them. Bastion's network is the
door of the testers: it is peered with every test network, holds AzureBastionSubnet and no more, and
has Bastion's own rules. Peerings are not transitive, so nothing passes through it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.reserved_subnets import BASTION_SUBNET
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model.drill.bastion import is_of_bastion
from sparehub.topology.model.resources import Drill, DrillNetwork, Peering, SecurityRule

_DIRECTIONS = ("Inbound", "Outbound")


@dataclass(frozen=True, kw_only=True)
class PeeringHalf:
    """A half of a peering at a test network, its own or one that leads to it."""

    name: str
    other: str = ""  # name of the other test network; empty where the other one is none
    alone: bool = True  # neither forwarded traffic nor a gateway passes


@dataclass(frozen=True, kw_only=True)
class IsolatedNetwork:
    """What the proof looks at; routes by prefix, rules in any order, of each subnet by name."""

    name: str
    address_space: tuple[IPv4Network, ...]
    peerings: tuple[PeeringHalf, ...]
    routes: Mapping[str, Mapping[IPv4Network, str]]  # next hop types; nothing without a table
    learns: frozenset[str]  # subnets that take routes from BGP
    rules: Mapping[str, tuple[SecurityRule, ...]]  # nothing without a group
    endpoints: frozenset[str]  # subnets with service endpoints

    @property
    def of_bastion(self) -> bool:
        """Whether it can hold nothing but Bastion."""
        return set(self.routes) == {BASTION_SUBNET}


def escapes(networks: Sequence[IsolatedNetwork], *, connected: bool = False) -> list[str]:
    """Return every way by which a packet could leave or enter; none where all are isolated.

    Args:
        networks: all of one drill.
        connected: whether the networks of spokes may reach each other.
    """
    return [problem for network in networks for problem in _escapes(network, networks, connected)]


def unconnected(networks: Sequence[IsolatedNetwork]) -> list[str]:
    """Return which networks of spokes are not peered with each other, and would be by connect."""
    spokes = [network for network in networks if not network.of_bastion]
    reach = {network.name: {half.other for half in network.peerings} for network in spokes}
    return [
        f"{first.name} is not peered with {second.name}"
        for first, second in combinations(spokes, 2)
        if second.name not in reach[first.name] or first.name not in reach[second.name]
    ]


def _escapes(
    network: IsolatedNetwork,
    networks: Sequence[IsolatedNetwork],
    connected: bool,  # noqa: FBT001 - handed on
) -> Iterator[str]:
    others = [other for other in networks if other.name != network.name]
    doors = [other for other in others if other.of_bastion]
    spokes = [other for other in others if not other.of_bastion]
    together = spokes if connected else []
    joined = {other.name for other in (spokes if network.of_bastion else [*doors, *together])}
    for half in network.peerings:
        if half.other not in joined:
            yield f"{network.name} is peered by {half.name}"
        elif not half.alone:
            yield f"{network.name} takes what others send, or a gateway, by {half.name}"
    if network.of_bastion:
        yield from _subnet_of_bastion(network)
        return
    reach = [*network.address_space, *_spaces(together)]
    for subnet in sorted(network.routes):
        yield from _ways_by_route(network, subnet)
        for direction in _DIRECTIONS:
            sources = [*reach, *_spaces(doors)] if direction == "Inbound" else reach
            yield from _let_through(network, subnet, direction, _within(sources, reach))


def _spaces(networks: Iterable[IsolatedNetwork]) -> list[IPv4Network]:
    return [prefix for network in networks for prefix in network.address_space]


def _ways_by_route(network: IsolatedNetwork, subnet: str) -> Iterator[str]:
    where = f"{network.name}/{subnet}"
    routes = network.routes[subnet]
    # RT-01: where no user route says otherwise, the default route leads to the internet.
    if routes.get(DEFAULT_ROUTE) != NextHopType.NONE:
        yield f"{where} has no route that drops what is for elsewhere"
    for prefix, hop in sorted(routes.items()):
        inside = any(prefix.subnet_of(own) for own in network.address_space)
        if hop != NextHopType.NONE and not (inside and hop == NextHopType.VNET_LOCAL):
            yield f"{where} has a route for {prefix} to {hop}"
    if subnet in network.learns:
        yield f"{where} would learn routes from a gateway"
    if subnet in network.endpoints:
        yield f"{where} has a service endpoint, whose routes nothing overrides (RT-06)"


def _subnet_of_bastion(network: IsolatedNetwork) -> Iterator[str]:
    """Yield what Bastion's subnet has beyond what Bastion needs.

    It has no route table (VN-26), and learns nothing while no peering uses a gateway.
    """
    for subnet, routes in network.routes.items():
        where = f"{network.name}/{subnet}"
        for prefix, hop in sorted(routes.items()):
            yield f"{where} has a route for {prefix} to {hop}"
        if subnet in network.endpoints:
            yield f"{where} has a service endpoint, which Bastion does not need"
        for direction in _DIRECTIONS:
            yield from _let_through(network, subnet, direction, is_of_bastion)


def _let_through(
    network: IsolatedNetwork, subnet: str, direction: str, meant: Callable[[SecurityRule], bool]
) -> Iterator[str]:
    """Yield what the rules of a direction allow and nobody meant, until one denies everything.

    Rules are judged by priority, and the first that fits decides:
    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview.
    """
    where = f"{network.name}/{subnet}"
    rules = [rule for rule in network.rules[subnet] if rule.direction == direction]
    for rule in sorted(rules, key=lambda each: each.priority):
        ends = (*rule.source_address_prefixes, *rule.destination_address_prefixes)
        if rule.access == "Deny":
            if set(ends) == {"*"} and (rule.protocol, rule.destination_ports) == ("*", ("*",)):
                return
            continue
        if not meant(rule):
            yield f"{where} lets {rule.name} pass, {direction.lower()}, beyond the network itself"
    # Azure's own last rules allow traffic of peered networks and to the internet.
    yield f"{where} does not deny the rest, {direction.lower()}"


def _within(
    sources: Sequence[IPv4Network], destinations: Sequence[IPv4Network]
) -> Callable[[SecurityRule], bool]:
    """Return a check whether a rule allows only traffic from and to these prefixes."""
    return lambda rule: (
        _all_inside(rule.source_address_prefixes, sources)
        and _all_inside(rule.destination_address_prefixes, destinations)
    )


def _all_inside(ends: Iterable[str], prefixes: Sequence[IPv4Network]) -> bool:
    try:
        read = [IPv4Network(end) for end in ends]
    except ValueError:
        return False  # `*`, or a service tag
    return all(any(end.subnet_of(prefix) for prefix in prefixes) for end in read)


def modelled_networks(drill: Drill) -> list[IsolatedNetwork]:
    """Return what the model says of a drill's networks."""
    table = drill.route_table
    routes = {route.address_prefix: route.next_hop_type.value for route in table.routes}
    return [
        IsolatedNetwork(
            name=each.virtual_network.name,
            address_space=each.virtual_network.address_space,
            peerings=tuple(_halves(each, drill)),
            routes={
                subnet.name: routes if subnet.route_table == table.key else {}
                for subnet in each.virtual_network.subnets
            },
            learns=frozenset(
                subnet.name
                for subnet in each.virtual_network.subnets
                if subnet.route_table != table.key or not table.disable_bgp_route_propagation
            ),
            rules={
                subnet.name: each.network_security_group.rules
                for subnet in each.virtual_network.subnets
            },
            endpoints=frozenset(
                s.name for s in each.virtual_network.subnets if s.service_endpoints
            ),
        )
        for each in drill.all_networks
    ]


def _halves(network: DrillNetwork, drill: Drill) -> Iterator[PeeringHalf]:
    """Yield the halves of a network's peerings that are its own."""
    called = {each.key: each.virtual_network.name for each in drill.all_networks}
    for peering in drill.peerings:
        if peering.first == network.key:
            yield _half(peering.first_to_second, called[peering.second])
        if peering.second == network.key:
            yield _half(peering.second_to_first, called[peering.first])


def _half(half: Peering, other: str) -> PeeringHalf:
    beyond = (half.allow_forwarded_traffic, half.allow_gateway_transit, half.use_remote_gateways)
    return PeeringHalf(name=half.name, other=other, alone=not any(beyond))
