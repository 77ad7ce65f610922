"""Vault, accounts and policy of Site Recovery, from a stack file."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.recovery.resources import (
    CacheStorageAccount,
    RecoveryVault,
    ReplicationPolicy,
    SiteRecovery,
)
from tests.configurations import OURS, region_of, shipped
from tests.site_recovery_files import protected, recovery

VAULT = f"{OURS}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"


def said(**changes: Any) -> dict[str, Any]:
    values = recovery()
    values["sparehub:region"]["siteRecovery"] = {"cacheStorageAccount": {"name": "st2"}} | changes
    return values


def test_a_short_file_gets_defaults() -> None:
    """A vault in the region that takes over, in a group of its own; points of 24 hours."""
    built = region_of(said()).site_recovery

    assert built == SiteRecovery(
        location="southeastasia",
        vault=RecoveryVault(
            name="rsv-sparehub-southeastasia",
            resource_group="rg-sparehub-asr-southeastasia",
            location="southeastasia",
        ),
        policy=ReplicationPolicy(
            name="sparehub",
            recovery_point_retention_in_minutes=1440,
            app_consistent_frequency_in_minutes=0,
        ),
        cache_storage_account=CacheStorageAccount(name="st2"),
        resource_group="rg-sparehub-recovered-southeastasia",
        tags=region_of(said()).tags,
    )


def test_a_vault_may_lie_in_a_third_region_or_be_somebody_elses() -> None:
    """The second keeps its own name and group."""
    third = region_of(said(vault={"location": "Japan East"})).site_recovery
    theirs = region_of(said(vault={"id": VAULT, "identity": "none"})).site_recovery

    assert third
    assert third.vault.location == "japaneast"
    assert theirs
    assert theirs.vault == RecoveryVault(
        name="v",
        resource_group="rg",
        location="southeastasia",
        id=VAULT,
        system_identity=False,
    )


def test_the_region_that_is_protected_has_a_cache_account() -> None:
    """And nothing else; without ``replicate`` it has none."""
    region = region_of(protected())

    assert region.cache_storage_account == CacheStorageAccount(name="stsparehubcache1")
    assert region.site_recovery is None
    assert region_of(shipped("primary")).cache_storage_account is None


def test_the_vaults_group_is_not_that_of_the_networks() -> None:
    """Each is deleted on its own."""
    group = region_of(said()).resource_group

    with pytest.raises(ConfigurationError, match=f"the name '{group}' is also that of region.res"):
        region_of(said(vault={"resourceGroup": group}))
