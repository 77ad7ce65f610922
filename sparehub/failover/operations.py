"""``failover``, ``failback``, ``resume``, ``commit``."""

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from sparehub.azure.answers import Azure
from sparehub.failover.adapters import generations
from sparehub.failover.adapters.confirmation import (
    ask,
    ask_for,
    refuse_other_plan,
    refuse_unconfirmed,
    refuse_unprintable,
)
from sparehub.failover.adapters.generations import FileGenerations
from sparehub.failover.execution.adoption import AdoptingExecutor
from sparehub.failover.execution.executor import Executor
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal_state import JournaledOperation, JournalState
from sparehub.failover.machines.commit_machines import commit_machines
from sparehub.failover.machines.vault_session import open_vault
from sparehub.failover.plans import print_plan
from sparehub.failover.preflight import questions
from sparehub.failover.preflight.keys.given_keys import assign
from sparehub.failover.preflight.objections import PreflightContext
from sparehub.failover.queries import account
from sparehub.failover.session import (
    Session,
    files_of,
    open_session,
    require_current_files,
)
from sparehub.failover.status import open_items_code, pair_status
from sparehub.failover.steps.hooks.confirmation import confirmations_of
from sparehub.failover.steps.keys.authorization_keys import GivenKeys, Keys, store
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError, OptionsError, PreflightError
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from sparehub.topology.planning.steps.bandwidth import without_increases
from sparehub.topology.state.generation import said_by


@dataclass(frozen=True, kw_only=True)
class OperationRequest:
    """What somebody typed; ``plan`` is an id, or a file that ``sparehub plan --out`` wrote."""

    kind: PlanKind
    mode: Mode = Mode.PLANNED
    accepted: Accepted = NOTHING
    unproven: str = ""
    """Why a plan is accepted that breaks something; empty where nobody accepts that."""
    declared: str = ""
    """When the disaster was declared, in UTC; empty where nobody said it."""
    plan: str = ""
    yes: bool = False
    raise_bandwidth: bool = False
    network_only: bool = False
    """Whether machines that are replicated stay where they are."""
    clean_drill: bool = False
    """Whether tests of a failover that are left are cleaned up first."""
    authorization_keys: tuple[tuple[str, SecretStr], ...] = ()
    """Keys that were given by hand: connection, empty where none was named, and key."""
    confirmations: Mapping[str, str] = field(default_factory=dict)
    """What is confirmed as done by hand: a note for each name (``--confirm``)."""
    run_hooks: bool = False
    """Whether hooks are run on the local Azure, too."""


def begin(directory: Path, request: OperationRequest, output: Output) -> int:
    """Plan, check, confirm and execute an operation; return the exit code.

    Raises:
        SparehubError: with one message, where it may not begin or cannot go on.
    """
    began = time.monotonic()
    refuse_unconfirmed(request.yes, request.plan)
    reasons = (*request.accepted.document().values(), request.unproven)
    for reason in (*reasons, *request.confirmations.values()):
        refuse_unprintable(reason)
    with open_session(directory, output, exclusive=True, allow_unreadable=True) as opened:
        session = require_current_files(opened)
        plan = failover.plan(
            session.pair["primary"],
            session.pair["secondary"],
            request.kind,
            request.mode,
            raise_bandwidth=request.raise_bandwidth,
            network_only=request.network_only,
            clean_drill=request.clean_drill,
            program=session.program,
        )
        journal_state = session.journal_state
        questions.refuse_unfinished(journal_state, plan)
        _refuse_other_plan(plan, request.plan, journal_state)
        confirmed = confirmations_of(plan, request.confirmations)
        number = generations.next_generation(session.pair, session.readable)
        # Unique across hosts, whose journals may be other ones: the stacks record it.
        identity = f"{plan.kind.value}-{number}-{secrets.token_hex(3)}"
        files = files_of(session, number, said_by(session.pair))
        executor = executor_of(session, plan, request, identity, files)
        given: GivenKeys = {}
        if request.authorization_keys:
            keys = _keys(session, plan)
            given = assign(request.authorization_keys, plan, keys.used_up)
        refuse_other_account(session, unplanned=plan.mode is Mode.UNPLANNED)
        context = preflight_context(session, plan, request, given)
        questions.preflight(context, session.progress.note)
        executor.preview()
        show_target(output, session.azure)
        if not request.yes:
            print_plan(plan, Output(as_json=output.as_json, results=output.progress))
            ask_for(session.locations[plan.target])
        with session.stoppable():
            if journal_state.last and not journal_state.committed:
                session.journal.append(JournalEvent.COMMITTED, journal_state.last.id)
            if given:
                store(session.journal, keys, plan, given)
            executor.begin(confirmed)
            executor.execute()
        return report_done(session, plan, output, time.monotonic() - began)


