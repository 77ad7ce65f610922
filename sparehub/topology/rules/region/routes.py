"""Route tables of one region, each taken by itself: what Azure refuses or does not carry out."""

from collections.abc import Iterator, Mapping

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.limits import ROUTES_PER_TABLE, ROUTES_PER_TABLE_IN_OLDER_SOURCES
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region, Route, RouteTable, VirtualNetwork
from sparehub.topology.rules.region.networks import is_private, networks_of
from sparehub.topology.rules.rule import RuleFault, rule


def tables_of(region: Region) -> Mapping[str, RouteTable]:
    """Return the route tables of a region by key."""
    return {table.key: table for table in region.route_tables}


def path_of(table: RouteTable) -> str:
    """Return where a file says more routes for a table."""
    return f"region.routes.{table.key}"


@rule("RT-11", why="This next hop works with a VPN gateway only, never with ExpressRoute.")
def no_route_points_to_the_gateway(stack: Stack) -> Iterator[RuleFault]:
    """``VirtualNetworkGateway``."""
    for table in stack.region.route_tables:
        for route in table.routes:
            if route.next_hop_type is NextHopType.VIRTUAL_NETWORK_GATEWAY:
                message = (
                    f"{route.address_prefix} to VirtualNetworkGateway works with a VPN gateway "
                    "only: let BGP bring the route, or name an appliance"
                )
                yield RuleFault(path_of(table), message)


@rule("RT-12", why="An appliance is found by its address, and nothing else has one.")
def appliances_alone_have_an_address(stack: Stack) -> Iterator[RuleFault]:
    """``nextHopIpAddress`` exactly with ``VirtualAppliance``."""
    for table in stack.region.route_tables:
        for route in table.routes:
            appliance = route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
            if appliance and route.next_hop_ip_address is None:
                message = f"{route.address_prefix} to VirtualAppliance needs nextHopIpAddress"
                yield RuleFault(path_of(table), message)
            if not appliance and route.next_hop_ip_address is not None:
                message = (
                    f"{route.address_prefix} to {route.next_hop_type} has the nextHopIpAddress "
                    f"{route.next_hop_ip_address}, which only VirtualAppliance takes"
                )
                yield RuleFault(path_of(table), message)


@rule("RT-12", why="A next hop counts only where a subnet reaches it directly: not beyond a hop.")
def appliances_are_reached_directly(stack: Stack) -> Iterator[RuleFault]:
    """In the subnet's own network or in one that is peered with it."""
    users = _users_of_tables(stack)
    for table in stack.region.route_tables:
        for route in _distinct_hops(table):
            for path, reached in users.get(table.key, {}).items():
                address = route.next_hop_ip_address
                if not any(address in prefix for each in reached for prefix in each.address_space):
                    message = (
                        f"{route.address_prefix} to {address}, which {path} does not reach "
                        "directly: it lies in no network that is peered with it"
                    )
                    yield RuleFault(path_of(table), message)
                    break


def _distinct_hops(table: RouteTable) -> list[Route]:
    hops = {r.next_hop_ip_address: r for r in table.routes if r.next_hop_ip_address is not None}
    return list(hops.values())


def _users_of_tables(stack: Stack) -> Mapping[str, Mapping[str, tuple[VirtualNetwork, ...]]]:
    """Return, for each table, the networks that use it, and what each of them reaches directly."""
    region = stack.region
    users: dict[str, dict[str, tuple[VirtualNetwork, ...]]] = {}
    spokes = tuple(spoke.virtual_network for spoke in region.spokes)
    for path, network in networks_of(stack):
        # The hub comes first: most next hops are there.
        reached = (region.hub, *spokes) if network is region.hub else (region.hub, network)
        for key in {subnet.route_table for subnet in network.subnets if subnet.route_table}:
            users.setdefault(key, {})[path] = reached
    return users


