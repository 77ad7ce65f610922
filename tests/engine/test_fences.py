"""The fence of two circuits, on the local Azure: on, off, and again."""

from pathlib import Path

import pytest

from simulator import control
from simulator.arm.faults import Order
from sparehub.failover.azure import SimulatedAzure
from sparehub.failover.fences import Fence, FenceError, remove_fence, set_fence
from tests.engine.failing_over import copied

PEERING = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-sparehub-erc-hong-kong"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-hong-kong/peerings/AzurePrivatePeering"
)
FENCE = Fence(how="privatePeering", id=PEERING)


def test_a_private_peering_is_disabled_and_nothing_else_of_it(pair: Path, tmp_path: Path) -> None:
    """A second time writes nothing; enabled again, it is what it was (ER-38)."""
    store = copied(pair, tmp_path / "home").store
    azure = SimulatedAzure(store)
    before = dict(azure.send("GET", PEERING).body["properties"])
    seen = len(control.read_log(store))

    set_fence(azure, FENCE)
    set_fence(azure, FENCE)
    after = azure.send("GET", PEERING).body["properties"]
    assert {key for key in before if before[key] != after.get(key)} == {"state"}
    assert after["state"] == "Disabled"
    assert len(control.read_log(store)) == seen + 1

    remove_fence(azure, FENCE, lambda _text: None)
    assert azure.send("GET", PEERING).body["properties"] == before


def test_a_circuit_that_does_not_answer_is_no_fence(pair_inside: Path, tmp_path: Path) -> None:
    """Its record lies in the region that is lost: the fence says so instead of holding."""
    store = copied(pair_inside, tmp_path / "home").store
    control.add_fault(store, Order("region-down", region="eastasia"))

    with pytest.raises(FenceError, match="cannot be read: The control plane of region eastasia"):
        set_fence(SimulatedAzure(store), FENCE)
