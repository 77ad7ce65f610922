"""Route tables of one region; ``gateway_routes`` has the rules of GatewaySubnet's table."""

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
    """Return the key of a table's extra routes in a stack file."""
    return f"region.routes.{table.key}"


@rule("RT-11", why="This next hop type works with a VPN gateway only, never with ExpressRoute.")
def no_route_has_the_gateway_as_next_hop(stack: Stack) -> Iterator[RuleFault]:
    """The next hop type ``VirtualNetworkGateway``."""
    for table in stack.region.route_tables:
        for route in table.routes:
            if route.next_hop_type is NextHopType.VIRTUAL_NETWORK_GATEWAY:
                message = (
                    f"{route.address_prefix} to VirtualNetworkGateway works with a VPN gateway "
                    "only: remove the route, which BGP propagates, or name an appliance"
                )
                yield RuleFault(path_of(table), message)


@rule("RT-12", why="A next hop address belongs to the next hop type VirtualAppliance alone.")
def only_virtual_appliances_have_a_next_hop_address(stack: Stack) -> Iterator[RuleFault]:
    """``nextHopIpAddress`` is set exactly where the type is ``VirtualAppliance``."""
    for table in stack.region.route_tables:
        for route in table.routes:
            appliance = route.next_hop_type is NextHopType.VIRTUAL_APPLIANCE
            if appliance and route.next_hop_ip_address is None:
                message = f"{route.address_prefix} to VirtualAppliance needs nextHopIpAddress"
                yield RuleFault(path_of(table), message)
            if not appliance and route.next_hop_ip_address is not None:
                message = (
                    f"{route.address_prefix} to {route.next_hop_type} has the nextHopIpAddress "
                    f"{route.next_hop_ip_address}, which only VirtualAppliance may have"
                )
                yield RuleFault(path_of(table), message)


@rule("RT-12", why="Azure drops packets to a next hop that a subnet does not reach directly.")
def next_hops_are_reachable_directly(stack: Stack) -> Iterator[RuleFault]:
    """In the network of the subnet or in one that is peered with it."""
    users = _users_of_tables(stack)
    peered = [prefix for peering in stack.region.hub_peerings for prefix in peering.address_space]
    for table in stack.region.route_tables:
        for route in _distinct_hops(table):
            for path, reached in users.get(table.key, {}).items():
                address = route.next_hop_ip_address
                prefixes = [prefix for network in reached for prefix in network.address_space]
                beyond = peered if path == "region.hub" else []
                if not any(address in prefix for prefix in (*prefixes, *beyond)):
                    message = (
                        f"{route.address_prefix} to {address}, which {path} does not reach "
                        "directly: it is in no network that is peered with it"
                    )
                    yield RuleFault(path_of(table), message)
                    break


def _distinct_hops(table: RouteTable) -> list[Route]:
    hops = {r.next_hop_ip_address: r for r in table.routes if r.next_hop_ip_address is not None}
    return list(hops.values())


def _users_of_tables(stack: Stack) -> Mapping[str, Mapping[str, tuple[VirtualNetwork, ...]]]:
    """Return the networks that use each table, with the networks that they reach directly."""
    region = stack.region
    users: dict[str, dict[str, tuple[VirtualNetwork, ...]]] = {}
    spokes = tuple(spoke.virtual_network for spoke in region.spokes)
    for path, network in networks_of(stack):
        # The hub comes first: it holds most next hops.
        reached = (region.hub, *spokes) if network is region.hub else (region.hub, network)
        for key in {subnet.route_table for subnet in network.subnets if subnet.route_table}:
            users.setdefault(key, {})[path] = reached
    return users


@rule("RT-14", why="A packet that leaves the NVA would return to it in a loop.")
def nva_is_not_its_own_next_hop(stack: Stack) -> Iterator[RuleFault]:
    """No default route points to an address in the subnet that uses it."""
    tables = tables_of(stack.region)
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            table = tables.get(subnet.route_table or "")
            for route in table.routes if table else ():
                address = route.next_hop_ip_address
                default = route.address_prefix == DEFAULT_ROUTE
                if table and default and address is not None and address in subnet.address_prefix:
                    message = f"{subnet.name} of {path} sends its own default route to {address}"
                    yield RuleFault(path_of(table), f"{message}, which is in it: a loop")


@rule("RT-17", why="A route table has at most 1,000 routes by every source.")
def routes_per_table_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """The table of GatewaySubnet has one route for each spoke prefix."""
    for table in stack.region.route_tables:
        if len(table.routes) > ROUTES_PER_TABLE:
            count = len(table.routes)
            message = f"{count} routes in {table.name}; a table has at most {ROUTES_PER_TABLE}"
            yield RuleFault("region.spokes", message)


@rule(
    "RT-17",
    severity="warning",
    why="Older sources allow 400 routes in a table; newer sources say 600 or 1,000.",
)
def routes_per_table_stay_within_the_old_limit(stack: Stack) -> Iterator[RuleFault]:
    """The limit that every source allows."""
    for table in stack.region.route_tables:
        if ROUTES_PER_TABLE_IN_OLDER_SOURCES < len(table.routes) <= ROUTES_PER_TABLE:
            message = (
                f"{len(table.routes)} routes in {table.name}; some subscriptions allow "
                f"{ROUTES_PER_TABLE_IN_OLDER_SOURCES}: check yours, or give spokes fewer prefixes"
            )
            yield RuleFault("region.spokes", message)


@rule("RT-18", why="A subnet uses a route table of its own region, or none.")
def subnets_use_existing_route_tables(stack: Stack) -> Iterator[RuleFault]:
    """By the key of the table."""
    tables = tables_of(stack.region)
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            if subnet.route_table is not None and subnet.route_table not in tables:
                message = f"there is no route table {subnet.route_table!r} in {stack.region.name}"
                yield RuleFault(f"{path}.subnets.{subnet.name}.routeTable", message)


@rule("RT-20", why="Azure refuses a second route for the same prefix.")
def prefixes_of_a_route_table_are_unique(stack: Stack) -> Iterator[RuleFault]:
    """Routes of the file and routes that Sparehub generates."""
    for table in stack.region.route_tables:
        seen = set()
        for route in table.routes:
            if route.address_prefix in seen:
                message = (
                    f"{table.name} already has a route for {route.address_prefix}: remove this one"
                )
                yield RuleFault(path_of(table), message)
            seen.add(route.address_prefix)


@rule(
    "RT-26",
    severity="warning",
    why="The addresses of Site Recovery change, so a route table must not name them.",
)
def no_route_is_for_site_recovery_addresses(stack: Stack) -> Iterator[RuleFault]:
    """No public prefix in the spokes' table bypasses the NVA to the internet."""
    table = tables_of(stack.region).get("spokes")
    for route in table.routes if table else ():
        prefix = route.address_prefix
        internet = route.next_hop_type is NextHopType.INTERNET
        if table and internet and prefix != DEFAULT_ROUTE and not is_private(prefix):
            message = (
                f"{prefix} to Internet bypasses the NVA; if it is for Site Recovery, use service "
                "endpoints: its addresses change"
            )
            yield RuleFault(path_of(table), message)


ROUTES = (
    no_route_has_the_gateway_as_next_hop,
    only_virtual_appliances_have_a_next_hop_address,
    next_hops_are_reachable_directly,
    nva_is_not_its_own_next_hop,
    routes_per_table_stay_within_the_limit,
    routes_per_table_stay_within_the_old_limit,
    subnets_use_existing_route_tables,
    prefixes_of_a_route_table_are_unique,
    no_route_is_for_site_recovery_addresses,
)
