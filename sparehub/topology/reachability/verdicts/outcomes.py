"""The set of outcomes (``outcome_bits``) from every context to every other, for all addresses."""

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.model.resources import Spoke
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    ON_PREMISES,
    Network,
    SubnetContext,
)
from sparehub.topology.reachability.effective_routes.forwarding_rows import Row, RowBuilder
from sparehub.topology.reachability.verdicts.outcome_bits import (
    DELIVERED,
    DROPPED,
    LOOPED,
    OUTCOMES,
    UNCERTAIN,
    UNKNOWN_APPLIANCE,
)

Outcomes = NDArray[np.uint16]
"""uint16 array of sets of outcomes; its last axis is columns, or contexts."""


class Columns:
    """The atoms of all destinations, one destination after the other.

    Attributes:
        atoms: int array (columns,): the atom of each column.
        destinations: int16 array (columns,): the number of the context that holds it.
        starts: int array (contexts,): the first column of each destination.
        empty: bool array (contexts,): destinations without any address; they have one column.
    """

    def __init__(self, network: Network) -> None:
        spans = [network.atoms.span(item.subnet.address_prefix) for item in network.subnets]
        atoms = [np.arange(low, high) for low, high in spans]
        outside = (network.number[name] for name in (ON_PREMISES, INTERNET))
        atoms += [np.flatnonzero(network.holders == number) for number in outside]
        counts = np.array([len(part) for part in atoms])
        self.empty = counts == 0
        self.atoms = np.concatenate([part if len(part) else np.array([0]) for part in atoms])
        counts[self.empty] = 1
        self.starts = np.cumsum(counts) - counts
        self.destinations = np.repeat(np.arange(len(atoms), dtype=np.int16), counts)


def all_outcomes(network: Network, columns: Columns) -> Outcomes:
    """Return the outcomes of every pair.

    Returns:
        uint16 array (subnets + 1, contexts): a row for each source, the subnets and last
        on-premises; a column for each destination.
    """
    return _AllOutcomes(network, columns).compute()


