"""Custom role definitions at any scope; they are not in the log of writes.

https://learn.microsoft.com/rest/api/authorization/role-definitions (2022-04-01)
"""

import re
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject, Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.body import read_body
from sparehub.simulator.arm.refusals import access as forbidden
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.body_schema import Spec, accept
from sparehub.simulator.arm.types.storage import role_definition
from sparehub.simulator.arm.types.storage.role_assignment import ROLE_ASSIGNMENT, role_number
from sparehub.simulator.arm.types.storage.role_definition import BUILT_IN, ROLE_DEFINITION

_PATH = re.compile(
    r"((?:/subscriptions/[^/]+(?:/.+)?)?)/providers/Microsoft\.Authorization/"
    r"roleDefinitions(?:/([^/]+))?/?",
    re.IGNORECASE,
)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OK, _CREATED, _NO_CONTENT = 200, 201, 204
_BODY: Spec = {
    "properties": {
        "roleName": str,
        "description": str,
        "type": str,
        "assignableScopes": [str],
        "permissions": [
            {
                "actions": [str],
                "notActions": [str],
                "dataActions": [str],
                "notDataActions": [str],
            }
        ],
    }
}


@dataclass(frozen=True)
class RoleQuery:
    """The role definitions at a scope, or one of them by its name in lower case."""

    scope: str
    name: str
    type: str = ROLE_DEFINITION


def parse_path(path: str) -> RoleQuery | None:
    """Return what a path of role definitions names; None if it is another path."""
    match = _PATH.fullmatch(path)
    return RoleQuery(match[1], (match[2] or "").lower()) if match else None


def answer(transaction: Transaction, request: Request, target: RoleQuery) -> Response:
    """Answer a request for role definitions, or write one.

    Raises:
        Refusal: Azure refuses it.

    """
    verbs = {"GET": "read", "PUT": "write", "DELETE": "delete"}
    if request.method not in verbs:
        raise refusals.METHOD_UNKNOWN(method=request.method)
    action = access_control.action_on(ROLE_DEFINITION, verbs[request.method])
    access_control.check_permissions(transaction, target.scope or "/", action)
    known = role_definition.custom(transaction)
    if request.method == "GET":
        if not target.name:
            found = [_shown(target.scope, name, known) for name in (*BUILT_IN, *known)]
            return Response(status=_OK, body={"value": found})
        if target.name not in known and target.name not in BUILT_IN:
            raise forbidden.ROLE_NOT_FOUND(name=target.name)
        return Response(status=_OK, body=_shown(target.scope, target.name, known))
    if not _GUID.fullmatch(target.name) or target.name in BUILT_IN:
        raise forbidden.ROLE_NAME(name=target.name)
    if request.method == "DELETE":
        return _delete(transaction, target, known)
    accepted, _ = accept(_BODY, read_body(request.body))
    properties: JsonObject = accepted.get("properties", {})
    _check(target.name, properties, known)
    before = target.name in known
    role_definition.set_custom(transaction, known | {target.name: properties})
    body = _shown(target.scope, target.name, {target.name: properties})
    return Response(status=_OK if before else _CREATED, body=body)


def sent(transaction: Transaction, identity: str) -> JsonObject | None:
    """Return the body that a client sent for a custom role, by its id."""
    target = parse_path(identity)
    properties = role_definition.custom(transaction).get(target.name) if target else None
    return {"properties": properties} if properties else None


def _check(name: str, properties: JsonObject, known: dict[str, JsonObject]) -> None:
    """Refuse a definition without a name, scope or permission, and one of another's name."""
    for member in ("roleName", "assignableScopes", "permissions"):
        if not properties.get(member):
            raise forbidden.ROLE_INCOMPLETE(member=member)
    taken = {other["roleName"].lower() for key, other in known.items() if key != name}
    taken |= {role.name.lower() for role in BUILT_IN.values()}
    if properties["roleName"].lower() in taken:
        raise forbidden.ROLE_NAME_TAKEN(name=properties["roleName"])


def _delete(transaction: Transaction, target: RoleQuery, known: dict[str, JsonObject]) -> Response:
    """Delete a definition that is not assigned; the answer shows what was deleted."""
    if target.name not in known:
        return Response(status=_NO_CONTENT)
    for assignment in transaction.of_type(ROLE_ASSIGNMENT):
        if role_number(assignment.properties) == target.name:
            raise forbidden.ROLE_ASSIGNED(id=assignment.id.text)
    shown = _shown(target.scope, target.name, known)
    others = {name: role for name, role in known.items() if name != target.name}
    role_definition.set_custom(transaction, others)
    return Response(status=_OK, body=shown)


def _shown(scope: str, name: str, known: dict[str, JsonObject]) -> JsonObject:
    properties = known.get(name)
    if properties is None:
        role = BUILT_IN[name]
        properties = {
            "roleName": role.name,
            "type": "BuiltInRole",
            "assignableScopes": ["/"],
            "permissions": [
                {"actions": [*(role.actions or ())], "notActions": [*role.not_actions]}
            ],
        }
    filled = [
        {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []} | permission
        for permission in properties["permissions"]
    ]
    return {
        "id": f"{scope}/providers/{ROLE_DEFINITION}/{name}",
        "name": name,
        "type": ROLE_DEFINITION,
        "properties": {"type": "CustomRole", "description": ""}
        | properties
        | {"permissions": filled},
    }