def resume(  # noqa: PLR0913 - one argument an option
    directory: Path,
    output: Output,
    *,
    yes: bool,
    accepted: Accepted,
    confirmations: Mapping[str, str] = MappingProxyType({}),
    run_hooks: bool = False,
) -> int:
    """Go on with an operation that stopped half-way; return the exit code.

    Raises:
        PreflightError: where the stack files have changed since.
    """
    began = time.monotonic()
    for reason in (*accepted.document().values(), *confirmations.values()):
        refuse_unprintable(reason)
    with open_session(directory, output, exclusive=True, allow_unreadable=True) as opened:
        underway = opened.journal_state.open
        if underway:
            generations.refuse_overtaken(
                opened.journal, underway.id, underway.generation, opened.readable
            )
        unplanned = bool(underway and underway.mode == Mode.UNPLANNED)
        lost = underway.source if underway and unplanned else ""
        if (accepted.cut or accepted.ticket) and not lost:
            message = "--accept-cut and --fenced-on-premises belong to an unplanned operation"
            raise OptionsError(message)
        snapshots = opened.snapshots_without(lost)
        pending = [name for name, snapshot in snapshots.items() if snapshot.pending]
        if not underway and not pending:
            output.note("there is nothing to resume")
            return report_status(opened, output)
        session = require_current_files(opened)
        show_target(output, session.azure)
        refuse_other_account(session, unplanned=unplanned)
        if not yes:
            what = f"the {underway.kind} to {underway.target}" if underway else "interrupted writes"
            ask(f"go on with {what}?")
        with session.stoppable():
            if not underway:
                session.journal.append(JournalEvent.PENDING_RECONCILED, stacks=pending)
                for name in pending:
                    reconcile_pending(session.stacks, session.azure, name, output.note)
                return report_status(session, output)
            request = OperationRequest(
                kind=PlanKind(underway.kind),
                mode=Mode(underway.mode),
                accepted=accepted,
                yes=yes,
                confirmations=confirmations,
                run_hooks=run_hooks,
                network_only=underway.network_only,
            )
            plan = _resume(session, underway, request)
        return report_done(session, plan, output, time.monotonic() - began)


def _resume(session: Session, underway: JournaledOperation, request: OperationRequest) -> Plan:
    """Execute what is not done of an operation; return its plan.

    Raises:
        PreflightError: where the stack files have changed since it began.
    """
    target = underway.target
    session = session.with_pair(
        {**session.pair, target: without_increases(session.pair[target], underway.raises)}
    )
    plan = failover.plan(
        session.pair["primary"],
        session.pair["secondary"],
        request.kind,
        request.mode,
        raise_bandwidth=bool(underway.raises),
        network_only=underway.network_only,
        clean_drill=underway.clean_drill,
        program=session.program,
    )
    if plan.configuration != underway.configuration:
        message = (
            f"the stack files are not those with which the {underway.kind} began: put them "
            "back as they were (the switch apart), then resume"
        )
        raise PreflightError(message)
    number = underway.generation or generations.next_generation(session.pair, session.readable)
    accepted = request.accepted
    confirmed = confirmations_of(plan, request.confirmations)
    files = files_of(session, number, underway.generations)
    adopts = underway.adopted
    executor = executor_of(session, plan, request, underway.id, files, adopts=adopts)
    if accepted.after(underway.accepted) != underway.accepted:
        session.journal.append(JournalEvent.ACCEPTED, underway.id, **accepted.document())
    if confirmed:
        session.journal.append(JournalEvent.CONFIRMED, underway.id, confirmed=confirmed)
    executor.execute()
    return plan


