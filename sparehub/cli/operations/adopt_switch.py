"""``sparehub resume --adopt``: both states follow a switch that was made outside of Sparehub."""

import secrets
import time
from pathlib import Path

from sparehub.failover import operations
from sparehub.failover.adapters import generations
from sparehub.failover.adapters.confirmation import ask, refuse_unprintable
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.vault_session import open_vault
from sparehub.failover.operations import OperationRequest, executor_of, refuse_other_account
from sparehub.failover.preflight import questions
from sparehub.failover.queries.outside_switch import look
from sparehub.failover.session import Session, files_of, open_session, require_current_files
from sparehub.output import Output
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.adoption.outside_switch import OutsideSwitch
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from sparehub.topology.replication.direction import replicates
from sparehub.topology.replication.plan_actions import running_scenario
from sparehub.topology.state.generation import said_by


def adopt(directory: Path, output: Output, *, yes: bool, accepted: Accepted) -> int:
    """Bring both stacks to what somebody else has switched; return the exit code.

    Raises:
        SparehubError: with one message, where there is no finished switch, or it cannot go on.
    """
    began = time.monotonic()
    for reason in accepted.document().values():
        refuse_unprintable(reason)
    with open_session(directory, output, exclusive=True, allow_unreadable=True) as opened:
        underway = opened.journal_state.open
        if underway and not underway.adopted:
            message = (
                f"the {underway.kind} of {underway.begun} is under way ({underway.state}): "
                "`sparehub resume` goes on with it, and finds what is there already; nothing was "
                "done"
            )
            raise HalfwayError(message)
        if not underway:
            return _begin(opened, output, began, yes=yes, accepted=accepted)
    return operations.resume(directory, output, yes=yes, accepted=accepted)


def _begin(opened: Session, output: Output, began: float, *, yes: bool, accepted: Accepted) -> int:
    """Look at both regions, ask, and begin the operation."""
    session = require_current_files(opened)
    kind = _kind(session)
    plan = failover.plan(
        session.pair["primary"],
        session.pair["secondary"],
        kind,
        Mode.UNPLANNED,
        program=session.program,
    )
    journal_state = session.journal_state
    questions.refuse_unfinished(journal_state, plan)
    request = OperationRequest(kind=kind, mode=Mode.UNPLANNED, accepted=accepted, yes=yes)
    number = generations.next_generation(session.pair, session.readable)
    identity = f"{kind.value}-{number}-{secrets.token_hex(3)}"
    files = files_of(session, number, said_by(session.pair))
    executor = executor_of(session, plan, request, identity, files, adopts=True)
    refuse_other_account(session, unplanned=True)
    _refuse_pending(session, plan.source, plan.target)
    _refuse_running_plan(session, plan.source)
    found = look(
        session.stacks,
        session.azure,
        plan,
        session.pair,
        session.states,
        assumed=Assumed(
            override=f"preview of plan {plan.short}", generation=number, operation=identity
        ),
        accepted=accepted,
        besides=journal_state.unreconciled,
    )
    if objection := found.objection():
        raise objection
    operations.show_target(output, session.azure)
    _show(found, plan, output)
    if not yes:
        ask(f"adopt the {kind.value} to {plan.target}?")
    with session.stoppable():
        if journal_state.last and not journal_state.committed:
            session.journal.append(JournalEvent.COMMITTED, journal_state.last.id)
        executor.begin({})
        executor.execute()
    return operations.report_done(session, plan, output, time.monotonic() - began)


def _kind(session: Session) -> PlanKind:
    """Return the direction of the switch: away from the stack that is recorded as active.

    Raises:
        PreflightError: where not exactly one stack is.
    """
    active = [
        name
        for name, stack in session.pair.items()
        if (
            session.readable[name].activation
            if name in session.readable
            else stack.config.activation.value
        )
        == Activation.ACTIVE
    ]
    if len(active) != 1:
        listed = " and ".join(active) or "none"
        message = (
            f"a switch leaves the one stack that is recorded as active, and that is {listed}: "
            "`sparehub status` shows what is recorded; nothing was done"
        )
        raise PreflightError(message)
    return PlanKind.FAILOVER if active == ["primary"] else PlanKind.FAILBACK


def _refuse_pending(session: Session, source: str, target: str) -> None:
    """Refuse a target that a Pulumi left half written.

    Raises:
        PreflightError: naming what is pending.
    """
    snapshot = session.snapshots_without(source)[target]
    if snapshot.pending:
        listed = ", ".join(each.name for each in snapshot.pending)
        message = (
            f"stack {target!r} was interrupted while it wrote {listed}: `sparehub resume` "
            "reconciles that, then `sparehub resume --adopt`; nothing was done"
        )
        raise PreflightError(message)


def _refuse_running_plan(session: Session, source: str) -> None:
    """Refuse while a recovery plan runs: machines, and perhaps the network, are still moved.

    A vault that does not answer refuses nothing.

    Raises:
        PreflightError: naming the recovery plan.
    """
    if not replicates(session.pair):
        return
    opened = open_vault(session)
    direction = opened.leaving(source)
    try:
        running = running_scenario(opened.vault.plan(direction.plan))
    except VaultError as error:
        session.progress.note(f"warning: {error}")
        return
    if running:
        message = (
            f"the recovery plan {direction.plan.name} is still running ({running}): answer its "
            "manual actions and let it end, then `sparehub resume --adopt`; nothing was done"
        )
        raise PreflightError(message)


def _show(found: OutsideSwitch, plan: Plan, output: Output) -> None:
    """Say what was found, and what an adoption does."""
    output.note(f"{plan.target} was connected outside of Sparehub, and {plan.source} was left:")
    for line in found.intentions():
        output.note(f"  {line}")
    for name in found.left:
        output.note(f"  {plan.source}: {name} is left, which standby does not keep")
