"""What a failover breaks: what was in order for the active region before it and is not after it.

Pairs of contexts are compared by role: what the secondary's spokes reach once it is active with
what the primary's spokes of the same names reached while that was active. What was wrong before the
failover, and what lies in the region that traffic leaves, does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sparehub.topology.reachability.intents import Intent
from sparehub.topology.reachability.invariants import (
    OVERLAP,
    Violation,
    explain_violation,
    region_violations,
)
from sparehub.topology.reachability.proof import violated_pairs
from sparehub.topology.reachability.roles import by_role
from sparehub.topology.reachability.states.states import PairState
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability, verify

_NO_CONTEXT = -1


@dataclass(frozen=True, kw_only=True)
class BrokenPairs:
    """How many pairs a failover breaks, and the first of each invariant, explained."""

    count: int
    violations: tuple[Violation, ...]


def broken_by(
    before: PairState, after: PairState, source: str, intents: Sequence[Intent], most: int
) -> BrokenPairs:
    """Compare the state after a failover with the one before it.

    Args:
        before: the state before the failover.
        after: the state after it.
        source: the stack of the region that traffic leaves.
        intents: those of both stack files.
        most: how many pairs of each invariant are explained.
    """
    was = verify(before.regions, before.lost_nvas)
    now = verify(after.regions, after.lost_nvas)
    explainer = Explainer(now)
    counted = _with_end_in(now, source)
    count = 0
    violations = []
    pairs = zip(
        violated_pairs(after.name, now, intents),
        violated_pairs(after.name, was, intents),
        strict=True,
    )
    for (invariant, path, wrong), (_, _, wrong_before) in pairs:
        new = wrong & ~counted & ~_by_role(wrong_before, was, now)
        counted |= new
        broken = np.argwhere(new).tolist()
        count += len(broken)
        explained = [explain_violation(explainer, invariant, *pair) for pair in broken[:most]]
        violations += [replace(violation, intent=path) for violation in explained]
    known = {_key(violation, was) for violation in region_violations(was, Explainer(was))}
    for violation in region_violations(now, explainer):
        ends = (violation.source, violation.destination)
        outside = not any(_lies_in(end, source) for end in ends)
        if violation.fails and _key(violation, now) not in known and outside:
            count += 1
            violations.append(violation)
    return BrokenPairs(count=count, violations=tuple(violations))


def _by_role(flags: Flags, was: Reachability, now: Reachability) -> Flags:
    """Return the flags of the state before, each at the pair that has the same roles now."""
    number = {by_role(name, was.network.regions): n for n, name in enumerate(was.contexts)}
    numbers = np.array(
        [number.get(by_role(name, now.network.regions), _NO_CONTEXT) for name in now.contexts]
    )
    moved: Flags = flags[np.ix_(numbers, numbers)]
    moved[numbers == _NO_CONTEXT, :] = False
    moved[:, numbers == _NO_CONTEXT] = False
    return moved


def _with_end_in(reachability: Reachability, stack: str) -> Flags:
    """Return the pairs that begin or end in a region."""
    inside = np.array([_lies_in(name, stack) for name in reachability.contexts])
    either: Flags = inside[:, None] | inside[None, :]
    return either


def _lies_in(context: str, stack: str) -> bool:
    return context.startswith(f"{stack}/")


def _key(violation: Violation, reachability: Reachability) -> tuple[str, ...]:
    """Return a key by which violations of both states compare equal."""
    if violation.invariant == OVERLAP:  # of both regions together, whichever of them is active
        return (violation.invariant,)
    regions = reachability.network.regions
    ends = (violation.source, violation.destination)
    return (violation.invariant, *(by_role(end, regions) for end in ends))
