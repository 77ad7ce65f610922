"""Traffic goes through the NVA in both directions; replication bypasses it."""

from collections.abc import Iterator

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.config.enums import Activation, InternetEgress, NextHopType
from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region, RouteTable, Subnet
from sparehub.topology.rules.region.networks import gateway_subnet_of
from sparehub.topology.rules.region.routes import path_of, tables_of
from sparehub.topology.rules.rule import RuleFault, rule


def goes_through_the_nva(region: Region, subnet: Subnet) -> bool:
    """Return whether the default route of a subnet points to an appliance."""
    table = tables_of(region).get(subnet.route_table or "")
    return table is not None and _default_to_an_appliance(table)


def _default_to_an_appliance(table: RouteTable) -> bool:
    return any(
        route.address_prefix == DEFAULT_ROUTE
        and route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
        for route in table.routes
    )


def is_protected(stack: Stack, spoke: str, subnet: str) -> bool:
    """Return whether machines of a spoke's subnet are replicated; the default is true."""
    configured = stack.config.region.spokes.get(spoke)
    if configured is None or subnet not in configured.subnets:
        return True
    return configured.is_protected(subnet)


@rule(
    "RT-07",
    why="The route of a peering wins over a shorter user route, so traffic would bypass the NVA.",
)
def every_spoke_prefix_is_routed_through_the_nva(stack: Stack) -> Iterator[RuleFault]:
    """In the route table of GatewaySubnet, with a route as long as the spoke's prefix."""
    region = stack.region
    subnet = gateway_subnet_of(region.hub)
    table = tables_of(region).get(subnet.route_table or "") if subnet else None
    routed = {
        route.address_prefix
        for route in (table.routes if table else ())
        if route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
    }
    for spoke in region.spokes:
        for prefix in spoke.virtual_network.address_space:
            if prefix not in routed and not routed.issuperset(prefix.subnets()):
                message = (
                    f"{prefix} needs a route of its own length to the NVA, which its traffic "
                    "bypasses otherwise"
                )
                yield RuleFault(f"region.spokes.{spoke.key}.addressSpace", message)


@rule("RT-08", why="A BGP route is longer than the default route, so traffic would bypass the NVA.")
def subnets_behind_the_nva_learn_no_bgp_routes(stack: Stack) -> Iterator[RuleFault]:
    """``disableBgpRoutePropagation`` where the default route points to an appliance."""
    for table in stack.region.route_tables:
        if _default_to_an_appliance(table) and not table.disable_bgp_route_propagation:
            message = f"{table.name} must not propagate BGP routes: they would bypass the NVA"
            yield RuleFault(path_of(table), message)


@rule(
    "RT-09",
    severity="warning",
    why="An NVA that does not learn the routes of on-premises cannot send to it.",
)
def nva_learns_bgp_routes(stack: Stack) -> Iterator[RuleFault]:
    """Propagation is on in the route table of its subnet."""
    nva = stack.region.nva.subnet
    tables = tables_of(stack.region)
    for subnet in stack.region.hub.subnets:
        table = tables.get(subnet.route_table or "")
        if subnet.name == nva and table and table.disable_bgp_route_propagation:
            message = f"{table.name} should propagate BGP routes: the NVA sends to on-premises"
            yield RuleFault(path_of(table), message)


@rule(
    "RT-13",
    severity="warning",
    why="Azure delivers to a next hop only where a machine has IP forwarding enabled.",
)
def an_nva_exists_at_the_next_hop(stack: Stack) -> Iterator[RuleFault]:
    """Reported for a region on standby, and for one without a pair."""
    region = stack.region
    if region.activation is Activation.STANDBY or not stack.config.paired_stack:
        address = region.nva.ip_address
        message = (
            f"an NVA with IP forwarding must exist at {address} in {region.location}: every route "
            "of the spokes points to it, and Sparehub does not create it"
        )
        yield RuleFault("region.hub.nva.ipAddress", message)


@rule("RT-25", why="Replication would load the NVA; a service endpoint bypasses it.")
def protected_subnets_reach_storage_directly(stack: Stack) -> Iterator[RuleFault]:
    """``Microsoft.Storage`` wherever the default route points to an appliance."""
    for path, _, protected in _without_storage(stack):
        if protected:
            message = f"needs {STORAGE_ENDPOINT}: its default route points to the NVA"
            yield RuleFault(f"{path}.serviceEndpoints", message)


@rule(
    "RT-25",
    severity="warning",
    why="Machines that are replicated all the same would replicate through the NVA.",
)
def unprotected_subnets_have_no_replicated_machines(stack: Stack) -> Iterator[RuleFault]:
    """Reported for every spoke subnet without the endpoint; an alwaysOn spoke replicates none."""
    for path, subnet, protected in _without_storage(stack):
        if not protected:
            message = (
                f"{subnet.name} has a default route to the NVA and no {STORAGE_ENDPOINT} "
                "endpoint: use this only where none of its machines is replicated"
            )
            yield RuleFault(f"{path}.protected", message)


def _without_storage(stack: Stack) -> Iterator[tuple[str, Subnet, bool]]:
    for spoke in stack.region.spokes:
        for subnet in spoke.virtual_network.subnets if not spoke.always_on else ():
            missing = STORAGE_ENDPOINT not in subnet.service_endpoints
            if missing and goes_through_the_nva(stack.region, subnet):
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                yield path, subnet, is_protected(stack, spoke.key, subnet.name)


@rule(
    "SR-23",
    severity="warning",
    why="Site Recovery's traffic must not be routed to on-premises.",
)
def site_recovery_traffic_does_not_go_on_premises(stack: Stack) -> Iterator[RuleFault]:
    """Traffic to Azure other than storage follows the default route of the NVA."""
    if stack.config.region.hub.nva.internet_egress is InternetEgress.ON_PREMISES:
        message = (
            "Site Recovery, Entra ID and Event Hubs would be reached through on-premises: write "
            "direct, or configure the NVA to send them to the internet"
        )
        yield RuleFault("region.hub.nva.internetEgress", message)


INSPECTION = (
    every_spoke_prefix_is_routed_through_the_nva,
    subnets_behind_the_nva_learn_no_bgp_routes,
    nva_learns_bgp_routes,
    an_nva_exists_at_the_next_hop,
    protected_subnets_reach_storage_directly,
    unprotected_subnets_have_no_replicated_machines,
    site_recovery_traffic_does_not_go_on_premises,
)
