"""Azure misbehaves, or the machine does, while the real engine fails over."""

import signal
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import ExitCode
from tests.engine.conftest import until
from tests.engine.operator import EVERYTHING, PATIENCE, Operator, copied, hold

CONNECTION = "connections"
# What is ordered, on the connection of which region, and whether the first run copes by itself.
FAULTS: dict[str, tuple[str, str, int, int]] = {
    "6 throttled, tried again": ("throttled", "southeastasia", 3, 0),
    "6 throttled longer than the provider tries": ("throttled", "southeastasia", 4, 0),
    "6 throttled for good": ("throttled", "southeastasia", 8, ExitCode.HALFWAY),
    "7 another operation in progress": ("conflict", "eastasia", 3, 0),
    "8 bad answers in turn": ("transport", "southeastasia", 6, 0),
    "8 bad answers while fencing": ("transport", "eastasia", 6, 0),
    "9 the connection ends Failed": ("failed", "southeastasia", 1, 0),
    "9 and Failed again": ("failed", "southeastasia", 2, ExitCode.HALFWAY),
    "11 the response is lost": ("lost-response", "southeastasia", 1, 0),
    "11 all responses are lost": ("lost-response", "southeastasia", 4, 0),
}
SAMPLE = ("11 all responses are lost",)


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


@pytest.mark.parametrize("name", FAULTS if EVERYTHING else SAMPLE)
def test_a_fault_is_waited_out_or_resumed_from(operator: Operator, name: str) -> None:
    """It ends where it was to end: at once where Azure recovers, else by `resume`."""
    kind, region, count, code = FAULTS[name]
    store = operator.engine.store
    control.add_fault(store, FaultRequest(kind, region, CONNECTION, 0, count))

    done = operator.sparehub(*operator.confirmed("failover"))
    assert done.returncode == code, done.stderr
    if code:
        assert "`sparehub resume` goes on from here" in done.stderr
        control.clear_faults(store)
        again = operator.sparehub("resume", "--yes")
        assert again.returncode == 0, again.stderr
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_ends_its_step(operator: Operator, number: signal.Signals) -> None:
    """Ctrl-C, a job that is cancelled, a terminal that is closed (26): exit 5, then resumed."""
    control.set_clock(operator.engine.store, "100")
    log = operator.engine.rehearsal.log
    running = operator.start(*operator.confirmed("failover"))
    assert until(lambda: log()[-1].operation == "delete", PATIENCE)
    running.send_signal(number)
    _, said = running.communicate()
    code = ExitCode.HALFWAY
    assert (running.returncode, "stopping after this step" in said) == (code, True), said
    assert operator.status()["operation"]["done"] == ["fence-primary"]

    control.set_clock(operator.engine.store, "instant")
    assert operator.sparehub("resume", "--yes").returncode == 0
    hold(operator, "secondary")


@pytest.mark.skipif(not EVERYTHING, reason="make faults")
def test_a_state_that_cannot_be_read_stops_everything(operator: Operator) -> None:
    """A wrong passphrase is found before a write (19), a state file that is cut off, too (16)."""
    confirmed = operator.confirmed("failover")
    before = operator.engine.rehearsal.log()
    state = next(operator.engine.rehearsal.home.path.rglob("stacks/sparehub/secondary.json"))
    whole = state.read_bytes()
    state.write_bytes(whole[: len(whole) // 2])

    cut = operator.sparehub(*confirmed)
    assert (cut.returncode, operator.engine.rehearsal.log()) == (3, before), cut.stderr
    assert "the state of stack 'secondary' cannot be read" in cut.stderr
    assert "Traceback" not in cut.stderr
    state.write_bytes(whole)
    wrong = operator.sparehub(*confirmed, variables={"PULUMI_CONFIG_PASSPHRASE": "wrong"})
    assert (wrong.returncode, operator.engine.rehearsal.log()) == (3, before), wrong.stderr
    assert operator.sparehub(*confirmed).returncode == 0
