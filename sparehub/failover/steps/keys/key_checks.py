"""Authorization keys: each is good for one connection, and used up once that is deleted (ER-14).

https://github.com/MicrosoftDocs/azure-docs/issues/30810
"""

import hashlib
from collections.abc import Container, Mapping
from typing import Any

from sparehub.azure.answers import Azure, properties_of
from sparehub.azure.reading import read
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.queries.circuit_users import user_of
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.plan import KeyedConnection
from sparehub.topology.planning.steps.authorization_keys import keyed_connections


def key_digest(key: str) -> str:
    """Return the digest by which the journal identifies a key without revealing it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def key_digests(stacks: Stacks, stack: Stack, region: Region) -> list[str]:
    """Return the digests of the keys of a region's connections."""
    connections = keyed_connections(region)
    return [key_digest(stacks.secret(stack.name, keyed.place)) for keyed in connections]


def record_used(stacks: Stacks, journal: Journal, stack: Stack, operation: str = "") -> None:
    """Record that a stack's keys are used up: deleting its connections uses them up."""
    used = key_digests(stacks, stack, region_at(stack, Activation.ACTIVE))
    if set(used) - JournalState.of(journal.records).used_keys:
        journal.append(JournalEvent.KEYS_USED_UP, operation, keys=used)


def unusable_reason(
    azure: Azure,
    connection: KeyedConnection,
    identity: ResourceId | None,
    key: str,
    used: Container[str],
) -> str:
    """Return why a key cannot create a connection; empty where nothing is known against it.

    ``identity`` is Azure's id of the connection, ``used`` holds the digests of used-up keys.
    """
    if key_digest(key) in used:
        return "is used up: the connection that it created was deleted"
    listed = read(azure, f"{connection.circuit}/authorizations")
    if not listed.accepted:
        return ""  # a circuit of another owner, who alone can read it
    authorizations = map(properties_of, listed.body.get("value", []))
    own = next((item for item in authorizations if item.get("authorizationKey") == key), None)
    if own is None:
        return "is not one of the circuit's: it was deleted, or is for another circuit"
    # The connection itself may use it: created by a run that died before that was recorded.
    if in_use(own) and user_of(own) != identity:
        return f"is in use by {own.get('connectionResourceUri')}"
    return ""


def in_use(authorization: Mapping[str, Any]) -> bool:
    """Return whether a connection uses an authorization, by its properties."""
    return authorization.get("authorizationUseStatus") == "InUse"
