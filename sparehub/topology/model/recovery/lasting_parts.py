"""What replicated machines depend on, by logical name: all that a stack must not delete under them.

The vault with its fabrics, containers, policy and mappings, the cache accounts, the group where
machines arrive, and the networks of the spokes: where machines run, or come up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION, SiteRecoveryNames
from sparehub.topology.model.recovery.resources import SiteRecovery
from sparehub.topology.model.resources import Region

NAMES = SiteRecoveryNames(REGION.site_recovery_component)
"""Of Site Recovery in the program of a stack."""
FAILOVER, FAILBACK = "failover", "failback"
_STORAGE = "Microsoft.Storage"
_VAULTS = "Microsoft.RecoveryServices"
_NETWORK = "Microsoft.Network"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of them: its logical name, its id without a subscription, and where it is."""

    name: str
    id: ResourceId
    location: str = ""
    """Empty where Azure keeps none, or where it cannot change."""


def lasting_parts(region: Region) -> tuple[Part, ...]:
    """Return what a region's program registers of them."""
    return (*_networks(region), *_source(region), *_recovery(region))


def _networks(region: Region) -> Iterator[Part]:
    for spoke in region.spokes:
        network = _id(
            region.resource_group, _NETWORK, "virtualNetworks", spoke.virtual_network.name
        )
        names = REGION.spoke(spoke.key)
        yield Part(name=names.network, id=network, location=region.location)
        for subnet in spoke.virtual_network.subnets:
            yield Part(name=names.subnet(subnet.name), id=network.child("subnets", subnet.name))


def _source(region: Region) -> Iterator[Part]:
    account = region.cache_storage_account
    if account and not account.id:
        yield Part(
            name=account_name(REGION.cache_component),
            id=_id(region.resource_group, _STORAGE, "storageAccounts", account.name),
            location=region.location,
        )


def _recovery(region: Region) -> Iterator[Part]:
    recovery = region.site_recovery
    if recovery is None:
        return
    yield Part(
        name=NAMES.arrival_group,
        id=ResourceId(resource_group=recovery.resource_group),
        location=recovery.location,
    )
    if not recovery.cache_storage_account.id:
        account = recovery.cache_storage_account.name
        yield Part(
            name=account_name(NAMES.cache_component),
            id=_id(recovery.resource_group, _STORAGE, "storageAccounts", account),
            location=recovery.location,
        )
    vault = _id(recovery.vault.resource_group, _VAULTS, "vaults", recovery.vault.name)
    if not recovery.vault.id:
        yield Part(name=NAMES.vault_group, id=vault.group, location=recovery.vault.location)
        yield Part(name=NAMES.vault, id=vault, location=recovery.vault.location)
    policy = vault.child("replicationPolicies", recovery.policy.name)
    yield Part(name=NAMES.policy, id=policy)
    yield from _in_the_vault(region, recovery, vault)


def _in_the_vault(region: Region, recovery: SiteRecovery, vault: ResourceId) -> Iterator[Part]:
    source, names = recovery.source, recovery.names
    if source is None:
        return
    fabrics = {
        location: vault.child("replicationFabrics", names.fabric(location))
        for location in (source.location, recovery.location)
    }
    for location, fabric in fabrics.items():
        yield Part(name=NAMES.fabric(location), id=fabric)
        deployment = _id(
            vault.resource_group,
            "Microsoft.Resources",
            "deployments",
            names.container(location),
        )
        yield Part(name=NAMES.container(location), id=deployment)
    mapped = sorted({spoke.key for spoke in region.spokes} & source.network_ids.keys())
    for way, here, there, given in (
        (FAILOVER, source.location, recovery.location, names.failover),
        (FAILBACK, recovery.location, source.location, names.failback),
    ):
        container = fabrics[here].child("replicationProtectionContainers", names.container(here))
        yield Part(
            name=NAMES.container_mapping(way),
            id=container.child(
                "replicationProtectionContainerMappings", given.container_mapping(here, there)
            ),
        )
        networks = fabrics[here].child("replicationNetworks", "azureNetwork")
        for spoke in mapped:
            mapping = given.network_mapping(here, there, spoke)
            yield Part(
                name=NAMES.network_mapping(way, spoke),
                id=networks.child("replicationNetworkMappings", mapping),
            )


def account_name(component: str) -> str:
    """Return the logical name of the account in the component of a cache account."""
    return f"{component}/account"


def _id(group: str, provider: str, kind: str, name: str) -> ResourceId:
    return ResourceId(resource_group=group, provider=provider, types=(kind,), names=(name,))
