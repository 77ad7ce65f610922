"""The operations of a journal, as data; it reads no file and no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

from pydantic.dataclasses import dataclass

from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record
from sparehub.failover.journal.journal_state import JournaledOperation, JournalState
from sparehub.failover.journal.measured import NOT_MEASURED, Measured
from sparehub.failover.journal.open_items import Fence, OpenItem
from sparehub.report.records import (
    CHECKED,
    DrillRun,
    EntryStatus,
    OpenItemRecord,
    OperationRecord,
    StepRun,
)
from sparehub.topology.planning.plan import BandwidthIncrease, Mode, PlanKind

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


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class History:
    """Everything that is recorded, newest first."""

    entries: tuple[OperationRecord | DrillRun, ...] = ()
    state: str = ""
    """The word of ``sparehub status``; empty where nothing is recorded."""
    under_way: OperationRecord | None = None
    open_items: tuple[OpenItemRecord, ...] = ()
    measured: Measured = NOT_MEASURED
    tested: Mapping[str, str] = field(default_factory=dict)
    """By machine: when a drill last tested its failover."""
    as_of: str = ""
    """When the last record was written; empty where no operation or drill is recorded."""

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
            measured=Measured.of(records),
            tested=state.tested,
            as_of=records[-1].at if entries else "",
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
        open_items=_open_items(records, closed, _moment_of(at, JournalEvent.SUPERSEDED)),
        declared=begin.data.get("declared", ""),
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


def _open_items(
    records: Iterable[Record], closed: dict[str, str], superseded: str
) -> tuple[OpenItemRecord, ...]:
    """Return the items that an operation opened; a later record of one replaces the earlier."""
    items: dict[str, OpenItemRecord] = {}
    for record in records:
        if record.event == JournalEvent.ITEM_OPENED:
            found = _open_item(record, closed, superseded)
            earlier = items.get(record.data["id"], found)
            items[record.data["id"]] = replace(found, since=earlier.since)
    return tuple(items.values())


def _open_item(record: Record, closed: dict[str, str], superseded: str) -> OpenItemRecord:
    item = OpenItem.of(record.data, record.operation)
    return OpenItemRecord(
        stack=item.stack,
        unfenced=item.unfenced,
        prefixes=item.prefixes,
        reason=item.accepted.reason,
        fences=item.fences,
        machines=item.machines,
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
