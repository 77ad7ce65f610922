"""The command dies by signal 9, or Pulumi and the provider do, on the real engine."""

from pathlib import Path

import pytest

from simulator import control
from tests.engine.conftest import until
from tests.engine.failing_over import EVERYTHING, Operator, copied, hold

SIGNAL_9 = -9
FENCE, ACTIVATE = "fence-primary", "activate-secondary"
POINTS = [
    "after:begin:",
    f"after:intent:{FENCE}",
    "write:region/connection/hong-kong/connection",
    f"before:outcome:{FENCE}",
    f"after:outcome:{FENCE}",
    f"after:intent:{ACTIVATE}",
    "write:region/connection/singapore/connection",
    f"before:outcome:{ACTIVATE}",
    "before:finished:",
]


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def resumed(operator: Operator) -> None:
    """Go on once whatever the dead command left running has ended, too."""
    assert until(lambda: operator.engine.processes() == set())
    done = operator.sparehub("resume", "--yes")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("point", POINTS if EVERYTHING else POINTS[2:7:4])
def test_killed_at_each_step_and_resumed(operator: Operator, point: str) -> None:
    """A planned failover ends where it was to end, with nothing twice and nothing lost."""
    control.set_clock(operator.engine.store, "100")

    died = operator.dying(point, *operator.confirmed("failover"))
    assert died.returncode == SIGNAL_9, died.stderr

    control.set_clock(operator.engine.store, "instant")
    resumed(operator)
    hold(operator, "secondary")
