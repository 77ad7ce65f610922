"""A failover beyond 200 prefixes on the real engine: Azure connects before spokes are attached."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from tests.engine.conftest import Engine
from tests.engine.operator import EVERYTHING, Operator, copied, die, hold

PRIMARY, SECONDARY = "con-eastasia-hong-kong", "con-southeastasia-singapore"
HALVES = [("update", "peer-spoke1-to-hub"), ("update", "peer-spoke2-to-hub")]


def widen(config: dict[str, Any]) -> None:
    """Give a spoke 200 prefixes more."""
    more = [f"10.100.{number}.0/24" for number in range(200)]
    config["sparehub:region"]["spokes"]["spoke1"]["addressSpace"] += more


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair with more than 200 prefixes, built once."""
    home = tmp_path_factory.mktemp("wide") / "home"
    built = Engine(home, ("primary", "secondary"))
    for stack in ("primary", "secondary"):
        built.change(stack, widen)
        built.up(stack)
    return home


@pytest.fixture
def operator(wide: Path, tmp_path: Path) -> Operator:
    return Operator(copied(wide, tmp_path / "home"))


def moved(operator: Operator, before: int) -> list[tuple[str, str]]:
    log = control.read_log(operator.engine.store)[before:]
    return [(each.operation, each.path.split("/")[-1]) for each in log]


def test_spokes_are_withheld_once_the_other_region_is_live(operator: Operator) -> None:
    """The fence is one write; what the way back needs is done last (ER-36)."""
    before = len(control.read_log(operator.engine.store))

    over = operator.sparehub(*operator.confirmed("failover"))
    assert over.returncode == 0, over.stderr
    writes = moved(operator, before)
    assert writes[:2] == [("delete", PRIMARY), ("create", SECONDARY)]
    assert [sorted(writes[2:4]), sorted(writes[4:])] == [HALVES, HALVES]
    assert operator.engine.up("primary") == []
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
def test_spokes_that_were_never_withheld_are_so_before_the_way_back(operator: Operator) -> None:
    """The command died between the fence and its end: the primary waits as it was when live."""
    before = len(control.read_log(operator.engine.store))
    die(operator, "after:intent:activate-secondary", *operator.confirmed("failover"))
    assert moved(operator, before) == [("delete", PRIMARY)]

    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    writes = moved(operator, before)[1:]
    assert [sorted(writes[:2]), writes[2], sorted(writes[3:])] == [
        HALVES,
        ("create", PRIMARY),
        HALVES,
    ]
    hold(operator, "primary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
def test_at_depth_network_the_gateway_goes_last(operator: Operator) -> None:
    """The fence keeps it, spokes and all; then it is deleted."""
    engine = operator.engine
    # A gateway that stands by is protected: a change of depth that deletes it is a step of its own.
    engine.rehearsal.pulumi("state", "unprotect", "--all", "--yes", "--stack", "secondary")
    for stack in ("primary", "secondary"):
        engine.change(stack, lambda c: c["sparehub:region"].update(standby={"depth": "network"}))
        engine.up(stack)
    before = len(control.read_log(engine.store))

    over = operator.sparehub(*operator.confirmed("failover"))
    assert over.returncode == 0, over.stderr
    writes = moved(operator, before)
    assert writes[0] == ("delete", PRIMARY)
    assert writes[1:3] == [("create", "ergw-southeastasia"), ("create", SECONDARY)]
    assert [sorted(writes[3:5]), sorted(writes[5:7])] == [HALVES, HALVES]
    assert writes[7:] == [("delete", "ergw-eastasia")]
    hold(operator, "secondary")
