"""How the agents of replicated machines leave their subnets, in one region."""

from collections.abc import Iterator

from sparehub.topology.azure.agent_services import ROUTED_TAGS
from sparehub.topology.config.enums import AgentEgress, NextHopType
from sparehub.topology.config.schema import RegionConfig
from sparehub.topology.model import names
from sparehub.topology.model.resources import TagRoute


def agent_egress(region: RegionConfig) -> AgentEgress | None:
    """Return how agents leave a region; None where Site Recovery replicates nothing from it."""
    half = region.replicate or region.site_recovery
    return half.agent_egress if half else None


def agent_routes(region: RegionConfig) -> Iterator[TagRoute]:
    """Yield the routes by which agents reach a NAT gateway, past the default route to the NVA.

    A NAT gateway takes what is routed to the internet. A user's default route to an appliance wins
    over it (https://learn.microsoft.com/azure/nat-gateway/nat-overview#traffic-routes), so that
    what is for the agents' services needs routes of its own. Azure takes a service tag in the place
    of a prefix (RT-16).
    """
    if agent_egress(region) is AgentEgress.NAT_GATEWAY:
        for tag in ROUTED_TAGS:
            yield TagRoute(
                name=names.agent_route_name(tag),
                service_tag=tag,
                next_hop_type=NextHopType.INTERNET,
            )
