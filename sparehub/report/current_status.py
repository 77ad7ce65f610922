"""The current status in the report: open items and an unfinished operation, with a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparehub.report.drawing.frames import DrawnRegion, Frame, LinkState
from sparehub.report.drawing.stages import lost_region, stages
from sparehub.report.entries import moment
from sparehub.report.history import History
from sparehub.report.records import OpenItemRecord, OperationRecord
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Mode, Plan


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An action that is required; ``command`` performs it."""

    word: str
    text: str
    command: str


def alarms(history: History) -> Iterator[Alarm]:
    """Yield the open items, and the operation that is unfinished."""
    for item in history.open_items:
        if item.machines:
            yield Alarm(
                word="open item",
                text=(
                    f"source machines of {item.stack} may still run since {moment(item.since)}: "
                    f"{item.machine_names}. `sparehub status` reads their power state. To stop "
                    "them, run:"
                ),
                command="sparehub finish-fence",
            )
        if not item.is_connected:
            continue
        prefixes = ", ".join(item.prefixes)
        if item.unfenced:
            risk = f"may still advertise {prefixes}, and no fence prevents it"
        elif item.fences:
            risk = f"cannot advertise {prefixes}, because of its external fence"
        else:
            risk = f"may still advertise {prefixes} at the same time as the other region"
        reason = f" ({item.reason})" if item.reason else ""
        yield Alarm(
            word="UNFENCED" if item.unfenced else "open item",
            text=f"{item.stack} {risk}; since {moment(item.since)}{reason}. When it is back, run:",
            command="sparehub finish-fence",
        )
    if operation := history.under_way:
        step = next((run.step for run in operation.steps if not run.ended), "preparation")
        problem = operation.problem or "running when this was written, or its process has ended"
        yield Alarm(
            word=operation.status,
            text=(
                f"{operation.mode} {operation.kind} from {operation.source} to {operation.target}, "
                f"in {step}: {problem}\nTo continue, run:"
            ),
            command="sparehub resume",
        )


def facts(history: History) -> Iterator[tuple[str, str]]:
    """Yield the facts about operations at the top of the page."""
    if not history.state:
        return
    yield "State", history.state
    for item in history.open_items:
        state = _state(item) if item.is_connected else "source machines may still run"
        yield "Open item", f"{item.stack}, {state}"


def now(stacks: Sequence[Stack], history: History, plan: Plan | None) -> tuple[Frame, Frame] | None:
    """Return the pair now and before; None where it is as its files say.

    That is so where no region is still to be disconnected, and no operation is unfinished.

    ``plan`` is the plan of the unfinished operation. It is None where the stack files have changed
    since; the status then follows from the files and the open items alone.
    """
    operation = history.under_way
    connected = [item for item in history.open_items if item.is_connected]
    if not connected and not operation:
        return None
    start = tuple(DrawnRegion(stack=stack.name, region=stack.region) for stack in stacks)
    pair = start
    if plan and operation:
        frames = stages(stacks, plan)
        done = sum(step.id in operation.done for step in plan.steps)  # steps run in this order
        start, pair = frames[0].pair, frames[done].pair
        if _silent(operation):
            pair = _with_lost(pair, {plan.source: LinkState.SILENT}, stacks)
    lost = {item.stack: _state(item) for item in connected}
    unfenced = dict.fromkeys(lost, LinkState.UNFENCED)  # before a fence was confirmed
    return (
        Frame(title="now", pair=_with_lost(pair, lost, stacks)),
        Frame(title="before", pair=_with_lost(start, unfenced, stacks)),
    )


def _with_lost(
    pair: Sequence[DrawnRegion], lost: Mapping[str, LinkState], stacks: Sequence[Stack]
) -> tuple[DrawnRegion, ...]:
    """Return the pair with its lost regions replaced."""
    by_name = {stack.name: stack for stack in stacks}
    return tuple(
        lost_region(by_name[drawn.stack], lost[drawn.stack]) if drawn.stack in lost else drawn
        for drawn in pair
    )


def _silent(operation: OperationRecord) -> bool:
    """Return whether the source region did not answer and is not fenced yet."""
    unanswered = any(run.answers is False for run in operation.steps)
    fenced = f"fence-{operation.source}" in operation.done
    return operation.mode is Mode.UNPLANNED and unanswered and not fenced


def _state(item: OpenItemRecord) -> LinkState:
    if item.unfenced:
        return LinkState.UNFENCED
    return LinkState.FENCED if item.fences else LinkState.SILENT
