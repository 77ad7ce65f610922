"""What the second region's file says of Site Recovery, where the first replicates machines."""

from collections.abc import Mapping
from typing import Any

from sparehub.topology.azure.site_recovery_limits import STORAGE_ACCOUNT_NAME_LENGTH
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import ReplicateConfig
from sparehub.topology.derivation.notes import Note, NoteKind

KEY = "siteRecovery"
OF_ONE_DIRECTION = ("replicate", KEY)
"""Keys that no other region takes over."""


def derive_site_recovery(
    replicate: ReplicateConfig | None, there: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Note]]:
    """Return ``siteRecovery`` of the second region, and what has to be confirmed.

    Args:
        replicate: of the first region.
        there: what the second region's file says already, which is kept.

    """
    if replicate is None or there:
        return dict(there), []
    account = replicate.cache_storage_account
    first = account.name or ResourceId.parse(account.id or "").name
    name = f"{first[: STORAGE_ACCOUNT_NAME_LENGTH - 1]}2"
    keys = ("region", KEY, "cacheStorageAccount", "name")
    message = f"{name}: names of storage accounts are unique in all of Azure"
    return {"cacheStorageAccount": {"name": name}}, [Note(NoteKind.CONFIRM, keys, message)]
