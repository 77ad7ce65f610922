"""Circuits that are not well, spokes that are half switched, a drill: on the real engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import ExitCode
from tests.engine.conftest import Engine
from tests.engine.operator import EVERYTHING, Operator, copied, hold, resume
from tests.engine.test_failover_unplanned import REGION, finish, lose

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
        kind = "expressRouteCircuits" + "/peerings" * path.endswith(PEERING)
        control.add_fault(engine.store, FaultRequest("failed", type=kind))
    kept = {key: body[key] for key in ("location", "tags", "sku", "properties") if key in body}
    assert engine.arm("PUT", path, kept).status in {200, 201}
    control.clear_faults(engine.store)


def test_a_circuit_that_is_not_well_is_found_before_anything_is_done(operator: Operator) -> None:
    """Failed, its peering Failed (10), not provisioned (24): each refused by name, then it goes."""
    store, circuit = operator.engine.store, CIRCUITS["singapore"]
    peering = f"{circuit}/{PEERING}"
    confirmed = operator.confirmed("failover")

    def peering_alone() -> None:
        write_again(operator, peering, well=False)  # which leaves its circuit Failed, too
        write_again(operator, circuit, well=True)

    for spoil, heal, said in (
        (
            lambda: write_again(operator, circuit, well=False),
            lambda: write_again(operator, circuit, well=True),
            "it is 'Failed', not 'Succeeded'",
        ),
        (
            peering_alone,
            lambda: write_again(operator, peering, well=True),
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
    """Its circuit, which that left Failed, is written first, as Azure asks for (10, ER-12)."""
    write_again(operator, f"{CIRCUITS['hong-kong']}/{PEERING}", well=False)
    done = operator.sparehub(*lose(operator, REGION))
    assert done.returncode == 0, done.stderr
    assert operator.status()["debts"][0]["unfenced"] is False
    finish(operator)
    # Azure is read again before it: what was written again is what it was.
    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    hold(operator, "primary")


def warmer(config: dict[str, Any]) -> None:
    """Let the secondary stand by connected, but for its spokes; its hub has a range of its own."""
    config["sparehub:region"] |= {
        "standby": {"depth": "connection"},
        "hub": {
            "addressSpace": ["10.10.20.0/24"],
            "subnets": {
                "nva": {"addressPrefix": "10.10.20.0/25"},
                "GatewaySubnet": {"addressPrefix": "10.10.20.128/25"},
            },
            "nva": {"ipAddress": "10.10.20.10"},
        },
        "remap": {"10.10.10.0/24": "10.10.20.0/24"},
    }


def written(azure: Engine, since: int) -> list[str]:
    """Return what was written since, refusals left out."""
    return [e.path for e in azure.rehearsal.log()[since:] if e.outcome == "Succeeded"]


def test_a_half_applied_update_is_finished(engine: Callable[..., Engine]) -> None:
    """One of two spokes is switched (12): the other one is named, and alone done by `resume`."""
    azure = engine("primary", "secondary")
    azure.change("secondary", warmer)
    azure.up("primary")
    azure.up("secondary")
    operator = Operator(azure)
    confirmed = operator.confirmed("failover")
    kind = "virtualNetworks/virtualNetworkPeerings"
    control.add_fault(
        azure.store, FaultRequest("throttled", "southeastasia", kind, after=1, count=8)
    )
    before = len(azure.rehearsal.log())
    halted = operator.sparehub(*confirmed)
    assert halted.returncode == ExitCode.HALFWAY, halted.stderr
    fenced, first = written(azure, before)
    assert "/connections/" in fenced
    spokes = {f"virtualNetworks/vnet-{name}-southeastasia" for name in ("spoke1", "spoke2")}
    (left,) = (spoke for spoke in spokes if spoke not in first)
    assert left in halted.stderr

    control.clear_faults(azure.store)
    resume(operator)
    assert [left in each for each in written(azure, before)] == [False, False, True]
    # The standby's connection stands all the time, for its hub alone.
    hold(operator, "secondary", two_live=True)


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
