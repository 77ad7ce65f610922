"""The region whose machines are replicated, from what stacks recorded of themselves."""

from collections.abc import Mapping
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.recovery.resources import ReplicationSource

OUTPUT = "replicationSource"
"""The output under which a stack keeps what it knew of the other region."""

SCOPES = "switchScopes"
"""The output of a stack that replicates: where a runbook that switches its network needs a role."""


def replication_source(outputs: Mapping[str, Any]) -> ReplicationSource | None:
    """Return the source that a stack's outputs describe; None where it replicates nothing.

    Args:
        outputs: of the other region's stack; empty where it was never deployed.

    """
    region = outputs.get("region") or {}
    replicate = region.get("replicate")
    account = outputs.get("cacheStorageAccountId")
    if not replicate or not account:
        return None
    return ReplicationSource(
        location=str(outputs["location"]),
        # An alwaysOn spoke holds no machine that is replicated, and has no twin to arrive in.
        network_ids={
            key: network
            for key, network in (outputs.get("spokeVirtualNetworkIds") or {}).items()
            if not (region.get("spokes") or {}).get(key, {}).get("alwaysOn")
        },
        cache_storage_account_id=str(account),
        key_access=bool(replicate["cacheStorageAccount"].get("keyAccess", True)),
        switch_scopes={
            key: _full(str(scope), str(outputs.get("hubVirtualNetworkId") or ""))
            for key, scope in (outputs.get(SCOPES) or {}).items()
        },
    )


def _full(scope: str, beside: str) -> str:
    """Return an id in the subscription of another one, where it has none."""
    inside = scope.startswith("/subscriptions/")
    return scope if inside else f"/subscriptions/{ResourceId.of(beside).subscription}{scope}"


def source_output(source: ReplicationSource) -> dict[str, Any]:
    """Return a source as a stack's output."""
    return {
        "location": source.location,
        "networkIds": dict(source.network_ids),
        "cacheStorageAccountId": source.cache_storage_account_id,
        "keyAccess": source.key_access,
        SCOPES: dict(source.switch_scopes),
    }


def recorded_source(outputs: Mapping[str, Any]) -> ReplicationSource | None:
    """Return the source that a stack's own outputs keep: the other one's may be lost."""
    kept = outputs.get(OUTPUT)
    if not kept:
        return None
    return ReplicationSource(
        location=str(kept["location"]),
        network_ids=dict(kept["networkIds"]),
        cache_storage_account_id=str(kept["cacheStorageAccountId"]),
        key_access=bool(kept["keyAccess"]),
        switch_scopes=dict(kept.get(SCOPES) or {}),
    )
