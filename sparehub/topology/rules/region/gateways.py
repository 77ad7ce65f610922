"""Whether a gateway carries what its circuits bring."""

from collections.abc import Iterator

from sparehub.topology.azure.gateway_skus import SCALABLE, WITHOUT_SCALABLE, capacity_in_gbps
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.rule import RuleFault, rule

SKU_PATH = "region.expressRoute.gateway.sku"


def capacity_of(stack: Stack) -> int:
    """Return what the gateway of a region carries once it stands, in Mbps (GWY-13)."""
    gateway = stack.config.region.express_route.gateway
    return 1000 * capacity_in_gbps(gateway.sku.value, gateway.max_scale_units)


@rule(
    "GWY-13",
    severity="warning",
    why="What a circuit brings above the gateway's capacity is lost.",
)
def gateway_carries_its_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Each circuit by itself: several share the load or stand in for each other."""
    capacity = capacity_of(stack)
    largest = max((each.bandwidth_in_mbps for each in stack.region.circuits), default=0)
    if largest > capacity:
        sku = stack.config.region.express_route.gateway.sku
        message = f"{sku} carries {capacity} Mbps, a circuit {largest}: take a larger SKU"
        yield RuleFault(SKU_PATH, message)


@rule("GWY-16", why="Azure does not offer the scalable gateway in every region.")
def scalable_gateway_is_offered_in_the_region(stack: Stack) -> Iterator[RuleFault]:
    """Asked of each region by itself: one of a pair may have it and the other not."""
    location = stack.region.location
    sku = stack.config.region.express_route.gateway.sku.value
    if sku == SCALABLE and location in WITHOUT_SCALABLE:
        message = f"{SCALABLE} is not offered in {location}: take ErGw1AZ, ErGw2AZ or ErGw3AZ there"
        yield RuleFault(SKU_PATH, message)


GATEWAYS = (gateway_carries_its_circuits, scalable_gateway_is_offered_in_the_region)
