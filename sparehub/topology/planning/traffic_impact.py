"""What traffic notices of each step, by the verifier: who loses on-premises, and who gains it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sparehub.topology.azure.durations import NO_TIME
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.plan import PlanStep
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES
from sparehub.topology.reachability.verdicts.outcome_bits import Verdict
from sparehub.topology.reachability.verdicts.verify import verify

_MOST_NAMED = 6


def with_traffic_impact(
    steps: Sequence[PlanStep], before: Mapping[str, Region], after: Mapping[str, Region], last: str
) -> tuple[PlanStep, ...]:
    """Return the steps with their effects.

    :param before: both regions at the start, by stack.
    :param after: the region that each step with a change leaves, by the step's id.
    :param last: the step after which the target is live.
    """
    standing = dict(before)
    reached = _reaching(standing)
    told = []
    for number, step in enumerate(steps):
        if step.change is None:
            told.append(step)
            continue
        standing[step.change.stack] = after[step.id]
        now = _reaching(standing)
        lost, gained = sorted(reached - now), sorted(now - reached)
        parts = []
        if lost:
            parts.append(f"{_listed(lost)} lose on-premises{_for_how_long(steps[number:], last)}")
        if gained:
            parts.append(f"{_listed(gained)} reach on-premises")
        told.append(replace(step, effect="; ".join(parts) or "none"))
        reached = now
    return tuple(told)


def _reaching(regions: Mapping[str, Region]) -> set[str]:
    """Return which spokes and hubs have a subnet that reaches on-premises."""
    found = verify(dict(sorted(regions.items())))
    column = found.verdicts[:, found.index(ON_PREMISES)]
    return {
        context.rpartition("/")[0]
        for context, verdict in zip(found.contexts, column.tolist(), strict=True)
        if verdict == Verdict.REACHABLE and context != ON_PREMISES
    }


def _for_how_long(steps: Iterable[PlanStep], last: str) -> str:
    """Return how long it lasts until the target is live; empty where it is live already."""
    total = NO_TIME
    for step in steps:
        total += step.seconds
        if step.id == last:
            return f" for about {total.typical} s"
    return ""


def _listed(contexts: Sequence[str]) -> str:
    shown = ", ".join(contexts[:_MOST_NAMED])
    more = len(contexts) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
