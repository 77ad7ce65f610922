"""The verdict of every ordered pair of contexts of both regions, as matrices.

``docs/verification.md`` says what is modelled and what each verdict means.
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
"""int8 array (contexts, contexts)."""
Flags = NDArray[np.bool_]
"""bool array (contexts, contexts): whether something is true of each ordered pair."""

# A judgement fits into a byte, so that a million of them take a million bytes.
_VERDICT = 0b00011
_ASYMMETRIC = 0b00100
_LOOPS = 0b01000
_INSPECTED = 0b10000
_NO_PAIR = 0b100000


@dataclass(frozen=True, eq=False, kw_only=True)
class Reachability:
    """What is true of every ordered pair: sources are rows, destinations are columns.

    Attributes:
        outcomes: uint16 array (subnets + 1, contexts) of the forward path; on-premises is last.
        _judgements: uint8 array (contexts, contexts).
    """

    network: Network
    columns: Columns
    outcomes: Outcomes
    _judgements: NDArray[np.uint8]

    @property
    def contexts(self) -> tuple[str, ...]:
        """The names of the contexts, in the order of rows and columns."""
        return self.network.contexts

    @cached_property
    def verdicts(self) -> Matrix:
        """A :class:`Verdict` for each pair; NO_PAIR where two contexts are not a pair."""
        verdicts = (self._judgements & _VERDICT).astype(np.int8)
        verdicts[self._judgements == _NO_PAIR] = NO_PAIR
        return verdicts

    @property
    def asymmetric(self) -> Flags:
        """Unreachable, since a stateful NVA would see one direction only."""
        return self._flag(_ASYMMETRIC)

    @property
    def loops(self) -> Flags:
        """A packet of either direction is in a loop."""
        return self._flag(_LOOPS)

    @property
    def inspected(self) -> Flags:
        """Every packet that arrives went through an NVA, in both directions."""
        return self._flag(_INSPECTED)

    def arrives(self, source: int, destination: int) -> bool:
        """Return whether any packet of the forward path may arrive, by the contexts' numbers."""
        return bool(int(self.outcomes[source, destination]) & ARRIVED)

    def _flag(self, bit: int) -> Flags:
        flags: Flags = (self._judgements & (bit | _NO_PAIR)) == bit
        return flags

    def index(self, context: str) -> int:
        """Return the number of a context.

        Raises:
            UnknownNameError: with the names of all contexts.
        """
        if context not in self.network.number:
            raise UnknownNameError("context", context, self.contexts)
        return self.network.number[context]

    def verdict(self, source: str, destination: str) -> Verdict | None:
        """Return the verdict of a pair, or None where the two are not a pair.

        Raises:
            UnknownNameError: where a context does not exist.
        """
        verdict = int(self.verdicts[self.index(source), self.index(destination)])
        return None if verdict == NO_PAIR else Verdict(verdict)


def verify(regions: Mapping[str, Region], lost_nvas: Collection[str] = ()) -> Reachability:
    """Judge every ordered pair of contexts.

    Args:
        regions: at most two, by the name of the stack; a lost region is left out.
        lost_nvas: the stacks whose NVA is lost.
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
    """Judge every pair by its two sets of outcomes; each combination of sets is judged once.

    Returns:
        uint8 array (contexts, contexts).
    """
    present = np.zeros(OUTCOMES, dtype=bool)
    present[outcomes] = True
    sets = np.flatnonzero(present)
    rank = np.zeros(OUTCOMES, dtype=np.uint16)
    rank[sets] = np.arange(len(sets))
    ranked = rank[outcomes]
    both = [_packed(judge(int(f), int(b), stateful=stateful)) for f in sets for b in sets]
    forward = [_packed(judge(int(f), None, stateful=stateful)) for f in sets]
    sources = len(outcomes)
    judgements = np.full((sources + 1, sources + 1), _NO_PAIR, dtype=np.uint8)
    answered = ranked[:, :sources]
    table = np.array(both, dtype=np.uint8).reshape(len(sets), len(sets))
    judgements[:-1, :-1] = table[answered, answered.T]
    judgements[: sources - 1, -1] = np.array(forward, dtype=np.uint8)[ranked[:-1, -1]]
    np.fill_diagonal(judgements, _NO_PAIR)
    judgements[columns.empty, :] = _NO_PAIR
    judgements[:, columns.empty] = _NO_PAIR
    return judgements


def _packed(judgement: Judgement) -> int:
    """Return a judgement as one byte."""
    flags = judgement.asymmetric * _ASYMMETRIC | judgement.loops * _LOOPS
    return judgement.verdict | flags | judgement.inspected * _INSPECTED
