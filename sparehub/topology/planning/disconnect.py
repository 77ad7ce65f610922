"""A region that is left: what disconnects it, and what it gives up once another one is live."""

from dataclasses import dataclass

from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.operations import operations
from sparehub.topology.planning.plan import StackChange


@dataclass(frozen=True, kw_only=True)
class Disconnection:
    """The region live, disconnected and down, and the changes that lead there."""

    live: Region
    fenced: Region
    down: Region
    fence: StackChange
    """Disconnects it: only the connections are in the way of another region."""
    teardown: StackChange | None
    """Deletes a gateway, withholds spokes for the way back (ER-36); None where nothing is left."""
    at_once: StackChange
    """Both, for a region that does not stand as a live one does."""


def disconnect(stack: Stack) -> Disconnection:
    """Return how a region is left, whatever its switch says."""
    live = switched(stack, Activation.ACTIVE).region
    fenced = down = switched(stack, Activation.STANDBY).region
    if down.depth is not Depth.CONNECTION:
        fenced = switched(stack, Activation.STANDBY, disconnected=True).region
    left = operations(fenced, down)

    def change(before: Region, after: Region) -> StackChange:
        return StackChange(
            stack=stack.name,
            activation=Activation.STANDBY,
            operations=operations(before, after),
            disconnected=after is fenced and bool(left),
        )

    return Disconnection(
        live=live,
        fenced=fenced,
        down=down,
        fence=change(live, fenced),
        teardown=change(fenced, down) if left else None,
        at_once=change(live, down),
    )
