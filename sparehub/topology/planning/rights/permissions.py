"""The Azure permissions that a plan needs, and what forbids them: roles, deny assignments, locks.

Pure functions: the caller reads all three from Azure. Actions are Azure's own, such as
``Microsoft.Network/connections/delete``, compared without regard to case; ``*`` stands for anything
(https://learn.microsoft.com/azure/role-based-access-control/role-definitions). A lock is looked for
at and above a scope, and below one that is deleted, as what holds something locked is not deleted;
``CanNotDelete`` is in the way of a deletion, ``ReadOnly`` of every write
(https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION, key_in
from sparehub.topology.model.names import PRIVATE_PEERING
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.operations import (
    CIRCUIT,
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import KeyedConnection

NETWORK = "Microsoft.Network"
EVERYBODY = "00000000-0000-0000-0000-000000000000"
"""The id of the principal ``SystemDefined``, which is every user, group and service principal:
https://learn.microsoft.com/azure/role-based-access-control/deny-assignments"""
TYPES: Mapping[str, str] = MappingProxyType(
    {
        CIRCUIT: f"{NETWORK}/expressRouteCircuits",
        CONNECTION: f"{NETWORK}/connections",
        GATEWAY: f"{NETWORK}/virtualNetworkGateways",
        PEERING: f"{NETWORK}/virtualNetworks/virtualNetworkPeerings",
    }
)
"""Azure's resource type of each Pulumi type that a failover writes."""
# Permissions that a write needs on the resources that it refers to (read 2026-11-30):
# https://learn.microsoft.com/azure/expressroute/roles-permissions
# https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#permissions
_MACHINES = "microsoft.compute/virtualmachines"
_JOIN_CIRCUIT = f"{NETWORK}/expressRouteCircuits/join/action"
_JOIN_GATEWAY = f"{NETWORK}/virtualNetworkGateways/join/action"
_JOIN_SUBNET = f"{NETWORK}/virtualNetworks/subnets/join/action"
_PEER = f"{NETWORK}/virtualNetworks/peer/action"
Identify = Callable[[str], ResourceId | None]
"""Returns the id of a resource by its logical name; None where it is unknown."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """A permission that is needed at a scope, and the purpose in words.

    Attributes:
        linked: whether a write only refers to the scope: locks do not block it.
    """

    scope: ResourceId
    action: str
    purpose: str
    linked: bool = False

    @property
    def deletes(self) -> bool:
        """Whether the operation deletes something."""
        return self.action.endswith("/delete")

    @property
    def takes_scope(self) -> bool:
        """Whether it deletes the resource of the scope itself, with all below it."""
        return self.action.lower() == f"{self.scope.type}/delete"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A management lock: ``CanNotDelete`` or ``ReadOnly``."""

    scope: ResourceId
    name: str
    level: str

    def stops(self, need: Need) -> bool:
        """Return whether the lock blocks an operation."""
        if need.linked:
            return False
        if covers(self.scope, need.scope):
            return need.deletes or self.level.lower() == "readonly"
        return need.takes_scope and covers(need.scope, self.scope)


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions that are permitted, or denied, except ``not_actions``."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def holds(self, action: str) -> bool:
        """Return whether an action is one of them."""
        return _any(self.actions, action) and not _any(self.not_actions, action)


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A deny assignment; principals are object ids."""

    scope: ResourceId
    name: str
    permissions: tuple[Permission, ...]
    principals: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    not_below: bool = False

    def stops(self, need: Need) -> bool:
        """Return whether it denies an operation to its principals."""
        same = self.scope == need.scope
        at = same if self.not_below else covers(self.scope, need.scope)
        return at and any(permission.holds(need.action) for permission in self.permissions)

    def concerns(self, principal: str) -> bool | None:
        """Return whether it applies to a principal; None where that is unknown.

        Args:
            principal: an object id for which Azure listed the assignment; empty where the login is
                unknown. A principal may be excluded by a group.
        """
        if principal and principal.lower() in {excluded.lower() for excluded in self.excluded}:
            return False
        if self.excluded:
            return None
        return True if principal or EVERYBODY in self.principals else None


def covers(scope: ResourceId, identity: ResourceId) -> bool:
    """Return whether an id is at a scope or below it; the scope of everything is ``/``."""
    outer, inner = scope.key.rstrip("/"), identity.key.rstrip("/")
    return inner == outer or inner.startswith(f"{outer}/")


def permitted(permissions: Iterable[Permission], action: str) -> bool:
    """Return whether any of the permissions holds an action."""
    return any(permission.holds(action) for permission in permissions)


def subscription_of(identity: ResourceId) -> ResourceId:
    """Return the id of the subscription of a resource."""
    return ResourceId(subscription=identity.subscription)


def needs_of(
    region: Region, operations: Iterable[ResourceOperation], identify: Identify
) -> tuple[Need, ...]:
    """Return the permissions that a deployment needs for these operations.

    Args:
        region: the region while it is active, which has all that is created or deleted.
        operations: the writes of the deployment.
        identify: returns the id of a resource by its logical name.
    """
    needs = {
        need for operation in operations for need in _of_operation(region, operation, identify)
    }
    return tuple(sorted(needs, key=_order))


def needs_of_start(identity: ResourceId) -> tuple[Need, ...]:
    """Return the permission that starts a machine; the machines of a load balancer are unknown.

    https://learn.microsoft.com/azure/role-based-access-control/permissions/compute
    """
    if identity.type != _MACHINES:
        return ()
    purpose = f"start {identity.name}"
    action = "Microsoft.Compute/virtualMachines/start/action"
    return (Need(scope=identity, action=action, purpose=purpose),)


def needs_of_issue(connection: KeyedConnection) -> tuple[Need, ...]:
    """Return the permission that issues an authorization on the circuit of a connection.

    https://learn.microsoft.com/azure/expressroute/roles-permissions
    """
    return (
        Need(
            scope=connection.circuit,
            action=f"{TYPES[CIRCUIT]}/authorizations/write",
            purpose=f"issue an authorization for {connection.key}",
        ),
    )


def needs_of_fence(circuits: Sequence[ResourceId]) -> tuple[Need, ...]:
    """Return the permissions that fence a region at its circuits, by their ids (ER-38)."""
    kind = f"{NETWORK}/expressRouteCircuits"
    return tuple(
        Need(scope=scope, action=f"{kind}/{action}", purpose=purpose)
        for circuit in circuits
        for scope, action, purpose in (
            (
                circuit.child("peerings", PRIVATE_PEERING),
                "peerings/write",
                "disable its private peering",
            ),
            (circuit, "authorizations/delete", "revoke its authorization"),
        )
    )


def _of_operation(
    region: Region, operation: ResourceOperation, identify: Identify
) -> Iterator[Need]:
    identity = identify(operation.name)
    name = identity.name if identity else ""
    verb = "delete" if operation.verb is Verb.DELETE else "write"

    def needed(
        scope: ResourceId | None, action: str, purpose: str, *, linked: bool = True
    ) -> Iterator[Need]:
        if scope is not None:
            yield Need(scope=scope, action=action, purpose=purpose, linked=linked)

    purpose = f"{operation.verb.value} {name}"
    yield from needed(identity, f"{TYPES[operation.type]}/{verb}", purpose, linked=False)
    if verb == "delete":
        return
    hub, purpose = identify(REGION.hub.network), f"write {name}"
    if operation.type == PEERING:
        yield from needed(hub, _PEER, purpose)
    elif operation.type == GATEWAY:
        subnet = hub.child("subnets", "GatewaySubnet") if hub else None
        yield from needed(subnet, _JOIN_SUBNET, purpose)
    elif operation.type == CONNECTION:
        key = key_in(REGION.connection, operation.name)
        circuit = next(circuit for circuit in region.circuits if circuit.key == key)
        keyed = {c.key for c in region.connections if c.authorization_key}
        yield from needed(identify(REGION.gateway), _JOIN_GATEWAY, purpose)
        if circuit.key not in keyed:  # a key stands for the circuit's owner (ER-14)
            owned = identify(REGION.circuit(circuit.key))
            scope = circuit.id if isinstance(circuit, CircuitReference) else owned
            yield from needed(scope, _JOIN_CIRCUIT, purpose)


def _order(need: Need) -> tuple[str, str, str, bool]:
    return str(need.scope), need.action, need.purpose, need.linked


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns
    )
