"""Longest prefix match: of the active routes that hold an address, the longest prefix wins.

Decided here in three forms: for one address (``RouteLookup``), for all addresses at once by writing
routes over each other in the order of ``shortest_first`` (``forwarding_rows`` does), and as prefix
lengths by which the advertisements of two regions are compared (``longest_lengths``).
https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.reachability.effective_routes.effective_route import (
    NO_PREFIX,
    EffectiveRoute,
)
from sparehub.topology.reachability.effective_routes.intervals import LENGTH, Atoms, interval

NO_ROUTE = -1
"""The prefix length of an address without a route."""


def shortest_first(routes: Iterable[EffectiveRoute]) -> tuple[EffectiveRoute, ...]:
    """Return the active routes that have a prefix, the shortest prefix first.

    Whoever writes them over each other in this order keeps the longest match of every address.
    """
    active = (route for route in routes if not route.overridden_by and route.key != NO_PREFIX)
    return tuple(sorted(active, key=lambda route: route.key & LENGTH))


class RouteLookup:
    """Looks single addresses up in the effective routes of one subnet."""

    def __init__(self, routes: Iterable[EffectiveRoute]) -> None:
        spans = [(*interval(r.address_prefix), r) for r in routes if r.address_prefix]
        self._longest_first = sorted(spans, key=lambda span: span[1] - span[0])

    def find(self, address: IPv4Address) -> tuple[EffectiveRoute, tuple[EffectiveRoute, ...]]:
        """Return the route that wins for an address, and the other routes that hold it."""
        number = int(address)
        matching = [route for first, end, route in self._longest_first if first <= number < end]
        winner = next(route for route in matching if route.overridden_by is None)
        return winner, tuple(route for route in matching if route is not winner)


def longest_lengths(prefixes: Iterable[IPv4Network], atoms: Atoms) -> NDArray[np.int8]:
    """Return the length of the longest prefix that holds each atom; else ``NO_ROUTE``.

    Returns:
        int8 array (atoms,).
    """
    lengths = np.full(len(atoms), NO_ROUTE, dtype=np.int8)
    for prefix in sorted(prefixes, key=lambda prefix: prefix.prefixlen):
        lengths[slice(*atoms.span(prefix))] = prefix.prefixlen
    return lengths
