"""The requests that change a region from one state to another, and their order.

The writes are those of :func:`sparehub.topology.planning.operations.operations`. The order is that
of ``components``, which Pulumi follows: writes on one gateway wait for each other (VN-19,
https://github.com/Azure/Azure-Landing-Zones/issues/4134), peerings wait for the gateway that they
use (PE-09), and above 200 prefixes for the connections (ER-36). Deletions come last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Connection, Region, Spoke
from sparehub.topology.planning.operations import (
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
    operations,
)
from sparehub.topology.planning.runbook.resource_bodies import SYNC, Body, RegionBodies

_KEY = ("properties", "authorizationKey")


@dataclass(frozen=True, kw_only=True)
class SwitchRequest:
    """One write of the runbook; ``after`` are the names of requests that it waits for."""

    operation: ResourceOperation
    path: str
    body: Body | None = None
    """None for a deletion."""
    query: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    """The name of the encrypted variable that holds the authorization key; empty without one."""
    after: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as the runbook reads it.

        ``expect`` is what a GET shows once the write is done: the ``body``, to which Azure adds,
        or ``nothing``. It does not repeat the body: 500 spokes have to fit into one variable.
        """
        return {
            "name": self.operation.name,
            "operation": self.operation.verb.value,
            "method": "DELETE" if self.body is None else "PUT",
            "path": self.path,
            "query": dict(self.query),
            "body": self.body,
            "secret": {"at": list(_KEY), "variable": self.secret} if self.secret else None,
            "expect": "nothing" if self.body is None else "body",
            "after": list(self.after),
        }


@dataclass(frozen=True, kw_only=True)
class RegionChange:
    """A region before and after a change of its stack."""

    before: Region
    after: Region
    subscription: str
    key_variables: Mapping[str, str]
    """The name of the variable of each connection that has an authorization key, by its key."""

    def requests(self) -> tuple[SwitchRequest, ...]:
        """Return the writes, each after those that it waits for."""
        made = (*self._gateway(), *self._connections(), *self._peerings())
        return (*made, *self._deletions(tuple(each.operation.name for each in made)))

    @property
    def missing(self) -> tuple[ResourceOperation, ...]:
        """The writes of the change that no request is for."""
        covered = {each.operation for each in self.requests()}
        return tuple(sorted(operations(self.before, self.after) - covered))

    def _gateway(self) -> Iterator[SwitchRequest]:
        gateway, bodies = self.after.gateway, self._bodies(self.after)
        if gateway and not self.before.gateway:
            yield SwitchRequest(
                operation=ResourceOperation(Verb.CREATE, GATEWAY, REGION.gateway),
                path=str(bodies.gateway(gateway)),
                body=bodies.gateway_body(gateway),
            )

    def _connections(self) -> Iterator[SwitchRequest]:
        gateway, bodies = self.after.gateway, self._bodies(self.after)
        waits = self._new_gateway
        for connection in _only_in(self.after, self.before):
            if gateway is None:
                continue
            name = REGION.connection(connection.key)
            yield SwitchRequest(
                operation=ResourceOperation(Verb.CREATE, CONNECTION, name),
                path=str(bodies.connection(connection)),
                body=bodies.connection_body(connection, gateway),
                secret=self.key_variables.get(connection.key, ""),
                after=waits,
            )
            waits = (name,)

    def _peerings(self) -> Iterator[SwitchRequest]:
        bodies = self._bodies(self.after)
        connected = tuple(REGION.connection(each.key) for each in _only_in(self.after, self.before))
        waits = self._new_gateway
        if self.after.spokes_wait_for_connections and connected:
            waits = connected[-1:]
        for spoke in _changed(self.before, self.after):
            yield SwitchRequest(
                operation=ResourceOperation(Verb.UPDATE, PEERING, REGION.spoke_to_hub(spoke.key)),
                path=str(bodies.spoke_to_hub(spoke)),
                body=bodies.peering_body(spoke),
                query=SYNC,
                after=waits,
            )

    def _deletions(self, waits: tuple[str, ...]) -> Iterator[SwitchRequest]:
        bodies, gateway = self._bodies(self.before), self.before.gateway
        # In the reverse order of their creation, one after the other.
        for connection in reversed(_only_in(self.before, self.after)):
            name = REGION.connection(connection.key)
            yield SwitchRequest(
                operation=ResourceOperation(Verb.DELETE, CONNECTION, name),
                path=str(bodies.connection(connection)),
                after=waits,
            )
            waits = (name,)
        if gateway and not self.after.gateway:
            yield SwitchRequest(
                operation=ResourceOperation(Verb.DELETE, GATEWAY, REGION.gateway),
                path=str(bodies.gateway(gateway)),
                after=waits,
            )

    @property
    def _new_gateway(self) -> tuple[str, ...]:
        return tuple(each.operation.name for each in self._gateway())

    def _bodies(self, region: Region) -> RegionBodies:
        return RegionBodies(region=region, subscription=self.subscription)


def _only_in(one: Region, other: Region) -> tuple[Connection, ...]:
    known = {connection.key for connection in other.connections}
    return tuple(each for each in one.connections if each.key not in known)


def _changed(before: Region, after: Region) -> tuple[Spoke, ...]:
    used = {spoke.key: spoke.spoke_to_hub for spoke in before.spokes}
    return tuple(each for each in after.spokes if each.spoke_to_hub != used.get(each.key))
