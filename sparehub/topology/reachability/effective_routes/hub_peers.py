"""Peerings of the two hubs: which of them are connected, and which one joins the regions.

A peering of networks in two regions has the next hop type VNetGlobalPeering in Azure's effective
routes: https://learn.microsoft.com/azure/expressroute/cross-network-connectivity
"""

from sparehub.topology.model.resources import HubPeering, Region


def connected_peerings(region: Region, other: Region | None) -> tuple[HubPeering, ...]:
    """Return the peerings over which a hub has routes (PE-01).

    Args:
        region: the region of the hub.
        other: the other region of the pair; None where it is lost, or unknown. Its hub still
            counts as peered then: nobody has deleted the other half.
    """
    return tuple(
        peering
        for peering in region.hub_peerings
        if peering.half.connected
        and (
            other is None
            or not other.has_hub(peering.remote_id)
            or any(_leads_back(back, region) for back in other.hub_peerings)
        )
    )


def peering_with(region: Region, other: Region | None) -> HubPeering | None:
    """Return the connected half that leads to the other region's hub; None where there is none."""
    if other is None:
        return None
    halves = connected_peerings(region, other)
    return next((each for each in halves if other.has_hub(each.remote_id)), None)


def _leads_back(peering: HubPeering, region: Region) -> bool:
    return peering.half.connected and region.has_hub(peering.remote_id)
