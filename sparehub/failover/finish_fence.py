"""``finish-fence``: disconnects a region that responds again, and removes its external fence."""

from pathlib import Path

from sparehub.failover.adapters import generations
from sparehub.failover.adapters.confirmation import ask
from sparehub.failover.adapters.protocols import AS_THEY_ARE
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.open_items import OpenItem
from sparehub.failover.machines.source_machines import stop_machines
from sparehub.failover.operations import refuse_other_account, report_status, show_target
from sparehub.failover.queries.probe import responds
from sparehub.failover.session import Session, open_session, require_current_files
from sparehub.failover.steps.fencing import remove_fence
from sparehub.failover.steps.keys.key_checks import record_used
from sparehub.failover.steps.preview_guard import check_preview
from sparehub.failover.steps.reconcile import fence_for, import_orphans, reconcile_pending
from sparehub.failover.steps.verify_step import verify_step
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import ACTIVATION, OVERRIDE, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import UnreachableError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.disconnect import disconnect


def finish_fence(directory: Path, output: Output, *, yes: bool) -> int:
    """Close every open item; return the exit code.

    Raises:
        UnreachableError: where a region does not answer yet.
    """
    with open_session(directory, output, exclusive=True) as opened:
        items = opened.journal_state.open_items
        if not items:
            output.note("there is no open item")
            return report_status(opened, output)
        for item in items:
            generations.refuse_overtaken(
                opened.journal,
                item.operation,
                item.generation,
                opened.snapshots,
                [fence.id for fence in item.fences],
            )
        session = require_current_files(opened)
        show_target(output, session.azure)
        refuse_other_account(session, unplanned=True)
        if not yes:
            ask(f"{' and '.join(map(_question, items))}?")
        with session.stoppable():
            for item in items:
                _close(session, item)
        return report_status(session, output)


def _question(item: OpenItem) -> str:
    """Return what is about to be done, with the machines by name."""
    names = ", ".join(ResourceId.of(machine).name for machine in item.machines)
    parts = [f"stop {names} of {item.stack}"] if names else []
    return " and ".join([*parts, *([f"disconnect {item.stack}"] if item.is_connected else [])])


def _close(session: Session, item: OpenItem) -> None:
    """Disconnect a region; every part is idempotent, so that it can be repeated after a death.

    Raises:
        UnreachableError: where the region does not answer yet.
        SparehubError: where it cannot be done, or the result is not what was planned.
    """
    stack, note = session.pair[item.stack], session.progress.note
    if not responds(session.azure, session.snapshots[stack.name]):
        message = f"{stack.name} ({stack.region.location}) does not answer yet; nothing was changed"
        raise UnreachableError(message)
    session.journal.append(JournalEvent.ITEM_BEGUN, id=item.id)
    # First: once the region is disconnected nobody sees that two copies of a machine run.
    stop_machines(session.azure, item.machines, note)
    if item.is_connected:
        _disconnect(session, stack)
    # Not earlier: without its fence a region that is still connected would advertise again.
    for fence in item.fences:
        remove_fence(session.azure, fence, note)
    if item.accepted.ticket:
        note(
            f"the on-premises filters of {item.accepted.ticket} ({', '.join(item.prefixes)}) are "
            "no longer needed: take them away"
        )
    session.journal.guard()
    set_values(session.directory, item.target, {OVERRIDE: None})
    session.journal.append(JournalEvent.ITEM_CLOSED, id=item.id)
    done = "is disconnected" if item.is_connected else "runs no machine that was failed over"
    note(f"{stack.name} {done}; its open item is closed")


def _disconnect(session: Session, stack: Stack) -> None:
    """Delete the connections first, since the region may advertise; then tear down the rest."""
    disconnection = disconnect(stack)
    journal, note = session.journal, session.progress.note
    stacks, azure = session.stacks, session.azure
    reconcile_pending(stacks, azure, stack.name, note)
    operations = disconnection.at_once.operations
    import_orphans(stacks, azure, stack.name, disconnection.live, operations, note)
    journal.guard()
    set_values(session.directory, stack.name, {ACTIVATION: Activation.STANDBY.value})
    fence = fence_for(disconnection, stacks.snapshot(stack.name))
    changes = [fence, disconnection.teardown] if fence.disconnected else [fence]
    for change in filter(None, changes):
        check_preview(stacks, (change,), AS_THEY_ARE, besides=session.journal_state.unreconciled)
        record_used(stacks, journal, stack)
        stacks.up(change, session.progress.writes)
        region = disconnection.fenced if change.disconnected else disconnection.down
        verify_step(region, disconnection.live, stacks.snapshot(stack.name), azure)
