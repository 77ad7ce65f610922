"""Routing: what a request is about, resolved once; or that no such path, type or version exists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sparehub.simulator.arm.actions.table import ACTIONS, LISTS
from sparehub.simulator.arm.http_messages import JsonObject, Request
from sparehub.simulator.arm.pipeline.body import read_body, region_in
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.replication.views import ELSEWHERE, VIEWS
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    Collection,
    NoSuchPath,
    ResourceId,
    Target,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Action, ResourceType
from sparehub.simulator.arm.types.registry import REGISTRY

_NAMES = frozenset(
    [*REGISTRY, *LISTS, *VIEWS, *ELSEWHERE, *(action.partition(" ")[2] for action in ACTIONS)]
)
"""Names of types, of lists, and of actions with the type that they are on."""
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?", re.ASCII)
_FIRST_VERSION = "2014-04-01"


@dataclass(frozen=True)
class ActionCall:
    """An action that a path asks for."""

    action: Action
    resource: ResourceId
    argument: str
    """What follows the action in the path; of an action on a part, the name of the part."""


@dataclass(frozen=True, kw_only=True)
class ResolvedRequest:
    """A request and everything it refers to; made once, then passed down the pipeline.

    Nothing has been refused yet: :func:`check_route` does so, then access control and the write.
    """

    method: str
    path: str
    target: Target
    type: ResourceType | None
    """The type of the target; None if it is not simulated, or if the target has no type."""
    action: ActionCall | None
    """The action that the path asks for; None if it asks for the resource itself."""
    existing: Resource | None
    """The target as it is stored; None if it does not exist, or if the target is not a resource."""
    parent: Resource | None
    """The parent of the target, or its resource group; None as for ``existing``."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    inline_body: JsonObject | None = None
    """The body of an inline child: a part of the parent's, already parsed."""

    @cached_property
    def body(self) -> Any:  # noqa: ANN401  JSON
        """The body as JSON.

        Raises:
            Refusal: It is too large or not JSON.

        """
        return read_body(self.content) if self.inline_body is None else self.inline_body

    @property
    def api_version(self) -> str:
        """The version of the API that the request asks for; empty for an inline child."""
        return self.query.get("api-version", "")

    @property
    def resource_id(self) -> ResourceId:
        """The id of the resource that the request is about.

        Raises:
            Refusal: MethodNotAllowed: collections and operations cannot be written.

        """
        if not isinstance(self.target, ResourceId):
            raise refusals.METHOD_UNKNOWN(method=self.method)
        return self.target


def resolve(transaction: Transaction, request: Request) -> ResolvedRequest:
    """Return a request with what it refers to in the store."""
    target = parse(request.path)
    existing, parent = _stored(transaction, target)
    type_name = target.type.lower() if isinstance(target, ResourceId | Collection) else ""
    return ResolvedRequest(
        method=request.method,
        path=request.path,
        target=target,
        type=REGISTRY.get(type_name),
        action=_action_of(request, target),
        existing=existing,
        parent=parent,
        query=request.query,
        headers=request.headers,
        content=request.body,
    )


def resolve_inline(
    transaction: Transaction, identity: ResourceId, body: JsonObject
) -> ResolvedRequest:
    """Return the PUT of a child that comes inline with its parent; it asks for no API version."""
    existing, parent = _stored(transaction, identity)
    return ResolvedRequest(
        method="PUT",
        path=identity.text,
        target=identity,
        type=REGISTRY.get(identity.type.lower()),
        action=None,
        existing=existing,
        parent=parent,
        inline_body=body,
    )


def _stored(transaction: Transaction, target: Target) -> tuple[Resource | None, Resource | None]:
    """Return a resource and its parent or group, as far as they exist."""
    if not isinstance(target, ResourceId):
        return None, None
    existing = transaction.get(target.key)
    if target.is_group:
        return existing, None
    return existing, transaction.get((target.parent or target.group).key)


