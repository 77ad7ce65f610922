"""Authorization keys: each is good for one connection, and used up once that is deleted (ER-14).

https://github.com/MicrosoftDocs/azure-docs/issues/30810
"""

import hashlib
from collections.abc import Container, Mapping
from typing import Any

from sparehub.azure.answers import Azure, properties_of
from sparehub.azure.reading import read
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.authorization_keys import keyed_connections
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.plan import KeyedConnection


def key_digest(key: str) -> str:
    """Return what tells one key from another and tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def key_digests(stacks: Stacks, stack: Stack, region: Region) -> list[str]:
    """Return the marks of the keys of a region's connections."""
    return [key_digest(stacks.secret(stack.name, each.place)) for each in keyed_connections(region)]


def record_used(stacks: Stacks, journal: Journal, stack: Stack, operation: str = "") -> None:
    """Write down that a stack's keys are used up, which a deletion of its connections does."""
    used = key_digests(stacks, stack, region_at(stack, Activation.ACTIVE))
    if set(used) - JournalState.of(journal.records).spent:
        journal.append("spent", operation, keys=used)


def unusable_reason(
    azure: Azure, connection: KeyedConnection, identity: str, key: str, spent: Container[str]
) -> str:
    """Return why a key cannot make a connection; empty where nothing is known against it.

    ``identity`` is Azure's id of the connection, ``spent`` holds the marks of used-up keys.
    """
    if key_digest(key) in spent:
        return "is used up: the connection that it made was deleted"
    listed = read(azure, f"{connection.circuit}/authorizations")
    if not listed.accepted:
        return ""  # somebody else's circuit: only its owner can look
    found = [properties_of(each) for each in listed.body.get("value", [])]
    known = [each for each in found if each.get("authorizationKey") == key]
    if not known:
        return "is none of the circuit's: it was deleted, or is for another circuit"
    # By the connection itself: made by a run that died before anybody wrote that down.
    if in_use(known[0]) and user_of(known[0]) != identity.lower():
        return f"is in use by {known[0].get('connectionResourceUri')}"
    return ""


def in_use(authorization: Mapping[str, Any]) -> bool:
    """Return whether a connection uses an authorization, by its properties."""
    return authorization.get("authorizationUseStatus") == "InUse"


def user_of(authorization: Mapping[str, Any]) -> str:
    """Return the id of the connection that uses an authorization, in lower case."""
    return str(authorization.get("connectionResourceUri") or "").lower()
