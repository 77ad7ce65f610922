"""Peerings of one region: use of the hub's gateway, and the flags of both halves."""

from collections.abc import Iterator

from sparehub.topology.azure.limits import PEERINGS_PER_NETWORK
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Peering
from sparehub.topology.rules.region.networks import gateway_subnet_of
from sparehub.topology.rules.rule import RuleFault, rule


@rule("PE-06", why="Azure refuses a second peering between the same two virtual networks.")
def every_spoke_has_its_own_virtual_network(stack: Stack) -> Iterator[RuleFault]:
    """By name; Azure ignores case."""
    seen: dict[str, str] = {}
    for spoke in stack.region.spokes:
        name = spoke.virtual_network.name.lower()
        first = seen.setdefault(name, spoke.key)
        if first != spoke.key:
            message = f"{name} is the virtual network of the spoke {first} already: peer it once"
            yield RuleFault(f"region.spokes.{spoke.key}.name", message)


@rule("PE-06", why="Azure refuses a second peering between the same two virtual networks.")
def hub_peerings_lead_to_different_networks(stack: Stack) -> Iterator[RuleFault]:
    """And none to the hub itself."""
    seen: dict[str, str] = {}
    for peering in stack.region.hub_peerings:
        path = f"region.hub.peerings.{peering.key}.id"
        if stack.region.has_hub(peering.remote_id):
            yield RuleFault(path, "is the hub of this region itself: name the other region's")
        first = seen.setdefault(peering.remote_id.key, peering.key)
        if first != peering.key:
            yield RuleFault(path, f"is peered by {first} already: peer it once")


@rule("PE-09", why="Azure refuses useRemoteGateways while the hub has no gateway.")
def spokes_use_an_existing_gateway(stack: Stack) -> Iterator[RuleFault]:
    """The hub has a gateway, not only a GatewaySubnet."""
    for spoke in stack.region.spokes:
        if spoke.spoke_to_hub.use_remote_gateways and stack.region.gateway is None:
            message = "useRemoteGateways must be false: the hub has no gateway"
            yield RuleFault(f"region.spokes.{spoke.key}.spokeToHub", message)


@rule("PE-10", why="Azure refuses useRemoteGateways while the hub's half does not allow transit.")
def hub_allows_gateway_transit_to_its_spokes(stack: Stack) -> Iterator[RuleFault]:
    """By ``allowGatewayTransit`` of the hub's half."""
    for spoke in stack.region.spokes:
        used = spoke.spoke_to_hub.use_remote_gateways
        if used and not spoke.hub_to_spoke.allow_gateway_transit:
            message = "the spoke uses the hub's gateway: allowGatewayTransit must be true"
            yield RuleFault(f"region.spokes.{spoke.key}.hubToSpoke", message)


@rule(
    "PE-11",
    severity="warning",
    why="A virtual network with its own gateway cannot use the gateway of the hub.",
)
def spokes_have_no_gateway_of_their_own(stack: Stack) -> Iterator[RuleFault]:
    """A spoke has no GatewaySubnet, which has no other use."""
    for spoke in stack.region.spokes:
        if gateway_subnet_of(spoke.virtual_network):
            message = (
                "a gateway in this subnet would prevent the spoke from using the hub's: remove it"
            )
            yield RuleFault(f"region.spokes.{spoke.key}.subnets.GatewaySubnet", message)


@rule(
    "PE-13", why="At depth network there is no gateway, so no spoke can use one before a failover."
)
def spokes_wait_for_the_gateway_on_standby(stack: Stack) -> Iterator[RuleFault]:
    """The gateway is created before the peerings are updated."""
    region = stack.region
    if region.activation is Activation.STANDBY and region.gateway is None:
        for spoke in region.spokes:
            if spoke.spoke_to_hub.use_remote_gateways:
                message = "useRemoteGateways must be false until the region is active"
                yield RuleFault(f"region.spokes.{spoke.key}.spokeToHub", message)


@rule(
    "PE-19",
    why="A network has at most 500 peerings; 1,000 only with Azure Virtual Network Manager.",
)
def peerings_per_hub_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """One peering for each spoke, and those of ``hub.peerings``."""
    spokes, more = len(stack.region.spokes), len(stack.region.hub_peerings)
    if spokes + more > PEERINGS_PER_NETWORK:
        beside = f" and {more} in hub.peerings" if more else ""
        message = (
            f"{spokes} spokes{beside}; a virtual network has at most {PEERINGS_PER_NETWORK} "
            "peerings"
        )
        yield RuleFault("region.spokes", message)


@rule(
    "PE-21", why="Traffic that the NVA forwards crosses a peering only where both halves allow it."
)
def peerings_allow_forwarded_traffic(stack: Stack) -> Iterator[RuleFault]:
    """Both halves allow virtual network access and forwarded traffic."""
    for spoke in stack.region.spokes:
        for half, peering in (
            ("hubToSpoke", spoke.hub_to_spoke),
            ("spokeToHub", spoke.spoke_to_hub),
        ):
            if missing := [flag for flag, value in _needed(peering) if not value]:
                message = f"{' and '.join(missing)} must be true"
                yield RuleFault(f"region.spokes.{spoke.key}.{half}", message)


@rule(
    "PE-21",
    severity="warning",
    why="What an NVA forwards crosses a peering only where the receiving half allows it.",
)
def hub_peerings_allow_forwarded_traffic(stack: Stack) -> Iterator[RuleFault]:
    """From spoke to spoke of two regions both NVAs forward."""
    for peering in stack.region.hub_peerings:
        if not peering.half.allow_forwarded_traffic:
            path = f"region.hub.peerings.{peering.key}.allowForwardedTraffic"
            yield RuleFault(path, "should be true: spokes of the two regions use the NVAs")


def _needed(peering: Peering) -> Iterator[tuple[str, bool]]:
    yield "allowVirtualNetworkAccess", peering.allow_virtual_network_access
    yield "allowForwardedTraffic", peering.allow_forwarded_traffic


@rule("PE-21", why="The hub offers transit through its gateway, and the spoke uses it.")
def peerings_use_the_gateway_of_the_hub(stack: Stack) -> Iterator[RuleFault]:
    """Not the other way round; in an active region every spoke uses it."""
    active = stack.region.activation is Activation.ACTIVE
    for spoke in stack.region.spokes:
        path = f"region.spokes.{spoke.key}"
        if spoke.hub_to_spoke.use_remote_gateways:
            yield RuleFault(f"{path}.hubToSpoke", "the hub must not use the gateway of a spoke")
        if spoke.spoke_to_hub.allow_gateway_transit:
            yield RuleFault(f"{path}.spokeToHub", "the spoke must not offer a gateway to the hub")
        if active and not spoke.spoke_to_hub.use_remote_gateways:
            message = (
                "useRemoteGateways must be true in an active region, or the spoke is unreachable"
            )
            yield RuleFault(f"{path}.spokeToHub", message)


PEERINGS = (
    every_spoke_has_its_own_virtual_network,
    hub_peerings_lead_to_different_networks,
    spokes_use_an_existing_gateway,
    hub_allows_gateway_transit_to_its_spokes,
    spokes_have_no_gateway_of_their_own,
    spokes_wait_for_the_gateway_on_standby,
    peerings_per_hub_stay_within_the_limit,
    peerings_allow_forwarded_traffic,
    hub_peerings_allow_forwarded_traffic,
    peerings_use_the_gateway_of_the_hub,
)
