"""The fence of two circuits, on the local Azure: on, off, and again."""

from pathlib import Path

import pytest

from sparehub.azure.local import local_azure
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.steps.fencing import FenceError, remove_fence, set_fence
from sparehub.simulator import control
from tests.engine.invariants import live_at_once
from tests.engine.operator import HONG_KONG, Operator, copied, lose_primary, record_location

PEERING = f"{HONG_KONG}/peerings/AzurePrivatePeering"
STACKS = ("primary", "secondary")
FENCE = Fence(how="privatePeering", id=PEERING)


def test_a_private_peering_is_disabled_and_nothing_else_of_it(pair: Path, tmp_path: Path) -> None:
    """A second time writes nothing; enabled again, it is what it was (ER-38)."""
    store = copied(pair, tmp_path / "home").store
    azure = local_azure(store)
    before = dict(azure.send("GET", PEERING).body["properties"])
    seen = len(control.read_log(store))

    set_fence(azure, FENCE, print)
    set_fence(azure, FENCE, print)
    after = azure.send("GET", PEERING).body["properties"]
    assert {key for key in before if before[key] != after.get(key)} == {"state"}
    assert after["state"] == "Disabled"
    assert len(control.read_log(store)) == seen + 1

    remove_fence(azure, FENCE, print)
    assert azure.send("GET", PEERING).body["properties"] == before


def test_a_circuit_that_does_not_answer_is_not_a_fence(pair_inside: Path, tmp_path: Path) -> None:
    """Its record lies in the region that is lost: the fence says so instead of holding."""
    engine = copied(pair_inside, tmp_path / "home")
    record = record_location(engine)
    lose_primary(engine, circuit=True)

    with pytest.raises(FenceError, match=f"cannot be read: The control plane of region {record}"):
        set_fence(local_azure(engine.store), FENCE, print)


def test_a_lost_region_with_the_record_of_its_circuit_cannot_be_fenced(
    pair_inside: Path, tmp_path: Path
) -> None:
    """An unplanned failover changes nothing then, unless that is accepted: exit code 6."""
    operator = Operator(copied(pair_inside, tmp_path / "home"))
    engine = operator.engine
    files = {path: path.read_bytes() for path in operator.project.glob("Pulumi.*.yaml")}
    log, states = control.read_log(engine.store), [engine.outputs(each) for each in STACKS]
    lose_primary(engine, circuit=True)

    refused = operator.sparehub(*operator.confirmed("failover", "--unplanned"))

    assert refused.returncode == 6, refused.stderr
    assert (operator.status()["operation"], operator.status()["debts"]) == (None, [])
    assert control.read_log(engine.store) == log
    assert {path: path.read_bytes() for path in files} == files
    assert [engine.outputs(each) for each in STACKS] == states


def test_a_lost_region_is_fenced_at_a_circuit_whose_record_lies_elsewhere(
    pair: Path, tmp_path: Path
) -> None:
    """The whole region is down, and nothing of it is needed: exit code 0 (ER-38)."""
    operator = Operator(copied(pair, tmp_path / "home"))
    engine = operator.engine
    lose_primary(engine, circuit=False)

    over = operator.sparehub(*operator.confirmed("failover", "--unplanned"))

    assert over.returncode == 0, over.stderr
    peering = engine.arm("GET", PEERING).body
    assert peering
    assert peering["properties"]["state"] == "Disabled"
    items = [(each["stack"], each["unfenced"]) for each in operator.status()["debts"]]
    assert items == [("primary", False)]
    assert live_at_once(engine.store) == []
