"""What the last failover and the last drill took, by the times of the journal's records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record
from sparehub.topology.azure.durations import Duration
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.planning.steps.machine_steps import VERIFY
from sparehub.topology.replication.objectives import (
    Objective,
    ObjectiveResult,
    recovery_groups,
)


@dataclass(frozen=True, kw_only=True)
class MeasuredFailover:
    """A failover or failback that was finished; seconds are wall-clock times."""

    id: str
    kind: str
    mode: str
    begun: str
    declared: str
    """When the disaster was declared (``--declared-at``); the begin where nobody said it."""
    seconds: float | None
    """From then until its service was verified; None where no record says that."""
    steps: Mapping[str, float]
    """By id, of the last attempt of each."""
    points: Mapping[str, float]
    """The age of each machine's newest recovery point when the machines' failover began."""
    machines: tuple[str, ...]
    network_only: bool = False

    def document(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "operation": self.id,
            "kind": self.kind,
            "mode": self.mode,
            "begun": self.begun,
            "declared": self.declared,
            "seconds": self.seconds,
            "steps": dict(self.steps),
            "recoveryPointAgeInSeconds": dict(self.points),
        }


@dataclass(frozen=True, kw_only=True)
class MeasuredDrill:
    """The last drill that was ended."""

    begun: str
    ended: str
    isolated: float | None
    """Seconds until its networks were proven to be isolated; None where they were not."""
    seconds: float
    """From its begin to its end."""
    result: str

    def document(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "begun": self.begun,
            "ended": self.ended,
            "isolatedAfterSeconds": self.isolated,
            "seconds": self.seconds,
            "result": self.result or None,
        }


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured last, beside what the plans of the files expect."""

    failover: MeasuredFailover | None = None
    drill: MeasuredDrill | None = None

    @classmethod
    def of(cls, records: Sequence[Record]) -> Self:
        """Read the records of a journal.

        Raises:
            KeyError, TypeError, ValueError: where a record is of another version.
        """
        return cls(failover=last_failover(records), drill=last_drill(records))

    def expected(self, pair: Mapping[str, Stack]) -> tuple[Duration | None, Duration | None]:
        """Return what such a failover, and a drill's networks, take by the files.

        A drill's first step makes the networks. None where there is no such plan.
        """
        primary, secondary = pair["primary"], pair["secondary"]
        made, drill = self.failover, self.drill
        try:
            return (
                plan(
                    primary,
                    secondary,
                    PlanKind(made.kind),
                    Mode(made.mode),
                    network_only=made.network_only,
                ).recovery.seconds
                if made
                else None,
                plan_drill(primary, secondary).steps[0].seconds if drill else None,
            )
        except SparehubError:  # files that have no such plan: `check` says why
            return None, None

    def objectives(self, pair: Mapping[str, Stack]) -> tuple[ObjectiveResult, ...]:
        """Compare what the last operation with machines took, as a whole, with each group's."""
        groups, made = recovery_groups(pair), self.failover
        if groups is None or made is None or not made.machines:
            return ()
        return groups.of_groups(Objective.TIME, dict.fromkeys(groups.objectives, made.seconds))

    def lines(self, pair: Mapping[str, Stack]) -> Iterator[str]:
        """Yield a line for the last failover and one for the last drill, where there was one."""
        expected = self.expected(pair)
        made, drill = self.failover, self.drill
        if made and made.seconds is not None:
            since = "declared" if made.declared != made.begun else "begun"
            took = f"service verified {made.seconds:.0f} s after it was {since}"
            yield f"last {made.kind}, {made.mode}: {took}{_beside(expected[0])}"
            for result in self.objectives(pair):
                yield f"last {made.kind}, {made.mode}: {result.text}"
        if drill and drill.isolated is not None:
            took = f"networks isolated after {drill.isolated:.0f} s"
            yield f"last drill: {took}{_beside(expected[1])}"

    def document(self, pair: Mapping[str, Stack]) -> dict[str, Any]:
        """Return it for ``--json``; the expected seconds are the typical ones."""
        failover, drill = self.expected(pair)
        return {
            "failover": self.failover
            and {
                **self.failover.document(),
                "expectedSeconds": failover and failover.typical,
                "objectives": [each.document() for each in self.objectives(pair)],
            },
            "drill": self.drill
            and {**self.drill.document(), "expectedSeconds": drill and drill.typical},
        }


NOT_MEASURED = Measured()
"""Of a journal without operations."""


def _beside(expected: Duration | None) -> str:
    if expected is None:
        return ""
    return f"; expected {expected.typical} s (worst {expected.worst})"


def last_failover(records: Sequence[Record]) -> MeasuredFailover | None:
    """Return the operation that was finished last; None where none was.

    Raises:
        KeyError, TypeError, ValueError: where a record is of another version.
    """
    finished = [each.operation for each in records if each.event == JournalEvent.FINISHED]
    if not finished:
        return None
    own = [each for each in records if each.operation == finished[-1]]
    begin = next(each for each in own if each.event == JournalEvent.BEGUN)
    intended: dict[str, str] = {}
    ended: dict[str, str] = {}
    steps: dict[str, float] = {}
    points: dict[str, float] = {}
    machines: tuple[str, ...] = ()
    for record in own:
        step = str(record.data.get("step", ""))
        if record.event == JournalEvent.INTENDED:
            intended[step] = record.at
        elif record.event == JournalEvent.COMPLETED and step in intended:
            ended[step] = record.at
            steps[step] = seconds_between(intended[step], record.at)
            points = {**points, **record.data.get("loss", {})}
            machines = tuple(record.data.get("machines", machines))
    declared = str(begin.data.get("declared") or begin.at)
    verified = ended.get(VERIFY) or ended.get(f"activate-{begin.data['target']}")
    return MeasuredFailover(
        id=begin.operation,
        kind=begin.data["kind"],
        mode=begin.data["mode"],
        begun=begin.at,
        declared=declared,
        seconds=seconds_between(declared, verified) if verified else None,
        steps=steps,
        points=points,
        machines=machines,
        network_only=bool(begin.data.get("network_only")),
    )


def last_drill(records: Sequence[Record]) -> MeasuredDrill | None:
    """Return the drill that was ended last; None where none was."""
    found = None
    begun = started = ""
    for record in records:
        if record.event == JournalEvent.DRILL_INTENDED:
            begun = begun or record.at
        elif record.event == JournalEvent.DRILL_STARTED:
            started = record.at
        elif record.event == JournalEvent.DRILL_ENDED:
            begun = begun or record.at
            found = MeasuredDrill(
                begun=begun,
                ended=record.at,
                isolated=seconds_between(begun, started) if started else None,
                seconds=seconds_between(begun, record.at),
                result=str(record.data.get("result") or ""),
            )
            begun = started = ""
    return found


def seconds_between(begun: str, ended: str) -> float:
    """Return the seconds between two moments in ISO 8601."""
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()
