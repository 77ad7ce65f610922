"""Which of several routes for one prefix is active: user-defined, then BGP, then system (RT-04).

Two exceptions: BGP never overrides the system routes of a network's own and peered address space,
even with a longer prefix (RT-05), and nothing overrides a service endpoint (RT-06).
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sparehub.topology.reachability.effective_routes.effective_route import (
    NO_PREFIX,
    EffectiveRoute,
    Source,
)
from sparehub.topology.reachability.effective_routes.intervals import LENGTH, prefix_key

_PRECEDENCE = {Source.USER: 2, Source.GATEWAY: 1, Source.SYSTEM: 0}


def with_overridden(routes: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """Yield the routes; a route that is overridden names the route that wins over it."""
    network_routes = {route.key: route for route in routes if route.network}
    lengths = {key & LENGTH for key in network_routes}
    best: dict[int, EffectiveRoute] = {}
    overridden: dict[int, EffectiveRoute] = {}
    for number, route in enumerate(routes):
        if route.key == NO_PREFIX:
            continue  # RT-06
        if route.source is Source.GATEWAY:
            winner = _covering_network_route(route, network_routes, lengths)
            if winner:
                overridden[number] = winner
                continue
        current = best.get(route.key)
        if current is None or _PRECEDENCE[route.source] > _PRECEDENCE[current.source]:
            best[route.key] = route
    for number, route in enumerate(routes):
        winner = overridden.get(number) or best.get(route.key, route)
        yield route if winner is route else replace(route, overridden_by=winner)


def _covering_network_route(
    learned: EffectiveRoute, network_routes: Mapping[int, EffectiveRoute], lengths: Iterable[int]
) -> EffectiveRoute | None:
    """Return the route of a virtual network that holds the prefix of a BGP route (RT-05)."""
    prefix = learned.address_prefix
    for length in lengths:
        if prefix and length <= prefix.prefixlen:
            covering = network_routes.get(prefix_key(prefix.supernet(new_prefix=length)))
            if covering:
                return covering
    return None
