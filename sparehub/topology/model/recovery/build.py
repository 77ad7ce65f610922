"""Vault, cache accounts and policy of Site Recovery, decided from a stack file."""

from sparehub.topology.config.express_route import ReferencedCircuitConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.config.site_recovery import (
    AutomationConfig,
    CacheStorageAccountConfig,
    DirectionNamesConfig,
    ReplicationNamesConfig,
    VaultConfig,
)
from sparehub.topology.model import names
from sparehub.topology.model.recovery.automation import AutomationAccount
from sparehub.topology.model.recovery.replication_names import (
    POLICY,
    MappingNames,
    ReplicationNames,
)
from sparehub.topology.model.recovery.resources import (
    CacheStorageAccount,
    RecoveryVault,
    ReplicationPolicy,
    SiteRecovery,
)

_MINUTES = 60


def build_cache_storage_account(config: StackConfig) -> CacheStorageAccount | None:
    """Return the cache account of the machines that a region replicates, if it does."""
    replicate = config.region.replicate
    return _account(replicate.cache_storage_account) if replicate else None


def build_site_recovery(config: StackConfig) -> SiteRecovery | None:
    """Return what a region has for the machines of the other one, if it takes over."""
    recovery, region = config.region.site_recovery, config.region
    if recovery is None:
        return None
    name = region.name or config.location
    return SiteRecovery(
        location=config.location,
        vault=_vault(recovery.vault, name, config.location),
        policy=ReplicationPolicy(
            name=recovery.names.policy or POLICY,
            recovery_point_retention_in_minutes=(
                recovery.policy.recovery_point_retention_in_hours * _MINUTES
            ),
            app_consistent_frequency_in_minutes=(
                recovery.policy.app_consistent_frequency_in_hours * _MINUTES
            ),
        ),
        cache_storage_account=_account(recovery.cache_storage_account),
        resource_group=recovery.resource_group or names.recovered_group_name(name),
        automation_account_id=(
            recovery.agent_updates.automation_account_id if recovery.agent_updates else ""
        ),
        automation=(
            _automation(recovery.automation, name, config) if recovery.automation else None
        ),
        tags=region.tags,
        names=_names(recovery.names),
    )


def _names(given: ReplicationNamesConfig) -> ReplicationNames:
    return ReplicationNames(
        fabrics=given.fabrics,
        containers=given.containers,
        failover=_of_direction(given.failover),
        failback=_of_direction(given.failback),
    )


def _of_direction(given: DirectionNamesConfig) -> MappingNames:
    return MappingNames(containers=given.containers or "", networks=given.networks)


def _vault(vault: VaultConfig, region: str, location: str) -> RecoveryVault:
    identity = ResourceId.parse(vault.id) if vault.id else None
    return RecoveryVault(
        name=identity.name if identity else vault.name or names.vault_name(region),
        resource_group=(
            identity.resource_group
            if identity
            else vault.resource_group or names.vault_group_name(region)
        ),
        location=vault.location or location,
        id=vault.id or "",
        system_identity=vault.identity == "systemAssigned",
        public_network_access=vault.public_network_access,
    )


def _automation(account: AutomationConfig, region: str, config: StackConfig) -> AutomationAccount:
    connections = config.region.express_route.connections
    return AutomationAccount(
        name=account.name or names.automation_account_name(region),
        resource_group=account.resource_group or names.automation_group_name(region),
        location=account.location or config.location,
        authorization_keys={
            key: connection.circuit.authorization_key
            for key, connection in sorted(connections.items())
            if isinstance(connection.circuit, ReferencedCircuitConfig)
            and connection.circuit.authorization_key
        },
    )


def _account(account: CacheStorageAccountConfig) -> CacheStorageAccount:
    return CacheStorageAccount(
        name=account.name or ResourceId.parse(account.id or "").name,
        id=account.id or "",
        key_access=account.key_access,
    )
