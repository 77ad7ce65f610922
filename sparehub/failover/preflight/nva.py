"""The question whether the NVA of the region that takes over forwards."""

from collections.abc import Iterator
from dataclasses import replace

from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.next_hop import NextHopStatus, read_next_hop
from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Nva


def nva_forwards(situation: PreflightContext) -> Iterator[Objection]:
    """Somebody owns the next hop, and forwards (RT-13).

    Where that cannot be said a planned operation is refused. Without ``hub.nva.id`` an owner that
    is not found may be where this login sees nothing, which is only said.
    """
    stack = situation.plan.target
    snapshot = situation.snapshots.get(stack)
    hub = snapshot.ids.get(REGION.hub.network) if snapshot else None
    if hub is None:
        return
    nva = situation.live(stack).nva
    look = read_next_hop(situation.azure, nva, hub)
    for each in _found(stack, nva, look):
        yield replace(each, stack=stack)


def _found(stack: str, nva: Nva, look: NextHopStatus) -> Iterator[Objection]:
    yield from _dead(stack, nva, look)
    if look.unread:
        yield Objection(
            text=f"what is behind the NVA {nva.ip_address} of {stack} cannot be read",
            listed=tuple(f"  {each}" for each in look.unread),
            refuses=Refuses.PLANNED,
        )
    elif not look.owner and not nva.id:
        yield Objection(
            text=(
                f"nobody owns {nva.ip_address}, the next hop of every spoke of {stack}, in "
                f"subnet {nva.subnet!r} as this login sees it"
            ),
            hint="hub.nva.id says who does",
            refuses=Refuses.NONE,
        )
    for said in look.said:
        yield Objection(text=f"{stack}: {said}", refuses=Refuses.NONE)


def _dead(stack: str, nva: Nva, look: NextHopStatus) -> Iterator[Objection]:
    starts = nva.standby is NvaStandby.START_AT_FAILOVER
    why = [*look.dead]
    if look.stopped and not starts:
        names = ", ".join(each.name for each in look.stopped)
        if look.running:
            yield Objection(text=f"{stack}: {names} does not run", refuses=Refuses.NONE)
        else:
            why.append(f"{names} does not run")
    if why:
        yield Objection(
            text=f"every spoke of {stack} is cut at {nva.ip_address}: {'; '.join(why)}",
            hint=str(look.owner or ""),
            refuses=Refuses.PLANNED,
        )
    elif look.stopped and starts:
        names = ", ".join(each.name for each in look.stopped)
        yield Objection(text=f"start-nva-{stack} starts {names}", refuses=Refuses.NONE, word="")
