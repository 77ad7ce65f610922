"""The items of a vault, as the Pulumi program asks for them."""

from pathlib import Path

import pytest

from sparehub.azure.protected_items import protected_items
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import UnreadableError
from sparehub.topology.rules.pair.items_in_use import ReplicatedItem
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    control.reset(tmp_path)
    monkeypatch.setenv("SPAREHUB_SIMULATOR", str(tmp_path))
    return tmp_path


def test_the_items_of_a_vault_are_listed(store: Path) -> None:
    """With both networks; none before a machine is replicated, nor without a vault."""
    arm = Arm(store)
    assert protected_items(asr.VAULT, {}) == ()
    asr.prepare(arm, "app1")
    assert protected_items(asr.VAULT, {}) == ()
    asr.accept(arm, "PUT", *asr.protection("app1"))
    asr.until_protected(arm, asr.item("app1"))

    (item,) = map(ReplicatedItem.of, protected_items(asr.VAULT, {}))

    assert item == ReplicatedItem(
        machine="app1",
        networks=frozenset({asr.SPOKE[0].lower(), asr.ARRIVAL[0].lower()}),
        subnets=frozenset({"app"}),
    )


def test_a_vault_whose_region_is_down_cannot_be_read(store: Path) -> None:
    """Azure's own words."""
    asr.prepare(Arm(store))
    control.add_fault(store, FaultRequest(kind="region-down", region=asr.TARGET))

    with pytest.raises(UnreadableError):
        protected_items(asr.VAULT, {})
