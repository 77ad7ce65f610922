"""Dying at every point of every command that moves machines, one run each, and going on.

A point lies before, in the middle of and after each journal write, around everything that is done
to a state, and around each request that writes to a vault or a machine. Afterwards: each machine
was failed over exactly once, Azure accepted the same writes as in a run that nobody killed, the
machines are where they should be, and a second run writes nothing.
Instead of a death an answer may not come: because the request was lost, or the answer to it.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover import operations
from sparehub.failover.journal.acceptances import NOTHING
from sparehub.output import Output
from sparehub.simulator.arm.http_messages import TransportFault
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.machines.commands import (
    Command,
    Operates,
    commits,
    finishes,
    leaves_a_drill,
    loses,
    prepares,
    replicates,
    returns,
)
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.failover.memory_backend.state import Died
from tests.failover.test_crash_points import chained
from tests.machine_log import Write, accepted, failovers

STACKS = ("primary", "secondary")
EVERYTHING = os.environ.get("SPAREHUB_FAULTS") == "all"
"""`make faults` dies at every point of every flow, `make test` at a sample of them."""
EACH = 1 if EVERYTHING else 41
OVER, BACK = Operates(PlanKind.FAILOVER), Operates(PlanKind.FAILBACK)
LOST = Operates(PlanKind.FAILOVER, Mode.UNPLANNED)
AWAY = (replicates, OVER)
HARMLESS = ("/deallocate", "/draft/content", "/sparehub-switch-data")
"""What may be sent again: a machine that is stopped, the same draft, the same data."""
BY_RUNBOOK = {"network": "runbook", "automation": {}}
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
    recovery: Mapping[str, Any] = field(default_factory=dict)
    """What the files say of Site Recovery besides."""


FLOWS = {
    "replicate": Flow(replicates, active="Primary", runs="primary"),
    "planned failover": Flow(OVER, (replicates,)),
    "unplanned, the primary answers": Flow(LOST, (replicates,), stopped=False),
    "unplanned, the primary is down": Flow(LOST, (replicates, loses), stopped=False),
    "planned, a drill is left": Flow(
        Operates(PlanKind.FAILOVER, clean_drill=True), (replicates, leaves_a_drill)
    ),
    "unplanned, a drill is left": Flow(
        Operates(PlanKind.FAILOVER, Mode.UNPLANNED, clean_drill=True),
        (replicates, leaves_a_drill, loses),
        stopped=False,
    ),
    "finish-fence": Flow(finishes, (replicates, loses, LOST, returns)),
    "replicate, by runbook": Flow(
        replicates, active="Primary", runs="primary", recovery=BY_RUNBOOK
    ),
    "planned failover, by runbook": Flow(OVER, (replicates,), recovery=BY_RUNBOOK),
    "unplanned failover, by runbook": Flow(
        LOST, (replicates, loses), stopped=False, recovery=BY_RUNBOOK
    ),
    "commit": Flow(commits, AWAY),
    "failback --prepare": Flow(
        prepares(PlanKind.FAILBACK), (*AWAY, commits), active="Primary", runs="secondary"
    ),
    "failback": Flow(BACK, HOME[:-1], runs="primary"),
    "failover --prepare": Flow(
        prepares(PlanKind.FAILOVER), (*HOME, commits), active="Primary", runs="primary"
    ),
}


SAMPLE = (
    "replicate",
    "planned failover",
    "planned failover, by runbook",
    "finish-fence",
    "commit",
    "failback --prepare",
)
TRIED = [
    pytest.param(flow, id=name) for name, flow in FLOWS.items() if EVERYTHING or name in SAMPLE
]


def go_on(world: MachineWorld, flow: Flow) -> None:
    """Resume what is under way; run the command again, unless its operation has ended."""
    operations.resume(world.directory, Output(), yes=True, accepted=NOTHING)
    if not (isinstance(flow.command, Operates) and flow.command.is_done(world)):
        flow.command(world)


@dataclass(frozen=True)
class Standing:
    """What a command has left."""

    writes: dict[Write, int]
    failovers: dict[str, int]
    items: tuple[tuple[str, str, str, str], ...]
    running: dict[str, list[str]]
    advertised: dict[str, set[str]]
    files: dict[str, str]


def standing(world: MachineWorld) -> Standing:
    pair = world.pair
    return Standing(
        writes={
            write: 1 if write[1].endswith(HARMLESS) else times
            for write, times in accepted(world.store).items()
        },
        failovers=failovers(world.store),
        items=tuple(
            sorted(
                (item.machine, item.active, item.state, str(item.container))
                for item in pair.vault.contents().items
            )
        ),
        running=world.running(),
        advertised={stack: world.advertised(stack) for stack in STACKS},
        files={stack: (world.directory / f"Pulumi.{stack}.yaml").read_text() for stack in STACKS},
    )


def undisturbed(world: MachineWorld, flow: Flow) -> Standing:
    """Bring a world to where the command is next; return what it leaves if nothing disturbs it."""
    for command in flow.before:
        command(world)
    world.save()
    world.put_back()
    flow.command(world)
    found = standing(world)
    other = "primary" if flow.runs == "secondary" else "secondary"
    assert found.running[flow.runs] == ["app1", "dc1"]
    assert not flow.stopped or found.running[other] == []
    assert {active for _, active, _, _ in found.items} == {flow.active}
    return found


def hold(world: MachineWorld, flow: Flow, wanted: Standing, where: str) -> None:
    """Hold what stands against what an undisturbed run leaves, and a further run against that."""
    assert standing(world) == wanted, where
    assert world.conflicts == [], where
    journals = list(chained(world.directory)) if isinstance(flow.command, Operates) else []
    go_on(world, flow)
    assert standing(world) == wanted, f"{where}, run again"
    assert not journals or list(chained(world.directory)) == journals, where


@pytest.mark.parametrize("flow", TRIED)
def test_dying_at_any_point_and_going_on(
    flow: Flow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, str], None],
) -> None:
    """Every point of the command, one after the other."""
    world = machine_world(tmp_path, monkeypatch, recovery=flow.recovery)
    wanted = undisturbed(world, flow)
    last = world.points
    for number in range(1, last + 1, EACH):
        world.put_back()
        world.dies_at = number
        with pytest.raises(Died):
            flow.command(world)
        world.dies_at = -1
        go_on(world, flow)
        hold(world, flow, wanted, f"point {number} of {last}")
    runs = len(range(1, last + 1, EACH))
    record_property("summary", f"crash points, with machines: {runs} of {last} runs, no violation")


@pytest.mark.parametrize("disturbance", [TransportFault.LOST, TransportFault.RESET])
@pytest.mark.parametrize("flow", TRIED if EVERYTHING else TRIED[:2])
def test_no_answer_to_any_write_and_going_on(
    flow: Flow,
    disturbance: TransportFault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, str], None],
) -> None:
    """Each write to a vault or a machine, one after the other: lost before or after it arrived."""
    world = machine_world(tmp_path, monkeypatch, recovery=flow.recovery)
    wanted = undisturbed(world, flow)
    last = world.sent
    for number in range(1, last + 1, max(1, EACH // 10)):
        world.put_back()
        world.disturbed = {number: disturbance}
        with suppress(SparehubError):  # or the command finds by itself what was accepted
            flow.command(world)
        world.disturbed = {}
        go_on(world, flow)
        hold(world, flow, wanted, f"write {number} of {last}")
    runs = len(range(1, last + 1, max(1, EACH // 10)))
    what = "the answer lost" if disturbance is TransportFault.LOST else "reset"
    record_property("summary", f"{what}: {runs} of {last} writes, no violation")
