"""What a subnet does with a packet to every address: a row of next hops, one for each atom.

The active routes are written over the row from the shortest prefix to the longest, so that each
atom keeps its longest prefix match (``longest_prefix_match``).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.reachability.effective_routes.effective_route import (
    EffectiveRoute,
    HopType,
    Source,
)
from sparehub.topology.reachability.effective_routes.forwarding import Network, SubnetContext

_INTO_NETWORKS = (HopType.VNET_LOCAL, HopType.VNET_PEERING, HopType.VNET_GLOBAL_PEERING)
Row = NDArray[np.int16]
"""int16 array (atoms,): the cells that :class:`Network` describes, by the atom of destination."""


class RowBuilder:
    """Fills the forwarding rows of a network; subnets with the same shared routes copy one row."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._shared: dict[tuple[int, bool], Row] = {}
        self._subnets: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        """By stack and network: first atom, end and number of each subnet."""
        for number, context in enumerate(network.subnets):
            subnets = self._subnets.setdefault((context.stack, context.network), [])
            subnets.append((*network.atoms.span(context.subnet.address_prefix), number))

    def fill(self, context: SubnetContext, row: Row) -> None:
        """Fill the row of a subnet in place."""
        key = id(context.shared), context.subnet.default_outbound_access
        if key not in self._shared:
            shared = np.full(len(row), self._network.dropped, dtype=np.int16)
            # A user's VnetLocal route in a table that spokes share leads into the network of each
            # spoke, so it leads into none here. A spoke's own routes are written next: they are
            # longer, or it would not share these routes.
            self._write(context, context.shared, shared, local="")
            self._shared[key] = shared
        row[:] = self._shared[key]
        self._write(context, context.own, row, local=context.network)

    def _write(
        self, context: SubnetContext, routes: Iterable[EffectiveRoute], row: Row, local: str
    ) -> None:
        """Write routes over a row; ``local`` is the network of a user's VnetLocal route."""
        network, spans = self._network, self._network.atoms.spans
        hops = dict[IPv4Address, int]()
        for route in routes:
            low, high = spans[route.key]
            if route.hop_type is HopType.VIRTUAL_APPLIANCE and route.next_hop is not None:
                hop = hops.get(route.next_hop)
                if hop is None:
                    hop = hops[route.next_hop] = network.next_hop(context, route.next_hop)
                row[low:high] = hop
                continue
            row[low:high] = network.dropped
            if route.hop_type in _INTO_NETWORKS:
                key = context.stack, route.network or local
                if route.hop_type is HopType.VNET_GLOBAL_PEERING:
                    key = network.hub_behind(context.stack, route.network)
                for first, last, number in self._subnets.get(key, ()):
                    row[max(first, low) : max(min(last, high), low)] = number
            elif route.remote:
                row[low:high] = network.to_other
            elif route.source is Source.GATEWAY:
                row[low:high] = network.holders[low:high]
            elif route.hop_type is HopType.INTERNET and context.subnet.default_outbound_access:
                row[low:high] = network.public[low:high]  # VN-23

    def crosses_peering(self, context: SubnetContext) -> NDArray[np.bool_]:
        """Return for which destinations a spoke sends packets over its peering.

        Returns:
            bool array (atoms,).
        """
        row = np.zeros(len(self._network.atoms), dtype=bool)
        space = context.spoke.virtual_network.address_space if context.spoke else ()
        for route in (*context.shared, *context.own):
            inside = route.next_hop is not None and any(route.next_hop in p for p in space)
            crosses = route.hop_type is HopType.VNET_PEERING or route.source is Source.GATEWAY
            crosses |= route.hop_type is HopType.VIRTUAL_APPLIANCE and not inside
            row[slice(*self._network.atoms.spans[route.key])] = crosses
        return row
