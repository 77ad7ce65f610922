"""What may become of a packet, and what that means for a conversation.

An *outcome* is a bit. What may become of all the packets from one context to another is a set of
outcomes: one for each address and each thing that the model cannot say. The sets of both
directions decide the verdict.
"""

from dataclasses import dataclass
from enum import IntEnum

NVAS = 2
"""One NVA a region; a bit each."""
_PATHS = 1 << NVAS

# Delivered past the NVAs whose bits make the number: certainly, or if a flag does no harm.
DELIVERED = tuple(1 << passed for passed in range(_PATHS))
PERHAPS = tuple(1 << _PATHS + passed for passed in range(_PATHS))
UNKNOWN_APPLIANCE = 1 << 2 * _PATHS
DROPPED = UNKNOWN_APPLIANCE << 1
LOOPED = DROPPED << 1
OUTCOMES = LOOPED << 1
"""Sets of outcomes are below this."""
_CERTAIN = sum(DELIVERED)
ARRIVED = _CERTAIN | sum(PERHAPS)


class Verdict(IntEnum):
    """Of a conversation; best first."""

    REACHABLE = 0
    AMBIGUOUS = 1
    UNDETERMINED = 2
    UNREACHABLE = 3


NO_PAIR = -1
"""Stands for a verdict where two contexts are no pair."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict and what else two sets of outcomes say."""

    verdict: Verdict
    asymmetric: bool  # arrives both ways, but a stateful NVA sees one way only
    loops: bool
    inspected: bool  # whatever arrives has passed an NVA, both ways


def judge(there: int, back: int | None, *, stateful: int) -> Judgement:
    """Judge a conversation by the outcomes of both ways; ``back`` is None where none is needed.

    ``stateful`` holds the bit of each stateful NVA.
    """
    sets = (there,) if back is None else (there, back)
    every = there | (back or 0)
    arrived = all(each & ARRIVED for each in sets)
    open_ended = all(each & (ARRIVED | UNKNOWN_APPLIANCE) for each in sets)
    ways = [{n & stateful for n in _passed(each)} for each in sets]
    if every & UNKNOWN_APPLIANCE and open_ended:
        verdict = Verdict.UNDETERMINED
    elif not set.intersection(*ways):
        verdict = Verdict.UNREACHABLE
    elif every & ~_CERTAIN or (back is not None and len(set.union(*ways)) > 1):
        verdict = Verdict.AMBIGUOUS
    else:
        verdict = Verdict.REACHABLE
    return Judgement(
        verdict=verdict,
        asymmetric=verdict is Verdict.UNREACHABLE and arrived,
        loops=bool(every & LOOPED),
        inspected=arrived and 0 not in _passed(every),
    )


def _passed(outcomes: int) -> set[int]:
    """Return the sets of NVAs that packets which arrive have passed."""
    return {n % _PATHS for n in range(2 * _PATHS) if outcomes >> n & 1}
