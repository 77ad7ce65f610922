"""The writes of a deployment that changes a region from one state to another, and their duration.

Both states come from ``model.build``. A preview with other writes is not a failover.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Circuit, Region


class Verb(StrEnum):
    """The operation on a resource, in Pulumi's words."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, order=True)
class ResourceOperation:
    """One write; ``type`` is Pulumi's type token, ``name`` its logical name."""

    verb: Verb
    type: str
    name: str


_NETWORK = "azure-native:network:"
GATEWAY = f"{_NETWORK}VirtualNetworkGateway"
CONNECTION = f"{_NETWORK}VirtualNetworkGatewayConnection"
PEERING = f"{_NETWORK}VirtualNetworkPeering"
CIRCUIT = f"{_NETWORK}ExpressRouteCircuit"
WRITES_AT_ONCE = 64
"""How many writes a deployment runs in parallel. Azure accepts 10 writes a second from one caller
of a subscription, after a first 200; the shortest write takes 10 s:
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling"""


def operations(before: Region, after: Region) -> frozenset[ResourceOperation]:
    """Return exactly the writes that change a region from one state to the other.

    The two are one configuration at different activations, depths or bandwidths.
    """
    return frozenset(
        [
            *_gateway(before, after),
            *_connections(before, after),
            *_peerings(before, after),
            *_circuits(before, after),
        ]
    )


def seconds(before: Region, after: Region) -> Duration:
    """Return the duration of the writes; a deployment runs in parallel what Azure allows.

    Writes on one gateway wait for each other (VN-19). Peerings of spokes run in parallel, up to
    ``WRITES_AT_ONCE``.
    """
    count = _counted(operations(before, after))

    def of(verb: Verb, kind: str, duration: Duration) -> Duration:
        return duration * count.get((verb, kind), 0)

    gateway = of(Verb.CREATE, GATEWAY, durations.GATEWAY_CREATE)
    connections = of(Verb.CREATE, CONNECTION, durations.CONNECTION_CREATE)
    updates = count.get((Verb.UPDATE, PEERING), 0)
    peerings = durations.PEERING_UPDATE * ceil(updates / WRITES_AT_ONCE)
    # ER-36: above 200 prefixes the peerings wait until the connection exists.
    waits = after.spokes_wait_for_connections
    upwards = connections + peerings if waits else Duration.longest(connections, peerings)
    gone = of(Verb.DELETE, CONNECTION, durations.CONNECTION_DELETE)
    down = of(Verb.DELETE, GATEWAY, durations.GATEWAY_DELETE)
    # Pulumi deletes once everything else is done.
    return gateway + upwards + gone + down


def _counted(writes: frozenset[ResourceOperation]) -> Mapping[tuple[Verb, str], int]:
    count: dict[tuple[Verb, str], int] = {}
    for write in writes:
        count[write.verb, write.type] = count.get((write.verb, write.type), 0) + 1
    return count


def _gateway(before: Region, after: Region) -> Iterator[ResourceOperation]:
    name = REGION.gateway
    if after.gateway and not before.gateway:
        yield ResourceOperation(Verb.CREATE, GATEWAY, name)
    elif before.gateway and not after.gateway:
        yield ResourceOperation(Verb.DELETE, GATEWAY, name)


def _connections(before: Region, after: Region) -> Iterator[ResourceOperation]:
    old, new = ({item.key for item in region.connections} for region in (before, after))
    for key in new - old:
        yield ResourceOperation(Verb.CREATE, CONNECTION, REGION.connection(key))
    for key in old - new:
        yield ResourceOperation(Verb.DELETE, CONNECTION, REGION.connection(key))


def _peerings(before: Region, after: Region) -> Iterator[ResourceOperation]:
    used = {spoke.key: spoke.spoke_to_hub for spoke in before.spokes}
    for spoke in after.spokes:
        if spoke.spoke_to_hub != used.get(spoke.key):
            name = REGION.spoke_to_hub(spoke.key)
            yield ResourceOperation(Verb.UPDATE, PEERING, name)


def _circuits(before: Region, after: Region) -> Iterator[ResourceOperation]:
    for circuit in after.circuits:
        if isinstance(circuit, Circuit) and circuit not in before.circuits:
            yield ResourceOperation(Verb.UPDATE, CIRCUIT, REGION.circuit(circuit.key))