class _AllOutcomes:
    """Computes the outcomes of every pair.

    A packet is forwarded by an NVA, by a gateway (ER-26), and by nothing else. So the row of its
    source decides it together with what becomes of packets that an NVA or a gateway gets.
    """

    def __init__(self, network: Network, columns: Columns) -> None:
        self._network, self._columns = network, columns
        self._builder = RowBuilder(network)
        looped = np.full(len(columns.atoms), LOOPED, dtype=np.uint16)
        self._nvas = dict.fromkeys(network.regions, looped)
        """By stack: the outcomes of what its NVA gets: uint16 (columns,)."""
        self._gateways = dict.fromkeys(network.regions, looped)
        """By stack: the outcomes of what a circuit brings to its GatewaySubnet."""
        self._refusing = {stack: self._refuses_forwarded(stack) for stack in network.regions}

    def compute(self) -> Outcomes:
        """Return a row for each source and a column for each destination."""
        network, columns = self._network, self._columns
        self._follow_forwarding()
        rows = np.empty((len(network.subnets), len(network.atoms)), dtype=np.int16)
        for context, row in zip(network.subnets, rows, strict=True):
            self._builder.fill(context, row)
        outcomes = np.empty((len(network.subnets) + 1, len(columns.atoms)), dtype=np.uint16)
        on_premises = outcomes[-1]
        on_premises[:] = 0
        for stack in network.regions:
            numbers = [n for n, context in enumerate(network.subnets) if context.stack == stack]
            if numbers:
                own = slice(numbers[0], numbers[-1] + 1)
                outcomes[own] = self._outcomes(stack, rows[own])
            enters = self._gateways[stack]
            if fast_path := network.fast_paths.get(stack):  # ER-28: with the table or without it
                enters = enters | self._outcomes(stack, self._row(fast_path)).reshape(-1)
            chosen = network.entries[stack][columns.atoms]
            on_premises |= np.where(chosen, enters, np.uint16(0))
        on_premises[on_premises == 0] = DROPPED  # no region advertises these addresses
        self._mark_uncertain_peerings(outcomes)
        sets: Outcomes = np.bitwise_or.reduceat(outcomes, columns.starts, axis=1)
        return sets

    def _follow_forwarding(self) -> None:
        """Find what becomes of packets at each NVA and each gateway.

        They pass them on to each other. What has not arrived after one pass for each of them is in
        a loop, which every packet counts as to begin with.
        """
        network = self._network
        nvas = {stack: self._row(network.nvas.get(stack)) for stack in network.regions}
        gateways = {stack: self._row(network.gateways.get(stack)) for stack in network.regions}
        for _ in range(len(nvas) + len(gateways)):
            at_nvas = {
                stack: self._outcomes(stack, row, by_nva=True).reshape(-1)
                for stack, row in nvas.items()
            }
            at_gateways = {
                stack: self._outcomes(stack, row).reshape(-1) for stack, row in gateways.items()
            }
            self._nvas, self._gateways = at_nvas, at_gateways

    def _row(self, context: SubnetContext | None) -> Row:
        """Return the row of a context, which drops everything where there is none: (1, atoms)."""
        row = np.full((1, len(self._network.atoms)), self._network.dropped, dtype=np.int16)
        if context is not None:
            self._builder.fill(context, row[0])
        return row

    def _outcomes(self, stack: str, rows: Row, *, by_nva: bool = False) -> Outcomes:
        """Return the outcomes of what contexts of a region send, or what its NVA forwards.

        Args:
            stack: the region.
            rows: int16 array (sources, atoms).
            by_nva: whether its NVA forwards the packets.

        Returns:
            uint16 array (sources, columns).
        """
        network, columns = self._network, self._columns
        outcome_of = np.full(network.to_other_nva + 1, DROPPED, dtype=np.uint16)
        outcome_of[network.unknown] = UNKNOWN_APPLIANCE
        hops = rows[:, columns.atoms]
        outcomes: Outcomes = outcome_of[hops]
        delivered = hops == columns.destinations
        np.copyto(outcomes, np.uint16(DELIVERED[0]), where=delivered)
        if by_nva:  # PE-17b
            doubtful = delivered & self._refusing[stack]
            outcomes[doubtful] = UNCERTAIN[0]
        np.copyto(outcomes, self._nvas[stack], where=hops == network.to_nva)
        other = network.other_stack[stack]
        if network.learned[stack].prefixes:
            np.copyto(outcomes, self._gateways[other], where=hops == network.to_other)
        if stack in network.joins:
            self._cross(stack, hops, outcomes, by_nva=by_nva)
        return _through_nva(list(network.regions).index(stack))[outcomes] if by_nva else outcomes

    def _cross(self, stack: str, hops: Row, outcomes: Outcomes, *, by_nva: bool) -> None:
        """Write the outcomes of packets that cross the peering of the hubs, in place."""
        network, columns = self._network, self._columns
        other = network.other_stack[stack]
        beyond = hops == network.to_other_nva
        np.copyto(outcomes, self._nvas[other], where=beyond)
        there = np.array([*(c.stack == other for c in network.subnets), False, False])
        crossing = beyond | ((hops == columns.destinations) & there[columns.destinations])
        half, back = network.joins[stack].half, network.joins[other].half
        allowed = half.allow_virtual_network_access and back.allow_virtual_network_access
        if not allowed or (by_nva and not back.allow_forwarded_traffic):
            outcomes[crossing] = _as_uncertain(outcomes[crossing])

    def _refuses_forwarded(self, stack: str) -> NDArray[np.bool_]:
        """Return for which columns a spoke of a region refuses what the NVA forwards.

        Returns:
            bool array (columns,).
        """
        refusing = [
            context.stack == stack
            and context.spoke is not None
            and not context.spoke.spoke_to_hub.allow_forwarded_traffic
            for context in self._network.subnets
        ]
        return np.array([*refusing, False, False])[self._columns.destinations]

    def _mark_uncertain_peerings(self, outcomes: Outcomes) -> None:
        """Mark packets that cross a peering without virtual network access (PE-17b).

        A conversation crosses the peering in both directions, so the direction out of the spoke
        is enough.
        """
        for number, context in enumerate(self._network.subnets):
            if context.spoke and _is_uncertain(context.spoke):
                crossing = self._builder.crosses_peering(context)[self._columns.atoms]
                outcomes[number, crossing] = _as_uncertain(outcomes[number, crossing])


def _through_nva(bit: int) -> Outcomes:
    """Return the outcomes of packets that went through one more NVA first.

    Returns:
        uint16 array (sets,): by a set of outcomes, the set with the NVA's bit.
    """
    sets = np.arange(OUTCOMES, dtype=np.uint16)
    moved = np.zeros(OUTCOMES, dtype=np.uint16)
    for kind in (DELIVERED, UNCERTAIN):
        for nvas, outcome in enumerate(kind):
            moved |= np.where(sets & outcome, kind[nvas | 1 << bit], 0).astype(np.uint16)
    arrived = np.uint16(sum(DELIVERED) | sum(UNCERTAIN))
    result: Outcomes = moved | (sets & ~arrived)
    return result


def _is_uncertain(spoke: Spoke) -> bool:
    """Return whether half of a peering is without access (PE-17b) or out of sync (PE-18)."""
    halves = (spoke.hub_to_spoke, spoke.spoke_to_hub)
    return not all(half.allow_virtual_network_access and half.in_sync for half in halves)


def _as_uncertain(outcomes: Outcomes) -> Outcomes:
    """Return outcomes with every delivery as an uncertain one."""
    certain = outcomes & np.uint16(sum(DELIVERED))
    result: Outcomes = (outcomes ^ certain) | certain * np.uint16(UNCERTAIN[0])
    return result
