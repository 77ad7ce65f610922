"""What Azure will hold of Site Recovery that stands still: frozen, in Azure's own words.

Replicated machines, their interfaces and the recovery plan are not here: they change their ids with
every re-protection (SR-54), so they are not resources of a stack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sparehub.topology.model.recovery.automation import AutomationAccount
from sparehub.topology.model.recovery.replication_names import ReplicationNames


@dataclass(frozen=True, kw_only=True)
class CacheStorageAccount:
    """The account through which disks are copied: made under a name, or owned elsewhere."""

    name: str
    id: str = ""
    """Empty where the stack makes it."""
    key_access: bool = True


@dataclass(frozen=True, kw_only=True)
class RecoveryVault:
    """A Recovery Services vault; with an id it is owned elsewhere."""

    name: str
    resource_group: str
    location: str
    id: str = ""
    system_identity: bool = True
    public_network_access: str = "Enabled"


@dataclass(frozen=True, kw_only=True)
class ReplicationPolicy:
    """A replication policy; minutes, as Azure has them (SR-35)."""

    name: str
    recovery_point_retention_in_minutes: int
    app_consistent_frequency_in_minutes: int


@dataclass(frozen=True, kw_only=True)
class ReplicationSource:
    """The region whose machines are replicated, as its own stack recorded it."""

    location: str
    network_ids: Mapping[str, str]
    """The id of each spoke's virtual network by the spoke's key."""
    cache_storage_account_id: str
    key_access: bool = True
    switch_scopes: Mapping[str, str] = field(default_factory=dict)
    """Where a runbook that switches the network needs its role, by key."""


@dataclass(frozen=True, kw_only=True)
class SiteRecovery:
    """What a region has for the machines of the other one."""

    location: str
    """Of the region, where the machines arrive."""
    vault: RecoveryVault
    policy: ReplicationPolicy
    cache_storage_account: CacheStorageAccount
    """For the way back."""
    resource_group: str
    """Where the machines arrive."""
    automation_account_id: str = ""
    """Of the agents' updates; empty where these are off."""
    automation: AutomationAccount | None = None
    """Of the runbooks that switch the network; None where there are none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    names: ReplicationNames = field(default_factory=ReplicationNames)
    """Of what the vault holds."""
    source: ReplicationSource | None = None
    """Unknown before the other region's stack is deployed: then nothing is mapped."""
