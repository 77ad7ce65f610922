"""Entries of the report for past operations and drills, with facts and steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sparehub.failover.journal.open_items import Fence
from sparehub.report.durations_format import span
from sparehub.report.records import (
    DrillRun,
    EntryStatus,
    OpenItemRecord,
    OperationRecord,
    StepRun,
    elapsed,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.plan import Plan

PlanOf = Callable[[OperationRecord], Plan | None]
"""Returns the plan of an operation; None where the stack files have changed since."""
_FENCED = {"privatePeering": "private peering disabled", "authorization": "authorization revoked"}


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step: its time, and the times in the plan."""

    title: str
    status: str
    took: str = ""
    typical: str = ""
    worst: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One past operation or drill."""

    title: str
    status: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[StepRow, ...] = ()
    open_items: str = ""
    """The open items of it, in words; empty where none is open."""
    command: str = ""
    """The command that continues it; empty where it is finished."""


def entry_of(record: OperationRecord | DrillRun, plan_of: PlanOf) -> Entry:
    """Return the entry of an operation or a drill."""
    return _drill(record) if isinstance(record, DrillRun) else _operation(record, plan_of(record))


def _operation(operation: OperationRecord, plan: Plan | None) -> Entry:
    unfinished = operation.status in {EntryStatus.HALTED, EntryStatus.UNDER_WAY}
    mode = operation.mode.value.capitalize()
    open_items = [
        "UNFENCED" if item.unfenced else "open item"
        for item in operation.open_items
        if item.is_open
    ]
    return Entry(
        title=f"{mode} {operation.kind}, {operation.source} to {operation.target}",
        status=operation.status,
        facts=tuple(_facts(operation)),
        steps=tuple(_step(run, operation, plan) for run in operation.steps),
        open_items=", ".join(open_items),
        command=(
            "sparehub resume" if unfinished else "sparehub finish-fence" if open_items else ""
        ),
    )


def _facts(operation: OperationRecord) -> Iterator[tuple[str, str]]:
    if operation.declared:
        yield "Declared", moment(operation.declared)
    yield "Started", moment(operation.begun)
    if operation.ended:
        word = (
            "Finished"
            if operation.status is EntryStatus.COMMITTED
            else operation.status.capitalize()
        )
        yield word, _after(operation.begun, operation.ended)
    if operation.committed:
        yield "Committed", moment(operation.committed)
    if operation.problem:
        yield "Reason", _problem(operation)
    accepted = {
        "Accepted unfenced": operation.accepted.reason,
        "Accepted cutting others": operation.accepted.cut,
        "Fenced on-premises": operation.accepted.ticket,
        "Accepted unproven": operation.unproven,
        "Accepted unreached": operation.accepted.unreached,
        "Accepted loss": operation.accepted.loss,
    }
    yield from ((name, reason) for name, reason in accepted.items() if reason)
    for fence in operation.fences:
        yield "Fence", f"{_FENCED[fence.how]} ({_fence_status(fence, operation)}): {fence.id}"
    for item in operation.open_items:
        yield "Open item", _open_item(item)
        if item.closed:
            yield "Closed", f"{_after(item.since, item.closed)}, by sparehub finish-fence"
        elif item.superseded:
            yield "Superseded", f"{_after(item.since, item.superseded)}, by a later switch"
        else:
            yield "Closed", "not yet"
    yield from _authorizations(operation)


def _authorizations(operation: OperationRecord) -> Iterator[tuple[str, str]]:
    if operation.keys:
        yield "Authorization keys", f"{operation.keys} used"
    for authorization in operation.issued:
        yield "Authorization issued", authorization
    for authorization in operation.deleted:
        yield "Authorization deleted", authorization


def _problem(operation: OperationRecord) -> str:
    if operation.problem == "UNFENCED":
        return "UNFENCED: no fence worked and the risk was not accepted; nothing was changed"
    return operation.problem


def _fence_status(fence: Fence, operation: OperationRecord) -> str:
    """Return the status of a fence that an operation began to set."""
    item = next((item for item in operation.open_items if fence in item.fences), None)
    if item is None:
        begun = operation.status in {EntryStatus.HALTED, EntryStatus.UNDER_WAY}
        return "begun, may be in place" if begun else "attempted, then reversed"
    if item.closed:
        return "removed" if fence.how == "privatePeering" else "permanent"
    return "may be in place" if item.unfenced or item.superseded else "in place"


def _open_item(item: OpenItemRecord) -> str:
    running = f"; source machines that may run: {item.machine_names}" if item.machines else ""
    if not item.is_connected:
        return f"{item.stack}{running}; since {moment(item.since)}"
    word = "UNFENCED" if item.unfenced else "fenced, to be disconnected"
    if not item.unfenced and not item.fences:
        word = "to be disconnected"
    return f"{item.stack}, {word}: {', '.join(item.prefixes)}{running}; since {moment(item.since)}"


def _step(run: StepRun, operation: OperationRecord, plan: Plan | None) -> StepRow:
    notes = []
    if run.answers is not None:
        notes.append(f"{operation.source} {'answered' if run.answers else 'did not answer'}")
    if run.attempts > 1:
        notes.append(f"attempts: {run.attempts}; the time is that of the last one")
    if run.problem:
        notes.append(f"halted: {run.problem}")
    if run.refused:
        notes.append(f"refused: {run.refused}")
    if run.ended:
        status = "refused" if run.refused else "done"
    else:
        status = "halted" if run.problem and operation.status is EntryStatus.HALTED else "not done"
    step = next((step for step in plan.steps if step.id == run.step), None) if plan else None
    return StepRow(
        title=step.title if step else run.step,
        status=status,
        took="" if run.seconds is None else span(run.seconds),
        typical=span(step.seconds.typical) if step else "",
        worst=span(step.seconds.worst) if step else "",
        notes=tuple(notes),
    )


def _drill(drill: DrillRun) -> Entry:
    facts = [("Started", moment(drill.begun))]
    if drill.started:
        names = ", ".join(ResourceId.of(network).name for network in drill.networks)
        facts.append(("Isolated", f"{moment(drill.started)}: no traffic could leave {names}"))
    if drill.ended:
        facts += [
            ("Ended", f"{_after(drill.begun, drill.ended)}; resources removed: {drill.removed}"),
            ("Result", drill.result or "none recorded"),
        ]
    facts += [("Escape", escape) for escape in drill.escapes]
    return Entry(
        title="Drill in test networks",
        status="finished" if drill.ended else "under way",
        facts=tuple(facts),
        command="" if drill.ended else "sparehub drill stop",
    )


def _after(begun: str, ended: str) -> str:
    return f"{moment(ended)}, after {span(elapsed(begun, ended) or 0)}"


def moment(at: str) -> str:
    """Return a timestamp of the journal in UTC, to the second."""
    return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M:%S UTC")
