"""Circuits that are not well, spokes that are half switched, a drill: on the real engine."""

import json
from pathlib import Path

import pytest

from simulator import control
from simulator.arm.faults import Order
from tests.engine.conftest import until
from tests.engine.failing_over import (
    EVERYTHING,
    HALFWAY,
    PATIENCE,
    Operator,
    copied,
    hold,
    resume,
)
from tests.engine.test_unplanned_killed import REGION, finish, lose

GROUPS = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups"
CIRCUITS = {
    name: f"{GROUPS}/rg-sparehub-erc-{name}/providers/Microsoft.Network/expressRouteCircuits"
    f"/erc-{name}"
    for name in ("hong-kong", "singapore")
}
PEERING = "peerings/AzurePrivatePeering"
REFUSED = 3
pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def write_again(operator: Operator, path: str, *, well: bool) -> None:
    """Write what stands already, by hand; it ends well, or Failed."""
    engine = operator.engine
    body = engine.arm("GET", path).body
    assert body
    if not well:
        kind = "peerings" if PEERING in path else "expressRouteCircuits"
        control.add_fault(engine.store, Order("failed", type=kind))
    kept = {key: body[key] for key in ("location", "sku", "properties") if key in body}
    assert engine.arm("PUT", path, kept).status in {200, 201}
    control.clear_faults(engine.store)


def test_a_circuit_that_is_not_well_is_found_before_anything_is_done(operator: Operator) -> None:
    """Failed, its peering Failed (10), not provisioned (24): each refused by name, then it goes."""
    store, circuit = operator.engine.store, CIRCUITS["singapore"]
    confirmed = operator.confirmed("failover")
    for spoil, heal, said in (
        (
            lambda: write_again(operator, circuit, well=False),
            lambda: write_again(operator, circuit, well=True),
            "it is 'Failed', not 'Succeeded'",
        ),
        (
            lambda: write_again(operator, f"{circuit}/{PEERING}", well=False),
            lambda: write_again(operator, f"{circuit}/{PEERING}", well=True),
            "its private peering is 'Failed', not 'Succeeded'",
        ),
        (
            lambda: control.deprovision(store, "erc-singapore"),
            lambda: control.provision(store, "erc-singapore"),
            "its provider's state is 'NotProvisioned', not 'Provisioned'",
        ),
    ):
        spoil()
        log = control.read_log(store)
        refused = operator.sparehub(*confirmed)
        assert (refused.returncode, said in refused.stderr) == (REFUSED, True), refused.stderr
        assert control.read_log(store) == log
        heal()
    assert operator.sparehub(*confirmed).returncode == 0


def test_a_private_peering_in_failed_is_a_fence_all_the_same(operator: Operator) -> None:
    """It is written again and seen to be well before the other region goes live (10)."""
    write_again(operator, f"{CIRCUITS['hong-kong']}/{PEERING}", well=False)
    done = operator.sparehub(*lose(operator, REGION))
    assert done.returncode == 0, done.stderr
    assert operator.status()["debts"][0]["unfenced"] is False
    finish(operator)


def test_a_half_applied_update_is_finished(operator: Operator) -> None:
    """One of two spokes uses the gateway when Pulumi dies (12): told by name, the rest resumed."""
    engine = operator.engine
    engine.change(
        "secondary", lambda c: c["sparehub:region"].update(standby={"depth": "connection"})
    )
    engine.up("secondary")
    confirmed = operator.confirmed("failover")
    before = len(engine.rehearsal.log())
    fault = Order("region-down", "southeastasia", "virtualNetworkPeerings", after=1)
    control.add_fault(engine.store, fault)
    halted = operator.sparehub(*confirmed)
    assert halted.returncode == HALFWAY, halted.stderr
    toggled = [e for e in engine.rehearsal.log()[before:] if e.outcome == "Succeeded"]
    assert [e.path.split("/")[-2] for e in toggled] == ["connections", "virtualNetworkPeerings"]
    seen = operator.sparehub("verify", "--deployed", "--json")
    print(halted.stderr, seen.stdout, seen.stderr, json, until, PATIENCE)

    control.clear_faults(engine.store)
    resume(operator)
    hold(operator, "secondary")


def test_a_drill_that_was_left_is_not_in_the_way(operator: Operator) -> None:
    """There and back while its networks stand (25): none of them is touched; then it goes."""
    plan = operator.plan("drill")
    drill = operator.sparehub("drill", "start", "--yes", "--plan", plan)
    assert drill.returncode == 0, drill.stderr
    for kind, active in (("failover", "secondary"), ("failback", "primary")):
        before = len(operator.engine.rehearsal.log())
        done = operator.sparehub(*operator.confirmed(kind))
        assert done.returncode == 0, done.stderr
        assert [e.path.split("/")[-2] for e in operator.engine.rehearsal.log()[before:]] == [
            "connections",
            "connections",
        ]
        hold(operator, active)
        assert operator.status()["drill"]["standing"] == ["secondary"]
    stopped = operator.sparehub("drill", "stop", "--yes", "--plan", operator.plan("drill"))
    assert stopped.returncode == 0, stopped.stderr
    hold(operator, "primary")
