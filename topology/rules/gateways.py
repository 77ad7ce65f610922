"""Whether a gateway carries what its circuits bring."""

from collections.abc import Iterator

from topology.pair import Stack
from topology.rules.rule import Fault, rule

_GBPS = {
    "Standard": 1,
    "ErGw1AZ": 1,
    "HighPerformance": 2,
    "ErGw2AZ": 2,
    "UltraPerformance": 10,
    "ErGw3AZ": 10,
}
SKU_PATH = "region.expressRoute.gateway.sku"


def capacity_of(stack: Stack) -> int:
    """Return what the gateway of a region carries once it stands, in Mbps (GWY-13)."""
    gateway = stack.config.region.express_route.gateway
    return 1000 * _GBPS.get(gateway.sku.value, gateway.max_scale_units or 1)


@rule(
    "GWY-13",
    severity="warning",
    why="What a circuit brings above the gateway's capacity is lost.",
)
def gateway_carries_its_circuits(stack: Stack) -> Iterator[Fault]:
    """Each circuit by itself: several share the load or stand in for each other."""
    capacity = capacity_of(stack)
    largest = max((each.bandwidth_in_mbps for each in stack.region.circuits), default=0)
    if largest > capacity:
        sku = stack.config.region.express_route.gateway.sku
        message = f"{sku} carries {capacity} Mbps, a circuit {largest}: take a larger SKU"
        yield Fault(SKU_PATH, message)


GATEWAYS = (gateway_carries_its_circuits,)
