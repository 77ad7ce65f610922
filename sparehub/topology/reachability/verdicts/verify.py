"""Who reaches whom: every ordered pair of contexts of both regions at once.

What is modelled, and what each verdict means, is said in ``docs/verification.md``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.errors import UnknownNameError
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.forwarding import Network
from sparehub.topology.reachability.verdicts.outcome_bits import (
    ARRIVED,
    NO_PAIR,
    OUTCOMES,
    Judgement,
    Verdict,
    judge,
)
from sparehub.topology.reachability.verdicts.outcomes import Columns, Outcomes, all_outcomes

Matrix = NDArray[np.int8]
Flags = NDArray[np.bool_]

# A judgement in a byte, so that a million of them are a million bytes.
_VERDICT = 0b00011
_ASYMMETRIC = 0b00100
_LOOPS = 0b01000
_INSPECTED = 0b10000
_NO_PAIR = 0b100000
_MANY = 1 << 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Reachability:
    """What is true of every ordered pair: a row a source, a column a destination."""

    network: Network
    columns: Columns
    outcomes: Outcomes  # of the way there alone; its last row is on-premises
    _judgements: NDArray[np.uint8]

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts, in the order of rows and columns."""
        return self.network.contexts

    @cached_property
    def verdicts(self) -> Matrix:
        """A :class:`Verdict`, or NO_PAIR where two contexts are no pair."""
        found = (self._judgements & _VERDICT).astype(np.int8)
        found[self._judgements == _NO_PAIR] = NO_PAIR
        return found

    @property
    def asymmetric(self) -> Flags:
        """Unreachable since a stateful NVA would see one way only."""
        return self._flag(_ASYMMETRIC)

    @property
    def loops(self) -> Flags:
        """Where a packet goes round and round, on the way there or back."""
        return self._flag(_LOOPS)

    @property
    def inspected(self) -> Flags:
        """Where whatever arrives has passed an NVA, both ways."""
        return self._flag(_INSPECTED)

    def arrives(self, source: int, destination: int) -> bool:
        """Return whether any packet of the way there may arrive, by the contexts' numbers."""
        return bool(int(self.outcomes[source, destination]) & ARRIVED)

    def _flag(self, bit: int) -> Flags:
        flags: Flags = (self._judgements & (bit | _NO_PAIR)) == bit
        return flags

    def index(self, context: str) -> int:
        """Return the number of a context.

        Raises:
            UnknownNameError: listing the contexts that there are.
        """
        if context not in self.network.number:
            raise UnknownNameError("context", context, self.contexts)
        return self.network.number[context]

    def verdict(self, source: str, destination: str) -> Verdict | None:
        """Return the verdict of a pair, or None where the two are no pair.

        Raises:
            UnknownNameError: where a context is not there.
        """
        found = int(self.verdicts[self.index(source), self.index(destination)])
        return None if found == NO_PAIR else Verdict(found)


def verify(regions: Mapping[str, Region], lost_nvas: Collection[str] = ()) -> Reachability:
    """Judge every ordered pair of contexts.

    :param regions: by the name of the stack, at most two; a lost region is left out.
    :param lost_nvas: the stacks whose NVA is gone.
    """
    network = Network(regions, lost_nvas)
    columns = Columns(network)
    outcomes = all_outcomes(network, columns)
    return Reachability(
        network=network,
        columns=columns,
        outcomes=outcomes,
        _judgements=_judgements(outcomes, columns, network.stateful),
    )


def _judgements(outcomes: Outcomes, columns: Columns, stateful: int) -> NDArray[np.uint8]:
    """Judge each pair by its two sets of outcomes; each combination of two sets only once."""
    present = np.zeros(OUTCOMES, dtype=bool)
    present[outcomes] = True
    sets = np.flatnonzero(present)
    rank = np.zeros(OUTCOMES, dtype=np.uint16)
    rank[sets] = np.arange(len(sets))
    ranked = rank[outcomes]
    both = [_packed(judge(int(f), int(b), stateful=stateful)) for f in sets for b in sets]
    there = [_packed(judge(int(f), None, stateful=stateful)) for f in sets]
    sources = len(outcomes)
    found = np.full((sources + 1, sources + 1), _NO_PAIR, dtype=np.uint8)
    ways = ranked[:, :sources]
    table = np.array(both, dtype=np.uint8).reshape(len(sets), len(sets))
    found[:-1, :-1] = table[ways, ways.T]
    found[: sources - 1, -1] = np.array(there, dtype=np.uint8)[ranked[:-1, -1]]
    np.fill_diagonal(found, _NO_PAIR)
    found[columns.empty, :] = _NO_PAIR
    found[:, columns.empty] = _NO_PAIR
    return found


def _packed(judgement: Judgement) -> int:
    flags = judgement.asymmetric * _ASYMMETRIC | judgement.loops * _LOOPS
    return judgement.verdict | flags | judgement.inspected * _INSPECTED
