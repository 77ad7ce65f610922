"""The set of outcomes (``outcome_bits``) from every context to every other."""

from collections.abc import Iterable
from ipaddress import IPv4Address

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.model.resources import Spoke
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    ON_PREMISES,
    Network,
    Row,
    SubnetContext,
)
from sparehub.topology.reachability.effective_routes.routes import EffectiveRoute, HopType, Source
from sparehub.topology.reachability.verdicts.outcome_bits import (
    DELIVERED,
    DROPPED,
    LOOPED,
    OUTCOMES,
    PERHAPS,
    UNKNOWN_APPLIANCE,
)

Outcomes = NDArray[np.uint16]


class RowBuilder:
    """Paints the rows of a network: what happens, atom by atom, to what a place sends."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._shared: dict[tuple[int, bool], Row] = {}
        self._subnets: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        for number, place in enumerate(network.places):
            held = self._subnets.setdefault((place.stack, place.network), [])
            held.append((*network.atoms.span(place.subnet.address_prefix), number))

    def paint(self, place: SubnetContext, row: Row) -> None:
        """Fill the row of a place."""
        key = id(place.shared), place.subnet.default_outbound_access
        if key not in self._shared:
            blank = np.full(len(row), self._network.dropped, dtype=np.int16)
            # What a user routes to VnetLocal in a table that spokes share leads into the network of
            # each, so into none here. Whatever of it a spoke holds, its own routes paint next: they
            # are longer, or the two would not be alike.
            self._paint(place, place.shared, blank, into="")
            self._shared[key] = blank
        row[:] = self._shared[key]
        self._paint(place, place.own, row, into=place.network)

    def _paint(
        self, place: SubnetContext, routes: Iterable[EffectiveRoute], row: Row, into: str
    ) -> None:
        """Paint routes over a row; ``into`` is the network that a user's VnetLocal leads into."""
        network, spans = self._network, self._network.atoms.spans
        hops = dict[IPv4Address, int]()
        for route in routes:
            low, high = spans[route.key]
            if route.hop_type is HopType.VIRTUAL_APPLIANCE and route.next_hop is not None:
                hop = hops.get(route.next_hop)
                if hop is None:
                    hop = hops[route.next_hop] = network.next_hop(place, route.next_hop)
                row[low:high] = hop
                continue
            row[low:high] = network.dropped
            if route.hop_type in (HopType.VNET_LOCAL, HopType.VNET_PEERING):
                key = (place.stack, route.network or into)
                for first, last, number in self._subnets.get(key, ()):
                    row[max(first, low) : max(min(last, high), low)] = number
            elif route.remote:
                row[low:high] = network.to_other
            elif route.source is Source.GATEWAY:
                row[low:high] = network.beyond[low:high]
            elif route.hop_type is HopType.INTERNET and place.subnet.default_outbound_access:
                row[low:high] = network.public[low:high]  # VN-23

    def crosses(self, place: SubnetContext) -> NDArray[np.bool_]:
        """Return for which atoms a packet of a spoke leaves it over its peering."""
        row = np.zeros(len(self._network.atoms), dtype=bool)
        inside = place.spoke.virtual_network.address_space if place.spoke else ()
        for route in (*place.shared, *place.own):
            own = route.next_hop is not None and any(route.next_hop in each for each in inside)
            over = route.hop_type is HopType.VNET_PEERING or route.source is Source.GATEWAY
            over |= route.hop_type is HopType.VIRTUAL_APPLIANCE and not own
            row[slice(*self._network.atoms.spans[route.key])] = over
        return row


class Columns:
    """The atoms of every destination, one destination after the other."""

    def __init__(self, network: Network) -> None:
        spans = [network.atoms.span(place.subnet.address_prefix) for place in network.places]
        atoms = [np.arange(low, high) for low, high in spans]
        outside = (network.number[name] for name in (ON_PREMISES, INTERNET))
        atoms += [np.flatnonzero(network.beyond == number) for number in outside]
        counts = np.array([len(each) for each in atoms])
        self.empty = counts == 0
        """Which destinations have no address at all."""
        self.atoms = np.concatenate([each if len(each) else np.array([0]) for each in atoms])
        counts[self.empty] = 1
        self.starts = np.cumsum(counts) - counts
        """Where each destination begins."""
        self.destinations = np.repeat(np.arange(len(atoms), dtype=np.int16), counts)


