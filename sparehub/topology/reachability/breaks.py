"""What a failover breaks: what held for the active region before it, and does not after it.

A pair of contexts is compared by role: what the secondary's spokes reach once it is active, with
what the primary's spokes of the same name reached while that was. What was wrong before, and what
lies in the region that is left, is not broken by the failover.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sparehub.topology.reachability.intents import Intent
from sparehub.topology.reachability.invariants import Violation, explained, of_regions
from sparehub.topology.reachability.proof import asked
from sparehub.topology.reachability.roles import by_role
from sparehub.topology.reachability.states.states import PairState
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability, verify

_NOWHERE = -1
_PAIR_OF_REGIONS = "overlap"
"""The question that is asked of both regions together, whichever of them is active."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What a failover breaks: how many pairs, and the first of each question, explained."""

    count: int
    violations: tuple[Violation, ...]


def broken_by(
    before: PairState, after: PairState, left: str, intents: Sequence[Intent], most: int
) -> Broken:
    """Compare the state after a failover with the one before it.

    :param left: the stack of the region that is left.
    :param most: how many pairs of each question are explained.
    """
    was = verify(before.regions, before.lost_nvas)
    now = verify(after.regions, after.lost_nvas)
    explainer = Explainer(now)
    told = _in_region(now, left)
    count = 0
    violations = []
    pairs = zip(asked(after.name, now, intents), asked(after.name, was, intents), strict=True)
    for (question, path, wrong), (_, _, wrong_before) in pairs:
        new = wrong & ~told & ~_by_role(wrong_before, was, now)
        told |= new
        found = np.argwhere(new).tolist()
        count += len(found)
        shown = [explained(explainer, question, *pair) for pair in found[:most]]
        violations += [replace(each, intent=path) for each in shown]
    known = {_key(each, was) for each in of_regions(was, Explainer(was))}
    for each in of_regions(now, explainer):
        ends = (each.source, each.destination)
        if each.fails and _key(each, now) not in known and not any(_lies_in(e, left) for e in ends):
            count += 1
            violations.append(each)
    return Broken(count=count, violations=tuple(violations))


def _by_role(flags: Flags, was: Reachability, now: Reachability) -> Flags:
    """Return the flags of the state before, each at the pair that has its roles after it."""
    number = {by_role(name, was.network.regions): n for n, name in enumerate(was.contexts)}
    places = np.array(
        [number.get(by_role(name, now.network.regions), _NOWHERE) for name in now.contexts]
    )
    moved: Flags = flags[np.ix_(places, places)]
    moved[places == _NOWHERE, :] = False
    moved[:, places == _NOWHERE] = False
    return moved


def _in_region(reachability: Reachability, stack: str) -> Flags:
    """Return the pairs of which at least one end lies in a region."""
    inside = np.array([_lies_in(name, stack) for name in reachability.contexts])
    either: Flags = inside[:, None] | inside[None, :]
    return either


def _lies_in(context: str, stack: str) -> bool:
    return context.startswith(f"{stack}/")


def _key(violation: Violation, reachability: Reachability) -> tuple[str, ...]:
    """Return what a violation of the state before and one of the state after have in common."""
    if violation.question == _PAIR_OF_REGIONS:
        return (violation.question,)
    regions = reachability.network.regions
    ends = (violation.source, violation.destination)
    return (violation.question, *(by_role(end, regions) for end in ends))
