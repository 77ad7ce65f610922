"""A region comes back, or goes, while the command is half-way, on the real engine."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import ExitCode
from tests.engine.invariants import journals
from tests.engine.operator import EVERYTHING, Operator, copied, go_on, hold, resume
from tests.engine.test_failover_unplanned import CREATES, REGION, finish, lose

FENCE, ACTIVATE = "fence-primary", "activate-secondary"
pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


@pytest.mark.parametrize(
    "point",
    [
        "before:outcome:probe-primary",
        "after:PUT:",
        f"after:intent:{ACTIVATE}",
        CREATES,
    ],
)
def test_a_primary_that_returns_half_way_stays_fenced(operator: Operator, point: str) -> None:
    """Whenever it does (4): what is open is closed by finish-fence, and it is not live any more."""
    running = operator.paused(point, *lose(operator, REGION))
    control.clear_faults(operator.engine.store)
    code, said = go_on(running)
    assert code == 0, said
    (item,) = operator.status()["debts"]
    assert (item["stack"], item["unfenced"]) == ("primary", False)
    finish(operator)
    hold(operator, "secondary")


@pytest.mark.parametrize(
    ("point", "unplanned"),
    [
        (f"before:outcome:{FENCE}", False),
        (f"after:intent:{ACTIVATE}", False),
        (f"after:intent:{ACTIVATE}", True),
    ],
)
def test_a_secondary_that_goes_half_way_halts(
    operator: Operator, point: str, *, unplanned: bool
) -> None:
    """The fence is not forgotten (5): it is said and written down; resumed once it is back."""
    store = operator.engine.store
    command = lose(operator, REGION) if unplanned else operator.confirmed("failover")
    running = operator.paused(point, *command)
    control.add_fault(store, FaultRequest("region-down", region="southeastasia"))
    code, said = go_on(running)
    assert (code, "`sparehub resume` goes on from here" in said) == (ExitCode.HALFWAY, True), said
    status = operator.status()
    assert status["operation"]["done"][-1] == FENCE
    assert status["state"] == f"HALTED({ACTIVATE})"
    assert len(status["debts"]) == unplanned
    resume(operator, ExitCode.HALFWAY)
    assert [each[-1]["event"] for each in journals(operator.engine.rehearsal.home.path)] == [
        "halted",
        "halted",
    ]

    control.clear_faults(store)
    resume(operator)
    if unplanned:
        finish(operator)
    hold(operator, "secondary")
