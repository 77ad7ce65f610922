"""The set of outcomes (``outcome_bits``) from every context to every other, for all addresses."""

from collections.abc import Mapping

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

    An NVA alone forwards packets. So two rows decide a packet: that of its source and, where that
    leads to the NVA, that of the NVA.
    """

    def __init__(self, network: Network, columns: Columns) -> None:
        self._network, self._columns = network, columns
        self._builder = RowBuilder(network)

    def compute(self) -> Outcomes:
        """Return a row for each source and a column for each destination."""
        network, columns = self._network, self._columns
        rows = np.empty((len(network.subnets), len(network.atoms)), dtype=np.int16)
        for context, row in zip(network.subnets, rows, strict=True):
            self._builder.fill(context, row)
        outcomes = np.empty((len(network.subnets) + 1, len(columns.atoms)), dtype=np.uint16)
        on_premises = outcomes[-1]
        on_premises[:] = 0
        from_nvas = {stack: self._from_nva(stack) for stack in network.regions}
        # A packet that enters a region is for its own addresses: it never goes on to the other.
        entering = {
            stack: self._from_gateway(network.gateways.get(stack), from_nva)
            for stack, from_nva in from_nvas.items()
        }
        for stack in network.regions:
            self._fill_region(stack, rows, outcomes, from_nvas[stack], entering)
            enters = entering[stack]
            if fast_path := network.fast_paths.get(stack):  # ER-28: with the table or without it
                enters = enters | self._from_gateway(fast_path, from_nvas[stack])
            chosen = network.entries[stack][columns.atoms]
            on_premises |= np.where(chosen, enters, np.uint16(0))
        on_premises[on_premises == 0] = DROPPED  # no region advertises these addresses
        self._mark_uncertain_peerings(outcomes)
        sets: Outcomes = np.bitwise_or.reduceat(outcomes, columns.starts, axis=1)
        return sets

    def _fill_region(
        self,
        stack: str,
        rows: Row,
        outcomes: Outcomes,
        from_nva: Outcomes,
        entering: Mapping[str, Outcomes],
    ) -> None:
        """Fill the outcomes of the subnets of a region, whose rows follow each other."""
        network = self._network
        numbers = [n for n, context in enumerate(network.subnets) if context.stack == stack]
        other = None
        if network.learned[stack].prefixes:
            other = entering[network.other_stack[stack]]
            from_nva = self._from_nva(stack, other)
        if numbers:
            own = slice(numbers[0], numbers[-1] + 1)
            outcomes[own] = self._outcomes(rows[own], from_nva, other)

    def _outcomes(self, rows: Row, from_nva: Outcomes, other: Outcomes | None = None) -> Outcomes:
        """Return the outcomes of what rows send.

        Args:
            rows: int16 array (sources, atoms).
            from_nva: uint16 array (columns,): the outcomes of what the NVA gets.
            other: uint16 array (columns,): the outcomes of what enters the other region.

        Returns:
            uint16 array (sources, columns).
        """
        network, columns = self._network, self._columns
        outcome_of = np.full(network.to_other + 1, DROPPED, dtype=np.uint16)
        outcome_of[network.unknown] = UNKNOWN_APPLIANCE
        hops = rows[:, columns.atoms]
        outcomes: Outcomes = outcome_of[hops]
        np.copyto(outcomes, np.uint16(DELIVERED[0]), where=hops == columns.destinations)
        np.copyto(outcomes, from_nva, where=hops == network.to_nva)
        if other is not None:
            np.copyto(outcomes, other, where=hops == network.to_other)
        return outcomes

    def _from_nva(self, stack: str, other: Outcomes | None = None) -> Outcomes:
        """Return the outcomes of a packet that the NVA of a region gets: uint16 (columns,)."""
        network, columns = self._network, self._columns
        bit = list(network.regions).index(stack)
        nva = network.nvas.get(stack)
        if nva is None:
            return np.full(len(columns.atoms), DROPPED, dtype=np.uint16)
        row = np.empty((1, len(network.atoms)), dtype=np.int16)
        self._builder.fill(nva, row[0])
        looped = np.full(len(columns.atoms), LOOPED, dtype=np.uint16)
        outcomes = self._outcomes(row, looped).reshape(-1)
        outcomes[outcomes == DELIVERED[0]] = DELIVERED[1 << bit]
        refuses_forwarded = np.array(
            [
                context.spoke is not None and not context.spoke.spoke_to_hub.allow_forwarded_traffic
                for context in network.subnets
            ]
            + [False, False]
        )[columns.destinations]
        outcomes[refuses_forwarded] = _as_uncertain(outcomes[refuses_forwarded])  # PE-17b
        leaves = row[0, columns.atoms] == network.to_other
        if other is not None and leaves.any():
            outcomes[leaves] = _through_nva(bit)[other[leaves]]
        return outcomes

    def _from_gateway(self, context: SubnetContext | None, from_nva: Outcomes) -> Outcomes:
        """Return the outcomes of a packet that a circuit brings to GatewaySubnet: (columns,)."""
        network = self._network
        row = np.full((1, len(network.atoms)), network.dropped, dtype=np.int16)
        if context is not None:
            self._builder.fill(context, row[0])
        return self._outcomes(row, from_nva).reshape(-1)

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