@rule("RT-14", why="A packet that leaves the NVA would come back to it for ever.")
def nva_is_not_its_own_next_hop(stack: Stack) -> Iterator[RuleFault]:
    """The default route of the table of the subnet in which the next hop lives."""
    tables = tables_of(stack.region)
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            table = tables.get(subnet.route_table or "")
            for route in table.routes if table else ():
                address = route.next_hop_ip_address
                default = route.address_prefix == DEFAULT_ROUTE
                if table and default and address is not None and address in subnet.address_prefix:
                    message = f"{subnet.name} of {path} sends its own default route to {address}"
                    yield RuleFault(path_of(table), f"{message}, which lives in it: a loop")


@rule("RT-17", why="No source allows a route table more than 1,000 routes.")
def tables_have_few_enough_routes(stack: Stack) -> Iterator[RuleFault]:
    """One route a spoke prefix in the gateway's table."""
    for table in stack.region.route_tables:
        if len(table.routes) > ROUTES_PER_TABLE:
            count = len(table.routes)
            message = f"{count} routes in {table.name}; a table has at most {ROUTES_PER_TABLE}"
            yield RuleFault("region.spokes", message)


@rule(
    "RT-17",
    severity="warning",
    why="Microsoft's limit was 400 routes a table; newer sources say 600 or 1,000.",
)
def tables_stay_within_the_old_limit(stack: Stack) -> Iterator[RuleFault]:
    """Up to what all sources allow."""
    for table in stack.region.route_tables:
        if ROUTES_PER_TABLE_IN_OLDER_SOURCES < len(table.routes) <= ROUTES_PER_TABLE:
            message = (
                f"{len(table.routes)} routes in {table.name}; some subscriptions allow "
                f"{ROUTES_PER_TABLE_IN_OLDER_SOURCES}: look at yours, or give spokes fewer prefixes"
            )
            yield RuleFault("region.spokes", message)


@rule("RT-18", why="A subnet uses a table of its own region, or none.")
def subnets_name_a_table_that_is_there(stack: Stack) -> Iterator[RuleFault]:
    """By its key."""
    tables = tables_of(stack.region)
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            if subnet.route_table is not None and subnet.route_table not in tables:
                message = f"there is no route table {subnet.route_table!r} in {stack.region.name}"
                yield RuleFault(f"{path}.subnets.{subnet.name}.routeTable", message)


@rule("RT-20", why="Azure refuses a prefix that stands in a table already.")
def prefixes_of_a_table_differ(stack: Stack) -> Iterator[RuleFault]:
    """Also from what follows from the region."""
    for table in stack.region.route_tables:
        seen = set()
        for route in table.routes:
            if route.address_prefix in seen:
                message = f"{route.address_prefix} stands twice in {table.name}: leave this out"
                yield RuleFault(path_of(table), message)
            seen.add(route.address_prefix)


@rule(
    "RT-26",
    severity="warning",
    why="Site Recovery's addresses change, so none of them should stand in a route table.",
)
def no_route_is_made_for_site_recovery(stack: Stack) -> Iterator[RuleFault]:
    """Public prefixes that the spokes' table sends to the internet, past the NVA."""
    table = tables_of(stack.region).get("spokes")
    for route in table.routes if table else ():
        prefix = route.address_prefix
        internet = route.next_hop_type is NextHopType.INTERNET
        if table and internet and prefix != DEFAULT_ROUTE and not is_private(prefix):
            message = (
                f"{prefix} goes to Internet past the NVA; if it is there for Site Recovery, use "
                "service endpoints: its addresses change"
            )
            yield RuleFault(path_of(table), message)


ROUTES = (
    no_route_points_to_the_gateway,
    appliances_alone_have_an_address,
    appliances_are_reached_directly,
    nva_is_not_its_own_next_hop,
    tables_have_few_enough_routes,
    tables_stay_within_the_old_limit,
    subnets_name_a_table_that_is_there,
    prefixes_of_a_table_differ,
    no_route_is_made_for_site_recovery,
)
