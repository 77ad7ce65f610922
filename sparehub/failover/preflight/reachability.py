"""Questions that are computed from the stack files: parity, and what the plan breaks."""

from collections.abc import Callable, Iterator

from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.topology.comparison.parity import displayed, parity
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import PlanKind
from sparehub.topology.reachability.breaks import broken_by
from sparehub.topology.reachability.intents import read_intents
from sparehub.topology.reachability.states.names import FAILED_OVER, NORMAL
from sparehub.topology.reachability.states.states import all_states, configured_side

_MOST_SHOWN = 5


def regions_agree(situation: PreflightContext) -> Iterator[Objection]:
    """What `sparehub parity` calls wrong: a region that lacks a route is better than none.

    That both files are what is deployed is for the previews to find.
    """
    yield from _evaluated(situation, "parity", _wrong_parity)


def nothing_is_broken(situation: PreflightContext) -> Iterator[Objection]:
    """What holds before this operation and not after it, in the region that takes over."""
    yield from _evaluated(situation, "what this operation breaks", _broken)


def _wrong_parity(situation: PreflightContext) -> Iterator[Objection]:
    wrong = [each for each in parity(*situation.pair.values()) if each.verdict == "wrong"]
    if wrong:
        # Where a circuit's record lies in the pair: a planned operation has both regions.
        records = all(each.of_a_record for each in wrong)
        yield Objection(
            text=f"the two regions differ where they must not ({len(wrong)} wrong)",
            hint="`sparehub parity` has the rest",
            listed=tuple(
                f"  {each.path}: {displayed(each.primary)} in primary, "
                f"{displayed(each.secondary)} in "
                "secondary"
                for each in wrong[:_MOST_SHOWN]
            ),
            refuses=Refuses.NONE if records else _unless_halted(situation),
        )


def _broken(situation: PreflightContext) -> Iterator[Objection]:
    plan = situation.plan
    primary, secondary = map(configured_side, situation.pair.values())
    states = {state.name: state for state in all_states(primary, secondary)}
    intents = read_intents(list(situation.pair.values()), states)
    ways = (NORMAL, FAILED_OVER) if plan.kind is PlanKind.FAILOVER else (FAILED_OVER, NORMAL)
    before, after = (states[name] for name in ways)
    found = broken_by(before, after, plan.source, intents, _MOST_SHOWN)
    if not found.count:
        return
    refuses = _unless_halted(situation)
    hint = f"`sparehub verify --state {after.name}` has the rest"
    if situation.unproven:
        refuses, hint = Refuses.NONE, f"accepted: {situation.unproven}; {hint}"
    elif refuses is Refuses.PLANNED and not situation.unplanned:
        hint = f"{hint}; to go on all the same: --accept-unproven REASON"
    yield Objection(
        text=f"after this {plan.kind.value} {found.count} things would not hold that hold now",
        hint=hint,
        listed=tuple(
            f"  {each.source} to {each.destination}: {each.verdict.name}, {each.reason}"
            for each in found.violations[:_MOST_SHOWN]
        ),
        refuses=refuses,
    )


def _unless_halted(situation: PreflightContext) -> Refuses:
    """Refuse a planned operation; one that answers a halted one is warned."""
    return Refuses.NONE if situation.journal_state.open else Refuses.PLANNED


def _evaluated(
    situation: PreflightContext, what: str, ask: Callable[[PreflightContext], Iterator[Objection]]
) -> Iterator[Objection]:
    """Ask a question that may have no answer: where it has none, a planned operation is refused.

    A defect in the computation keeps its traceback, but where a region may be lost it is said, and
    stops nothing.
    """
    try:
        yield from ask(situation)
    except SparehubError as error:
        yield Objection(text=f"{what} cannot be computed: {error}", refuses=Refuses.PLANNED)
    except Exception as error:
        if not situation.unplanned:
            raise
        text = f"{what} cannot be computed: {type(error).__name__}: {error}"
        yield Objection(text=text, refuses=Refuses.PLANNED)
