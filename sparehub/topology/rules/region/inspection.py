"""That all traffic goes through the NVA, both ways, and replication does not."""

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
    """Say whether the default route of a subnet points to an appliance."""
    table = tables_of(region).get(subnet.route_table or "")
    return table is not None and _default_to_an_appliance(table)


def _default_to_an_appliance(table: RouteTable) -> bool:
    return any(
        route.address_prefix == DEFAULT_ROUTE
        and route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
        for route in table.routes
    )


def is_protected(stack: Stack, spoke: str, subnet: str) -> bool:
    """Say whether machines of a spoke's subnet are replicated: so unless the file says no."""
    configured = stack.config.region.spokes.get(spoke)
    said = configured.subnets.get(subnet) if configured else None
    return said is None or said.is_protected(subnet, spoke=True)


@rule("RT-07", why="A peering's own route beats a shorter one, so the way in would miss the NVA.")
def every_spoke_prefix_comes_in_through_the_nva(stack: Stack) -> Iterator[RuleFault]:
    """A route as long as each spoke prefix, in the gateway's table."""
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
                    f"{prefix} needs a route to the NVA of its own length, or comes in past it"
                )
                yield RuleFault(f"region.spokes.{spoke.key}.addressSpace", message)


@rule("RT-08", why="A BGP route longer than the default would take the way out past the NVA.")
def subnets_behind_the_nva_learn_no_routes(stack: Stack) -> Iterator[RuleFault]:
    """``disableBgpRoutePropagation`` where the default route points to an appliance."""
    for table in stack.region.route_tables:
        if _default_to_an_appliance(table) and not table.disable_bgp_route_propagation:
            message = f"{table.name} must not propagate BGP routes: they would bypass the NVA"
            yield RuleFault(path_of(table), message)


@rule(
    "RT-09",
    severity="warning",
    why="An NVA that does not learn on-premises' routes has no way to it.",
)
def nva_learns_routes(stack: Stack) -> Iterator[RuleFault]:
    """Propagation stays on in the table of its subnet."""
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
    why="Azure delivers to a next hop only where a machine forwards what is not for itself.",
)
def somebody_owns_the_next_hop(stack: Stack) -> Iterator[RuleFault]:
    """Said of a region that stands by, and of one without a pair."""
    region = stack.region
    if region.activation is Activation.STANDBY or not stack.config.paired_stack:
        address = region.nva.ip_address
        message = (
            f"whoever owns {address} must have an NVA there, in {region.location}, with IP "
            "forwarding on: every route of the spokes points to it, and Sparehub does not make it"
        )
        yield RuleFault("region.hub.nva.ipAddress", message)


@rule("RT-25", why="Replication would load the NVA; no user route overrides a service endpoint.")
def protected_subnets_reach_storage_directly(stack: Stack) -> Iterator[RuleFault]:
    """``Microsoft.Storage`` wherever the default route points to an appliance."""
    for path, _, protected in _without_storage(stack):
        if protected:
            message = f"needs {STORAGE_ENDPOINT}: its default route goes to the NVA"
            yield RuleFault(f"{path}.serviceEndpoints", message)


@rule(
    "RT-25",
    severity="warning",
    why="Machines that are replicated all the same would send their replication to the NVA.",
)
def unprotected_subnets_hold_nothing_replicated(stack: Stack) -> Iterator[RuleFault]:
    """Said of every spoke subnet without the endpoint."""
    for path, subnet, protected in _without_storage(stack):
        if not protected:
            message = (
                f"{subnet.name} has a default route to the NVA and no {STORAGE_ENDPOINT} "
                "endpoint: keep it so only where none of its machines is replicated"
            )
            yield RuleFault(f"{path}.protected", message)


def _without_storage(stack: Stack) -> Iterator[tuple[str, Subnet, bool]]:
    for spoke in stack.region.spokes:
        for subnet in spoke.virtual_network.subnets:
            missing = STORAGE_ENDPOINT not in subnet.service_endpoints
            if missing and goes_through_the_nva(stack.region, subnet):
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                yield path, subnet, is_protected(stack, spoke.key, subnet.name)


@rule(
    "SR-23",
    severity="warning",
    why="Site Recovery's traffic must not be routed to on-premises.",
)
def nothing_of_site_recovery_goes_on_premises(stack: Stack) -> Iterator[RuleFault]:
    """What is for Azure and not for storage follows the NVA's default route."""
    if stack.config.region.hub.nva.internet_egress is InternetEgress.ON_PREMISES:
        message = (
            "Site Recovery, Entra ID and Event Hubs would be reached through on-premises: say "
            "direct, or let the NVA send them to the internet itself"
        )
        yield RuleFault("region.hub.nva.internetEgress", message)


INSPECTION = (
    every_spoke_prefix_comes_in_through_the_nva,
    subnets_behind_the_nva_learn_no_routes,
    nva_learns_routes,
    somebody_owns_the_next_hop,
    protected_subnets_reach_storage_directly,
    unprotected_subnets_hold_nothing_replicated,
    nothing_of_site_recovery_goes_on_premises,
)