def all_outcomes(network: Network, columns: Columns) -> Outcomes:
    """Return the sets, one row a source: the subnets and on-premises; one column a context."""
    painter = RowBuilder(network)
    places = network.places
    rows = np.empty((len(places), len(network.atoms)), dtype=np.int16)
    for place, row in zip(places, rows, strict=True):
        painter.paint(place, row)
    found = np.empty((len(places) + 1, len(columns.atoms)), dtype=np.uint16)
    on_premises = found[-1]
    on_premises[:] = 0
    past_nvas = {stack: _past_nva(network, columns, painter, stack) for stack in network.regions}
    # What enters a region is for its own addresses, and never goes on to the other one.
    entered = {
        stack: _entered(network, columns, painter, network.gateways.get(stack), past)
        for stack, past in past_nvas.items()
    }
    for stack in network.regions:
        numbers = [n for n, place in enumerate(places) if place.stack == stack]
        past_nva, other = past_nvas[stack], None
        if network.heard[stack].prefixes:
            other = entered[network.others[stack]]
            past_nva = _past_nva(network, columns, painter, stack, other)
        if numbers:
            own = slice(numbers[0], numbers[-1] + 1)
            found[own] = _outcomes(network, columns, rows[own], past_nva, other)
        enters = entered[stack]
        if fast := network.fast_paths.get(stack):  # ER-28: by the table or past it
            enters = enters | _entered(network, columns, painter, fast, past_nvas[stack])
        chosen = network.choices[stack][columns.atoms]
        on_premises |= np.where(chosen, enters, np.uint16(0))
    on_premises[on_premises == 0] = DROPPED  # no region shows these addresses
    _doubt_flagged_spokes(network, columns, painter, found)
    sets: Outcomes = np.bitwise_or.reduceat(found, columns.starts, axis=1)
    return sets


def _outcomes(
    network: Network,
    columns: Columns,
    rows: Row,
    past_nva: Outcomes,
    other: Outcomes | None = None,
) -> Outcomes:
    """Return what becomes of what rows send; ``other``: of what enters the other region."""
    meaning = np.full(network.to_other + 1, DROPPED, dtype=np.uint16)
    meaning[network.unknown] = UNKNOWN_APPLIANCE
    hops = rows[:, columns.atoms]
    found: Outcomes = meaning[hops]
    np.copyto(found, np.uint16(DELIVERED[0]), where=hops == columns.destinations)
    np.copyto(found, past_nva, where=hops == network.to_nva)
    if other is not None:
        np.copyto(found, other, where=hops == network.to_other)
    return found


def _past_nva(
    network: Network,
    columns: Columns,
    painter: RowBuilder,
    stack: str,
    other: Outcomes | None = None,
) -> Outcomes:
    """Return what becomes of a packet that the NVA of a region gets."""
    bit = list(network.regions).index(stack)
    nva = network.nvas.get(stack)
    if nva is None:
        return np.full(len(columns.atoms), DROPPED, dtype=np.uint16)
    row = np.empty((1, len(network.atoms)), dtype=np.int16)
    painter.paint(nva, row[0])
    looped = np.full(len(columns.atoms), LOOPED, dtype=np.uint16)
    found = _outcomes(network, columns, row, looped).reshape(-1)
    found[found == DELIVERED[0]] = DELIVERED[1 << bit]
    refuses = np.array(
        [
            p.spoke is not None and not p.spoke.spoke_to_hub.allow_forwarded_traffic
            for p in network.places
        ]
        + [False, False]
    )[columns.destinations]
    found[refuses] = _doubted(found[refuses])  # PE-17b
    leaves = row[0, columns.atoms] == network.to_other
    if other is not None and leaves.any():
        found[leaves] = _also_past(bit)[other[leaves]]
    return found


def _also_past(bit: int) -> Outcomes:
    """Return, for each set of outcomes, the set of those who have passed one more NVA before."""
    sets = np.arange(OUTCOMES, dtype=np.uint16)
    found = np.zeros(OUTCOMES, dtype=np.uint16)
    for kind in (DELIVERED, PERHAPS):
        for passed, outcome in enumerate(kind):
            found |= np.where(sets & outcome, kind[passed | 1 << bit], 0).astype(np.uint16)
    both = np.uint16(sum(DELIVERED) | sum(PERHAPS))
    moved: Outcomes = found | (sets & ~both)
    return moved


def _entered(
    network: Network,
    columns: Columns,
    painter: RowBuilder,
    place: SubnetContext | None,
    past_nva: Outcomes,
) -> Outcomes:
    """Return what becomes of a packet that enters a region by its circuit, at GatewaySubnet."""
    row = np.full((1, len(network.atoms)), network.dropped, dtype=np.int16)
    if place is not None:
        painter.paint(place, row[0])
    return _outcomes(network, columns, row, past_nva).reshape(-1)


def _doubt_flagged_spokes(
    network: Network, columns: Columns, painter: RowBuilder, found: Outcomes
) -> None:
    """PE-17b: whoever crosses a peering without virtual network access may get through or not.

    A conversation crosses it both ways, so the way out of the spoke says enough.
    """
    for number, place in enumerate(network.places):
        if place.spoke and _is_doubtful(place.spoke):
            crossing = painter.crosses(place)[columns.atoms]
            found[number, crossing] = _doubted(found[number, crossing])


def _is_doubtful(spoke: Spoke) -> bool:
    """Return whether either half of a peering is without access (PE-17b) or sync (PE-18)."""
    halves = (spoke.hub_to_spoke, spoke.spoke_to_hub)
    return not all(half.allow_virtual_network_access and half.in_sync for half in halves)


def _doubted(outcomes: Outcomes) -> Outcomes:
    """Turn what arrives into what arrives perhaps."""
    certain = outcomes & np.uint16(sum(DELIVERED))
    doubted: Outcomes = (outcomes ^ certain) | certain * np.uint16(PERHAPS[0])
    return doubted
