"""The outcomes of a packet, and the verdict that the outcomes of both directions give.

An *outcome* is a bit. The packets from one context to another have a set of outcomes: one for each
address and for each property that the model does not know. The sets of the forward path and of the
return path decide the verdict.
"""

from dataclasses import dataclass
from enum import IntEnum

NVAS = 2
"""One NVA a region, one bit each."""
_NVA_SETS = 1 << NVAS

# The index of an outcome is the set of NVAs that the packet went through, one bit for each.
DELIVERED = tuple(1 << nvas for nvas in range(_NVA_SETS))
UNCERTAIN = tuple(1 << _NVA_SETS + nvas for nvas in range(_NVA_SETS))
"""Delivered, unless a flag of a peering prevents it."""
UNKNOWN_APPLIANCE = 1 << 2 * _NVA_SETS
DROPPED = UNKNOWN_APPLIANCE << 1
LOOPED = DROPPED << 1
OUTCOMES = LOOPED << 1
"""Every set of outcomes is a number below this."""
_CERTAIN = sum(DELIVERED)
ARRIVED = _CERTAIN | sum(UNCERTAIN)


class Verdict(IntEnum):
    """The verdict on a conversation, best first."""

    REACHABLE = 0
    AMBIGUOUS = 1
    UNDETERMINED = 2
    UNREACHABLE = 3


NO_PAIR = -1
"""Takes the place of a verdict where two contexts are not a pair."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdict of a pair, and what else the outcomes say.

    Attributes:
        asymmetric: packets arrive both ways, but a stateful NVA sees one direction only.
        inspected: every packet that arrives went through an NVA, in both directions.
    """

    verdict: Verdict
    asymmetric: bool
    loops: bool
    inspected: bool


def judge(there: int, back: int | None, *, stateful: int) -> Judgement:
    """Judge a conversation by the outcomes of both directions.

    Args:
        there: the set of outcomes of the forward path.
        back: that of the return path; None where no answer is needed.
        stateful: the bits of the stateful NVAs.
    """
    directions = (there,) if back is None else (there, back)
    union = there | (back or 0)
    arrived = all(outcomes & ARRIVED for outcomes in directions)
    open_ended = all(outcomes & (ARRIVED | UNKNOWN_APPLIANCE) for outcomes in directions)
    seen_by = [{nvas & stateful for nvas in _nva_sets(outcomes)} for outcomes in directions]
    if union & UNKNOWN_APPLIANCE and open_ended:
        verdict = Verdict.UNDETERMINED
    elif not set.intersection(*seen_by):
        verdict = Verdict.UNREACHABLE
    elif union & ~_CERTAIN or (back is not None and len(set.union(*seen_by)) > 1):
        verdict = Verdict.AMBIGUOUS
    else:
        verdict = Verdict.REACHABLE
    return Judgement(
        verdict=verdict,
        asymmetric=verdict is Verdict.UNREACHABLE and arrived,
        loops=bool(union & LOOPED),
        inspected=arrived and 0 not in _nva_sets(union),
    )


def _nva_sets(outcomes: int) -> set[int]:
    """Return the sets of NVAs that the packets which arrive went through."""
    return {bit % _NVA_SETS for bit in range(2 * _NVA_SETS) if outcomes >> bit & 1}
