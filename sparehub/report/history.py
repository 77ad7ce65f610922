"""The operations of a journal, as data; it reads no file and no clock."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict
from pydantic.dataclasses import dataclass

from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record
from sparehub.failover.journal.journal_state import JournaledOperation, JournalState
from sparehub.failover.journal.open_items import Fence, OpenItem
from sparehub.topology.planning.plan import BandwidthIncrease, Mode, PlanKind


class EntryStatus(StrEnum):
    """The status of an operation; the value is the word on the page."""

    UNDER_WAY = "under way"  # at work now, or its process died
    HALTED = "halted"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    FINISHED = "finished"
    COMMITTED = "committed"


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).utcoffset() != timedelta():
        message = f"{text!r} is not a moment in UTC"
        raise ValueError(message)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""When something was, as the journal says it."""
Known = Moment | Literal[""]
"""A moment; empty where there was none or it is unknown."""
_CHECKED = ConfigDict(revalidate_instances="always")
"""A journal may be intact and of another version: a value of another type is a ValueError."""
_DRILL_EVENTS = {
    JournalEvent.DRILL_INTENDED,
    JournalEvent.DRILL_STARTED,
    JournalEvent.DRILL_ENDED,
}
_ENDED_BY = {
    EntryStatus.HALTED: JournalEvent.HALTED,
    EntryStatus.WITHDRAWN: JournalEvent.WITHDRAWN,
    EntryStatus.ABANDONED: JournalEvent.ABANDONED,
    EntryStatus.FINISHED: JournalEvent.FINISHED,
    EntryStatus.COMMITTED: JournalEvent.FINISHED,
}


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class StepRun:
    """One step as it was carried out; of several attempts, the times are those of the last."""

    step: str
    begun: Moment
    ended: Known = ""
    """When its outcome was known; empty where it is not."""
    attempts: int = 1
    problem: str = ""
    """Why it halted last, also where it was done afterwards."""
    refused: str = ""
    """Why a bandwidth was not raised, which ended the step all the same."""
    answers: bool | None = None
    """Whether the region that was asked answered."""

    @property
    def seconds(self) -> int | None:
        """Whole seconds of the last attempt, rounded up; None where it has no outcome."""
        return elapsed(self.begun, self.ended)


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class OpenItemRecord:
    """A region that was left without being disconnected."""

    stack: str
    unfenced: bool
    prefixes: tuple[str, ...]
    reason: str
    fences: tuple[Fence, ...]
    since: Moment
    closed: Known = ""
    """When ``finish-fence`` had disconnected it; empty where it did not."""
    superseded: Known = ""
    """When it was found that a later switch ended it; empty where none did."""

    @property
    def is_open(self) -> bool:
        """Whether the region is still to be disconnected."""
        return not self.closed and not self.superseded


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class OperationRecord:
    """One failover or failback, from its first record on."""

    id: str
    kind: PlanKind
    mode: Mode
    source: str
    target: str
    configuration: str
    """The hash of the stack files with which it began (see ``Plan.id``)."""
    raises: tuple[BandwidthIncrease, ...]
    """The bandwidths that its plan raises."""
    begun: Moment
    ended: Known
    status: EntryStatus
    committed: Known
    problem: str
    """Why it halted or was withdrawn; empty where neither is how it stands."""
    accepted: Accepted
    """Of the region that was left."""
    unproven: str
    """Of ``--accept-unproven``."""
    steps: tuple[StepRun, ...]
    fences: tuple[Fence, ...]
    """External fences that were begun, with any outcome."""
    open_items: tuple[OpenItemRecord, ...]
    keys: int
    """Authorization keys that it used up."""
    issued: tuple[str, ...] = ()
    """Authorizations that it issued, or was about to, on circuits that somebody else owns."""
    deleted: tuple[str, ...] = ()
    """Those of earlier operations that it deleted, or found gone."""

    @property
    def seconds(self) -> int | None:
        """Whole seconds from its beginning to its end, rounded up; None where it has none."""
        return elapsed(self.begun, self.ended)

    @property
    def done(self) -> tuple[str, ...]:
        """Ids of the steps whose outcome is known and good."""
        return tuple(run.step for run in self.steps if run.ended)


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class DrillRun:
    """One drill, from the first deployment of its test networks to their removal."""

    begun: Moment
    started: Known = ""
    """When the networks were proven to be isolated."""
    ended: Known = ""
    networks: tuple[str, ...] = ()
    result: str = ""
    escapes: tuple[str, ...] = ()
    """What could have left the networks when they were removed."""
    removed: int = 0


@dataclass(frozen=True, kw_only=True, config=_CHECKED)
class History:
    """Everything that is recorded, newest first."""

    entries: tuple[OperationRecord | DrillRun, ...] = ()
    state: str = ""
    """The word of ``sparehub status``; empty where nothing is recorded."""
    under_way: OperationRecord | None = None
    open_items: tuple[OpenItemRecord, ...] = ()

    @classmethod
    def of(cls, records: Sequence[Record]) -> Self:
        """Read the records of a journal.

        Raises:
            KeyError, TypeError, ValueError: where this version does not write such a record.
        """
        if not records:
            return cls()
        state = JournalState.of(records)
        closed = {
            record.data["id"]: record.at
            for record in records
            if record.event == JournalEvent.ITEM_CLOSED
        }
        by_operation: dict[str, list[Record]] = {}
        for record in records:
            if record.operation:
                by_operation.setdefault(record.operation, []).append(record)
        operations = [_operation(group, state.open, closed) for group in by_operation.values()]
        entries: list[OperationRecord | DrillRun] = [*operations, *_drills(records)]
        under_way = state.open.id if state.open else ""
        return cls(
            entries=tuple(sorted(entries, key=lambda entry: entry.begun, reverse=True)),
            state=state.state,
            under_way=next(
                (operation for operation in operations if operation.id == under_way), None
            ),
            open_items=tuple(
                item for operation in operations for item in operation.open_items if item.is_open
            ),
        )


