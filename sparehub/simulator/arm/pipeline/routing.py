"""Finding what a path stands for, or saying in Azure's words that it is not there."""

import re
from dataclasses import dataclass
from datetime import date

from sparehub.simulator.arm.actions.table import ACTIONS, LISTS
from sparehub.simulator.arm.http_messages import Request
from sparehub.simulator.arm.pipeline.body import properties_in, region_in
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.faults import FaultScope
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    Collection,
    NoSuchPath,
    ResourceId,
    Target,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Action
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, CONNECTION
from sparehub.simulator.arm.types.registry import REGISTRY

_NAMES = frozenset([*REGISTRY, *LISTS, *(each.partition(" ")[2] for each in ACTIONS)])
"""Names of types, of lists, and of actions with the type that they are on."""
_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?", re.ASCII)
_FIRST_VERSION = "2014-04-01"


@dataclass(frozen=True)
class ActionCall:
    """An action that a path asks for."""

    action: Action
    resource: ResourceId
    argument: str
    """What stands after the action in the path; the part's name of an action on a part."""


def target_of(request: Request) -> ResourceId | Collection | AsyncOperationId:
    """Return what the path stands for; refuse what ARM refuses before it looks at a resource."""
    target = parse(request.path)
    if isinstance(target, NoSuchPath):
        if target.subscription is not None:
            raise refusals.SUBSCRIPTION_INVALID(subscription=target.subscription)
        raise refusals.PATH_UNKNOWN(path=request.path)
    if not isinstance(target, AsyncOperationId) and target.type.lower() not in _NAMES:
        raise refusals.TYPE_UNKNOWN(type=target.type)
    check_version(request, "" if isinstance(target, AsyncOperationId) else target.type)
    return target


def check_version(request: Request, type_name: str) -> None:
    """Refuse a request without the version of an API, or with one that never was.

    Which versions a type has changes from month to month, and no table of ours is to be the reason
    why a client of next year fails: any date counts from when there was an Azure Resource Manager.
    """
    version = request.query.get("api-version")
    if version is None:
        raise refusals.API_VERSION_MISSING()  # noqa: RSE102  an entry of the catalogue is called
    if not _API_VERSION.fullmatch(version) or not _is_date(version[:10]):
        raise refusals.API_VERSION_INVALID(version=version)
    if version[:10] < _FIRST_VERSION:
        raise refusals.API_VERSION_UNKNOWN(
            location=region_in(request.body) or "global",
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


def action_of(request: Request, target: Target) -> ActionCall | None:
    """Return the action that a path ends with, if it does."""
    if not isinstance(target, ResourceId | Collection):
        return None
    action = ACTIONS.get(f"{request.method} {target.type.lower()}")
    if action is None:
        return None
    if isinstance(target, ResourceId):
        asked = target.parent
        return ActionCall(action, asked, target.name) if asked else None
    scope = parse(target.scope)
    if not isinstance(scope, ResourceId):
        return None
    if action.on_part and scope.parent:
        return ActionCall(action, scope.parent, scope.name)
    return ActionCall(action, scope, "")


def fault_scope(transaction: Transaction, request: Request) -> FaultScope:
    """Return type and region of what a request is about; empty if that cannot be told."""
    target = parse(request.path)
    match target:
        case AsyncOperationId():
            return FaultScope("", target.region)
        case Collection(scope):
            inside = parse(scope)
            if not isinstance(inside, ResourceId) or inside.is_group:
                return FaultScope(target.type, "")
            resource = transaction.get(inside.key)
            return FaultScope(target.type, transaction.region(resource) if resource else "")
        case ResourceId():
            resource = transaction.get(target.key)
            if resource is None and target.parent:
                resource = transaction.get(target.parent.key)
            region = transaction.region(resource) if resource else region_in(request.body)
            return FaultScope(target.type, region)
    return FaultScope("", "")


def needed(transaction: Transaction, request: Request) -> FaultScope | None:
    """Return type and region of what else a write has to reach, beside what it is about.

    A connection is made and deleted at its circuit as well, through the region in which the
    circuit's record lies. That the location decides it is an assumption: docs/simulator.md.
    """
    target = parse(request.path)
    if not isinstance(target, ResourceId) or target.type.lower() != CONNECTION.lower():
        return None
    present = transaction.get(target.key)
    if request.method == "DELETE":
        properties = present.properties if present else {}
    elif request.method == "PUT" and present is None:
        properties = properties_in(request.body)
    else:
        return None
    peer = properties.get("peer")
    identity = peer.get("id") if isinstance(peer, dict) else None
    if not isinstance(identity, str):
        return None
    # Half a surrogate pair, which JSON can hold, cannot be looked for in the store.
    circuit = transaction.get(identity.encode("utf-8", "replace").decode().lower())
    return FaultScope(CIRCUIT, transaction.region(circuit)) if circuit else None


def existing(transaction: Transaction, identity: ResourceId) -> Resource:
    """Return a resource; refuse as the service that is asked refuses."""
    found = transaction.get(identity.key)
    if found:
        return found
    if identity.is_group or not transaction.get(identity.group.key):
        raise refusals.GROUP_NOT_FOUND(group=identity.group.name)
    if identity.parent is None:
        raise refusals.NOT_FOUND(
            type=REGISTRY[identity.type.lower()].name,
            name=identity.name,
            group=identity.group.name,
        )
    if not transaction.get(identity.parent.key):
        raise refusals.PARENT_NOT_FOUND(name=identity.parent.name)
    raise refusals.CHILD_NOT_FOUND(id=identity.text)


def collection(transaction: Transaction, target: Collection) -> list[Resource]:
    """Return the resources of one type under a scope, which must be there."""
    scope = parse(target.scope)
    if isinstance(scope, ResourceId):
        existing(transaction, scope)
    return transaction.of_type(target.type, under=f"{target.scope}/")
