"""A region that is left: what disconnects it, and what it gives up once another one is live."""

from dataclasses import dataclass

from topology.changes import operations
from topology.model import Region
from topology.pair import Stack, switched
from topology.plan import Change
from topology.words import Activation, Depth


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """The region live, disconnected and down, and the changes that lead there."""

    live: Region
    fenced: Region
    down: Region
    fence: Change
    """Disconnects it: only the connections are in the way of another region."""
    stand_down: Change | None
    """Deletes a gateway, withholds spokes for the way back (ER-36); None where nothing is left."""
    at_once: Change
    """Both, for a region that does not stand as a live one does."""


def leaving(stack: Stack) -> Leaving:
    """Return how a region is left, whatever its switch says."""
    live = switched(stack, Activation.ACTIVE).region
    fenced = down = switched(stack, Activation.STANDBY).region
    if down.depth is not Depth.CONNECTION:
        fenced = switched(stack, Activation.STANDBY, disconnected=True).region
    left = operations(fenced, down)

    def change(before: Region, after: Region) -> Change:
        return Change(
            stack=stack.name,
            activation=Activation.STANDBY,
            operations=operations(before, after),
            disconnected=after is fenced and bool(left),
        )

    return Leaving(
        live=live,
        fenced=fenced,
        down=down,
        fence=change(live, fenced),
        stand_down=change(fenced, down) if left else None,
        at_once=change(live, down),
    )
