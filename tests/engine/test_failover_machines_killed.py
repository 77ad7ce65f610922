"""A command that moves machines dies by signal 9 on the real engine, and goes on."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.topology.errors import ExitCode
from tests.engine.machines import CONFIRMED, everywhere, moves, running, succeed
from tests.engine.operator import (
    EVERYTHING,
    Operator,
    copied,
    die,
    hold,
    lose_primary,
    resume,
)
from tests.machine_log import failovers

EAST, SOUTHEAST = "eastasia", "southeastasia"
OVER = [
    "after:intent:quiesce",
    "before:outcome:await-recovery-points",
    "after:intent:fail-over-machines",
    "before:POST:unplannedFailover",
    "after:POST:unplannedFailover",
    "before:outcome:fail-over-machines",
    "after:intent:fence-primary",
    "before:outcome:stop-source-machines",
    "after:intent:activate-secondary",
    "before:POST:resume",
    "after:POST:resume",
    "before:outcome:await-machines",
    "before:outcome:verify-machines",
    "before:finished:",
]
LOST = [
    "before:outcome:probe-primary",
    "before:POST:unplannedFailover",
    "after:POST:unplannedFailover",
    "before:outcome:await-machines",
    "before:finished:",
]
STOPPED = ["before:POST:deallocate", "after:POST:deallocate", "before:cleared:"]
COMMITTED = ["before:POST:failoverCommit", "after:POST:failoverCommit", "before:committed:"]
PREPARED = [
    "before:POST:switchprotection",
    "after:POST:switchprotection",
    "after:replicate-posted:",
    "after:PATCH:app1",
    "after:DELETE:sparehub",
    "before:reprotect-ended:",
]


@pytest.fixture(scope="session")
def moved(replicated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair that failed over with its machines, as it was planned."""
    home = tmp_path_factory.mktemp("moved") / "home"
    operator = Operator(copied(replicated, home))
    succeed(operator, *moves(operator, "failover"))
    return home


@pytest.fixture(scope="session")
def committed(moved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose machines are committed."""
    home = tmp_path_factory.mktemp("committed") / "home"
    succeed(Operator(copied(moved, home)), "commit", "--yes")
    return home


@pytest.fixture(scope="session")
def returned(replicated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that failed over without its primary, which is back."""
    home = tmp_path_factory.mktemp("returned") / "home"
    operator = Operator(copied(replicated, home))
    lose_primary(operator.engine, circuit=False)
    succeed(operator, *moves(operator, "failover", "--unplanned"), code=ExitCode.OPEN_ITEMS)
    control.clear_faults(operator.engine.store)
    return home


@pytest.mark.parametrize("point", OVER if EVERYTHING else [OVER[4]])
def test_a_failover_that_is_killed_moves_each_machine_once(
    replicated: Path, tmp_path: Path, point: str
) -> None:
    operator = Operator(copied(replicated, tmp_path / "home"))
    die(operator, point, *moves(operator, "failover"))
    resume(operator)
    assert failovers(operator.engine.store) == {"sparehub": 1}
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", LOST)
def test_an_unplanned_failover_that_is_killed_moves_each_machine_once(
    replicated: Path, tmp_path: Path, point: str
) -> None:
    """Then the region returns, and `finish-fence` stops what still runs there."""
    operator = Operator(copied(replicated, tmp_path / "home"))
    lose_primary(operator.engine, circuit=False)
    die(operator, point, *moves(operator, "failover", "--unplanned"))
    resume(operator, ExitCode.OPEN_ITEMS)
    assert failovers(operator.engine.store) == {"sparehub": 1}
    control.clear_faults(operator.engine.store)
    assert running(operator.engine) == everywhere(EAST, SOUTHEAST)
    succeed(operator, "finish-fence", "--yes")
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", STOPPED)
def test_a_finish_fence_that_is_killed_stops_what_is_left(
    returned: Path, tmp_path: Path, point: str
) -> None:
    operator = Operator(copied(returned, tmp_path / "home"))
    die(operator, point, "finish-fence", "--yes")
    succeed(operator, "finish-fence", "--yes")
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", COMMITTED)
def test_a_commit_that_is_killed_is_repeated(moved: Path, tmp_path: Path, point: str) -> None:
    operator = Operator(copied(moved, tmp_path / "home"))
    die(operator, point, "commit", "--yes")
    succeed(operator, "commit", "--yes")
    succeed(operator, "failback", "--prepare", "--yes", CONFIRMED)
    assert running(operator.engine) == everywhere(SOUTHEAST)


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("point", PREPARED)
def test_a_re_protection_that_is_killed_is_repeated(
    committed: Path, tmp_path: Path, point: str
) -> None:
    """Afterwards the machines fail back, each once."""
    operator = Operator(copied(committed, tmp_path / "home"))
    die(operator, point, "failback", "--prepare", "--yes", CONFIRMED)
    succeed(operator, "failback", "--prepare", "--yes", CONFIRMED)
    succeed(operator, *moves(operator, "failback"))
    assert failovers(operator.engine.store) == {"sparehub": 1, "sparehub-back": 1}
    assert running(operator.engine) == everywhere(EAST)
    hold(operator, "primary")
