"""How things stand now, where something is owed or under way: facts, what to do, and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparehub.report.drawing.frames import DrawnRegion, Frame, LinkState
from sparehub.report.drawing.stages import lost_region, stages
from sparehub.report.entries import moment
from sparehub.report.history import Debt, History, OperationRecord
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Mode, Plan


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something that somebody has to do; ``command`` does it."""

    word: str
    text: str
    command: str


def alarms(history: History) -> Iterator[Alarm]:
    """Yield what is owed, and what stopped half-way."""
    for debt in history.owed:
        prefixes = ", ".join(debt.prefixes)
        if debt.unfenced:
            how = f"may still advertise {prefixes}, and nothing keeps it from that"
        elif debt.fences:
            how = f"is kept from outside from advertising {prefixes}"
        else:
            how = f"may still advertise {prefixes}, beside the other region"
        said = f" ({debt.reason})" if debt.reason else ""
        yield Alarm(
            word="UNFENCED" if debt.unfenced else "owed",
            text=f"{debt.stack} {how}; since {moment(debt.since)}{said}. Once it is back:",
            command="sparehub finish-fence",
        )
    if deed := history.under_way:
        step = next((run.step for run in deed.steps if not run.ended), "its preparation")
        problem = deed.problem or "at work when this was written, or its process has died"
        yield Alarm(
            word=deed.standing,
            text=(
                f"{deed.mode} {deed.kind} from {deed.source} to {deed.target}, in {step}: "
                f"{problem}\nTo go on:"
            ),
            command="sparehub resume",
        )


def facts(history: History) -> Iterator[tuple[str, str]]:
    """Yield what the top of the page says of the operations."""
    if not history.state:
        return
    yield "State", history.state
    for debt in history.owed:
        yield "Owed", f"{debt.stack}, {_state(debt)}"


def now(stacks: Sequence[Stack], history: History, plan: Plan | None) -> tuple[Frame, Frame] | None:
    """Return the pair as it stands and as it stood; None where nothing is owed or under way.

    ``plan`` is that of the operation under way, None where the stack files are others by now:
    then only they, and what is owed, say how things stand.
    """
    deed = history.under_way
    if not history.owed and not deed:
        return None
    start = tuple(DrawnRegion(stack=stack.name, region=stack.region) for stack in stacks)
    pair = start
    if plan and deed:
        frames = stages(stacks, plan)
        done = sum(step.id in deed.done for step in plan.steps)  # they are done in this order
        start, pair = frames[0].pair, frames[done].pair
        if _silent(deed):
            pair = _each(pair, {plan.source: LinkState.SILENT}, stacks)
    owed = {debt.stack: _state(debt) for debt in history.owed}
    once = dict.fromkeys(owed, LinkState.UNFENCED)  # as long as nothing was known of a fence
    return (
        Frame(title="now", pair=_each(pair, owed, stacks)),
        Frame(title="before", pair=_each(start, once, stacks)),
    )


def _each(
    pair: Sequence[DrawnRegion], lost: Mapping[str, LinkState], stacks: Sequence[Stack]
) -> tuple[DrawnRegion, ...]:
    """Return the pair with the regions that are lost as such."""
    by_name = {stack.name: stack for stack in stacks}
    return tuple(
        lost_region(by_name[each.stack], lost[each.stack]) if each.stack in lost else each
        for each in pair
    )


def _silent(deed: OperationRecord) -> bool:
    """Return whether the region that is left did not answer, and is not fenced yet."""
    asked = any(run.answers is False for run in deed.steps)
    fenced = f"fence-{deed.source}" in deed.done
    return deed.mode is Mode.UNPLANNED and asked and not fenced


def _state(debt: Debt) -> LinkState:
    if debt.unfenced:
        return LinkState.UNFENCED
    return LinkState.FENCED if debt.fences else LinkState.SILENT
