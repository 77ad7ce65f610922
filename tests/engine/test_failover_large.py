"""Stacks so large that a deployment records their state at its end alone, and dies before that."""

import json
import os
from pathlib import Path

import pytest

from sparehub.drill.workspace import Rehearsal
from sparehub.failover.adapters.pulumi_stacks import LARGE
from sparehub.topology.state.generation import SwitchRecord
from tests.configurations import with_spokes
from tests.engine.conftest import Engine
from tests.engine.operator import EVERYTHING, Operator, copied, hold, kill_under

SPOKES = 100
QUICKLY = {"PULUMI_SKIP_CHECKPOINTS": "true"}
pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair of a hundred spokes a region, built once."""
    home = tmp_path_factory.mktemp("large") / "home"
    built = Engine(home, ("primary", "secondary"))
    quickly = Rehearsal(built.rehearsal.home, {**os.environ, **QUICKLY})
    for stack in ("primary", "secondary"):
        built.change(stack, lambda config: with_spokes(config, SPOKES))
        quickly.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
    return home


@pytest.mark.parametrize("connection", ["hong-kong", "singapore"])
def test_what_pulumi_forgot_is_found(large: Path, tmp_path: Path, connection: str) -> None:
    """Killed while it deletes or makes a connection, it leaves a state that knows nothing of it."""
    operator = Operator(copied(large, tmp_path / "home"))
    stack = "primary" if connection == "hong-kong" else "secondary"

    def _state() -> str:
        file = f"stacks/sparehub/{stack}.json"
        return next(operator.engine.rehearsal.home.path.rglob(file)).read_text()

    state = operator.engine.rehearsal.pulumi("stack", "export", "--stack", stack)
    assert state.count('"urn"') > LARGE

    confirmed = operator.confirmed("failover")
    states: list[str] = []
    kill_under(operator, "pulumi", connection, *confirmed, then=lambda: states.append(_state()))
    # The switch was recorded before Pulumi, which records nothing until its end, began.
    (state,) = states
    recorded = {
        each["urn"]: each for each in json.loads(state)["checkpoint"]["latest"]["resources"]
    }
    activation = "standby" if stack == "primary" else "active"
    switch = SwitchRecord.of(recorded)
    assert (switch.generation, switch.activation) == (1, activation)
    assert switch.operation.startswith("failover-1-")
    hold(operator, "secondary")
