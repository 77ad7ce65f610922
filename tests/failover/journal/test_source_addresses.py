"""The addresses of the way back: recorded where machines leave the protected region."""

from dataclasses import replace
from pathlib import Path

import pytest

from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.source_addresses import record_source_addresses
from sparehub.topology.replication.direction import Replication, replication
from sparehub.topology.replication.protected_item import ItemInterface, ProtectedItem
from tests.replicated_pair import SUBSCRIPTION, pair_of
from tests.site_recovery_files import protected, recovery

NIC = ItemInterface(
    id="guid",
    name="app1-nic",
    configuration="default",
    source_address="10.2.0.77",
    subnet="app",
    address="10.2.0.10",
    test_subnet="",
    test_address="",
)
ITEM = replace(ProtectedItem.of({}), interfaces=(NIC,), active="Primary")


def direction(source: str) -> Replication:
    found = replication(pair_of(protected(), recovery()), source, SUBSCRIPTION)
    assert found
    return found


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal([tmp_path], "project", lambda _text: None)


def known(journal: Journal) -> dict[str, dict[str, str]]:
    state = JournalState.of(journal.records)
    return {name: dict(found) for name, found in state.source_addresses.items()}


def test_the_latest_address_of_each_machine_counts(journal: Journal) -> None:
    moved = replace(ITEM, interfaces=(replace(NIC, source_address="10.2.0.78"),))

    record_source_addresses(journal.append, direction("primary"), {"app1": ITEM, "dc1": ITEM})
    record_source_addresses(journal.append, direction("primary"), {"app1": moved})

    assert known(journal) == {"app1": {"app1-nic": "10.2.0.78"}, "dc1": {"app1-nic": "10.2.0.77"}}


@pytest.mark.parametrize(
    ("source", "item"),
    [
        ("secondary", ITEM),
        ("primary", replace(ITEM, active="Recovery")),
        ("primary", replace(ITEM, interfaces=(replace(NIC, source_address=""),))),
    ],
    ids=["on the way back", "failed over already", "not shown"],
)
def test_nothing_else_is_recorded(journal: Journal, source: str, item: ProtectedItem) -> None:
    record_source_addresses(journal.append, direction(source), {"app1": item})

    assert journal.records == ()
