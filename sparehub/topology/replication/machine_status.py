"""The status of a replicated machine: where it runs, how old its newest recovery point is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.objectives import (
    NEVER,
    Objective,
    ObjectiveResult,
    RecoveryGroups,
)
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine

NOT_REPLICATED = "NotReplicated"
_MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class MachineStatus:
    """One machine of the files as the vault shows it."""

    name: str
    group: int
    state: str
    """In Azure's words; :data:`NOT_REPLICATED` where it has no item."""
    health: str = ""
    errors: tuple[str, ...] = ()
    location: str = ""
    """Where it runs; empty where it has no item."""
    point_age: float | None = None
    """Seconds since the newest recovery point: what a failover would lose now; None where the
    vault shows none, or the machine is not replicated in either direction now."""
    since_test: float | None = None
    """Seconds since the last test failover that succeeded; None where none is known."""
    awaits_cleanup: bool = False
    awaits_commit: bool = False

    @property
    def text(self) -> str:
        """The machine as one line."""
        if self.state == NOT_REPLICATED:
            return f"{self.name} (group {self.group}): not replicated: `sparehub replicate`"
        parts = [f"{self.state} in {self.location}, health {self.health or 'not known'}"]
        if self.point_age is None:
            parts.append("no recovery point is shown")
        else:
            parts.append(f"the last {self.point_age / _MINUTE:.1f} min would be lost now")
        if self.awaits_cleanup:
            parts.append("a test failover waits for its clean-up (`sparehub drill stop`)")
        if self.awaits_commit:
            parts.append("its failover is not committed (`sparehub commit`)")
        parts += self.errors
        return f"{self.name} (group {self.group}): {'; '.join(parts)}"

    def document(self) -> dict[str, Any]:
        """Return it for ``--json``; ages are in seconds."""
        return {
            "name": self.name,
            "group": self.group,
            "state": self.state,
            "health": self.health or None,
            "errors": list(self.errors),
            "location": self.location or None,
            "recoveryPointAgeInSeconds": self.point_age,
            "lastTestAgeInSeconds": self.since_test,
            "awaitsCleanup": self.awaits_cleanup,
            "awaitsCommit": self.awaits_commit,
        }


@dataclass(frozen=True, kw_only=True)
class StandingMachines:
    """The machines of the files as the vault shows them, against their objectives."""

    statuses: tuple[MachineStatus, ...] = ()
    objectives: tuple[ObjectiveResult, ...] = ()
    problem: str = ""
    """Why the vault could not be read; empty where it was."""
    runbooks: tuple[str, ...] = ()
    """What a failover from the portal would do otherwise than the files say."""

    def lines(self) -> Iterator[str]:
        """Yield a line for each machine, or why nothing is known of them."""
        if self.problem:
            yield f"machines: not known: {self.problem}"
        for status in self.statuses:
            yield f"machine: {status.text}"
        for difference in self.runbooks:
            yield f"problem: {difference}; `sparehub replicate` publishes it"


def machine_statuses(
    away: Replication,
    items: Iterable[ProtectedItem],
    since: Callable[[str], float],
    tests: Mapping[str, str] | None = None,
) -> tuple[MachineStatus, ...]:
    """Return the status of each machine of the files.

    Args:
        away: the direction that leaves the protected region.
        items: all of the vault.
        since: returns the seconds from a moment to Azure's time when they were read.
        tests: when a drill last tested a machine, by name: a new item of the vault, such as that of
            a re-protection, knows of no test.
    """
    found = items_by_machine(away, items)
    return tuple(
        _status(away, each, found.get(each.name), since, (tests or {}).get(each.name, ""))
        for each in away.machines
    )


def machine_objectives(
    groups: RecoveryGroups, statuses: Iterable[MachineStatus]
) -> tuple[ObjectiveResult, ...]:
    """Compare what is known of machines with the objectives of their groups."""
    known = tuple(statuses)
    return (
        *groups.of_machines(Objective.POINT, {each.name: each.point_age for each in known}),
        *groups.of_machines(
            Objective.TESTED,
            {each.name: NEVER if each.since_test is None else each.since_test for each in known},
        ),
    )


def _status(
    away: Replication,
    machine: Machine,
    item: ProtectedItem | None,
    since: Callable[[str], float],
    drilled: str,
) -> MachineStatus:
    tests = [since(moment) for moment in (drilled, item.last_test if item else "") if moment]
    since_test = max(0.0, min(tests)) if tests else None
    if item is None:
        return MachineStatus(
            name=machine.name, group=machine.group, state=NOT_REPLICATED, since_test=since_test
        )
    # An item is in the container of the region that it is replicated from, also after a failover.
    runs_at_home = (item.container == away.target_container) == item.is_failed_over
    return MachineStatus(
        name=machine.name,
        group=machine.group,
        state=item.state,
        health=item.health,
        errors=tuple(filter(None, item.errors)),
        location=away.source_location if runs_at_home else away.target_location,
        point_age=item.point_age(since),
        since_test=since_test,
        awaits_cleanup=item.awaits_cleanup,
        awaits_commit=item.awaits_commit,
    )
