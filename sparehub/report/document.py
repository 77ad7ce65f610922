"""The content of a report, as data: pictures, steps, routes, times, findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from sparehub.report import current_status
from sparehub.report.drawing.frames import Frame, FrameChange, changes
from sparehub.report.drawing.pair_picture import draw
from sparehub.report.drawing.region_picture import COLLAPSE_ABOVE
from sparehub.report.drawing.route_tables import RouteTables, route_tables
from sparehub.report.drawing.shapes import Picture
from sparehub.report.drawing.stages import loss_stages, stages
from sparehub.report.durations_format import Recovery, StepTime, recoveries, step_times
from sparehub.report.entries import Entry, PlanOf, entry_of
from sparehub.report.journal_files import Recorded
from sparehub.report.machines import MachinesSection, machines_section
from sparehub.report.records import OperationRecord
from sparehub.stacks.stack_file_check import CheckResult
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import (
    UNKNOWN_PROGRAM,
    BandwidthIncrease,
    Mode,
    Plan,
    PlanKind,
    PlanStep,
    Program,
)
from sparehub.topology.planning.steps.bandwidth import without_increases
from sparehub.topology.rules.findings import Finding

_PAIR = 2
_MOST_ENTRIES = 10
"""Operations and drills in the report; the journal keeps all of them."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A picture with a heading; ``frame`` is the index of its routes."""

    heading: str
    picture: Picture
    frame: int
    changes: tuple[FrameChange, ...] = ()
    step: PlanStep | None = None  # the step before it
    note: str = ""  # where there is no step of the plan
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Walkthrough:
    """The pictures of a plan, step by step."""

    mode: Mode
    plan_id: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class PastOperations:
    """Past operations and drills, newest first; ``older`` counts those that are left out."""

    entries: Sequence[Entry] = ()
    older: int = 0
    problem: str = ""
    """Why the journal cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole page."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    findings: Sequence[Finding]
    past: PastOperations
    alarms: Sequence[current_status.Alarm] = ()
    current_status: Panel | None = None
    kind: PlanKind = PlanKind.FAILOVER
    overview: Sequence[Panel] = ()
    walkthroughs: Sequence[Walkthrough] = ()
    collapsed: Sequence[tuple[str, Sequence[str]]] = ()
    routes: RouteTables = field(default_factory=RouteTables)
    recoveries: Sequence[Recovery] = ()
    step_times: Sequence[StepTime] = ()
    assumptions: Sequence[str] = ()
    machines: MachinesSection | None = None


def compose(
    result: CheckResult, recorded: Recorded | None = None, program: Program = UNKNOWN_PROGRAM
) -> Report:
    """Return the report of checked stack files, and of a journal.

    It has pictures only where both files are valid. ``program`` is part of the id of a plan.
    """
    recorded = recorded or Recorded()
    stacks = result.stacks
    if len(stacks) == _PAIR:
        return _of_pair(result, recorded, program, stacks[0], stacks[1])
    read = ", ".join(stack.name for stack in stacks) or "none"
    return Report(
        title="Sparehub",
        lead=f"A failover needs two stack files that can be read; readable here: {read}.",
        facts=_facts(result, recorded),
        findings=result.findings,
        past=_past(recorded, lambda _operation: None),
        alarms=list(current_status.alarms(recorded.history)),
    )


def _of_pair(
    result: CheckResult,
    recorded: Recorded,
    program: Program,
    primary: Stack,
    secondary: Stack,
) -> Report:
    stacks = (primary, secondary)
    underway = recorded.history.under_way
    kind = underway.kind if underway else _next(primary, secondary)
    planned_as = cache(partial(_planned_as, program, primary, secondary))
    planned, unplanned = (planned_as(kind, mode) for mode in Mode)

    def plan_of(operation: OperationRecord) -> Plan | None:
        try:
            recorded_plan: Plan = planned_as(operation.kind, operation.mode, operation.raises)
        except (SparehubError, ValueError):
            return None
        same = recorded_plan.configuration == operation.configuration
        return recorded_plan if same else None

    frames = stages(stacks, planned)
    lost = loss_stages(stacks, unplanned)
    before, after, last = frames[0], frames[-1], len(frames) - 1
    pictures = [draw(frame, before) for frame in frames]
    pictures_of_loss = [draw(frame, before) for frame in lost]
    shown, drawn = [*frames, *lost], [*pictures, *pictures_of_loss]
    changed = changes(before.pair, after.pair)
    status = current_status.now(stacks, recorded.history, plan_of(underway) if underway else None)
    panel = None
    if status:
        panel = Panel(heading="Now", picture=draw(*status), frame=len(shown))
        shown.append(status[0])
        drawn.append(panel.picture)
    return Report(
        title=f"Sparehub: {primary.region.location} and {secondary.region.location}",
        lead=f"What a {kind} changes in the two regions, in which order, and what stays.",
        facts=_facts(result, recorded),
        findings=result.findings,
        past=_past(recorded, plan_of),
        alarms=list(current_status.alarms(recorded.history)),
        current_status=panel,
        kind=kind,
        overview=(
            Panel(heading="Before", picture=pictures[0], frame=0),
            Panel(heading="After", picture=pictures[-1], frame=last),
            Panel(
                heading="Difference",
                picture=draw(after, before, changed),
                frame=last,
                changes=changed,
            ),
        ),
        walkthroughs=(
            _walk(planned, frames, pictures, first=0),
            _walk(unplanned, lost, pictures_of_loss, first=len(frames)),
        ),
        collapsed=[
            (stack.name, _spokes(stack))
            for stack in stacks
            if len(stack.region.spokes) > COLLAPSE_ABOVE
        ],
        routes=route_tables(shown, drawn),
        recoveries=recoveries([planned, unplanned]),
        step_times=step_times(planned),
        assumptions=planned.assumptions,
        machines=machines_section(
            stacks, recorded.history, {Mode.PLANNED: planned, Mode.UNPLANNED: unplanned}
        ),
    )


def _planned_as(  # noqa: PLR0913, PLR0917 - what is planned, and of what
    program: Program,
    primary: Stack,
    secondary: Stack,
    kind: PlanKind,
    mode: Mode,
    raises: tuple[BandwidthIncrease, ...] = (),
) -> Plan:
    """Return the plan of an operation; the stack file may have its raised bandwidth already.

    Raises:
        SparehubError: The stack files do not give such a plan any more.
        ValueError: A recorded bandwidth is not a valid one.
    """
    if kind is PlanKind.FAILOVER:
        secondary = without_increases(secondary, raises)
    else:
        primary = without_increases(primary, raises)
    raised = bool(raises)
    return plan(primary, secondary, kind, mode, raise_bandwidth=raised, program=program)


def _walk(
    planned: Plan, frames: Sequence[Frame], pictures: Sequence[Picture], first: int
) -> Walkthrough:
    steps = [None, *planned.steps]
    steps += [None] * (len(frames) - len(steps))  # the other frames have notes
    panels = [
        Panel(
            heading=frame.title,
            picture=picture,
            frame=number,
            step=step,
            note=frame.note,
            command=frame.command,
        )
        for number, (frame, picture, step) in enumerate(
            zip(frames, pictures, steps, strict=True), start=first
        )
    ]
    return Walkthrough(mode=planned.mode, plan_id=planned.short, panels=panels)


def _past(recorded: Recorded, plan_of: PlanOf) -> PastOperations:
    entries = recorded.history.entries
    return PastOperations(
        entries=[entry_of(record, plan_of) for record in entries[:_MOST_ENTRIES]],
        older=max(0, len(entries) - _MOST_ENTRIES),
        problem=recorded.problem,
    )


def _next(primary: Stack, secondary: Stack) -> PlanKind:
    active = [stack.config.activation is Activation.ACTIVE for stack in (primary, secondary)]
    return PlanKind.FAILBACK if active == [False, True] else PlanKind.FAILOVER


def _facts(result: CheckResult, recorded: Recorded) -> list[tuple[str, str]]:
    topology = result.topology
    facts = list(current_status.facts(recorded.history))
    facts += [
        (f"{stack.name}, {stack.region.location}", stack.region.activation.value)
        for stack in result.stacks
    ]
    drills = [stack.name for stack in result.stacks if stack.region.drill]
    if drills:
        facts.append(("Drill", f"on in {', '.join(drills)}"))
    if topology.addresses:
        facts.append(("Addresses", topology.addresses))
    return [
        *facts,
        ("Circuits", str(topology.circuits)),
        ("Peering locations", str(topology.peering_locations)),
        ("Errors", str(result.count("error"))),
        ("Warnings", str(result.count("warning"))),
    ]


def _spokes(stack: Stack) -> list[str]:
    return [
        f"{spoke.key}, {', '.join(str(p) for p in spoke.virtual_network.address_space)}"
        for spoke in stack.region.spokes
    ]
