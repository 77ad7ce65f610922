"""``failover``, ``failback``, ``resume``, ``commit``, ``finish-fence``."""

import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from sparehub.azure.answers import Azure
from sparehub.failover.adapters import generations
from sparehub.failover.adapters.generations import FileGenerations
from sparehub.failover.confirmation import (
    ask,
    ask_for,
    refuse_other_plan,
    refuse_unconfirmed,
    refuse_unprintable,
)
from sparehub.failover.executor import Executor
from sparehub.failover.finish_fence import disconnect_recovered
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.plans import print_plan
from sparehub.failover.preflight import questions
from sparehub.failover.preflight.objections import PreflightContext
from sparehub.failover.queries import account
from sparehub.failover.session import Session, files_of, hold_to_generation, open_session
from sparehub.failover.status import open_items_code, pair_status
from sparehub.failover.steps.authorization_keys import Given, Keys, store
from sparehub.failover.steps.context import StepContext
from sparehub.failover.steps.given_keys import assign
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError, OptionsError, PreflightError
from sparehub.topology.planning import failover
from sparehub.topology.planning.bandwidth import without_increases
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from sparehub.topology.state.generation import said_by


@dataclass(frozen=True, kw_only=True)
class OperationRequest:
    """What somebody typed; ``plan`` is an id, or a file that ``sparehub plan --out`` wrote."""

    kind: PlanKind
    mode: Mode = Mode.PLANNED
    accepted: Accepted = NOTHING
    unproven: str = ""
    plan: str = ""
    yes: bool = False
    raise_bandwidth: bool = False
    authorization_keys: tuple[tuple[str, SecretStr], ...] = ()
    """Keys that were given by hand: connection, empty where none was named, and key."""


def begin(directory: Path, wish: OperationRequest, output: Output) -> int:
    """Plan, look, ask, and carry out; return the exit code.

    Raises:
        SparehubError: with one message, where it may not begin or cannot go on.
    """
    began = time.monotonic()
    refuse_unconfirmed(wish.yes, wish.plan)
    for each in wish.accepted.document().values():
        refuse_unprintable(each)
    refuse_unprintable(wish.unproven)
    with open_session(directory, output, alone=True, unread=True) as place:
        hold_to_generation(place)
        plan = failover.plan(
            place.pair["primary"],
            place.pair["secondary"],
            wish.kind,
            wish.mode,
            raise_bandwidth=wish.raise_bandwidth,
            program=place.program,
        )
        ledger = place.ledger
        questions.refuse_unfinished(ledger, plan)
        _refuse_other_plan(plan, wish.plan, ledger)
        number = generations.next_generation(place.pair, place.known)
        # Of no other host, whose journal may be another one: the stacks record it.
        identity = f"{plan.kind.value}-{number}-{secrets.token_hex(3)}"
        files = files_of(place, number, said_by(place.pair))
        run = run_of(place, plan, wish, identity, files)
        given: Given = {}
        if wish.authorization_keys:
            keys = _keys(place, plan)
            given = assign(wish.authorization_keys, plan, keys.used_up)
        _preflight(place, plan, run, wish.unproven, given)
        tell_target(output, place.azure)
        if not wish.yes:
            print_plan(plan, Output(as_json=output.as_json, results=output.progress))
            ask_for(place.locations[plan.target])
        with place.stoppable():
            if ledger.last and not ledger.committed:
                place.journal.append("committed", ledger.last.id)
            if given:
                store(place.journal, keys, plan, given)
                run.forget_looks(plan.target)
            run.begin()
            run.go_on()
        return _told(place, plan, output, time.monotonic() - began)


def resume(directory: Path, output: Output, *, yes: bool, accepted: Accepted) -> int:
    """Go on with what stopped half-way; return the exit code.

    Raises:
        PreflightError: where the configuration is another one by now.
    """
    began = time.monotonic()
    for each in accepted.document().values():
        refuse_unprintable(each)
    with open_session(directory, output, alone=True, unread=True) as place:
        underway = place.ledger.open
        if underway:
            generations.refuse_overtaken(
                place.journal, underway.id, underway.generation, place.known
            )
        lost = underway.source if underway and underway.mode == Mode.UNPLANNED else ""
        if (accepted.cut or accepted.ticket) and not lost:
            message = "--accept-cut and --fenced-on-premises belong to an unplanned operation"
            raise OptionsError(message)
        pending = [name for name, each in place.readable(lost).items() if each.pending]
        if not underway and not pending:
            output.note("there is nothing to resume")
            return _done(place, output)
        hold_to_generation(place)
        tell_target(output, place.azure)
        refuse_other_account(place, unplanned=bool(underway and underway.mode == Mode.UNPLANNED))
        if not yes:
            what = f"the {underway.kind} to {underway.target}" if underway else "interrupted writes"
            ask(f"go on with {what}?")
        with place.stoppable():
            if not underway:
                place.journal.append("settling", stacks=pending)
                for name in pending:
                    reconcile_pending(place.stacks, place.azure, name, output.note)
                return _done(place, output)
            place.pair = {
                **place.pair,
                underway.target: without_increases(place.pair[underway.target], underway.raises),
            }
            plan = failover.plan(
                place.pair["primary"],
                place.pair["secondary"],
                PlanKind(underway.kind),
                Mode(underway.mode),
                raise_bandwidth=bool(underway.raises),
                program=place.program,
            )
            if plan.configuration != underway.configuration:
                message = (
                    f"the stack files are not those with which the {underway.kind} began: put them "
                    "back as they were (the switch apart), then resume"
                )
                raise PreflightError(message)
            number = underway.generation or generations.next_generation(place.pair, place.known)
            wish = OperationRequest(kind=plan.kind, mode=plan.mode, accepted=accepted)
            files = files_of(place, number, underway.generations)
            run = run_of(place, plan, wish, underway.id, files)
            if accepted.after(underway.accepted) != underway.accepted:
                place.journal.append("accepted", underway.id, **accepted.document())
            run.go_on()
        return _told(place, plan, output, time.monotonic() - began)


