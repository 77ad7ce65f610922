"""The region whose machines are replicated, from what stacks recorded."""

from typing import Any

from sparehub.topology.model.recovery.recorded_source import (
    OUTPUT,
    recorded_source,
    replication_source,
    source_output,
)
from sparehub.topology.model.recovery.resources import ReplicationSource
from tests.configurations import THEIRS

SOURCE = ReplicationSource(
    location="eastasia",
    network_ids={"spoke1": "/n"},
    cache_storage_account_id="/account",
    key_access=False,
    switch_scopes={"network": "/subscriptions/s/resourceGroups/rg", "circuit/c": THEIRS + "/c"},
)
OUTPUTS: dict[str, Any] = {
    "location": "eastasia",
    "spokeVirtualNetworkIds": {"spoke1": "/n"},
    "cacheStorageAccountId": "/account",
    "hubVirtualNetworkId": "/subscriptions/s/resourceGroups/rg/providers/a/b/c",
    "switchScopes": {"network": "/resourceGroups/rg", "circuit/c": THEIRS + "/c"},
    "region": {"replicate": {"cacheStorageAccount": {"name": "st", "keyAccess": False}}},
}


def test_a_stack_that_replicates_says_so_in_its_outputs() -> None:
    """Location, networks, the cache account, and scopes in the subscription of its hub."""
    assert replication_source(OUTPUTS) == SOURCE


def test_a_stack_that_replicates_nothing_has_no_source() -> None:
    """Nor one that was never deployed, or has no account yet."""
    for outputs in ({}, OUTPUTS | {"region": {}}, OUTPUTS | {"cacheStorageAccountId": None}):
        assert replication_source(outputs) is None


def test_what_a_stack_keeps_of_the_other_one_is_read_back() -> None:
    """The whole of it."""
    assert recorded_source({OUTPUT: source_output(SOURCE)}) == SOURCE
    assert recorded_source({}) is None
