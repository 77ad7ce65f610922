"""The steps of a region that is left and of one that takes over, in Azure's order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.model.resources import Region, Spoke


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One thing that changes: the region after it, and what it takes."""

    name: str
    region: Region
    takes: Duration
    down: bool = False


def down(region: Region, goal: Region) -> Iterator[Transition]:
    """Yield the steps of a region that is left: peerings, then the connection.

    It is active until the last of them.
    """
    last = region.connections == goal.connections
    if (withdrawn := _with_peerings(region, goal)) != region:
        region = replace(withdrawn, activation=goal.activation) if last else withdrawn
        takes = durations.PEERING_UPDATE
        yield Transition(name="peerings-withdrawn", region=region, takes=takes, down=True)
    if region.connections != goal.connections:
        region = replace(region, connections=goal.connections, activation=goal.activation)
        takes = durations.CONNECTION_DELETE
        yield Transition(name="disconnected", region=region, takes=takes, down=True)


def up(region: Region, goal: Region) -> Iterator[Transition]:
    """Yield the steps of a region that takes over: gateway, connection, peerings.

    The peerings are updated while the connection is made, which takes longer, unless Azure wants
    the connection first (ER-36). Once it has its connections, the region is active.
    """
    if region.gateway is None:
        region = replace(region, gateway=goal.gateway)
        takes = durations.GATEWAY_CREATE
        yield Transition(name="gateway-created", region=region, takes=takes)
    peerings_first = not goal.spokes_wait_for_connections
    connected = region.connections == goal.connections
    if peerings_first and not connected and _with_peerings(region, goal) != region:
        region = _with_peerings(region, goal)
        yield Transition(name="peerings-updated", region=region, takes=durations.PEERING_UPDATE)
    if not connected:
        region = replace(region, connections=goal.connections, activation=goal.activation)
        yield Transition(name="connected", region=region, takes=_CONNECT)
    if _with_peerings(region, goal) != region:
        yield Transition(name="peerings-updated", region=goal, takes=durations.PEERING_UPDATE)


# Once a connection stands its routes spread, which is held to take no longer than the hold time.
_CONNECT = replace(
    durations.CONNECTION_CREATE,
    worst=durations.CONNECTION_CREATE.worst + durations.BGP_HOLD.worst,
)


def _with_peerings(region: Region, goal: Region) -> Region:
    """Return a region whose spokes use the gateway where those of the goal do."""
    uses = {spoke.key: spoke.spoke_to_hub.use_remote_gateways for spoke in goal.spokes}
    return replace(region, spokes=using(region, uses))


def using(region: Region, uses: Mapping[str, bool]) -> tuple[Spoke, ...]:
    """Return a region's spokes, those that are named using the gateway or not."""
    return tuple(
        replace(
            spoke,
            spoke_to_hub=replace(spoke.spoke_to_hub, use_remote_gateways=uses[spoke.key]),
        )
        if spoke.key in uses
        else spoke
        for spoke in region.spokes
    )
