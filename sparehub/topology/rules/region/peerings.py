"""Peerings of one region: who uses whose gateway, and by which flags."""

from collections.abc import Iterator

from sparehub.topology.azure.limits import PEERINGS_PER_NETWORK
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Peering
from sparehub.topology.rules.region.networks import gateway_subnet_of
from sparehub.topology.rules.rule import RuleFault, rule


@rule("PE-06", why="Azure refuses a second peering between the same two virtual networks.")
def spokes_are_networks_of_their_own(stack: Stack) -> Iterator[RuleFault]:
    """By name, whose case Azure ignores."""
    seen: dict[str, str] = {}
    for spoke in stack.region.spokes:
        name = spoke.virtual_network.name.lower()
        first = seen.setdefault(name, spoke.key)
        if first != spoke.key:
            message = f"{name} is the virtual network of {first}, too: peer it once"
            yield RuleFault(f"region.spokes.{spoke.key}.name", message)


@rule("PE-09", why="Azure refuses useRemoteGateways while the hub has no gateway.")
def spokes_use_a_gateway_that_is_there(stack: Stack) -> Iterator[RuleFault]:
    """A GatewaySubnet alone is not enough."""
    for spoke in stack.region.spokes:
        if spoke.spoke_to_hub.use_remote_gateways and stack.region.gateway is None:
            message = "uses the hub's gateway, which does not exist: useRemoteGateways must wait"
            yield RuleFault(f"region.spokes.{spoke.key}.spokeToHub", message)


@rule("PE-10", why="Azure refuses useRemoteGateways while the hub's half does not allow transit.")
def hub_allows_transit_to_whom_uses_its_gateway(stack: Stack) -> Iterator[RuleFault]:
    """``allowGatewayTransit`` of the hub's half."""
    for spoke in stack.region.spokes:
        used = spoke.spoke_to_hub.use_remote_gateways
        if used and not spoke.hub_to_spoke.allow_gateway_transit:
            message = "the spoke uses the hub's gateway: allowGatewayTransit must be true"
            yield RuleFault(f"region.spokes.{spoke.key}.hubToSpoke", message)


@rule(
    "PE-11",
    severity="warning",
    why="A virtual network with a gateway of its own may not use the hub's.",
)
def spokes_have_no_gateway_of_their_own(stack: Stack) -> Iterator[RuleFault]:
    """A spoke's GatewaySubnet has no other use."""
    for spoke in stack.region.spokes:
        if gateway_subnet_of(spoke.virtual_network):
            message = "a gateway here would keep the spoke from using the hub's: remove the subnet"
            yield RuleFault(f"region.spokes.{spoke.key}.subnets.GatewaySubnet", message)


@rule("PE-13", why="At depth network there is no gateway, so no spoke may use one before failover.")
def spokes_wait_for_the_gateway_on_standby(stack: Stack) -> Iterator[RuleFault]:
    """Gateway first, then the update of the peerings."""
    region = stack.region
    if region.activation is Activation.STANDBY and region.gateway is None:
        for spoke in region.spokes:
            if spoke.spoke_to_hub.use_remote_gateways:
                message = "useRemoteGateways must be false until the region is active"
                yield RuleFault(f"region.spokes.{spoke.key}.spokeToHub", message)


@rule(
    "PE-19",
    why="A virtual network has at most 500 peerings, also one with a gateway; 1,000 are for those "
    "that Azure Virtual Network Manager makes itself, and these are plain ones.",
)
def hub_has_few_enough_spokes(stack: Stack) -> Iterator[RuleFault]:
    """One peering a spoke."""
    count = len(stack.region.spokes)
    if count > PEERINGS_PER_NETWORK:
        message = f"{count} spokes; a virtual network has at most {PEERINGS_PER_NETWORK} peerings"
        yield RuleFault("region.spokes", message)


@rule("PE-21", why="Traffic that the NVA forwards crosses a peering only where both halves let it.")
def peerings_let_forwarded_traffic_through(stack: Stack) -> Iterator[RuleFault]:
    """Access and forwarded traffic, on both halves."""
    for spoke in stack.region.spokes:
        for half, peering in (
            ("hubToSpoke", spoke.hub_to_spoke),
            ("spokeToHub", spoke.spoke_to_hub),
        ):
            if missing := [word for word, given in _needed(peering) if not given]:
                message = f"{' and '.join(missing)} must be true"
                yield RuleFault(f"region.spokes.{spoke.key}.{half}", message)


def _needed(peering: Peering) -> Iterator[tuple[str, bool]]:
    yield "allowVirtualNetworkAccess", peering.allow_virtual_network_access
    yield "allowForwardedTraffic", peering.allow_forwarded_traffic


@rule("PE-21", why="The gateway is the hub's: it gives transit, and the spoke uses it.")
def peerings_use_the_gateway_of_the_hub(stack: Stack) -> Iterator[RuleFault]:
    """Not the other way round; and in a live region every spoke uses it."""
    live = stack.region.activation is Activation.ACTIVE
    for spoke in stack.region.spokes:
        path = f"region.spokes.{spoke.key}"
        if spoke.hub_to_spoke.use_remote_gateways:
            yield RuleFault(f"{path}.hubToSpoke", "the hub may not use the spoke's gateway")
        if spoke.spoke_to_hub.allow_gateway_transit:
            yield RuleFault(f"{path}.spokeToHub", "the spoke may not offer a gateway to the hub")
        if live and not spoke.spoke_to_hub.use_remote_gateways:
            message = "useRemoteGateways must be true in a live region, or nobody reaches the spoke"
            yield RuleFault(f"{path}.spokeToHub", message)


PEERINGS = (
    spokes_are_networks_of_their_own,
    spokes_use_a_gateway_that_is_there,
    hub_allows_transit_to_whom_uses_its_gateway,
    spokes_have_no_gateway_of_their_own,
    spokes_wait_for_the_gateway_on_standby,
    hub_has_few_enough_spokes,
    peerings_let_forwarded_traffic_through,
    peerings_use_the_gateway_of_the_hub,
)
