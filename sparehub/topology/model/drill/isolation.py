"""Whether anything can leave, or enter, the test networks of a drill: proven, not believed.

Two proofs, of which each has to hold by itself: routes that deliver nothing elsewhere, and security
rules that let nothing else pass. Both work on what is handed in, the model that is to be built or
what a stack recorded of it (``state.drill_state``), and take nothing for granted that is
not said there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model.resources import Drill, SecurityRule


@dataclass(frozen=True, kw_only=True)
class IsolatedNetwork:
    """What the proof looks at; routes by prefix, rules in any order, of each subnet by name."""

    name: str
    address_space: tuple[IPv4Network, ...]
    peerings: tuple[str, ...]
    routes: Mapping[str, Mapping[IPv4Network, str]]  # next hop types; nothing without a table
    learns: frozenset[str]  # subnets that take routes from BGP
    rules: Mapping[str, tuple[SecurityRule, ...]]  # nothing without a group
    endpoints: frozenset[str]  # subnets with service endpoints


def escapes(networks: Sequence[IsolatedNetwork]) -> list[str]:
    """Return every way by which a packet could leave or enter; none where all are isolated."""
    return [problem for network in networks for problem in _escapes(network)]


def _escapes(network: IsolatedNetwork) -> Iterator[str]:
    for peering in network.peerings:
        yield f"{network.name} is peered by {peering}"
    for subnet in sorted(network.routes):
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
        for direction in ("Inbound", "Outbound"):
            found = [r for r in network.rules[subnet] if r.direction == direction]
            yield from (f"{where} {p}" for p in _let_through(found, direction, network))


def _let_through(
    rules: Sequence[SecurityRule], direction: str, network: IsolatedNetwork
) -> Iterator[str]:
    """Yield what the rules of a direction allow, until one denies everything.

    Rules are judged by priority, and the first that fits decides:
    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview.
    """
    for rule in sorted(rules, key=lambda each: each.priority):
        ends = (*rule.source_address_prefixes, *rule.destination_address_prefixes)
        if rule.access == "Deny":
            if set(ends) == {"*"}:
                return
            continue
        if not all(_inside(end, network) for end in ends):
            yield f"lets {rule.name} pass, {direction.lower()}, beyond the network itself"
    # Azure's own last rules allow traffic of peered networks and to the internet.
    yield f"does not deny the rest, {direction.lower()}"


def _inside(end: str, network: IsolatedNetwork) -> bool:
    try:
        prefix = IPv4Network(end)
    except ValueError:
        return False  # `*`, or a service tag
    return any(prefix.subnet_of(own) for own in network.address_space)


def modelled_networks(drill: Drill) -> list[IsolatedNetwork]:
    """Return what the model says of a drill's networks."""
    table = drill.route_table
    routes = {route.address_prefix: route.next_hop_type.value for route in table.routes}
    return [
        IsolatedNetwork(
            name=each.virtual_network.name,
            address_space=each.virtual_network.address_space,
            peerings=(),
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
        for each in drill.networks
    ]
