"""Transitions that disconnect one region and connect the other, in the order that Azure needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.model.resources import Region, Spoke

# Routes spread once a connection exists; that is assumed to take no longer than the hold time.
_CONNECT = replace(
    durations.CONNECTION_CREATE,
    worst=durations.CONNECTION_CREATE.worst + durations.BGP_HOLD.worst,
)


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One change of a region: the region after it, and how long the change takes."""

    name: str
    region: Region
    takes: Duration
    disconnects: bool = False


def disconnect_steps(region: Region, goal: Region) -> Iterator[Transition]:
    """Yield the transitions that disconnect a region: peerings, then the connection.

    The region is active until the last of them.
    """
    is_last = region.connections == goal.connections
    if (withdrawn := _with_peerings_of(region, goal)) != region:
        region = replace(withdrawn, activation=goal.activation) if is_last else withdrawn
        takes = durations.PEERING_UPDATE
        yield Transition(name="peerings-withdrawn", region=region, takes=takes, disconnects=True)
    if region.connections != goal.connections:
        region = replace(region, connections=goal.connections, activation=goal.activation)
        takes = durations.CONNECTION_DELETE
        yield Transition(name="disconnected", region=region, takes=takes, disconnects=True)


def connect_steps(region: Region, goal: Region) -> Iterator[Transition]:
    """Yield the transitions that connect a region: gateway, connection, peerings.

    The peerings are updated while the connection is created, which takes longer; above 200 prefixes
    Azure needs the connection first (ER-36). A region with its connections is active.
    """
    if region.gateway is None:
        region = replace(region, gateway=goal.gateway)
        takes = durations.GATEWAY_CREATE
        yield Transition(name="gateway-created", region=region, takes=takes)
    peerings_first = not goal.spokes_wait_for_connections
    connected = region.connections == goal.connections
    if peerings_first and not connected and _with_peerings_of(region, goal) != region:
        region = _with_peerings_of(region, goal)
        yield Transition(name="peerings-updated", region=region, takes=durations.PEERING_UPDATE)
    if not connected:
        region = replace(region, connections=goal.connections, activation=goal.activation)
        yield Transition(name="connected", region=region, takes=_CONNECT)
    if _with_peerings_of(region, goal) != region:
        yield Transition(name="peerings-updated", region=goal, takes=durations.PEERING_UPDATE)


def _with_peerings_of(region: Region, goal: Region) -> Region:
    """Return a region whose spokes use the gateway where those of the goal do."""
    uses = {spoke.key: spoke.spoke_to_hub.use_remote_gateways for spoke in goal.spokes}
    return replace(region, spokes=with_gateway_use(region, uses))


def with_gateway_use(region: Region, uses: Mapping[str, bool]) -> tuple[Spoke, ...]:
    """Return a region's spokes; ``uses`` says by key which of them use the gateway or do not."""
    return tuple(
        replace(
            spoke,
            spoke_to_hub=replace(spoke.spoke_to_hub, use_remote_gateways=uses[spoke.key]),
        )
        if spoke.key in uses
        else spoke
        for spoke in region.spokes
    )