def commit(directory: Path, output: Output) -> int:
    """Call the last operation settled; return the exit code.

    Raises:
        PreflightError: where one is still under way.
    """
    with open_session(directory, output, alone=True) as place:
        ledger = place.ledger
        if ledger.open:
            message = f"the {ledger.open.kind} is still under way: `sparehub resume` first"
            raise PreflightError(message)
        if ledger.last and not ledger.committed:
            generations.refuse_overtaken(
                place.journal, ledger.last.id, ledger.last.generation, place.snapshots
            )
        if ledger.last is None or ledger.committed:
            output.note("there is nothing to commit")
        else:
            place.journal.append("committed", ledger.last.id)
            output.note(f"the {ledger.last.kind} of {ledger.last.begun} is committed")
        return _done(place, output)


def finish_fence(directory: Path, output: Output, *, yes: bool) -> int:
    """Disconnect regions that are back, and end what stood in for that; return the exit code.

    Raises:
        UnreachableError: where a region does not answer yet.
    """
    with open_session(directory, output, alone=True) as place:
        debts = place.ledger.debts
        if not debts:
            output.note("nothing is owed")
            return _done(place, output)
        for debt in debts:
            generations.refuse_overtaken(
                place.journal,
                debt["operation"],
                debt.get("generation", 0),
                place.snapshots,
                [str(fence["id"]) for fence in debt["fences"]],
            )
        hold_to_generation(place)
        tell_target(output, place.azure)
        refuse_other_account(place, unplanned=True)
        if not yes:
            ask(f"disconnect {', '.join(str(each['stack']) for each in debts)}?")
        with place.stoppable():
            for debt in debts:
                disconnect_recovered(place, debt)
        return _done(place, output)


def _refuse_other_plan(plan: Plan, given: str, ledger: JournalState) -> None:
    """Refuse an id that is not this plan's; say first that an operation is half-way, if one is.

    Raises:
        HalfwayError: where one is.
        PreflightError: where none is.
    """
    try:
        refuse_other_plan(plan, given)
    except PreflightError as error:
        if ledger.open is None:
            raise
        message = (
            f"the {ledger.open.kind} of {ledger.open.begun} is under way ({ledger.open.state}): "
            f"`sparehub resume` goes on with it. To answer it by this {plan.kind.value} instead, "
            f"confirm the plan of now: {error}"
        )
        raise HalfwayError(message) from None


def run_of(
    place: Session, plan: Plan, wish: OperationRequest, identity: str, files: FileGenerations
) -> Executor:
    """Return what carries out a plan, of which nothing is done yet."""
    job = StepContext(
        stacks=place.stacks,
        azure=place.azure,
        directory=place.directory,
        journal=place.journal,
        plan=plan,
        pair=place.pair,
        progress=place.progress,
        identity=identity,
        files=files,
        accepted=wish.accepted,
        unproven=wish.unproven,
    )
    return Executor(job, place.stop)


def _keys(place: Session, plan: Plan) -> Keys:
    target = plan.target
    snapshot = place.readable(plan.source)[target]
    return Keys(place.stacks, place.azure, place.pair[target], snapshot, place.ledger)


def _preflight(place: Session, plan: Plan, run: Executor, unproven: str, given: Given) -> None:
    refuse_other_account(place, unplanned=plan.mode is Mode.UNPLANNED)
    questions.preflight(situation_of(place, plan, unproven, given), place.progress.note)
    run.look_ahead()


def situation_of(
    place: Session, plan: Plan, unproven: str = "", given: Given | None = None
) -> PreflightContext:
    """Return everything that the questions before an operation look at."""
    return PreflightContext(
        plan=plan,
        pair=place.pair,
        states=place.states,
        ledger=place.ledger,
        stacks=place.stacks,
        azure=place.azure,
        unproven=unproven,
        given=given or {},
    )


def _told(place: Session, plan: Plan, output: Output, seconds: float) -> int:
    standing = pair_status(place)
    spent = place.progress.spent
    if output.as_json:
        steps = [{"id": name, "seconds": took} for name, took in spent.items()]
        output.document(
            {**standing.document(), "plan": plan.id, "steps": steps, "seconds": round(seconds, 1)}
        )
    else:
        output.results.print(
            f"{plan.kind.value} done in {seconds:.0f} s; {standing.headline}. `sparehub commit` "
            "settles it"
        )
    if unfenced := place.ledger.unfenced:
        owed = ", ".join(str(each["stack"]) for each in unfenced)
        output.note(f"{owed} may still advertise: `sparehub finish-fence` once it is back")
    return open_items_code(place.ledger)


def _done(place: Session, output: Output) -> int:
    """Tell scripts where things stand; return the exit code."""
    if output.as_json:
        output.document(pair_status(place).document())
    return open_items_code(place.ledger)


def refuse_other_account(place: Session, *, unplanned: bool = False) -> None:
    """Refuse to write as somebody who is signed in elsewhere (``queries.account``).

    Raises:
        PreflightError: naming what is signed in to, and what the stacks belong to.
    """
    account.refuse_other_account(
        place.pair,
        place.known,
        place.azure,
        os.environ,
        place.progress.note,
        unplanned=unplanned,
    )


def tell_target(output: Output, azure: Azure) -> None:
    """Say which Azure is about to be written to."""
    output.note(azure.name)
