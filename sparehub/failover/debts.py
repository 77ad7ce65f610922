"""Pays a debt: disconnects a region that was lost and is back, and ends what stood in for that."""

from typing import Any

from sparehub.failover.blast_radius import look
from sparehub.failover.fences import Fence, remove_fence
from sparehub.failover.keys import spend
from sparehub.failover.outcome import prove
from sparehub.failover.port import AS_THEY_ARE
from sparehub.failover.probe import answers
from sparehub.failover.settling import fence_for, settle, take_in_strays
from sparehub.failover.switch import ACTIVATION, OVERRIDE, set_values
from sparehub.failover.workplace import Workplace
from topology.errors import UnreachableError
from topology.leaving import leaving
from topology.pair import Stack
from topology.words import Activation


def pay(place: Workplace, debt: dict[str, Any]) -> None:
    """Disconnect a region; each part can be done again, so that dying in between does no harm.

    :raises UnreachableError: where the region does not answer yet.
    :raises SparehubError: where it cannot be done, or does not come out as it should.
    """
    stack = place.pair[debt["stack"]]
    if not answers(place.azure, place.snapshots[stack.name]):
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


def _stand_down(place: Workplace, stack: Stack) -> None:
    """Disconnect first, since it may advertise; what else it gives up can wait that long."""
    left = leaving(stack)
    journal, note = place.journal, place.progress.note
    stacks, azure = place.stacks, place.azure
    settle(stacks, azure, stack.name, note)
    take_in_strays(stacks, azure, stack.name, left.live, left.at_once.operations, note)
    journal.guard()
    set_values(place.directory, stack.name, {ACTIVATION: Activation.STANDBY.value})
    fence = fence_for(left, stacks.snapshot(stack.name))
    changes = [fence, left.stand_down] if fence.disconnected else [fence]
    for change in filter(None, changes):
        look(stacks, (change,), AS_THEY_ARE, besides=place.ledger.unsettled)
        spend(stacks, journal, stack)
        stacks.up(change, place.progress.writes)
        region = left.fenced if change.disconnected else left.down
        prove(region, left.live, stacks.snapshot(stack.name), azure)
