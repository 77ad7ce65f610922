"""What was done, as the page tells it: one entry an operation or a drill, with facts and steps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sparehub.failover.steps.fencing import Fence
from sparehub.report.durations_format import span
from sparehub.report.history import Debt, DrillRun, EntryStatus, OperationRecord, StepRun, elapsed
from sparehub.topology.planning.plan import Plan

PlanOf = Callable[[OperationRecord], Plan | None]
"""The plan that an operation carried out; None where the stack files have changed since."""
_FENCED = {"privatePeering": "private peering disabled", "authorization": "authorization revoked"}


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step: what it took, beside what the plan says."""

    title: str
    standing: str
    took: str = ""
    typical: str = ""
    worst: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of what was done."""

    title: str
    standing: str
    facts: tuple[tuple[str, str], ...]
    steps: tuple[StepRow, ...] = ()
    owed: str = ""
    """What is owed of it still, in a word."""
    command: str = ""
    """What goes on with it; empty where nothing has to."""


def tell(entry: OperationRecord | DrillRun, plan_of: PlanOf) -> Entry:
    """Tell an operation or a drill."""
    return _drill(entry) if isinstance(entry, DrillRun) else _deed(entry, plan_of(entry))


def _deed(deed: OperationRecord, plan: Plan | None) -> Entry:
    goes_on = deed.standing in {EntryStatus.HALTED, EntryStatus.UNDER_WAY}
    mode = deed.mode.value.capitalize()
    owed = ["UNFENCED" if debt.unfenced else "owed" for debt in deed.debts if debt.is_owed]
    return Entry(
        title=f"{mode} {deed.kind}, {deed.source} to {deed.target}",
        standing=deed.standing,
        facts=tuple(_facts(deed)),
        steps=tuple(_step(run, deed, plan) for run in deed.steps),
        owed=", ".join(owed),
        command="sparehub resume" if goes_on else "sparehub finish-fence" if owed else "",
    )


def _facts(deed: OperationRecord) -> Iterator[tuple[str, str]]:
    yield "Begun", moment(deed.begun)
    if deed.ended:
        word = "Finished" if deed.standing is EntryStatus.COMMITTED else deed.standing.capitalize()
        yield word, _after(deed.begun, deed.ended)
    if deed.committed:
        yield "Committed", moment(deed.committed)
    if deed.problem:
        yield "Because", _problem(deed)
    accepted = {
        "Accepted unfenced": deed.accepted.reason,
        "Accepted cutting others": deed.accepted.cut,
        "Fenced on-premises": deed.accepted.ticket,
        "Accepted unproven": deed.unproven,
        "Accepted unreached": deed.accepted.unreached,
    }
    yield from ((what, reason) for what, reason in accepted.items() if reason)
    for fence in deed.fences:
        yield "Fence", f"{_FENCED[fence.how]} ({_came_of(fence, deed)}): {fence.id}"
    for debt in deed.debts:
        yield "Owed", _debt(debt)
        if debt.cleared:
            yield "Cleared", f"{_after(debt.since, debt.cleared)}, by sparehub finish-fence"
        elif debt.overtaken:
            yield "Overtaken", f"{_after(debt.since, debt.overtaken)}, by a later switch"
        else:
            yield "Cleared", "not yet"
    yield from _authorizations(deed)


def _authorizations(deed: OperationRecord) -> Iterator[tuple[str, str]]:
    if deed.keys:
        yield "Authorization keys", f"{deed.keys} used up"
    for each in deed.issued:
        yield "Authorization issued", each
    for each in deed.deleted:
        yield "Authorization deleted", each


def _problem(deed: OperationRecord) -> str:
    if deed.problem == "UNFENCED":
        return "UNFENCED: no fence held and nobody had accepted that; nothing was changed"
    return deed.problem


def _came_of(fence: Fence, deed: OperationRecord) -> str:
    """Return how a fence stands that an operation began to set."""
    debt = next((each for each in deed.debts if fence in each.fences), None)
    if debt is None:
        begun = deed.standing in {EntryStatus.HALTED, EntryStatus.UNDER_WAY}
        return "begun, may stand" if begun else "tried, and taken back"
    if debt.cleared:
        return "stood, and was taken away" if fence.how == "privatePeering" else "for good"
    return "may stand" if debt.unfenced or debt.overtaken else "stands"


def _debt(debt: Debt) -> str:
    word = "UNFENCED" if debt.unfenced else "fenced, to be disconnected"
    if not debt.unfenced and not debt.fences:
        word = "to be disconnected"
    return f"{debt.stack}, {word}: {', '.join(debt.prefixes)}; since {moment(debt.since)}"


def _step(run: StepRun, deed: OperationRecord, plan: Plan | None) -> StepRow:
    notes = []
    if run.answers is not None:
        notes.append(f"{deed.source} {'answered' if run.answers else 'did not answer'}")
    if run.attempts > 1:
        notes.append(f"attempts: {run.attempts}; the time is that of the last")
    if run.problem:
        notes.append(f"halted: {run.problem}")
    if run.refused:
        notes.append(f"refused: {run.refused}")
    if run.ended:
        standing = "refused" if run.refused else "done"
    else:
        standing = "halted" if run.problem and deed.standing is EntryStatus.HALTED else "not done"
    step = next((each for each in plan.steps if each.id == run.step), None) if plan else None
    return StepRow(
        title=step.title if step else run.step,
        standing=standing,
        took="" if run.seconds is None else span(run.seconds),
        typical=span(step.seconds.typical) if step else "",
        worst=span(step.seconds.worst) if step else "",
        notes=tuple(notes),
    )


def _drill(drill: DrillRun) -> Entry:
    facts = [("Begun", moment(drill.begun))]
    if drill.started:
        names = ", ".join(each.rsplit("/", maxsplit=1)[-1] for each in drill.networks)
        facts.append(("Shut in", f"{moment(drill.started)}: nothing could leave {names}"))
    if drill.ended:
        facts += [
            ("Ended", f"{_after(drill.begun, drill.ended)}; resources removed: {drill.removed}"),
            ("Result", drill.result or "none was given"),
        ]
    facts += [("Way out", escape) for escape in drill.escapes]
    return Entry(
        title="Drill in test networks",
        standing="finished" if drill.ended else "under way",
        facts=tuple(facts),
        command="" if drill.ended else "sparehub drill stop",
    )


def _after(begun: str, ended: str) -> str:
    return f"{moment(ended)}, after {span(elapsed(begun, ended) or 0)}"


def moment(at: str) -> str:
    """Return a moment of the journal as a person reads it, to the second."""
    return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M:%S UTC")
