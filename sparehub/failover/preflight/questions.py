"""The checks before a failover begins; they write nothing.

Each yields objections as values (``objections``). Which operations an objection refuses is decided
here alone. ``docs/failover.md`` lists the checks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from sparehub.failover.journal.journal_state import JournaledOperation, JournalState
from sparehub.failover.preflight import (
    access,
    capacity,
    circuits,
    machines,
    nva,
    on_premises_routes,
    private_names,
    stacks,
)
from sparehub.failover.preflight import reachability as proof
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.output import Note
from sparehub.topology.errors import HalfwayError, InterlockError
from sparehub.topology.planning.plan import Mode, Plan

DRILL_DAYS = 90
"""Microsoft's advice is a test failover each quarter:
https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure"""


def refuse_unfinished(journal_state: JournalState, plan: Plan) -> None:
    """Refuse to begin while another operation is under way, or an item is open.

    A failover that halted may be answered by a failback, and the other way round; and a planned one
    whose source is lost meanwhile by the unplanned one in the same direction.

    Raises:
        HalfwayError: where an operation is to be resumed.
        InterlockError: where a region is still to be disconnected.
    """
    underway = journal_state.open
    if underway and underway.kind == plan.kind.value and not _supersedes(plan, underway):
        message = (
            f"the {underway.kind} of {underway.begun} is under way ({underway.state}): "
            "`sparehub resume` goes on with it"
        )
        if underway.mode == Mode.PLANNED:
            message += f"; if {underway.source} is lost meanwhile: `{underway.kind} --unplanned`"
        raise HalfwayError(message)
    if journal_state.open_items:
        stacks = ", ".join(item.stack for item in journal_state.open_items)
        message = f"{stacks} is still to be disconnected: `sparehub finish-fence` first"
        raise InterlockError(message)


def _supersedes(plan: Plan, underway: JournaledOperation) -> bool:
    return (
        underway.mode == Mode.PLANNED
        and plan.mode is Mode.UNPLANNED
        and (underway.source, underway.target) == (plan.source, plan.target)
    )


def drill_is_recent(situation: PreflightContext) -> Iterator[Objection]:
    """The last drill is at most a quarter ago; else a warning."""
    last = situation.journal_state.last_drill
    days = (datetime.now(UTC) - datetime.fromisoformat(last)).days if last else 0
    if not last:
        text = "no drill was ever recorded (`sparehub drill start`)"
    elif days > DRILL_DAYS:
        text = f"the last drill was {days} days ago (`sparehub drill start`)"
    else:
        return
    yield Objection(text=text, refuses=Refuses.NONE)


QUESTIONS: Mapping[str, Callable[[PreflightContext], Iterable[Objection]]] = MappingProxyType(
    {
        "states can be read": stacks.states_can_be_read,
        "both stacks are deployed": stacks.stacks_are_deployed,
        "stacks are in the state where the plan begins": stacks.stacks_stand_where_the_plan_begins,
        "nothing was switched outside": stacks.nothing_was_switched_outside,
        "files follow the rules": stacks.files_follow_the_rules,
        "hooks can be run": stacks.hooks_can_be_run,
        "nothing is half written": stacks.nothing_is_half_written,
        "regions agree": proof.regions_agree,
        "nothing is broken": proof.nothing_is_broken,
        "regions answer": stacks.regions_answer,
        "gateways are well": capacity.gateways_are_well,
        "quota is enough": capacity.quota_is_enough,
        "the NVA forwards": nva.nva_forwards,
        "nothing forbids the writes": access.nothing_forbids_the_writes,
        "circuits can carry a connection": circuits.circuits_can_carry_a_connection,
        "on-premises is heard at the circuits": on_premises_routes.on_premises_is_heard,
        "a fence cuts nobody else": on_premises_routes.a_fence_cuts_nobody_else,
        "keys are usable": circuits.keys_are_usable,
        "private names are known": private_names.private_names_are_known,
        "machines are ready": machines.machines_are_ready,
        "machines arrive where the files say": machines.machines_arrive_where_files_say,
        "nothing is locked where machines arrive": machines.sources_are_not_locked,
        "runbooks are published": machines.runbooks_are_published,
        "objectives are met": machines.objectives_are_met,
        "the last drill is recent": drill_is_recent,
        "state and keys outlive a region": stacks.state_and_keys_outlive_a_region,
    }
)
"""In the order in which they run; deployments are previewed after them."""


def preflight(situation: PreflightContext, note: Note) -> None:
    """Run every check: refuse for the first objection that refuses this operation.

    Every other one is a warning.

    Raises:
        SparehubError: of the kind of the objection, naming what to do.
    """
    for ask in QUESTIONS.values():
        for objection in ask(situation):
            if situation.refuses(objection):
                raise objection.refuse()
            note(objection.warning())
