"""Access control: permissions, deny assignments and locks, which ARM checks for each request.

All three apply at their scope and below it. A deny assignment overrides permissions, a lock both.
https://learn.microsoft.com/azure/role-based-access-control/overview
https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources

The one client is :data:`CLIENT`. It may do everything until :mod:`sparehub.simulator.control` sets
other permissions or deny assignments, since no client can make deny assignments. A managed identity
may do what its role assignments permit.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from sparehub.simulator.arm.pipeline.callers import application_of
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.refusals import access as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage import policies
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.logs import authorization_log
from sparehub.simulator.arm.storage.logs.authorization_log import Authorization
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, Collection, ResourceId
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.storage import role_definition
from sparehub.simulator.arm.types.storage.role_assignment import ROLE_ASSIGNMENT, role_number

CLIENT = "the local Azure's operator"
PRINCIPAL = "00000000-0000-0000-0000-00000000c11e"
"""The object id of the client."""
EVERYBODY = "00000000-0000-0000-0000-000000000000"
"""The principal of type SystemDefined that means all principals:
https://learn.microsoft.com/azure/role-based-access-control/deny-assignments"""
LEVELS = ("CanNotDelete", "ReadOnly")
_LOCKS, _DENIALS, _GRANTS = "access: locks", "access: deny assignments", "access: permissions"
_NETWORK = "Microsoft.Network"
_LINKED: Mapping[str, str] = MappingProxyType(
    {
        f"{_NETWORK}/{type_name}".lower(): f"{_NETWORK}/{type_name}/{verb}/action"
        for type_name, verb in {
            "expressRouteCircuits": "join",
            "natGateways": "join",
            "networkSecurityGroups": "join",
            "publicIPAddresses": "join",
            "routeTables": "join",
            "virtualNetworkGateways": "join",
            "virtualNetworks": "peer",
            "virtualNetworks/subnets": "join",
        }.items()
    }
)
"""The action that a client needs on a resource that a write refers to, by type in lower case.

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
class Permission:
    """Actions that the client is permitted at a scope; ``/`` is every scope, ``*`` a wildcard."""

    scope: str = "/"
    actions: tuple[str, ...] = ("*",)
    not_actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DenyAssignment:
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

    def concerns(self, principal: str) -> bool:
        """Return whether it applies to a principal."""
        denied = {EVERYBODY, principal} & set(self.principals)
        return bool(denied) and principal not in self.exclude_principals


def locks(transaction: Transaction) -> list[Lock]:
    """Return all locks."""
    return [Lock(**values) for values in _read(transaction, _LOCKS)]


def set_locks(transaction: Transaction, new: Iterable[Lock]) -> None:
    """Replace all locks."""
    transaction.set(_LOCKS, json.dumps([asdict(lock) for lock in new]))


def permissions(transaction: Transaction) -> list[Permission]:
    """Return the permissions of whoever sends the request."""
    if transaction.caller:
        return _assigned(transaction, transaction.caller)
    text = transaction.setting(_GRANTS, "")
    return (
        [Permission(**_tuples(values)) for values in json.loads(text)] if text else [Permission()]
    )


def _assigned(transaction: Transaction, principal: str) -> list[Permission]:
    """Return the permissions of a managed identity: those of the roles that it is assigned."""
    return [
        Permission(
            scope=assignment.properties["scope"],
            actions=role.actions or (),
            not_actions=role.not_actions,
        )
        for assignment in transaction.of_type(ROLE_ASSIGNMENT)
        if assignment.properties["principalId"].lower() == principal.lower()
        for role in role_definition.grants_of(transaction, role_number(assignment.properties))
    ]


def set_permissions(transaction: Transaction, new: Sequence[Permission]) -> None:
    """Replace the permissions of the client."""
    transaction.set(_GRANTS, json.dumps([asdict(grant) for grant in new]))


def deny_assignments(transaction: Transaction) -> list[DenyAssignment]:
    """Return all deny assignments."""
    return [DenyAssignment(**_tuples(values)) for values in _read(transaction, _DENIALS)]


def set_deny_assignments(transaction: Transaction, new: Sequence[DenyAssignment]) -> None:
    """Replace all deny assignments."""
    transaction.set(_DENIALS, json.dumps([asdict(denial) for denial in new]))


def covers(scope: str, path: str) -> bool:
    """Return whether a path is at a scope or below it."""
    outer, inner = scope.lower().rstrip("/"), path.lower().rstrip("/")
    return inner == outer or inner.startswith(f"{outer}/")


def check_request(transaction: Transaction, resolved: ResolvedRequest, verb: str) -> None:
    """Refuse a request that permissions, a deny assignment or a lock forbid.

    Args:
        transaction: The store.
        resolved: The request; of an action that is posted, the scope is the resource it is on.
        verb: ``read``, ``write``, ``delete`` or ``action``.

    Raises:
        Refusal: AuthorizationFailed, DenyAssignmentAuthorizationFailed, ScopeLocked or
            RequestDisallowedByPolicy.

    """
    target = resolved.target
    if not isinstance(target, ResourceId | Collection):
        return
    scope = target.text if isinstance(target, ResourceId) else target.scope
    if resolved.action and verb == "action":
        scope = resolved.action.resource.text
    type_name = resolved.type.name if resolved.type else target.type
    permission = verb
    if resolved.action and verb == "action":
        permission = resolved.action.action.permitted_as
    check_access(transaction, scope, action_on(type_name, permission), verb)
    if verb == "write" and isinstance(target, ResourceId):
        _check_policies(transaction, resolved, target, type_name)


def _check_policies(
    transaction: Transaction, resolved: ResolvedRequest, target: ResourceId, type_name: str
) -> None:
    """Refuse a write that a policy assignment denies."""
    assigned = policies.assignments(transaction)
    if not assigned:
        return
    body = resolved.body if isinstance(resolved.body, dict) else {}
    location = str(body.get("location") or "")
    kind = action_on(type_name, "write").rpartition("/")[0]
    found = [
        {
            "policyAssignment": {"name": each.name, "id": each.id},
            "policyDefinition": {"name": each.name, "id": each.definition},
        }
        for each in assigned
        if each.denies(target.text, kind, location)
    ]
    if found:
        raise refusals.DISALLOWED_BY_POLICY(name=target.name, policies=json.dumps(found))


def check_access(transaction: Transaction, scope: str, action: str, verb: str) -> None:
    """Refuse an action that permissions, a deny assignment or a lock forbid.

    Args:
        transaction: The store.
        scope: The path of what is read or written.
        action: Such as ``Microsoft.Network/connections/delete``.
        verb: What a lock forbids: ``read``, ``write``, ``delete`` or ``action``.

    Raises:
        Refusal: AuthorizationFailed, DenyAssignmentAuthorizationFailed or ScopeLocked.

    """
    check_permissions(transaction, scope, action)
    if locked := _locked(transaction, scope, verb):
        listed = ",".join(f"'{path}'" for path in dict.fromkeys(locked))
        raise refusals.SCOPE_LOCKED(scope=scope, verb=verb, locked=listed)


def check_permissions(transaction: Transaction, scope: str, action: str) -> None:
    """Refuse an action that permissions or a deny assignment forbid; locks are not checked.

    Raises:
        Refusal: AuthorizationFailed or DenyAssignmentAuthorizationFailed.

    """
    if not _is_permitted(transaction, scope, action):
        raise refusals.AUTHORIZATION_FAILED(**_named(transaction), action=action, scope=scope)
    if denied := _denied(transaction, scope, action):
        raise denied


def check_linked_permission(
    transaction: Transaction, source: ResourceId, target: ResourceId
) -> None:
    """Refuse a write that refers to a resource which the client may not join or peer with.

    Raises:
        Refusal: LinkedAuthorizationFailed.

    """
    linked = _LINKED.get(target.type.lower())
    if linked and not _is_permitted(transaction, target.text, linked, linked=True):
        raise refusals.LINKED_AUTHORIZATION_FAILED(
            **_named(transaction),
            action=f"{source.type}/write",
            scope=source.text,
            linked=linked,
            target=target.text,
        )


def action_on(type_name: str, verb: str) -> str:
    """Return the action of a verb on a type: ``read``, ``write``, ``delete`` or ``action``."""
    if type_name == RESOURCE_GROUP:
        type_name = "Microsoft.Resources/subscriptions/resourceGroups"
    return f"{type_name}/{verb}"


def may_read(transaction: Transaction, identity: ResourceId) -> bool:
    """Return whether the client may read a resource; a list leaves out what it may not."""
    action = action_on(identity.type, "read")
    permitted = _is_permitted(transaction, identity.text, action)
    return permitted and _denied(transaction, identity.text, action) is None


def _is_permitted(
    transaction: Transaction, scope: str, action: str, *, linked: bool = False
) -> bool:
    permitted = any(
        covers(grant.scope, scope) and _matches(grant.actions, grant.not_actions, action)
        for grant in permissions(transaction)
    )
    checked = Authorization(
        action=action,
        scope=scope,
        permitted=permitted,
        linked=linked,
        principal=transaction.caller,
    )
    authorization_log.append(transaction, checked)
    return permitted


def _named(transaction: Transaction) -> dict[str, str]:
    """Return how a refusal names whoever sends the request."""
    if caller := transaction.caller:
        return {"client": application_of(caller), "principal": caller}
    return {"client": CLIENT, "principal": PRINCIPAL}


def _denied(transaction: Transaction, scope: str, action: str) -> Refusal | None:
    for denial in deny_assignments(transaction):
        exact = denial.scope.lower() == scope.lower()
        applies = exact if denial.not_below else covers(denial.scope, scope)
        matches = _matches(denial.actions, denial.not_actions, action)
        if applies and denial.concerns(transaction.caller or PRINCIPAL) and matches:
            return refusals.DENIED(
                **_named(transaction),
                action=action,
                scope=scope,
                name=denial.name,
                id=denial.id,
                at=denial.scope,
            )
    return None


def _locked(transaction: Transaction, scope: str, verb: str) -> list[str]:
    """Return the scopes of the locks that forbid a verb; a deletion meets locks below it, too."""
    scopes = []
    for lock in locks(transaction):
        if verb == "delete":
            locked = covers(lock.scope, scope) or covers(scope, lock.scope)
        else:
            locked = verb != "read" and lock.level == "ReadOnly" and covers(lock.scope, scope)
        if locked:
            scopes.append(lock.scope)
    return scopes


def _matches(actions: Iterable[str], not_actions: Iterable[str], action: str) -> bool:
    return _any(actions, action) and not _any(not_actions, action)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns
    )


def _read(transaction: Transaction, name: str) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = json.loads(transaction.setting(name, "[]"))
    return values


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    """Return values of which every list, as JSON has it, is a tuple."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
