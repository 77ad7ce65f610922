"""Switches of the pair in memory that somebody made outside of Sparehub."""

from sparehub.cli.operations.adopt_switch import adopt
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.output import Output
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.config.enums import Activation
from sparehub.topology.planning.failover import region_at
from tests.failover.memory_backend.resources import resources_of
from tests.failover.memory_backend.world import World

SOURCE_CONNECTION = "region/connection/hong-kong/connection"
TARGET_CONNECTION = "region/connection/singapore/connection"


def connect(world: World, stack: str = "secondary") -> None:
    """Make everything that a region has while it is active."""
    live = region_at(read_stack(world.directory, stack), Activation.ACTIVE)
    world.cloud[stack] = resources_of(live)


def disconnect(world: World, stack: str = "primary") -> None:
    """Leave of a region what it has on standby."""
    standby = region_at(read_stack(world.directory, stack), Activation.STANDBY)
    world.cloud[stack] = resources_of(standby)


def fence(world: World) -> None:
    """Disable the private peering of the primary's circuit."""
    world.disabled.add(world.cloud["primary"]["region/circuit/hong-kong/circuit"]["id"])


def switched(world: World) -> None:
    """Let a runbook have switched to the secondary."""
    disconnect(world)
    connect(world)


def adopted(world: World, accepted: Accepted = NOTHING) -> int:
    """Adopt what is there."""
    return adopt(world.directory, Output(), yes=True, accepted=accepted)