def _operation(
    records: Sequence[Record], underway: JournaledOperation | None, closed: dict[str, str]
) -> OperationRecord:
    begin, *_ = records
    at = {record.event: record for record in records}  # the last of each event
    status = _status(begin.operation, set(at), underway)
    ended = at.get(_ENDED_BY.get(status, ""))
    accepted = NOTHING
    for record in records:
        if record.event in {JournalEvent.BEGUN, JournalEvent.ACCEPTED}:
            accepted = Accepted.of(record.data).after(accepted)
    fences = [
        _fences(record.data) for record in records if record.event == JournalEvent.FENCES_CHOSEN
    ]
    return OperationRecord(
        id=begin.operation,
        kind=PlanKind(begin.data["kind"]),
        mode=Mode(begin.data["mode"]),
        source=begin.data["source"],
        target=begin.data["target"],
        configuration=begin.data["configuration"],
        raises=tuple(BandwidthIncrease(**each) for each in begin.data.get("raises", ())),
        begun=begin.at,
        ended=ended.at if ended else "",
        status=status,
        committed=_moment_of(at, JournalEvent.COMMITTED),
        problem=ended.data.get("problem", "") if ended else "",
        accepted=accepted,
        unproven=begin.data.get("unproven", ""),
        steps=_steps(records),
        fences=next((each for each in fences if each), ()),
        open_items=tuple(
            _open_item(record, closed, _moment_of(at, JournalEvent.SUPERSEDED))
            for record in records
            if record.event == JournalEvent.ITEM_OPENED
        ),
        issued=_authorizations(records, JournalEvent.AUTHORIZATION_ISSUED),
        deleted=_authorizations(records, JournalEvent.AUTHORIZATION_REMOVED),
        keys=sum(
            len(record.data["keys"])
            for record in records
            if record.event == JournalEvent.KEYS_USED_UP
        ),
    )


def _moment_of(at: Mapping[str, Record], event: JournalEvent) -> str:
    """Return when an event was last recorded; empty where it never was."""
    return at[event].at if event in at else ""


def _authorizations(records: Iterable[Record], event: JournalEvent) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(r.data["id"]) for r in records if r.event == event))


def _status(identity: str, events: set[str], underway: JournaledOperation | None) -> EntryStatus:
    if JournalEvent.FINISHED in events:
        return EntryStatus.COMMITTED if JournalEvent.COMMITTED in events else EntryStatus.FINISHED
    if underway and underway.id == identity:
        return EntryStatus.HALTED if underway.state.startswith("HALTED") else EntryStatus.UNDER_WAY
    return EntryStatus.WITHDRAWN if JournalEvent.WITHDRAWN in events else EntryStatus.ABANDONED


def _steps(records: Iterable[Record]) -> tuple[StepRun, ...]:
    runs: dict[str, StepRun] = {}
    for record in records:
        step = record.data.get("step", "")
        before = runs.get(step)
        if record.event == JournalEvent.INTENDED:
            attempts = before.attempts + 1 if before else 1
            problem = before.problem if before else ""
            runs[step] = StepRun(step=step, begun=record.at, attempts=attempts, problem=problem)
        elif before and record.event == JournalEvent.COMPLETED:
            runs[step] = replace(
                before,
                ended=record.at,
                refused=record.data.get("refused", ""),
                answers=record.data.get("answers"),
            )
        elif before and record.event == JournalEvent.HALTED and not before.ended:
            runs[step] = replace(before, problem=record.data["problem"])
    return tuple(runs.values())


def _open_item(record: Record, closed: dict[str, str], superseded: str) -> OpenItemRecord:
    item = OpenItem.of(record.data, record.operation)
    return OpenItemRecord(
        stack=item.stack,
        unfenced=item.unfenced,
        prefixes=item.prefixes,
        reason=item.accepted.reason,
        fences=item.fences,
        since=record.at,
        closed=closed.get(item.id, ""),
        superseded=superseded,
    )


def _fences(data: dict[str, Any]) -> tuple[Fence, ...]:
    return tuple(Fence.of(each) for each in data["fences"])


def _drills(records: Iterable[Record]) -> list[DrillRun]:
    ended: list[DrillRun] = []
    current: DrillRun | None = None
    for record in records:
        data = record.data
        if record.event not in _DRILL_EVENTS:
            continue
        current = current or DrillRun(begun=record.at)
        if record.event == JournalEvent.DRILL_STARTED:
            networks = tuple(data["networks"])
            current = replace(current, started=record.at, networks=networks)
        elif record.event == JournalEvent.DRILL_ENDED:
            ended.append(
                replace(
                    current,
                    ended=record.at,
                    result=data["result"],
                    escapes=tuple(data["escapes"]),
                    removed=data["removed"],
                )
            )
            current = None
    return [*ended, current] if current else ended


def elapsed(begun: str, ended: str) -> int | None:
    """Return the whole seconds between two moments of the journal, rounded up."""
    if not ended:
        return None
    between = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
    return math.ceil(between.total_seconds())
