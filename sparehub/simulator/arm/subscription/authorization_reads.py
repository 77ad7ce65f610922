"""``Microsoft.Authorization`` at any scope: locks, deny assignments, permissions.

https://learn.microsoft.com/rest/api/resources/management-locks
https://learn.microsoft.com/rest/api/authorization/deny-assignments
https://learn.microsoft.com/rest/api/authorization/permissions
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject, Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.access_control import (
    EVERYBODY,
    LEVELS,
    DenyAssignment,
    Lock,
    Permission,
    covers,
)
from sparehub.simulator.arm.pipeline.body import read_body
from sparehub.simulator.arm.pipeline.resource_lookup import require
from sparehub.simulator.arm.refusals import access as forbidden
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import (
    RESOURCE_GROUP,
    Collection,
    NoSuchPath,
    ResourceId,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Transaction

_PATH = re.compile(
    r"(/subscriptions/[^/]+(?:/.+)?)/providers/Microsoft\.Authorization/"
    r"(locks|denyAssignments|permissions)(?:/([^/]+))?/?",
    re.IGNORECASE,
)
_OK, _CREATED, _NO_CONTENT = 200, 201, 204
_AUTHORIZATION = "Microsoft.Authorization"
_ASSIGNED = re.compile(r"assignedTo\('([^']*)'\)")


@dataclass(frozen=True)
class AuthorizationQuery:
    """A part of ``Microsoft.Authorization`` at a scope; ``name`` is empty for all of it."""

    scope: str
    part: str
    name: str

    @property
    def type(self) -> str:
        """The resource type."""
        return f"{_AUTHORIZATION}/{self.part}"


def parse_path(path: str) -> AuthorizationQuery | None:
    """Return the part of ``Microsoft.Authorization`` that a path names; None if it names none."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    part = {part.lower(): part for part in ("locks", "denyAssignments", "permissions")}
    return AuthorizationQuery(match[1], part[match[2].lower()], match[3] or "")


def answer(transaction: Transaction, request: Request, target: AuthorizationQuery) -> Response:
    """Answer a request, or do a write of a lock.

    Raises:
        Refusal: Azure refuses it.

    """
    verbs = {"GET": "read", "PUT": "write", "DELETE": "delete"}
    if request.method not in verbs:
        raise refusals.METHOD_UNKNOWN(method=request.method)
    _find(transaction, target.scope)
    access_control.check_permissions(
        transaction, target.scope, access_control.action_on(target.type, verbs[request.method])
    )
    if request.method == "GET":
        return _shown(transaction, target, request.query)
    if target.part != "locks" or not target.name:
        raise refusals.METHOD_UNKNOWN(method=request.method)
    present = _lock(transaction, target)
    others = [lock for lock in access_control.locks(transaction) if lock != present]
    if request.method == "DELETE":
        access_control.set_locks(transaction, others)
        return Response(status=_OK if present else _NO_CONTENT)
    body = read_body(request.body)
    properties = body.get("properties") if isinstance(body, dict) else None
    given: JsonObject = properties if isinstance(properties, dict) else {}
    level = given.get("level")
    if level not in LEVELS:
        raise forbidden.LOCK_LEVEL(level=level)
    notes = str(given.get("notes") or "")
    lock = Lock(scope=target.scope, name=target.name, level=level, notes=notes)
    access_control.set_locks(transaction, [*others, lock])
    return Response(status=_OK if present else _CREATED, body=_of_lock(lock))


def _find(transaction: Transaction, scope: str) -> None:
    """Refuse a scope that does not exist."""
    groups = parse(f"{scope}/resourceGroups")
    if isinstance(groups, NoSuchPath) and groups.subscription is not None:
        raise refusals.SUBSCRIPTION_INVALID(subscription=groups.subscription)
    if isinstance(groups, Collection) and groups.type == RESOURCE_GROUP:
        return
    target = parse(scope)
    if not isinstance(target, ResourceId):
        raise refusals.PATH_UNKNOWN(path=scope)
    require(transaction, target)


def _shown(
    transaction: Transaction, target: AuthorizationQuery, query: Mapping[str, str]
) -> Response:
    if target.part == "locks" and target.name:
        lock = _lock(transaction, target)
        if lock is None:
            raise forbidden.LOCK_NOT_FOUND(name=target.name, scope=target.scope)
        return Response(status=_OK, body=_of_lock(lock))
    at_scope = query.get("$filter") == "atScope()"
    shown: list[JsonObject]
    if target.part == "locks":
        shown = [
            _of_lock(lock)
            for lock in access_control.locks(transaction)
            if covers(target.scope, lock.scope)
            and (not at_scope or lock.scope.lower() == target.scope.lower())
        ]
    elif target.part == "denyAssignments":
        principal = _ASSIGNED.fullmatch(query.get("$filter", ""))
        shown = [
            _of_denial(denial)
            for denial in access_control.deny_assignments(transaction)
            if (principal is None or {principal[1], EVERYBODY} & set(denial.principals))
            and (
                covers(denial.scope, target.scope)
                or (not at_scope and covers(target.scope, denial.scope))
            )
        ]
    else:
        shown = [
            _of_grant(grant)
            for grant in access_control.permissions(transaction)
            if covers(grant.scope, target.scope)
        ]
    return Response(status=_OK, body={"value": shown})


def _lock(transaction: Transaction, target: AuthorizationQuery) -> Lock | None:
    names = (target.scope.lower(), target.name.lower())
    for lock in access_control.locks(transaction):
        if (lock.scope.lower(), lock.name.lower()) == names:
            return lock
    return None


def _of_lock(lock: Lock) -> JsonObject:
    type_name = f"{_AUTHORIZATION}/locks"
    properties = {"level": lock.level} | ({"notes": lock.notes} if lock.notes else {})
    identity = f"{lock.scope}/providers/{type_name}/{lock.name}"
    return {"id": identity, "name": lock.name, "type": type_name, "properties": properties}


def _of_denial(denial: DenyAssignment) -> JsonObject:
    type_name = f"{_AUTHORIZATION}/denyAssignments"
    permission = {"actions": [*denial.actions], "notActions": [*denial.not_actions]}
    return {
        "id": f"{denial.scope.rstrip('/')}/providers/{type_name}/{denial.id}",
        "name": denial.id,
        "type": type_name,
        "properties": {
            "denyAssignmentName": denial.name,
            "permissions": [permission | {"dataActions": [], "notDataActions": []}],
            "scope": denial.scope,
            "doNotApplyToChildScopes": denial.not_below,
            "principals": [_principal(principal) for principal in denial.principals],
            "excludePrincipals": [_principal(principal) for principal in denial.exclude_principals],
            "isSystemProtected": True,
        },
    }


def _principal(identity: str) -> JsonObject:
    return {"id": identity, "type": "SystemDefined" if identity == EVERYBODY else "User"}


def _of_grant(grant: Permission) -> JsonObject:
    return {
        "actions": [*grant.actions],
        "notActions": [*grant.not_actions],
        "dataActions": [],
        "notDataActions": [],
    }
