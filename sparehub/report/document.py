"""What a report says, decided before it is written: pictures, steps, routes, times, findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sparehub.check import Examination
from sparehub.report.frames import Change, changes
from sparehub.report.moments import moments
from sparehub.report.picture import draw
from sparehub.report.region_picture import COLLAPSE_ABOVE
from sparehub.report.route_tables import RouteTables, route_tables
from sparehub.report.shapes import Picture
from sparehub.report.times import Recovery, StepTime, recoveries, step_times
from topology.failover import plan
from topology.findings import Finding
from topology.pair import Stack
from topology.plan import Kind, Mode, Step
from topology.words import Activation

_PAIR = 2


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A picture under a heading; ``frame`` says whose routes it shows."""

    heading: str
    picture: Picture
    frame: int
    changes: tuple[Change, ...] = ()
    step: Step | None = None  # that led to it


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole page."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    findings: Sequence[Finding]
    kind: Kind = Kind.FAILOVER
    plan_id: str = ""
    three: Sequence[Panel] = ()
    steps: Sequence[Panel] = ()
    collapsed: Sequence[tuple[str, Sequence[str]]] = ()
    routes: RouteTables = field(default_factory=RouteTables)
    recoveries: Sequence[Recovery] = ()
    step_times: Sequence[StepTime] = ()
    assumptions: Sequence[str] = ()


def compose(examination: Examination) -> Report:
    """Return the report of what stack files describe; pictures only of a whole pair."""
    stacks = examination.stacks
    if len(stacks) == _PAIR:
        return _of_pair(examination, stacks[0], stacks[1])
    read = ", ".join(stack.name for stack in stacks) or "none"
    return Report(
        title="Sparehub",
        lead=f"A failover needs two stack files that can be read; readable here: {read}.",
        facts=_facts(examination),
        findings=examination.findings,
    )


def _of_pair(examination: Examination, primary: Stack, secondary: Stack) -> Report:
    kind = Kind.FAILBACK if _active(secondary) and not _active(primary) else Kind.FAILOVER
    planned, unplanned = (plan(primary, secondary, kind, mode) for mode in Mode)
    stacks = (primary, secondary)
    frames = moments(stacks, planned)
    before, after, last = frames[0], frames[-1], len(frames) - 1
    pictures = [draw(frame, before) for frame in frames]
    changed = changes(before.pair, after.pair)
    return Report(
        title=f"Sparehub: {primary.region.location} and {secondary.region.location}",
        lead=f"Two regions, one live: what a {kind} moves, in which order, and what stays.",
        facts=_facts(examination),
        findings=examination.findings,
        kind=kind,
        plan_id=planned.id,
        three=(
            Panel(heading="Before", picture=pictures[0], frame=0),
            Panel(heading="After", picture=pictures[-1], frame=last),
            Panel(
                heading="Difference",
                picture=draw(after, before, changed),
                frame=last,
                changes=changed,
            ),
        ),
        steps=[
            Panel(heading=frame.title, picture=picture, frame=number, step=step)
            for number, (frame, picture, step) in enumerate(
                zip(frames, pictures, (None, *planned.steps), strict=True)
            )
        ],
        collapsed=[
            (stack.name, _spokes(stack))
            for stack in stacks
            if len(stack.region.spokes) > COLLAPSE_ABOVE
        ],
        routes=route_tables(frames, pictures),
        recoveries=recoveries([planned, unplanned]),
        step_times=step_times(planned),
        assumptions=planned.assumptions,
    )


def _active(stack: Stack) -> bool:
    return stack.config.activation is Activation.ACTIVE


def _facts(examination: Examination) -> list[tuple[str, str]]:
    topology = examination.topology
    facts = [
        (f"{stack.name}, {stack.region.location}", stack.region.activation.value)
        for stack in examination.stacks
    ]
    drills = [stack.name for stack in examination.stacks if stack.region.drill]
    if drills:
        facts.append(("Drill", f"on in {', '.join(drills)}"))
    if topology.addresses:
        facts.append(("Addresses", topology.addresses))
    return [
        *facts,
        ("Circuits", str(topology.circuits)),
        ("Peering locations", str(topology.peering_locations)),
        ("Errors", str(examination.count("error"))),
        ("Warnings", str(examination.count("warning"))),
    ]


def _spokes(stack: Stack) -> list[str]:
    return [
        f"{spoke.key}, {', '.join(str(p) for p in spoke.virtual_network.address_space)}"
        for spoke in stack.region.spokes
    ]
