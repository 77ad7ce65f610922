"""Operations that disconnect a region, then tear down what standby does not keep."""

from dataclasses import dataclass

from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.operations import operations
from sparehub.topology.planning.plan import StackChange


@dataclass(frozen=True, kw_only=True)
class Disconnection:
    """The region while active, disconnected and on standby, and the changes between these.

    Attributes:
        fence: deletes the connections, which alone are in the way of another region.
        teardown: deletes a gateway, withdraws spokes (ER-36); None where standby keeps all.
        at_once: both changes, for a region that is not deployed as an active one.
    """

    live: Region
    fenced: Region
    down: Region
    fence: StackChange
    teardown: StackChange | None
    at_once: StackChange


def disconnect(stack: Stack) -> Disconnection:
    """Return how a region is disconnected; the activation in its file does not matter."""
    live = switched(stack, Activation.ACTIVE).region
    fenced = down = switched(stack, Activation.STANDBY).region
    if down.depth is not Depth.CONNECTION:
        fenced = switched(stack, Activation.STANDBY, disconnected=True).region
    teardown = operations(fenced, down)

    def change(before: Region, after: Region) -> StackChange:
        return StackChange(
            stack=stack.name,
            activation=Activation.STANDBY,
            operations=operations(before, after),
            disconnected=after is fenced and bool(teardown),
        )

    return Disconnection(
        live=live,
        fenced=fenced,
        down=down,
        fence=change(live, fenced),
        teardown=change(fenced, down) if teardown else None,
        at_once=change(live, down),
    )
