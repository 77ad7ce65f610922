"""The commands that move machines, each as a function of a world."""

from collections.abc import Callable
from dataclasses import dataclass

from sparehub.failover import finish_fence, operations
from sparehub.failover.machines.replication.replicate_command import end, replicate
from sparehub.failover.machines.reprotection.command import prepare
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication import requests
from tests.failover.machines.machine_world import MachineWorld
from tests.failover.operators import journal_state_of

QUIETED = {"quiesce": "done"}
ACTIONS = {"group-1-after-1": "done"}
Command = Callable[[MachineWorld], object]


def replicates(world: MachineWorld) -> None:
    replicate(world.directory, Output(), preview=False, yes=True)


@dataclass(frozen=True)
class Operates:
    """The command of an operation, with its machines."""

    kind: PlanKind
    mode: Mode = Mode.PLANNED
    network_only: bool = False
    clean_drill: bool = False

    def __call__(self, world: MachineWorld) -> None:
        confirmed = ACTIONS | (QUIETED if self.mode is Mode.PLANNED else {})
        request = operations.OperationRequest(
            kind=self.kind,
            mode=self.mode,
            plan=read_plan(
                world.directory,
                self.kind,
                self.mode,
                network_only=self.network_only,
                clean_drill=self.clean_drill,
            ).id,
            yes=True,
            network_only=self.network_only,
            clean_drill=self.clean_drill,
            confirmations={} if self.network_only else confirmed,
        )
        operations.begin(world.directory, request, Output())

    def is_done(self, world: MachineWorld) -> bool:
        last = journal_state_of(world).last
        return bool(last and (last.kind, last.mode) == (self.kind, self.mode))


def prepares(kind: PlanKind) -> Command:
    def command(world: MachineWorld) -> None:
        prepare(world.directory, Output(), kind=kind, yes=True, confirmed=("app1", "dc1"))

    return command


def ends(world: MachineWorld, name: str) -> None:
    """End the replication of a machine."""
    end(world.directory, Output(), names=[name], preview=False, yes=True)


def leaves_a_drill(world: MachineWorld) -> None:
    """Test the failover of every machine in its test network, as a drill does that is left."""
    pair = world.pair
    for machine, item in zip(
        pair.away.machines,
        sorted(pair.vault.contents().items, key=lambda each: each.machine),
        strict=True,
    ):
        pair.test_network(machine.test_network)
        body = requests.test_failover(machine.test_network)
        pair.wait.until_done(pair.vault.test_failover(item.id, body), "test failover")


def commits(world: MachineWorld) -> None:
    operations.commit(world.directory, Output(), yes=True)


def finishes(world: MachineWorld) -> None:
    finish_fence.finish_fence(world.directory, Output(), yes=True)


def loses(world: MachineWorld) -> None:
    world.lose("primary")


def returns(world: MachineWorld) -> None:
    world.answer_again()
