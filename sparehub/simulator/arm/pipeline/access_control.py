"""Who may do what: permissions, deny assignments and locks, which ARM holds each request to.

All three count at their scope and below it. A deny assignment overrides permissions, a lock both.
https://learn.microsoft.com/azure/role-based-access-control/overview
https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources

The one client of this Azure is :data:`CLIENT`. It may do everything until somebody says otherwise
(:mod:`sparehub.simulator.control`), as deny assignments are no client's to make.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from sparehub.simulator.arm.refusals import access as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId
from sparehub.simulator.arm.storage.transaction import Transaction

CLIENT = "the local Azure's operator"
PRINCIPAL = "00000000-0000-0000-0000-00000000c11e"
"""The object id of the client."""
EVERYBODY = "00000000-0000-0000-0000-000000000000"
"""The principal of type SystemDefined that stands for all:
https://learn.microsoft.com/azure/role-based-access-control/deny-assignments"""
LEVELS = ("CanNotDelete", "ReadOnly")
_LOCKS, _DENIALS, _GRANTS = "access: locks", "access: deny assignments", "access: permissions"
_NETWORK = "Microsoft.Network"
_LINKED: Mapping[str, str] = MappingProxyType(
    {
        f"{_NETWORK}/{kind}".lower(): f"{_NETWORK}/{kind}/{verb}/action"
        for kind, verb in {
            "expressRouteCircuits": "join",
            "networkSecurityGroups": "join",
            "publicIPAddresses": "join",
            "routeTables": "join",
            "virtualNetworkGateways": "join",
            "virtualNetworks": "peer",
            "virtualNetworks/subnets": "join",
        }.items()
    }
)
"""What a client has to be permitted on what a write names, by its type in lower case.

https://learn.microsoft.com/azure/expressroute/roles-permissions
https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#permissions
https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#permissions
"""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A management lock; ``level`` is one of :data:`LEVELS`."""

    scope: str
    name: str
    level: str
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What the client is permitted at a scope, of which ``/`` is all; ``*`` stands for anything."""

    scope: str = "/"
    actions: tuple[str, ...] = ("*",)
    not_actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A deny assignment; principals are object ids."""

    scope: str
    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    principals: tuple[str, ...] = (EVERYBODY,)
    exclude_principals: tuple[str, ...] = ()
    not_below: bool = False
    """``doNotApplyToChildScopes``."""

    @property
    def id(self) -> str:
        """Its GUID, without hyphens as in Azure's refusals."""
        return guid("denial", self.scope.lower(), self.name).replace("-", "")

    @property
    def concerns_client(self) -> bool:
        """Whether it is against the client."""
        named = {EVERYBODY, PRINCIPAL} & set(self.principals)
        return bool(named) and PRINCIPAL not in self.exclude_principals


def locks(transaction: Transaction) -> list[Lock]:
    """Return all locks."""
    return [Lock(**each) for each in _read(transaction, _LOCKS)]


def set_locks(transaction: Transaction, wanted: Iterable[Lock]) -> None:
    """Write all locks."""
    transaction.set(_LOCKS, json.dumps([asdict(each) for each in wanted]))


def grants(transaction: Transaction) -> list[Grant]:
    """Return what the client is permitted."""
    text = transaction.setting(_GRANTS, "")
    return [Grant(**_tuples(each)) for each in json.loads(text)] if text else [Grant()]


def set_grants(transaction: Transaction, wanted: Sequence[Grant]) -> None:
    """Write what the client is permitted."""
    transaction.set(_GRANTS, json.dumps([asdict(each) for each in wanted]))


def denials(transaction: Transaction) -> list[Denial]:
    """Return all deny assignments."""
    return [Denial(**_tuples(each)) for each in _read(transaction, _DENIALS)]


def set_denials(transaction: Transaction, wanted: Sequence[Denial]) -> None:
    """Write all deny assignments."""
    transaction.set(_DENIALS, json.dumps([asdict(each) for each in wanted]))


