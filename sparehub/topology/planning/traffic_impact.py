"""The traffic impact of each step: which spokes lose or reach on-premises, by the verifier."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sparehub.topology.model.resources import Region
from sparehub.topology.planning.plan import PlanStep, critical_path
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES
from sparehub.topology.reachability.verdicts.outcome_bits import Verdict
from sparehub.topology.reachability.verdicts.verify import verify

_MOST_NAMED = 6


def with_traffic_impact(
    steps: Sequence[PlanStep], before: Mapping[str, Region], after: Mapping[str, Region], last: str
) -> tuple[PlanStep, ...]:
    """Return the steps with their effects.

    Args:
        steps: in the order of execution.
        before: both regions at the start, by stack.
        after: the region after each step that changes one, by the step's id.
        last: the id of the step after which the target is active.
    """
    regions = dict(before)
    reached = _reaching(regions)
    with_effects = []
    for step in steps:
        if step.change is None:
            with_effects.append(step)
            continue
        regions[step.change.stack] = after[step.id]
        now = _reaching(regions)
        lost, gained = sorted(reached - now), sorted(now - reached)
        parts = []
        if lost:
            parts.append(
                f"{_listed(lost)} lose on-premises{_for_how_long(tuple(steps), step, last)}"
            )
        if gained:
            parts.append(f"{_listed(gained)} reach on-premises")
        with_effects.append(replace(step, effect="; ".join(parts) or "none"))
        reached = now
    return tuple(with_effects)


def _reaching(regions: Mapping[str, Region]) -> set[str]:
    """Return the spokes and hubs with a subnet that reaches on-premises."""
    reachability = verify(dict(sorted(regions.items())))
    column = reachability.verdicts[:, reachability.index(ON_PREMISES)]
    return {
        context.rpartition("/")[0]
        for context, verdict in zip(reachability.contexts, column.tolist(), strict=True)
        if verdict == Verdict.REACHABLE and context != ON_PREMISES
    }


def _for_how_long(steps: tuple[PlanStep, ...], step: PlanStep, last: str) -> str:
    """Return how long it lasts until the target is active; empty where it already is."""
    end, done = (critical_path(steps, identity)[0] for identity in (last, step.id))
    seconds = end.typical - done.typical + step.seconds.typical
    return f" for about {seconds} s" if end.typical > done.typical else ""


def _listed(contexts: Sequence[str]) -> str:
    shown = ", ".join(contexts[:_MOST_NAMED])
    more = len(contexts) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
