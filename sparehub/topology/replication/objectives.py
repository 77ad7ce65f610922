"""Objectives of recovery groups: what was to be reached, what is known, whether it is met.

They are compared and shown. Nothing is refused for one that is missed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import Any

from sparehub.topology.config.site_recovery import ObjectivesConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import objectives_of, protected_stack

_MINUTE, _DAY = 60, 86400
NEVER = inf
"""Seconds since a test that never was."""


class Verdict(StrEnum):
    """Whether an objective is met."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"


class Objective(StrEnum):
    """What an objective is about: the key in the stack file."""

    POINT = "recoveryPointInMinutes"
    TIME = "recoveryTimeInMinutes"
    TESTED = "testedWithinDays"


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    noun: str
    unit: str
    seconds: int
    """In one unit."""
    limit: Callable[[ObjectivesConfig], int | None]


_MEANINGS = {
    Objective.POINT: _Meaning(
        noun="newest recovery point",
        unit="min",
        seconds=_MINUTE,
        limit=lambda said: said.recovery_point_in_minutes,
    ),
    Objective.TIME: _Meaning(
        noun="recovery time",
        unit="min",
        seconds=_MINUTE,
        limit=lambda said: said.recovery_time_in_minutes,
    ),
    Objective.TESTED: _Meaning(
        noun="last test",
        unit="days",
        seconds=_DAY,
        limit=lambda said: said.tested_within_days,
    ),
}


@dataclass(frozen=True, kw_only=True)
class RecoveryGroups:
    """The recovery groups that have machines, with the objectives of each."""

    machines: Mapping[str, int]
    """The group of each machine, by name."""
    objectives: Mapping[int, ObjectivesConfig]
    """By group; those of all groups where it has none of its own."""

    def of_machines(
        self, objective: Objective, seconds: Mapping[str, float | None]
    ) -> tuple["ObjectiveResult", ...]:
        """Compare an objective of each group that has it with the worst of the group's machines.

        Args:
            objective: what is compared.
            seconds: by machine; :data:`NEVER` for what never was, None for what is not known.
        """
        return tuple(
            _result(
                group,
                objective,
                limit,
                {name: seconds.get(name) for name, own in self.machines.items() if own == group},
            )
            for group, limit in self._limits(objective)
        )

    def of_groups(
        self, objective: Objective, seconds: Mapping[int, float | None]
    ) -> tuple["ObjectiveResult", ...]:
        """Compare an objective of each group that has it with what is known of the group."""
        return tuple(
            _result(group, objective, limit, {"": seconds.get(group)})
            for group, limit in self._limits(objective)
        )

    def _limits(self, objective: Objective) -> Iterator[tuple[int, int]]:
        for group, said in self.objectives.items():
            if limit := _MEANINGS[objective].limit(said):
                yield group, limit


@dataclass(frozen=True, kw_only=True)
class ObjectiveResult:
    """An objective of a group, and what was found; ``limit`` and ``value`` are in its unit."""

    group: int
    objective: Objective
    limit: int
    value: float | None
    """The worst that is known, to a tenth; None where nothing is, or it never was."""
    verdict: Verdict
    machines: tuple[str, ...] = ()
    """Those that miss it; where none is known to, those of which nothing is known."""

    @property
    def text(self) -> str:
        """The result as one line."""
        meaning = _MEANINGS[self.objective]
        found = "never" if self.verdict is Verdict.MISSED else "not known"
        if self.value is not None:
            found = f"{self.value:g} {meaning.unit}"
            if self.objective is not Objective.TIME:
                found += " old" if self.objective is Objective.POINT else " ago"
        named = f" ({', '.join(self.machines)})" if self.machines else ""
        return (
            f"group {self.group}: {meaning.noun} {found}, objective {self.limit} {meaning.unit}: "
            f"{self.verdict}{named}"
        )

    def document(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "group": self.group,
            "objective": self.objective.value,
            "limit": self.limit,
            "value": self.value,
            "verdict": self.verdict.value,
            "machines": list(self.machines),
        }


def recovery_groups(pair: Mapping[str, Stack]) -> RecoveryGroups | None:
    """Return the recovery groups of a pair; None where no machine is replicated."""
    protected = protected_stack(pair)
    if protected is None or protected.config.region.replicate is None:
        return None
    said = next(
        (
            stack.config.region.site_recovery
            for stack in pair.values()
            if stack is not protected and stack.config.region.site_recovery
        ),
        None,
    )
    if said is None:
        return None
    machines = protected.config.region.replicate.machines
    groups = {name: each.group for name, each in sorted(machines.items())}
    objectives = {}
    for group in sorted(set(groups.values())):
        objectives[group] = objectives_of(said.recovery_plan.groups, said.objectives, group)
    return RecoveryGroups(machines=groups, objectives=objectives)


def _result(
    group: int, objective: Objective, limit: int, seconds: Mapping[str, float | None]
) -> ObjectiveResult:
    unit = _MEANINGS[objective].seconds
    known = {name: value / unit for name, value in seconds.items() if value is not None}
    missed = tuple(name for name, value in known.items() if value > limit)
    unknown = tuple(name for name, value in seconds.items() if value is None)
    worst = max(known.values(), default=None)
    verdict = Verdict.MISSED if missed else Verdict.UNKNOWN if unknown else Verdict.MET
    return ObjectiveResult(
        group=group,
        objective=objective,
        limit=limit,
        value=round(worst, 1) if worst is not None and isfinite(worst) else None,
        verdict=verdict,
        machines=tuple(filter(None, missed or unknown)),
    )
