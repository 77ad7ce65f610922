"""Whole lives of machines in memory: disasters, returns, and a second disaster on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.topology.errors import (
    InterlockError,
    PreflightError,
    SparehubError,
    UnreachableError,
)
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.machines.commands import (
    Operates,
    commits,
    ends,
    finishes,
    prepares,
    replicates,
)
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.machine_log import failovers

OVER, BACK = Operates(PlanKind.FAILOVER), Operates(PlanKind.FAILBACK)
LOST = Operates(PlanKind.FAILOVER, Mode.UNPLANNED)
PREPARE_BACK, PREPARE_OVER = prepares(PlanKind.FAILBACK), prepares(PlanKind.FAILOVER)
NAMES = ["app1", "dc1"]
Start = Callable[..., MachineWorld]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return a maker of a world whose two machines are replicated."""

    def make(vault: str = "") -> MachineWorld:
        world = machine_world(tmp_path, monkeypatch, vault=vault)
        replicates(world)
        return world

    return make


def run(world: MachineWorld, *commands: Callable[[MachineWorld], object]) -> None:
    for command in commands:
        command(world)


def test_machines_go_there_and_back_twice(start: Start) -> None:
    """Re-protected after each way, so that the next one is open."""
    world = start()
    for _ in range(2):
        run(world, OVER)
        assert world.running() == {"primary": [], "secondary": NAMES}
        run(world, commits, PREPARE_BACK, BACK)
        assert world.running() == {"primary": NAMES, "secondary": []}
        run(world, commits, PREPARE_OVER)
    assert failovers(world.store) == {"sparehub": 2, "sparehub-back": 2}


def test_a_lost_region_returns_with_running_machines(start: Start) -> None:
    """What runs there is stopped by `finish-fence`, without which nothing is re-protected."""
    world = start()
    world.lose("primary")
    run(world, LOST, commits)
    with pytest.raises(InterlockError, match="`sparehub finish-fence` first"):
        PREPARE_BACK(world)
    with pytest.raises(UnreachableError, match="does not answer yet; nothing was changed"):
        finishes(world)

    world.answer_again()
    assert world.running() == {"primary": NAMES, "secondary": NAMES}
    run(world, finishes)
    assert world.running() == {"primary": [], "secondary": NAMES}
    run(world, PREPARE_BACK, BACK)
    assert world.running() == {"primary": NAMES, "secondary": []}


def test_nothing_is_re_protected_while_the_region_is_down(start: Start) -> None:
    world = start()
    run(world, OVER, commits)
    world.lose("primary")
    before = control.read_log(world.store)

    with pytest.raises(UnreachableError, match="SR-79"):
        PREPARE_BACK(world)

    assert control.read_log(world.store) == before


def test_a_second_disaster_takes_a_vault_in_its_region_with_it(start: Start) -> None:
    """No machine can be failed over back; the network alone can."""
    world = start()
    run(world, OVER, commits, PREPARE_BACK)
    world.lose("secondary")

    with pytest.raises(PreflightError, match="no machine can be failed over"):
        Operates(PlanKind.FAILBACK, Mode.UNPLANNED)(world)
    assert failovers(world.store) == {"sparehub": 1}

    Operates(PlanKind.FAILBACK, Mode.UNPLANNED, network_only=True)(world)
    assert failovers(world.store) == {"sparehub": 1}
    assert "10.1.0.0/24" in world.advertised("primary")


def test_a_vault_in_a_third_region_outlives_a_second_disaster(start: Start) -> None:
    world = start("japaneast")
    run(world, OVER, commits, PREPARE_BACK)
    world.lose("secondary")

    Operates(PlanKind.FAILBACK, Mode.UNPLANNED)(world)

    assert failovers(world.store) == {"sparehub": 1, "sparehub-back": 1}
    world.answer_again()
    assert world.running() == {"primary": NAMES, "secondary": NAMES}
    run(world, finishes)
    assert world.running() == {"primary": NAMES, "secondary": []}


def test_a_machine_that_is_not_replicated_is_named(start: Start) -> None:
    """It refuses a planned operation; an unplanned one moves the others."""
    world = start()
    ends(world, "dc1")
    with pytest.raises(SparehubError, match="dc1 is not replicated: `sparehub replicate`"):
        OVER(world)
    assert failovers(world.store) == {}

    LOST(world)

    assert world.running() == {"primary": NAMES, "secondary": ["app1"]}


def test_the_network_alone_leaves_machines_where_they_are(start: Start) -> None:
    world = start()

    Operates(PlanKind.FAILOVER, network_only=True)(world)

    assert world.running() == {"primary": NAMES, "secondary": []}
    assert failovers(world.store) == {}
    assert "10.1.0.0/24" in world.advertised("secondary")
