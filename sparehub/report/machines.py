"""The report's section on replicated machines: groups, objectives, plans, what was measured.

A report reads no Azure. So recovery points and tests are as of the last operation and the last
drill that the journal knows; ``sparehub status`` reads the vault.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparehub.failover.journal.measured import seconds_between
from sparehub.report.drawing.plan_picture import PlanPicture, draw_plan
from sparehub.report.durations_format import interval, span
from sparehub.report.entries import moment
from sparehub.report.history import History
from sparehub.topology.config.site_recovery import PlanActionConfig, SiteRecoveryConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Mode, Plan
from sparehub.topology.replication.direction import protected_stack
from sparehub.topology.replication.objectives import (
    Objective,
    ObjectiveResult,
    RecoveryGroups,
    recovery_groups,
)
from sparehub.topology.replication.plan_actions import action_name

_UNKNOWN = "not recorded"


@dataclass(frozen=True, kw_only=True)
class MachineRow:
    """A machine of the files, and what the journal says of it."""

    name: str
    group: int
    spoke: str
    arrives: str
    """Subnets and addresses in the region that takes over."""
    point: str
    """The age of its newest recovery point when it was last failed over."""
    tested: str


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """A recovery group in the order of the recovery plan."""

    number: int
    machines: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    expected: str
    """When its machines are verified, if the region that is left is lost."""


@dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """What was measured last, beside what is expected."""

    what: str
    measured: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class MachinesSection:
    """Everything about replicated machines."""

    as_of: str
    """The moment of the journal's last record; empty where there is none."""
    machines: Sequence[MachineRow]
    groups: Sequence[GroupRow]
    results: Sequence[ObjectiveResult]
    measured: Sequence[MeasuredRow]
    pictures: Sequence[PlanPicture]


def machines_section(
    stacks: Sequence[Stack], history: History, plans: Mapping[Mode, Plan]
) -> MachinesSection | None:
    """Return the section; None where no machine is replicated.

    Args:
        stacks: both, primary first.
        history: what the journal says.
        plans: of the next operation, planned and unplanned.
    """
    pair = {stack.name: stack for stack in stacks}
    groups, protected = recovery_groups(pair), protected_stack(pair)
    said = next((stack.config.region.site_recovery for stack in stacks if stack != protected), None)
    if groups is None or protected is None or said is None:
        return None
    return MachinesSection(
        as_of=moment(history.as_of) if history.as_of else "",
        machines=tuple(_machines(protected, groups, history)),
        groups=tuple(_groups(groups, said, plans[Mode.UNPLANNED])),
        results=(
            *_recorded(groups, history),
            *plans[Mode.UNPLANNED].objectives,
        ),
        measured=tuple(_measured(pair, history)),
        pictures=[draw_plan(plan) for plan in plans.values()],
    )


def _machines(protected: Stack, groups: RecoveryGroups, history: History) -> Iterator[MachineRow]:
    replicate = protected.config.region.replicate
    made = history.measured.failover
    points = made.points if made else {}
    for name, machine in sorted(replicate.machines.items()) if replicate else ():
        tested = history.tested.get(name)
        yield MachineRow(
            name=name,
            group=groups.machines[name],
            spoke=machine.spoke,
            arrives=", ".join(
                f"{each.subnet}, {each.ip_address or 'any address'}"
                for _, each in sorted(machine.network_interfaces.items())
            ),
            point=span(round(points[name])) if name in points else _UNKNOWN,
            tested=moment(tested) if tested else _UNKNOWN,
        )


def _groups(
    groups: RecoveryGroups, said: SiteRecoveryConfig, unplanned: Plan
) -> Iterator[GroupRow]:
    numbers = sorted({*groups.objectives, *said.recovery_plan.groups})
    for number in numbers:
        own = said.recovery_plan.groups.get(number)
        times = unplanned.recovery.groups.get(number)
        yield GroupRow(
            number=number,
            machines=", ".join(name for name, group in groups.machines.items() if group == number),
            before=_actions(number, "before", own.before if own else ()),
            after=_actions(number, "after", own.after if own else ()),
            expected=interval(times) if times else "none",
        )


def _actions(group: int, side: str, actions: Sequence[PlanActionConfig]) -> tuple[str, ...]:
    return tuple(
        f"{action_name(group, side, number)}: {each.manual or f'runbook {each.runbook_id}'}"
        for number, each in enumerate(actions, start=1)
    )


def _recorded(groups: RecoveryGroups, history: History) -> tuple[ObjectiveResult, ...]:
    """Compare what the journal knows; a machine of which it knows nothing is unknown."""
    made = history.measured.failover
    return (
        *groups.of_machines(Objective.POINT, dict(made.points) if made else {}),
        *groups.of_machines(
            Objective.TESTED,
            {name: seconds_between(at, history.as_of) for name, at in history.tested.items()},
        ),
    )


def _measured(pair: Mapping[str, Stack], history: History) -> Iterator[MeasuredRow]:
    measured = history.measured
    failover, drill = (interval(each) if each else "not known" for each in measured.expected(pair))
    if made := measured.failover:
        since = "declared" if made.declared != made.begun else "begun"
        results = "; ".join(each.text for each in measured.objectives(pair))
        yield MeasuredRow(
            what=(
                f"last {made.kind}, {made.mode}: from when it was {since}, {moment(made.declared)},"
                f" until the service was verified{f'; {results}' if results else ''}"
            ),
            measured=_UNKNOWN if made.seconds is None else span(round(made.seconds)),
            expected=failover,
        )
    if last := measured.drill:
        yield MeasuredRow(
            what=f"last drill, {moment(last.begun)}: until its networks were isolated",
            measured=_UNKNOWN if last.isolated is None else span(round(last.isolated)),
            expected=drill,
        )
