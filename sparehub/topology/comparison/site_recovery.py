"""How two files of a pair differ in Site Recovery: one says what is replicated, one where to."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sparehub.topology.config.site_recovery import (
    CacheStorageAccountConfig,
    ReplicateConfig,
    SiteRecoveryConfig,
)
from sparehub.topology.model.pair import Stack

_REPLICATE, _SITE_RECOVERY = "region.replicate", "region.siteRecovery"


class RecoveryDifference(NamedTuple):
    """A difference: what the protected region's file says, and what the other one does."""

    path: str
    source: str | list[str] | None
    target: str | list[str] | None
    verdict: Literal["wrong", "expected"]
    reason: str


def site_recovery_differences(source: Stack, target: Stack) -> Iterator[RecoveryDifference]:
    """Yield what one file says of Site Recovery and the other one does not, or contradicts.

    ``source`` is the stack whose file has ``replicate``, or else any. That a machine's spoke and
    subnet are in both regions is compared with the networks (SR-09).
    """
    replicate = source.config.region.replicate
    recovery = target.config.region.site_recovery
    one_direction = "machines are replicated in one direction; the way back is derived"
    if replicate:
        missing = recovery is None
        yield RecoveryDifference(
            _REPLICATE,
            sorted(replicate.machines),
            None,
            "wrong" if missing else "expected",
            "the other file has no siteRecovery, so no vault takes them"
            if missing
            else one_direction,
        )
    if recovery and target.region.site_recovery:
        vault = target.region.site_recovery.vault.name
        yield RecoveryDifference(_SITE_RECOVERY, None, vault, "expected", one_direction)
    if replicate and recovery:
        yield from _contradictions(replicate, recovery)


def _contradictions(
    replicate: ReplicateConfig, recovery: SiteRecoveryConfig
) -> Iterator[RecoveryDifference]:
    used = {machine.group for machine in replicate.machines.values()}
    for number in sorted(recovery.recovery_plan.groups.keys() - used):
        yield RecoveryDifference(
            f"{_SITE_RECOVERY}.recoveryPlan.groups.{number}",
            [f"group {each}" for each in sorted(used)],
            f"group {number}",
            "wrong",
            "no machine is in this group, so its actions would never run (SR-60)",
        )
    here, there = replicate.cache_storage_account, recovery.cache_storage_account
    if _same(here, there):
        name = here.name or here.id
        reason = "each region has a cache account of its own (SR-05)"
        yield RecoveryDifference(
            f"{_SITE_RECOVERY}.cacheStorageAccount", name, name, "wrong", reason
        )


def _same(first: CacheStorageAccountConfig, second: CacheStorageAccountConfig) -> bool:
    """Return whether two files name one account: a name is unique in all of Azure."""
    names = [(each.name or str(each.id).rpartition("/")[2]).lower() for each in (first, second)]
    return names[0] == names[1]
