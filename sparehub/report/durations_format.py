"""Durations as text: recovery times of each mode, step times of the planned failover."""

from collections.abc import Sequence
from dataclasses import dataclass

from sparehub.topology.azure.durations import Duration
from sparehub.topology.planning.plan import Plan, PlanStep

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """One row of recovery times: as configured, with a deployed gateway, without a gateway."""

    mode: str
    configured: str
    warm: str
    cold: str


@dataclass(frozen=True, kw_only=True)
class StepTime:
    """One row of step times."""

    title: str
    needs: str
    typical: str
    worst: str
    critical: bool


def recoveries(plans: Sequence[Plan]) -> list[Recovery]:
    """Return one row for each plan."""
    return [
        Recovery(
            mode=plan.mode.value,
            configured=interval(plan.recovery.seconds),
            warm=interval(plan.recovery.warm),
            cold=interval(plan.recovery.cold),
        )
        for plan in plans
    ]


def step_times(plan: Plan) -> list[StepTime]:
    """Return one row for each step, in order."""
    return [_step(step, plan) for step in plan.steps]


def _step(step: PlanStep, plan: Plan) -> StepTime:
    return StepTime(
        title=step.title,
        needs=", ".join(step.needs) or "no region",
        typical=span(step.seconds.typical),
        worst=span(step.seconds.worst),
        critical=step.id in plan.recovery.critical_path,
    )


def interval(seconds: Duration) -> str:
    """Return a duration as text: the typical one, and the worst."""
    return f"{span(seconds.typical)}, at worst {span(seconds.worst)}"


def span(seconds: int) -> str:
    """Return whole seconds as text: 90 s, 4 min 31 s, 2 h 5 min."""
    if seconds < 2 * _MINUTE:
        return f"{seconds} s"
    if seconds < 2 * _HOUR:
        minutes, rest = divmod(seconds, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(seconds // _MINUTE, _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
