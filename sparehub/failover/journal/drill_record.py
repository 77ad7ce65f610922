"""What the journal says of a drill: points, times, validations, and what they add up to."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record

TEST = "test"
"""What the journal calls the write that tests the failover of a machine."""
CLEAN_UP = "clean up"
"""What it calls the write that removes what a test has made."""
_MINUTE = 60


class DrillOutcome(StrEnum):
    """What a drill, or the validation of a group, has shown."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_VALIDATED = "not validated"
    """Nobody has shown that the machines work; that they run does not show it."""


@dataclass(frozen=True, kw_only=True)
class DrillMachine:
    """The test failover of one machine."""

    machine: str
    group: int
    job: str = ""
    """The GUID of the job; empty where it is not known."""
    begun: str = ""
    """When the job began by Azure's clock, ISO 8601; empty where unknown."""
    seconds: float | None = None
    """How long the job took, by Azure's clock."""
    point: str = ""
    """The time of the recovery point that it came up from, ISO 8601; empty where unknown."""
    age: float | None = None
    """Seconds from that point to the begin of the test."""
    objective: int = 0
    """Minutes; 0 where the files have none."""

    @property
    def is_stale(self) -> bool:
        """Whether the point is older than the objective, or of an unknown age (SR-50)."""
        return bool(self.objective) and (self.age is None or self.age > self.objective * _MINUTE)


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What a script or a person has said of a group."""

    group: int
    result: DrillOutcome
    by: str
    """Who answered, or ran the script."""
    how: str
    """``script`` or ``manual``."""
    output: str
    """The last lines of the script, or what the person said."""
    digest: str = ""
    """The SHA-256 of the script."""


@dataclass(frozen=True, kw_only=True)
class DrillRecord:
    """One drill, from its first record on."""

    id: str
    begun: str
    machines: Mapping[str, DrillMachine] = field(default_factory=dict)
    problems: tuple[str, ...] | None = None
    """What was wrong after the tests; None before they are done."""
    validations: Mapping[int, Validation] = field(default_factory=dict)
    """By group, the last one."""
    intended: frozenset[str] = frozenset()
    """Machines whose test was about to be sent."""
    posted: Mapping[str, str] = field(default_factory=dict)
    """By machine: the job of its test."""
    cleaned: Mapping[str, float | None] = field(default_factory=dict)
    """By machine: the seconds that its clean-up took."""
    ended: str = ""

    @classmethod
    def under_way(cls, records: Iterable[Record]) -> Self | None:
        """Return the drill that has begun and has not ended; None where there is none."""
        last = cls.last(records)
        return last if last and not last.ended else None

    @classmethod
    def last(cls, records: Iterable[Record]) -> Self | None:
        """Return the last drill, whether it has ended or not; None where there was none."""
        found: Self | None = None
        for record in records:
            if record.event == JournalEvent.DRILL_INTENDED and (found is None or found.ended):
                found = cls(id=f"drill-{record.sequence}-{record.hash[:6]}", begun=record.at)
            elif found and not found.ended and (change := _REDUCERS.get(record.event)):
                found = replace(found, **change(found, record.data, record.at))
        return found

    @property
    def stale(self) -> tuple[DrillMachine, ...]:
        """The machines that came up from too old a point."""
        return tuple(each for each in self.machines.values() if each.is_stale)

    @property
    def test_seconds(self) -> float | None:
        """From the begin of the first test to the end of the last one; None where unknown."""
        times = [
            (datetime.fromisoformat(each.begun).timestamp(), each.seconds)
            for each in self.machines.values()
            if each.begun and each.seconds is not None
        ]
        if not times or len(times) < len(self.machines):
            return None
        return max(begun + seconds for begun, seconds in times) - min(times)[0]

    @property
    def clean_up_seconds(self) -> float | None:
        """The longest clean-up: they ran at the same time; None where unknown."""
        known = [seconds for seconds in self.cleaned.values() if seconds is not None]
        return max(known, default=None)

    def outcome(self, groups: Collection[int]) -> DrillOutcome:
        """Return what the drill has shown of machines in some groups."""
        results = [self.result_of(group) for group in groups]
        if self.problems or self.stale or DrillOutcome.FAILED in results:
            return DrillOutcome.FAILED
        if self.problems is None or DrillOutcome.NOT_VALIDATED in results:
            return DrillOutcome.NOT_VALIDATED
        return DrillOutcome.PASSED

    def result_of(self, group: int) -> DrillOutcome:
        """Return what was validated of a group."""
        known = self.validations.get(group)
        return known.result if known else DrillOutcome.NOT_VALIDATED

    def document(self, groups: Collection[int]) -> dict[str, Any]:
        """Return what was tested, under the keys of ``--json``."""
        return {
            "drill": self.id,
            "outcome": self.outcome(groups).value,
            "problems": list(self.problems or ()),
            "seconds": {"tests": self.test_seconds, "cleanUp": self.clean_up_seconds},
            "machines": [
                {
                    "name": each.machine,
                    "group": each.group,
                    "seconds": each.seconds,
                    "recoveryPoint": each.point or None,
                    "ageInSeconds": each.age,
                    "objectiveInMinutes": each.objective or None,
                    "stale": each.is_stale,
                    "cleanUpSeconds": self.cleaned.get(each.machine),
                }
                for each in self.machines.values()
            ],
            "groups": [
                {
                    "group": group,
                    "result": self.result_of(group).value,
                    "by": known.by if (known := self.validations.get(group)) else None,
                    "how": known.how if known else None,
                    "output": known.output if known else None,
                }
                for group in groups
            ],
        }


def tested_machines(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the machines that a drill's last record says were tested: those of one that passed.

    A machine that only ran was not shown to work; a drill of networks alone names none.
    """
    if data.get("outcome") != DrillOutcome.PASSED:
        return ()
    return tuple(str(each["name"]) for each in data.get("machines", ()))


_Changes = dict[str, Any]


def _known(kind: type[DrillMachine | Validation], data: Mapping[str, Any]) -> _Changes:
    """Return the values of a record's fields; a later version may write more."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in data.items() if name in names}


def _posted(drill: DrillRecord, data: Mapping[str, Any], _at: str) -> _Changes:
    if data["action"] != TEST:
        return {}
    return {"posted": {**drill.posted, data["machine"]: data["job"]}}


def _intended(drill: DrillRecord, data: Mapping[str, Any], _at: str) -> _Changes:
    return {"intended": drill.intended | {data["machine"]}} if data["action"] == TEST else {}


def _validated(drill: DrillRecord, data: Mapping[str, Any], _at: str) -> _Changes:
    said = Validation(**{**_known(Validation, data), "result": DrillOutcome(data["result"])})
    return {"validations": {**drill.validations, said.group: said}}


_REDUCERS: Mapping[str, Callable[[DrillRecord, Mapping[str, Any], str], _Changes]] = {
    JournalEvent.REPLICATION_INTENDED: _intended,
    JournalEvent.REPLICATION_POSTED: _posted,
    JournalEvent.DRILL_MACHINE: lambda drill, data, _: {
        "machines": {
            **drill.machines,
            data["machine"]: DrillMachine(**_known(DrillMachine, data)),
        }
    },
    JournalEvent.DRILL_TESTED: lambda _drill, data, _: {"problems": tuple(data["problems"])},
    JournalEvent.DRILL_VALIDATED: _validated,
    JournalEvent.DRILL_CLEANED: lambda drill, data, _: {
        "cleaned": {**drill.cleaned, data["machine"]: data["seconds"]}
    },
    JournalEvent.DRILL_ENDED: lambda _drill, _data, at: {"ended": at},
}