def _action_of(request: Request, target: Target) -> ActionCall | None:
    """Return the action that a path ends with, if it does."""
    if not isinstance(target, ResourceId | Collection):
        return None
    action = ACTIONS.get(f"{request.method} {target.type.lower()}")
    if action is None:
        return None
    if isinstance(target, ResourceId):
        return ActionCall(action, target.parent, target.name) if target.parent else None
    scope = parse(target.scope)
    if not isinstance(scope, ResourceId):
        return None
    if action.on_part and scope.parent:
        return ActionCall(action, scope.parent, scope.name)
    return ActionCall(action, scope, "")


def check_route(resolved: ResolvedRequest) -> None:
    """Refuse a path, type or API version before a resource is looked at."""
    target = resolved.target
    if isinstance(target, NoSuchPath):
        if target.subscription is not None:
            raise refusals.SUBSCRIPTION_INVALID(subscription=target.subscription)
        raise refusals.PATH_UNKNOWN(path=resolved.path)
    type_name = "" if isinstance(target, AsyncOperationId) else target.type
    if type_name and type_name.lower() not in _NAMES:
        raise refusals.TYPE_UNKNOWN(type=type_name)
    check_version(resolved.query.get("api-version"), type_name, resolved.content)


def check_version(version: str | None, type_name: str, content: bytes) -> None:
    """Refuse a request without an API version, or with one that never existed.

    Which versions a type has changes from month to month, and the simulator's age must not be the
    reason why a newer client fails: any date since Azure Resource Manager began is accepted.
    """
    if version is None:
        raise refusals.API_VERSION_MISSING()  # noqa: RSE102  an entry of the catalogue is called
    if not _API_VERSION.fullmatch(version) or not _is_date(version[:10]):
        raise refusals.API_VERSION_INVALID(version=version)
    if version[:10] < _FIRST_VERSION:
        raise refusals.API_VERSION_UNKNOWN(
            location=region_in(content) or "global",
            version=version,
            type=type_name.partition("/")[2],
            first=_FIRST_VERSION,
        )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def require(transaction: Transaction, identity: ResourceId) -> Resource:
    """Return a resource; if it does not exist, refuse in the words of the service that owns it.

    Raises:
        Refusal: ResourceGroupNotFound, ResourceNotFound, ParentResourceNotFound or NotFound.

    """
    resource = transaction.get(identity.key)
    if resource:
        return resource
    if identity.is_group or not transaction.get(identity.group.key):
        raise refusals.GROUP_NOT_FOUND(group=identity.group.name)
    own = REGISTRY.get(identity.type.lower())
    if own and (absent := own.absent(identity)):
        raise absent
    if identity.parent is None:
        raise refusals.NOT_FOUND(
            type=REGISTRY[identity.type.lower()].name,
            name=identity.name,
            group=identity.group.name,
        )
    if not transaction.get(identity.parent.key):
        raise refusals.PARENT_NOT_FOUND(name=identity.parent.name)
    raise refusals.CHILD_NOT_FOUND(id=identity.text)


def require_parent(transaction: Transaction, resolved: ResolvedRequest) -> Resource | None:
    """Return the parent or the resource group of what is written; None for a group itself.

    Raises:
        Refusal: ResourceGroupNotFound or ParentResourceNotFound.

    """
    identity = resolved.resource_id
    if resolved.parent or identity.is_group:
        return resolved.parent
    if identity.parent is None or transaction.get(identity.group.key) is None:
        raise refusals.GROUP_NOT_FOUND(group=identity.group.name)
    raise refusals.PARENT_NOT_FOUND(name=identity.parent.name)


def collection(transaction: Transaction, target: Collection) -> list[Resource]:
    """Return the resources of one type under a scope, which must exist."""
    scope = parse(target.scope)
    name = ELSEWHERE.get(target.type.lower(), target.type)
    if isinstance(scope, ResourceId):
        require(transaction, scope)
        if listed := REGISTRY.get(name.lower()):
            return listed.listed(transaction, scope)
    return transaction.of_type(name, under=f"{target.scope}/")
