"""Disconnects a region that was unreachable and is back, and removes its external fence."""

from typing import Any

from sparehub.failover.adapters.protocols import AS_THEY_ARE
from sparehub.failover.queries.probe import responds
from sparehub.failover.session import Session
from sparehub.failover.steps.fencing import Fence, remove_fence
from sparehub.failover.steps.key_checks import record_used
from sparehub.failover.steps.preview_guard import check_preview
from sparehub.failover.steps.reconcile import fence_for, import_orphans, reconcile_pending
from sparehub.failover.steps.verify_step import verify_step
from sparehub.stacks.stack_file_edit import ACTIVATION, OVERRIDE, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import UnreachableError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.disconnect import disconnect


def disconnect_recovered(place: Session, debt: dict[str, Any]) -> None:
    """Disconnect a region; each part can be done again, so that dying in between does no harm.

    Raises:
        UnreachableError: where the region does not answer yet.
        SparehubError: where it cannot be done, or does not come out as it should.
    """
    stack = place.pair[debt["stack"]]
    if not responds(place.azure, place.snapshots[stack.name]):
        message = f"{stack.name} ({stack.region.location}) does not answer yet; nothing was changed"
        raise UnreachableError(message)
    place.journal.append("finishing", id=debt["id"])
    _stand_down(place, stack)
    # Only now: a fence that goes before the connection would let the region advertise again.
    for fence in debt["fences"]:
        remove_fence(place.azure, Fence.of(fence), place.progress.note)
    if debt.get("ticket"):
        place.progress.note(
            f"the on-premises filters of {debt['ticket']} ({', '.join(debt['prefixes'])}) are no "
            "longer needed: take them away"
        )
    place.journal.guard()
    set_values(place.directory, debt["target"], {OVERRIDE: None})
    place.journal.append("cleared", id=debt["id"])
    place.progress.note(f"{stack.name} is disconnected; nothing is owed of it any more")


def _stand_down(place: Session, stack: Stack) -> None:
    """Disconnect first, since it may advertise; what else it gives up can wait that long."""
    left = disconnect(stack)
    journal, note = place.journal, place.progress.note
    stacks, azure = place.stacks, place.azure
    reconcile_pending(stacks, azure, stack.name, note)
    import_orphans(stacks, azure, stack.name, left.live, left.at_once.operations, note)
    journal.guard()
    set_values(place.directory, stack.name, {ACTIVATION: Activation.STANDBY.value})
    fence = fence_for(left, stacks.snapshot(stack.name))
    changes = [fence, left.teardown] if fence.disconnected else [fence]
    for change in filter(None, changes):
        check_preview(stacks, (change,), AS_THEY_ARE, besides=place.ledger.unsettled)
        record_used(stacks, journal, stack)
        stacks.up(change, place.progress.writes)
        region = left.fenced if change.disconnected else left.down
        verify_step(region, left.live, stacks.snapshot(stack.name), azure)
