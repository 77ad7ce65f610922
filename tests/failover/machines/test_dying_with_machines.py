"""Dying at every point of every command that moves machines, one run each, and going on.

A point lies before, in the middle of and after each journal write, around everything that is done
to a state, and around each request that writes to a vault or a machine. Afterwards: each machine
was failed over exactly once, Azure accepted the same writes as in a run that nobody killed, the
machines are where they should be, and a second run writes nothing.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover import finish_fence, operations
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.machines.replicate_command import replicate
from sparehub.failover.machines.reprotection.command import prepare
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.topology.errors import ExitCode
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.failover.memory_backend.state import Died
from tests.failover.operators import journal_state_of
from tests.failover.test_crash_points import chained
from tests.machine_log import accepted, failovers

EACH = 1 if os.environ.get("SPAREHUB_FAULTS") == "all" else 23
"""`make faults` dies at every point, `make test` at a sample of them."""
QUIETED = {"quiesce": "done"}
ACTIONS = {"group-1-after-1": "done"}
Command = Callable[[MachineWorld], object]


def replicates(world: MachineWorld) -> None:
    replicate(world.directory, Output(), preview=False, yes=True)


def operates(kind: PlanKind, mode: Mode = Mode.PLANNED) -> Command:
    """Return the command of an operation with its machines."""

    def command(world: MachineWorld) -> None:
        request = operations.OperationRequest(
            kind=kind,
            mode=mode,
            accepted=Accepted(),
            plan=read_plan(world.directory, kind, mode).id,
            yes=True,
            confirmations=ACTIONS | (QUIETED if mode is Mode.PLANNED else {}),
        )
        operations.begin(world.directory, request, Output())

    return command


def prepares(kind: PlanKind) -> Command:
    def command(world: MachineWorld) -> None:
        prepare(world.directory, Output(), kind=kind, yes=True, confirmed=("app1", "dc1"))

    return command


def commits(world: MachineWorld) -> None:
    operations.commit(world.directory, Output(), yes=True)


def finishes(world: MachineWorld) -> None:
    finish_fence.finish_fence(world.directory, Output(), yes=True)


def loses(world: MachineWorld) -> None:
    world.lose("primary")


def returns(world: MachineWorld) -> None:
    world.answer_again()


OVER, BACK = operates(PlanKind.FAILOVER), operates(PlanKind.FAILBACK)
LOST = operates(PlanKind.FAILOVER, Mode.UNPLANNED)
AWAY = (replicates, OVER)
HOME = (*AWAY, commits, prepares(PlanKind.FAILBACK), BACK)


@dataclass(frozen=True)
class Flow:
    """A command that dies, what comes before it, and where the machines are afterwards."""

    command: Command
    before: tuple[Command, ...] = ()
    active: str = "Recovery"
    """Where each item is active then: ``Primary`` before a failover and after re-protection."""
    runs: str = "secondary"
    """The stack in whose region the machines run."""
    stopped: bool = True
    """Whether the machines of the other region do not run."""


FLOWS = {
    "replicate": Flow(replicates, active="Primary", runs="primary"),
    "planned failover": Flow(OVER, (replicates,)),
    "unplanned, the primary answers": Flow(LOST, (replicates,), stopped=False),
    "unplanned, the primary is down": Flow(LOST, (replicates, loses), stopped=False),
    "finish-fence": Flow(finishes, (replicates, loses, LOST, returns)),
    "commit": Flow(commits, AWAY),
    "failback --prepare": Flow(
        prepares(PlanKind.FAILBACK), (*AWAY, commits), active="Primary", runs="secondary"
    ),
    "failback": Flow(BACK, HOME[:-1], runs="primary"),
    "failover --prepare": Flow(
        prepares(PlanKind.FAILOVER), (*HOME, commits), active="Primary", runs="primary"
    ),
}


def act(world: MachineWorld, flow: Flow) -> None:
    """Run the command, or go on with the operation that it has begun."""
    if journal_state_of(world).open:
        confirmed = {**ACTIONS, **QUIETED} if journal_state_of(world).open.mode == "planned" else {}
        operations.resume(
            world.directory, Output(), yes=True, accepted=NOTHING, confirmations=confirmed
        )
    else:
        flow.command(world)


@dataclass(frozen=True)
class Standing:
    """What a command has left."""

    writes: "Counter[tuple[str, str]]"
    failovers: "Counter[str]"
    items: tuple[tuple[str, str, str, str], ...]
    running: dict[str, list[str]]
    advertised: dict[str, set[str]]
    files: dict[str, str]


def standing(world: MachineWorld) -> Standing:
    pair = world.pair
    running: dict[str, list[str]] = {"primary": [], "secondary": []}
    for source, direction in (("primary", pair.back), ("secondary", pair.away)):
        for machine in direction.machines:
            seen = pair.arm.send("GET", f"{machine.arrives}/instanceView")
            states = [each["code"] for each in (seen.body or {}).get("statuses", ())]
            if "PowerState/running" in states:
                running[source].append(machine.name)
    return Standing(
        writes=accepted(world.store),
        failovers=failovers(world.store),
        items=tuple(
            sorted(
                (item.machine, item.active, item.state, str(item.container))
                for item in pair.vault.contents().items
            )
        ),
        running=running,
        advertised={stack: world.advertised(stack) for stack in running},
        files={
            stack: (world.directory / f"Pulumi.{stack}.yaml").read_text() for stack in running
        },
    )


def prepared(world: MachineWorld, flow: Flow) -> None:
    for command in flow.before:
        command(world)
    world.save()
    world.put_back()


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_dying_at_any_point_and_going_on(
    flow: Flow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, str], None],
) -> None:
    """Every point of the command, one after the other."""
    world = machine_world(tmp_path, monkeypatch)
    prepared(world, flow)
    act(world, flow)
    last, wanted = world.points, standing(world)
    other = "primary" if flow.runs == "secondary" else "secondary"
    assert wanted.running[flow.runs] == ["app1", "dc1"]
    assert not flow.stopped or wanted.running[other] == []
    assert {active for _, active, _, _ in wanted.items} == {flow.active}

    for number in range(1, last + 1, EACH):
        world.put_back()
        world.dies_at = number
        with pytest.raises(Died):
            act(world, flow)
        world.dies_at = -1
        act(world, flow)
        found = standing(world)
        assert found == wanted, f"point {number} of {last}"
        assert world.conflicts == []
        written = list(chained(world.directory))
        again = accepted(world.store)
        flow.command(world) if flow.command not in (OVER, BACK, LOST) else None
        assert accepted(world.store) == again, f"point {number} of {last}: written twice"
        del written
    runs = len(range(1, last + 1, EACH))
    record_property("summary", f"crash points, with machines: {runs} of {last} runs, no violation")
