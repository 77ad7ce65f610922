"""The capacity of a gateway, and where its SKU is offered."""

from collections.abc import Iterator

from sparehub.topology.azure.gateway_skus import SCALABLE, WITHOUT_SCALABLE, capacity_in_gbps
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.rule import RuleFault, rule

SKU_PATH = "region.expressRoute.gateway.sku"


def capacity_of(stack: Stack) -> int:
    """Return the capacity of the gateway of a region in Mbps (GWY-13)."""
    gateway = stack.config.region.express_route.gateway
    return 1000 * capacity_in_gbps(gateway.sku.value, gateway.max_scale_units)


@rule(
    "GWY-13",
    severity="warning",
    why="Traffic of a circuit above the capacity of the gateway is lost.",
)
def gateway_capacity_covers_each_circuit(stack: Stack) -> Iterator[RuleFault]:
    """Each circuit on its own: several share the load or replace each other."""
    capacity = capacity_of(stack)
    largest = max((circuit.bandwidth_in_mbps for circuit in stack.region.circuits), default=0)
    if largest > capacity:
        sku = stack.config.region.express_route.gateway.sku
        message = f"{sku} carries {capacity} Mbps, a circuit {largest} Mbps: use a larger SKU"
        yield RuleFault(SKU_PATH, message)


@rule("GWY-16", why="Azure does not offer the scalable gateway in every region.")
def scalable_gateway_is_offered_in_the_region(stack: Stack) -> Iterator[RuleFault]:
    """Checked for each region on its own: one of a pair may offer it and the other not."""
    location = stack.region.location
    sku = stack.config.region.express_route.gateway.sku.value
    if sku == SCALABLE and location in WITHOUT_SCALABLE:
        message = f"{SCALABLE} is not offered in {location}: use ErGw1AZ, ErGw2AZ or ErGw3AZ"
        yield RuleFault(SKU_PATH, message)


GATEWAYS = (gateway_capacity_covers_each_circuit, scalable_gateway_is_offered_in_the_region)
