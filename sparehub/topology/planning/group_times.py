"""When the machines of each recovery group are verified, by a plan, against their objective."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sparehub.topology.azure.durations import RECOVERY_GROUP, Duration
from sparehub.topology.planning.plan import PlanStep, critical_path
from sparehub.topology.planning.steps.machine_steps import AWAIT_MACHINES
from sparehub.topology.replication.dns_records.address_changes import AddressChanges
from sparehub.topology.replication.objectives import Objective, ObjectiveResult, RecoveryGroups


def group_times(steps: Sequence[PlanStep], last: str, groups: Iterable[int]) -> dict[int, Duration]:
    """Return the time from the first step until the machines of each group are verified.

    The groups of a recovery plan start one after the other, so that an earlier one is there
    earlier. Where the network decides, all of them are reached at the same time.

    Args:
        steps: of a plan that moves machines.
        last: the step at whose end the target carries the traffic.
        groups: the numbers of the groups that have machines.
    """
    numbers = sorted(groups)
    times = {}
    for group in numbers:
        later = RECOVERY_GROUP * (numbers[-1] - group)
        shown = tuple(_sooner(each, later) if each.id == AWAIT_MACHINES else each for each in steps)
        times[group] = critical_path(shown, last)[0]
    return times


def with_records(times: Mapping[int, Duration], changes: AddressChanges) -> dict[int, Duration]:
    """Return the times with that until names lead to the machines whose address changes.

    Resolvers keep the old address for the record's time to live at most (RFC 1035, 3.2.1). Somebody
    asked just before the change, so the typical time has all of it, too.
    """
    longer = Duration(typical=changes.seconds, worst=changes.seconds)
    return {
        group: time + longer if group in changes.groups else time for group, time in times.items()
    }


def _sooner(step: PlanStep, by: Duration) -> PlanStep:
    whole = step.seconds
    seconds = Duration(typical=whole.typical - by.typical, worst=whole.worst - by.worst)
    return replace(step, seconds=seconds)


def expected_objectives(
    groups: RecoveryGroups, times: Mapping[int, Duration]
) -> tuple[ObjectiveResult, ...]:
    """Compare the recovery time of each group with what a plan typically takes."""
    return groups.of_groups(
        Objective.TIME, {group: float(each.typical) for group, each in times.items()}
    )
