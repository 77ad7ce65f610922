"""How much of a thing Azure allows, for what a region will have once it is live."""

from collections.abc import Iterator

from topology.errors import Problem
from topology.model import Region

# PE-19: peerings of a virtual network, also of one with an ExpressRoute gateway.
# https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways
_PEERINGS = 500
# ER-21: IPv4 prefixes that a gateway may advertise; above it the connection goes down.
# https://learn.microsoft.com/azure/expressroute/expressroute-faqs
_PREFIXES = 1000
# RT-17: sources say 400 to 1,000 routes a table; what is above all of them is refused.
_ROUTES = 1000


def limit_problems(region: Region) -> Iterator[Problem]:
    """Yield every limit of Azure that a region exceeds; a live region has all of its prefixes."""
    if len(region.spokes) > _PEERINGS:
        message = f"{len(region.spokes)} spokes; a virtual network has at most {_PEERINGS} peerings"
        yield Problem("region.spokes", message, "PE-19")
    prefixes = len(region.address_prefixes)
    if prefixes > _PREFIXES:
        message = (
            f"{prefixes} prefixes with the hub's; above {_PREFIXES} the connection goes down: "
            "give spokes larger prefixes, or fewer"
        )
        yield Problem("region.spokes", message, "ER-21")
    for table in region.route_tables:
        if len(table.routes) > _ROUTES:
            message = f"{len(table.routes)} routes in {table.name}; a table has at most {_ROUTES}"
            yield Problem("region.spokes", message, "RT-17")
