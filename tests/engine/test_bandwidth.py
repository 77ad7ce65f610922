"""Raising the circuit of the region that takes over, on the real engine."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.engine.operator import Operator, copied, hold

CIRCUIT = "erc-singapore"


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def asked(operator: Operator) -> tuple[str, ...]:
    """Return the command that carries out what `plan` shows."""
    wanted = ("failover", "--raise-bandwidth")
    return (*wanted, "--yes", "--plan", operator.plan(*wanted))


def said(file: Path) -> str:
    """Return a stack file but for the number of its switch."""
    return file.read_text().replace("  sparehub:generation: 1\n", "")


def test_a_circuit_is_raised_where_azure_agrees(operator: Operator) -> None:
    """Last of all, and only then does its file say so; afterwards nothing is left to deploy."""
    file = operator.project / "Pulumi.secondary.yaml"
    text = file.read_text().replace("activation: standby", "activation: active")
    before = len(control.read_log(operator.engine.store))

    done = operator.sparehub(*asked(operator))

    assert done.returncode == 0, done.stderr
    last = control.read_log(operator.engine.store)[before:][-1]
    assert (last.operation, last.path.split("/")[-1]) == ("update", CIRCUIT)
    assert said(file) == text.replace("bandwidthInMbps: 200", "bandwidthInMbps: 1000")
    assert operator.engine.up("secondary") == []
    hold(operator, "secondary")


@pytest.mark.long
def test_a_failover_is_done_although_a_raise_is_refused(operator: Operator) -> None:
    """Azure takes no write of the circuit, as often as the provider tries: the file is put back."""
    file = operator.project / "Pulumi.secondary.yaml"
    text = file.read_text().replace("activation: standby", "activation: active")
    store = operator.engine.store
    control.add_fault(store, FaultRequest("throttled", type="expressRouteCircuits", count=8))

    done = operator.sparehub(*asked(operator))

    assert done.returncode == 0, done.stderr
    assert "carries 200 Mbps as before, since raising it failed: stack 'secondary'" in done.stderr
    assert "expected resource operations" not in done.stderr
    assert said(file) == text
    control.clear_faults(store)
    assert operator.engine.up("secondary") == []
    hold(operator, "secondary")