def covers(scope: str, path: str) -> bool:
    """Return whether a path is at a scope or below it."""
    outer, inner = scope.lower().rstrip("/"), path.lower().rstrip("/")
    return inner == outer or inner.startswith(f"{outer}/")


def hold(transaction: Transaction, scope: str, action: str) -> None:
    """Refuse what the client may not do, or what a lock is in the way of.

    Args:
        transaction: The store.
        scope: The path of what is asked or written.
        action: Such as ``Microsoft.Network/connections/delete``.

    Raises:
        Refusal: AuthorizationFailed, DenyAssignmentAuthorizationFailed or ScopeLocked.

    """
    hold_rights(transaction, scope, action)
    verb = action.rpartition("/")[2].lower()
    if locked := _locked(transaction, scope, verb):
        listed = ",".join(f"'{each}'" for each in dict.fromkeys(locked))
        raise refusals.SCOPE_LOCKED(scope=scope, verb=verb, locked=listed)


def hold_rights(transaction: Transaction, scope: str, action: str) -> None:
    """Refuse what the client may not do; a lock is in the way of no other lock.

    Raises:
        Refusal: AuthorizationFailed or DenyAssignmentAuthorizationFailed.

    """
    if not _is_permitted(transaction, scope, action):
        raise refusals.AUTHORIZATION_FAILED(
            client=CLIENT, principal=PRINCIPAL, action=action, scope=scope
        )
    if denied := _denied(transaction, scope, action):
        raise denied


def hold_linked(transaction: Transaction, source: ResourceId, target: ResourceId) -> None:
    """Refuse a write that names something which the client may not join or peer with.

    Raises:
        Refusal: LinkedAuthorizationFailed.

    """
    linked = _LINKED.get(target.type.lower())
    if linked and not _is_permitted(transaction, target.text, linked):
        raise refusals.LINKED_AUTHORIZATION_FAILED(
            client=CLIENT,
            principal=PRINCIPAL,
            action=f"{source.type}/write",
            scope=source.text,
            linked=linked,
            target=target.text,
        )


def action_on(type_name: str, verb: str) -> str:
    """Return the action that a verb on a type is: ``read``, ``write``, ``delete``, ``action``."""
    if type_name == RESOURCE_GROUP:
        type_name = "Microsoft.Resources/subscriptions/resourceGroups"
    return f"{type_name}/{verb}"


def _is_permitted(transaction: Transaction, scope: str, action: str) -> bool:
    return any(
        covers(each.scope, scope) and _matches(each.actions, each.not_actions, action)
        for each in grants(transaction)
    )


def _denied(transaction: Transaction, scope: str, action: str) -> Refusal | None:
    for each in denials(transaction):
        at = each.scope.lower() == scope.lower() if each.not_below else covers(each.scope, scope)
        if at and each.concerns_client and _matches(each.actions, each.not_actions, action):
            return refusals.DENIED(
                client=CLIENT,
                principal=PRINCIPAL,
                action=action,
                scope=scope,
                name=each.name,
                id=each.id,
                at=each.scope,
            )
    return None


def _locked(transaction: Transaction, scope: str, verb: str) -> list[str]:
    """Return the scopes of the locks in the way; what holds something locked is not deleted."""
    found = []
    for each in locks(transaction):
        if verb == "delete":
            hit = covers(each.scope, scope) or covers(scope, each.scope)
        else:
            hit = verb != "read" and each.level == "ReadOnly" and covers(each.scope, scope)
        if hit:
            found.append(each.scope)
    return found


def _matches(actions: Iterable[str], not_actions: Iterable[str], action: str) -> bool:
    return _any(actions, action) and not _any(not_actions, action)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(each).replace(r"\*", ".*"), action, re.IGNORECASE)
        for each in patterns
    )


def _read(transaction: Transaction, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(transaction.setting(name, "[]"))
    return found


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}
