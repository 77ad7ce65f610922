"""A plan as a picture: a bar for each step along the time, what decides the whole marked."""

from dataclasses import dataclass

from sparehub.report.drawing.shapes import fitting
from sparehub.report.durations_format import span
from sparehub.topology.planning.plan import Plan

_LABELS, _TIME, _ROW, _BAR, _TOP = 250.0, 640.0, 22.0, 14.0, 24.0
_SHORTEST = 3.0  # of a bar that takes no time
_AFTER = 70.0  # for the text behind the last bar
_TICKS = 4


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A step: where its bar begins, how long it is, and what stands beside it."""

    y: float
    x: float
    width: float
    height: float
    label: str  # cut to its place
    took: str
    title: str  # the full text
    critical: bool


@dataclass(frozen=True, kw_only=True)
class PlanPicture:
    """The steps of a plan, in CSS pixels of its view box."""

    title: str
    summary: str
    width: float
    height: float
    labels: float
    """Where the text of a step ends."""
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]


def draw_plan(plan: Plan) -> PlanPicture:
    """Draw the typical times of a plan; steps that do not wait for each other are parallel."""
    begins: dict[str, int] = {}
    ends: dict[str, int] = {}
    for step in plan.steps:
        begins[step.id] = max((ends[earlier] for earlier in step.after), default=0)
        ends[step.id] = begins[step.id] + step.seconds.typical
    whole = max([1, *ends.values()])
    critical = frozenset(plan.recovery.critical_path)

    def place(seconds: int) -> float:
        return round(_LABELS + _TIME * seconds / whole, 1)

    bars = []
    for number, step in enumerate(plan.steps):
        took = span(step.seconds.typical)
        decides = step.id in critical
        words = ", on the critical path" if decides else ""
        begun = span(begins[step.id])
        bars.append(
            Bar(
                y=_TOP + _ROW * number,
                x=place(begins[step.id]),
                width=max(_SHORTEST, round(_TIME * step.seconds.typical / whole, 1)),
                height=_BAR,
                label=fitting(step.id, _LABELS, bold=decides),
                took=took,
                title=f"{step.title}: begins after {begun}, takes {took}{words}",
                critical=decides,
            )
        )
    path = " > ".join(plan.recovery.critical_path)
    return PlanPicture(
        title=f"{plan.mode} {plan.kind} from {plan.source} to {plan.target}",
        summary=f"{span(plan.recovery.seconds.typical)} typically, decided by {path}",
        width=_LABELS + _TIME + _AFTER,
        height=_TOP + _ROW * len(plan.steps),
        labels=_LABELS - 8,
        bars=tuple(bars),
        ticks=tuple(
            (place(whole * tick // _TICKS), span(whole * tick // _TICKS))
            for tick in range(_TICKS + 1)
        ),
    )
