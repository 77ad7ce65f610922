"""The question whether rights, deny assignments or locks forbid what a plan writes; read only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sparehub.failover.adapters.stack_snapshot import Snapshot, identity_of, whole_circuit_id
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.access import Access
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import StepAction
from sparehub.topology.planning.rights.permissions import (
    Identify,
    Need,
    needs_of,
    needs_of_fence,
    needs_of_issue,
    needs_of_start,
)

_MOST_SHOWN = 5
_HINT = (
    "read without writing; `az lock list`, `az role assignment list` and the deny assignments in "
    "the portal have the rest"
)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What some steps write in one stack, and which operations its refusal refuses."""

    stack: str
    refuses: Refuses
    needs: tuple[Need, ...]


def nothing_forbids_the_writes(situation: PreflightContext) -> Iterator[Objection]:
    """Nothing that a switch or a fence writes is locked, denied, or beyond the login's rights."""
    access = Access(situation.azure)
    doubts: dict[str, None] = {}
    for wanted in _wanted(situation):
        lines = [line for need in wanted.needs for line in access.forbidding(need)]
        for need in wanted.needs:
            doubts |= dict.fromkeys(access.doubtful(need))
        if lines:
            text = f"{len(lines)} things forbid what has to be written in {wanted.stack}"
            if len(lines) == 1:
                text = f"something forbids what has to be written in {wanted.stack}"
            yield Objection(
                text=text,
                hint=_HINT,
                listed=_shown(lines),
                refuses=wanted.refuses,
                stack=wanted.stack,
            )
    yield from _no_fence(situation, access)
    yield from _no_key(situation, access)
    if doubts:
        yield Objection(
            text="deny assignments may be against this login, which Azure does not say",
            listed=_shown(doubts),
            refuses=Refuses.NONE,
        )
    if access.problems:
        yield Objection(
            text="rights and locks cannot all be read",
            listed=_shown(access.problems),
            refuses=Refuses.PLANNED,
        )


def _wanted(situation: PreflightContext) -> Iterator[_Wanted]:
    """Yield what the steps write: of the target, then of the source.

    A source that may be lost is not asked: it could refuse nothing, and each of its resources may
    be silent for as long as a request takes.
    """
    plan = situation.plan
    wanted = [(plan.target, Refuses.EVERY)]
    if not situation.unplanned:
        wanted.append((plan.source, Refuses.PLANNED))
    for stack, refuses in wanted:
        snapshot = situation.snapshots.get(stack)
        if snapshot is None:
            continue
        region = situation.live(stack)
        operations = {
            operation
            for step in plan.steps
            if step.change and step.change.stack == stack and step.act is not StepAction.RAISE
            for operation in step.change.operations
        }
        needs = needs_of(region, operations, _identify(situation, snapshot, stack))
        if stack == plan.target:
            started = (step.starts for step in plan.steps if step.starts)
            needs += tuple(need for each in started for need in needs_of_start(each))
        yield _Wanted(stack=stack, refuses=refuses, needs=needs)


def _identify(situation: PreflightContext, snapshot: Snapshot, stack: str) -> Identify:
    region = situation.live(stack)

    def identify(name: str) -> ResourceId | None:
        """Return the id of what is recorded, or of what would be made under this name."""
        unmade = ResourceOperation(Verb.CREATE, "", name)
        return snapshot.ids.get(name) or (
            identity_of(unmade, region, snapshot.subscription) if snapshot.subscription else None
        )

    return identify


def _no_fence(situation: PreflightContext, access: Access) -> Iterator[Objection]:
    """Yield the circuits of the source at which nothing could be written to fence it (ER-38).

    A planned operation needs no such fence; that an unplanned one would have none is said. There
    the circuits are not asked for rights of their own: theirs may be the region that is lost.
    """
    source = situation.plan.source
    snapshot = situation.snapshots.get(source)
    if snapshot is None or not snapshot.subscription:
        return
    before = dict(access.problems)
    for circuit in situation.live(source).connected_circuits:
        identity = whole_circuit_id(circuit, snapshot.subscription)
        own = not situation.unplanned
        ways = [[*access.forbidding(need, own=own)] for need in needs_of_fence([identity])]
        if all(ways):
            yield Objection(
                text=f"{source} could not be fenced at circuit {circuit.key} if it were lost",
                listed=_shown(line for lines in ways for line in lines),
                refuses=Refuses.NONE,
                stack=source,
            )
    access.problems = {**before, **access.problems} if situation.unplanned else before


def _no_key(situation: PreflightContext, access: Access) -> Iterator[Objection]:
    """Yield the connections for which no new authorization could be issued.

    Whether their keys are used up is another question: one that is good is kept, and nothing is
    written, so nothing is refused here.
    """
    for connection in situation.plan.keyed:
        before, access.problems = access.problems, {}
        lines = [line for need in needs_of_issue(connection) for line in access.forbidding(need)]
        unread, access.problems = access.problems, before
        if lines or unread:
            could = "no new authorization could be issued"
            if not lines:
                could = "nobody can say whether a new authorization could be issued"
            yield Objection(
                text=f"if the key of {connection.key} is used up, {could}",
                listed=_shown(lines or unread),
                refuses=Refuses.NONE,
                stack=situation.plan.target,
            )


def _shown(lines: Iterable[str]) -> tuple[str, ...]:
    found = [f"  {each}" for each in lines]
    more = len(found) - _MOST_SHOWN
    return (*found[:_MOST_SHOWN], *((f"  and {more} more",) if more > 0 else ()))
