"""Which connections of a region stand, and which are fenced: asked of Azure, read only."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import read
from sparehub.failover.adapters.stack_snapshot import Snapshot, connection_id, whole_circuit_id
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING_PATH
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION, keys_in
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import region_at


@dataclass(frozen=True, kw_only=True)
class ObservedConnection:
    """One connection; ``stands`` and ``fenced`` are None where Azure did not say."""

    key: str
    recorded: bool
    stands: bool | None
    fenced: bool | None
    on_standby: bool
    """Whether it stands while the region stands by, too (depth ``connection``)."""

    @property
    def connected(self) -> bool:
        """Whether it is connected and not fenced; by the record where Azure did not say."""
        stands = self.recorded if self.stands is None else self.stands
        return stands and not self.fenced


def observe(azure: Azure, stack: Stack, snapshot: Snapshot) -> tuple[ObservedConnection, ...]:
    """Return what Azure says of each connection of a stack, recorded or configured.

    A region that does not answer once is not asked again; its circuits are.
    """
    return tuple(_observed(azure, stack, snapshot)) if snapshot.subscription else ()


def is_connected_outside(connections: Iterable[ObservedConnection]) -> bool:
    """Return whether a connection is there that the stack did not make."""
    return any(link.stands and not link.recorded and not link.fenced for link in connections)


def is_left_outside(connections: Iterable[ObservedConnection]) -> bool:
    """Return whether a region that is recorded as live is not known to be connected."""
    return not any(link.stands and not link.fenced for link in connections)


def _observed(azure: Azure, stack: Stack, snapshot: Snapshot) -> Iterator[ObservedConnection]:
    live = region_at(stack, Activation.ACTIVE)
    standby = {each.key for each in region_at(stack, Activation.STANDBY).connections}
    circuits = {
        circuit.key: whole_circuit_id(circuit, snapshot.subscription) for circuit in live.circuits
    }
    wanted = {
        each.key: connection_id(each, live, snapshot.subscription) for each in live.connections
    }
    recorded = _recorded(snapshot)
    silent = False
    for key, identity in sorted({**wanted, **recorded}.items()):
        found = Answer(status=0, body={}) if silent else read(azure, str(identity))
        silent = silent or not found.came
        stands = True if found.accepted else False if found.status == NOT_FOUND else None
        asked = stands is not False and key in circuits
        yield ObservedConnection(
            key=key,
            recorded=key in recorded,
            stands=stands,
            fenced=_is_fenced(azure, circuits[key]) if asked else None,
            on_standby=key in standby,
        )


def _recorded(snapshot: Snapshot) -> Mapping[str, ResourceId]:
    """Return the id of each connection that a stack recorded, by its key."""
    keys = keys_in(REGION.connection, snapshot.ids)
    return {key: snapshot.ids[REGION.connection(key)] for key in keys}


def _is_fenced(azure: Azure, circuit: ResourceId) -> bool | None:
    """Return whether the private peering of a circuit is disabled (ER-38); None: unknown."""
    found = read(azure, f"{circuit}{PRIVATE_PEERING_PATH}")
    return found.properties.get("state") == "Disabled" if found.accepted else None