def commit(directory: Path, output: Output, *, yes: bool = False) -> int:
    """Commit the last operation and the machines that it has failed over; return the exit code.

    Raises:
        PreflightError: where one is still under way, or source machines still run.
        MachinesError: naming the machines that could not be committed.
    """
    with open_session(directory, output, exclusive=True) as session:
        state = session.journal_state
        if state.open:
            message = f"the {state.open.kind} is still under way: `sparehub resume` first"
            raise PreflightError(message)
        machines = commit_machines(session, yes=yes)
        if state.last is None or (state.committed and not machines):
            output.note("there is nothing to commit")
            return report_status(session, output)
        if state.committed:
            return report_status(session, output)
        generations.refuse_overtaken(
            session.journal, state.last.id, state.last.generation, session.snapshots
        )
        session.journal.append(JournalEvent.COMMITTED, state.last.id)
        output.note(f"the {state.last.kind} of {state.last.begun} is committed")
        return report_status(session, output)


def _refuse_other_plan(plan: Plan, given: str, journal_state: JournalState) -> None:
    """Refuse an id that is not this plan's; say first that an operation is half-way, if one is.

    Raises:
        HalfwayError: where one is.
        PreflightError: where none is.
    """
    try:
        refuse_other_plan(plan, given)
    except PreflightError as error:
        underway = journal_state.open
        if underway is None:
            raise
        message = (
            f"the {underway.kind} of {underway.begun} is under way ({underway.state}): "
            f"`sparehub resume` goes on with it. To answer it by this {plan.kind.value} instead, "
            f"confirm the present plan: {error}"
        )
        raise HalfwayError(message) from None


def executor_of(  # noqa: PLR0913 - a session, a plan, and what was decided of it
    session: Session,
    plan: Plan,
    request: OperationRequest,
    identity: str,
    files: FileGenerations,
    *,
    adopts: bool = False,
) -> Executor:
    """Return the executor of a plan, of which nothing is done yet.

    ``adopts``: somebody else has switched the network.
    """
    context = StepContext(
        session=session,
        plan=plan,
        identity=identity,
        files=files,
        accepted=request.accepted,
        unproven=request.unproven,
        declared=request.declared,
        network_only=request.network_only,
        asks=not request.yes,
        run_hooks=request.run_hooks,
    )
    return AdoptingExecutor(context) if adopts else Executor(context)


def _keys(session: Session, plan: Plan) -> Keys:
    target = plan.target
    snapshot = session.snapshots_without(plan.source)[target]
    stack = session.pair[target]
    return Keys(session.stacks, session.azure, stack, snapshot, session.journal_state)


def preflight_context(
    session: Session,
    plan: Plan,
    request: OperationRequest | None = None,
    given: GivenKeys | None = None,
) -> PreflightContext:
    """Return everything that the checks before an operation read."""
    return PreflightContext(
        plan=plan,
        pair=session.pair,
        states=session.states,
        journal_state=session.journal_state,
        stacks=session.stacks,
        azure=session.azure,
        unproven=request.unproven if request else "",
        given=given or {},
        machines=open_vault(session) if plan.moves_machines else None,
        runs_hooks=not session.simulated or bool(request and request.run_hooks),
        directory=session.directory,
    )


def report_done(session: Session, plan: Plan, output: Output, seconds: float) -> int:
    """Print what was done, and which open items remain; return the exit code."""
    status = pair_status(session)
    if output.as_json:
        spent = session.progress.spent
        steps = [{"id": name, "seconds": took} for name, took in spent.items()]
        output.document(
            {**status.document(), "plan": plan.id, "steps": steps, "seconds": round(seconds, 1)}
        )
    else:
        output.results.print(
            f"{plan.kind.value} done in {seconds:.0f} s; {status.headline}. `sparehub commit` "
            "commits it"
        )
    if unfenced := session.journal_state.unfenced:
        stacks = ", ".join(item.stack for item in unfenced)
        output.note(f"{stacks} may still advertise: `sparehub finish-fence` once it is back")
    for item in session.journal_state.left_running:
        output.note(
            f"the machines of {item.stack} may still run: `sparehub finish-fence` once it is back"
        )
    return open_items_code(session.journal_state)


def report_status(session: Session, output: Output) -> int:
    """Print the status for scripts; return the exit code."""
    if output.as_json:
        output.document(pair_status(session).document())
    return open_items_code(session.journal_state)


def refuse_other_account(session: Session, *, unplanned: bool = False) -> None:
    """Refuse to write with a login of another account (``queries.account``).

    Raises:
        PreflightError: naming the account of the login, and that of the stacks.
    """
    account.refuse_other_account(
        session.pair,
        session.readable,
        session.azure,
        os.environ,
        session.progress.note,
        unplanned=unplanned,
    )


def show_target(output: Output, azure: Azure) -> None:
    """Print which Azure is about to be written."""
    output.note(azure.name)
