"""A drill that is left blocks a failover; ``--clean-drill`` cleans up all tests, then goes on."""

import json
from pathlib import Path

import pytest

from sparehub.failover.journal.events import JournalEvent
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.machines.commands import Operates, leaves_a_drill, loses, replicates
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.failover.operators import journal_state_of
from tests.failover.test_crash_points import chained
from tests.machine_log import accepted, failovers

LOST = Operates(PlanKind.FAILOVER, Mode.UNPLANNED, clean_drill=True)
PLANNED = Operates(PlanKind.FAILOVER, clean_drill=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MachineWorld:
    """Return a world whose machines are replicated, with a test of each that is left."""
    found = machine_world(tmp_path, monkeypatch)
    replicates(found)
    leaves_a_drill(found)
    return found


def clean_ups(world: MachineWorld) -> int:
    return sum(
        times
        for (_, path), times in accepted(world.store).items()
        if path.endswith("/testFailoverCleanup")
    )


@pytest.mark.parametrize("mode", Mode)
def test_a_drill_that_is_left_refuses_a_failover(world: MachineWorld, mode: Mode) -> None:
    """It names the command and the option; nothing is done (SR-43)."""
    with pytest.raises(PreflightError) as refused:
        Operates(PlanKind.FAILOVER, mode)(world)

    assert str(refused.value) == (
        "a test failover of app1, dc1 waits for its clean-up, so no failover begins; nothing was "
        "done (`sparehub drill stop`, or --clean-drill: about two minutes)"
    )
    assert (clean_ups(world), failovers(world.store)) == (0, {})


def test_an_unplanned_failover_cleans_up_all_tests_first(world: MachineWorld) -> None:
    """With the region down: each once, with its seconds in the journal."""
    loses(world)

    LOST(world)

    assert clean_ups(world) == 2
    assert world.running()["secondary"] == ["app1", "dc1"]
    cleaned = {
        record["data"]["machine"]: record["data"]["seconds"] > 0
        for copy in chained(world.directory)
        for record in map(json.loads, copy)
        if record["event"] == JournalEvent.DRILL_CLEANED
    }
    assert cleaned == {"app1": True, "dc1": True}


def test_a_clean_up_that_fails_halts_a_planned_failover_only(world: MachineWorld) -> None:
    """An unplanned one moves the network first, and halts for the machines then."""
    location = world.locations["secondary"]
    control.add_fault(world.store, FaultRequest("test-left", region=location))
    world.save()

    with pytest.raises(HalfwayError, match="stopped in clean-up-tests: app1: clean-up of the test"):
        PLANNED(world)
    assert failovers(world.store) == {}

    world.put_back()
    with pytest.raises(HalfwayError, match="stopped in await-machines: did not arrive: app1, dc1"):
        LOST(world)
    underway = journal_state_of(world).open
    assert underway
    assert "activate-secondary" in underway.done
    assert failovers(world.store) == {}
