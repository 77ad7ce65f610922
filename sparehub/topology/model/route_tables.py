"""The route tables of a region: which they are, and where each of their routes leads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.config.enums import InternetEgress, NextHopType
from sparehub.topology.config.schema import RegionConfig, RouteConfig, RouteTableConfig
from sparehub.topology.errors import Problem
from sparehub.topology.model import names
from sparehub.topology.model.recovery.agent_egress import agent_routes
from sparehub.topology.model.resources import Region, Route, RouteTable


def nva_has_table(region: RegionConfig) -> bool:
    """Return whether the NVA's subnet has a table: unless it says ``routeTable: none``."""
    subnet = region.hub.subnets.get(region.hub.nva.subnet)
    return subnet is None or subnet.route_table != "none"


def problems_without_table(region: RegionConfig) -> Iterator[Problem]:
    """Yield what an NVA whose subnet is to have no table cannot have."""
    if nva_has_table(region):
        return
    path = f"region.hub.subnets.{region.hub.nva.subnet}.routeTable"
    if region.hub.nva.internet_egress is InternetEgress.DIRECT:
        message = "none leaves no room for internetEgress: direct; set it to onPremises"
        yield Problem(path, message, "ER-25")
    if region.routes.nva:
        yield Problem(path, "none leaves no room for region.routes.nva")
    for key, peering in region.hub.peerings.items():
        if peering.address_prefixes:
            message = f"none leaves no room for the routes of region.hub.peerings.{key}"
            yield Problem(path, message)


def route_tables(region: RegionConfig, name: str) -> tuple[RouteTable, ...]:
    """Return the tables of the spokes, of GatewaySubnet, of the NVA, of inspected hub subnets."""
    return (
        _spokes_table(region, name),
        _gateway_table(region, name),
        *([_nva_table(region, name)] if nva_has_table(region) else []),
        *([_inspected_table(region, name)] if any(_to_inspected(region)) else []),
    )


def _to_nva(region: RegionConfig, name: str, prefix: IPv4Network) -> Route:
    return Route(
        name=name,
        address_prefix=prefix,
        next_hop_type=NextHopType.VIRTUAL_APPLIANCE,
        next_hop_ip_address=region.hub.nva.ip_address,
    )


def _to_spokes(region: RegionConfig) -> Iterator[Route]:
    for key, spoke in sorted(region.spokes.items()):
        for prefix in spoke.address_space:
            yield _to_nva(region, names.route_name(key, prefix), prefix)


def _to_inspected(region: RegionConfig) -> Iterator[Route]:
    """Yield a route to each inspected subnet: as long as the hub's own prefix or longer (RT-07)."""
    for key, subnet in sorted(region.hub.subnets.items()):
        if subnet.inspect:
            prefix = subnet.address_prefix
            yield _to_nva(region, names.route_name(key, prefix), prefix)


def _to_peers(region: RegionConfig) -> Iterator[Route]:
    """Yield a route to what lies behind each network that the hub is peered with (PE-02, RT-12).

    A user route wins over a peering's of the same prefix (RT-04), so none is for a prefix of the
    region's own: ``rules.stack_file.hub_peerings``.
    """
    for key, peering in sorted(region.hub.peerings.items()):
        for prefix in peering.address_prefixes:
            yield Route(
                name=names.route_name(key, prefix),
                address_prefix=prefix,
                next_hop_type=NextHopType.VIRTUAL_APPLIANCE,
                next_hop_ip_address=peering.next_hop_ip_address,
            )


def _spokes_table(region: RegionConfig, name: str) -> RouteTable:
    return RouteTable(
        key="spokes",
        name=region.route_tables.spokes.name or names.route_table_name("spokes", name),
        # RT-08: a BGP route more specific than the default would bypass the NVA on the way out.
        disable_bgp_route_propagation=True,
        routes=_routes(
            region.route_tables.spokes,
            [_to_nva(region, "default", DEFAULT_ROUTE), *_to_inspected(region)],
            region.routes.spokes,
        ),
        tag_routes=tuple(agent_routes(region)),
    )


def _gateway_table(region: RegionConfig, name: str) -> RouteTable:
    return RouteTable(
        key="gateway",
        name=region.route_tables.gateway.name or names.route_table_name("gateway", name),
        disable_bgp_route_propagation=False,  # VN-12: the gateway would not function
        # RT-07: only a route as long as the peering's own takes the way in through the NVA.
        routes=_routes(
            region.route_tables.gateway,
            [*_to_spokes(region), *_to_inspected(region)],
            region.routes.gateway,
        ),
    )


def _nva_table(region: RegionConfig, name: str) -> RouteTable:
    direct = region.hub.nva.internet_egress is InternetEgress.DIRECT
    to_internet = Route(
        name="default", address_prefix=DEFAULT_ROUTE, next_hop_type=NextHopType.INTERNET
    )
    return RouteTable(
        key="nva",
        name=region.route_tables.nva.name or names.route_table_name("nva", name),
        disable_bgp_route_propagation=False,  # RT-09: the NVA learns on-premises from BGP
        # A default route learned over BGP would capture the NVA's way to the internet (ER-25).
        routes=_routes(
            region.route_tables.nva,
            [*([to_internet] if direct else []), *_to_peers(region)],
            region.routes.nva,
        ),
    )


def _inspected_table(region: RegionConfig, name: str) -> RouteTable:
    return RouteTable(
        key="inspected",
        name=region.route_tables.inspected.name or names.route_table_name("inspected", name),
        disable_bgp_route_propagation=True,  # RT-08, as in a spoke
        routes=_routes(
            region.route_tables.inspected,
            [_to_nva(region, "default", DEFAULT_ROUTE), *_to_spokes(region)],
            (),
        ),
    )


def _routes(
    table: RouteTableConfig, derived: Iterable[Route], routes: Sequence[RouteConfig]
) -> tuple[Route, ...]:
    """Return a table's routes, each under the name that it is given, if it is given one."""
    return tuple(
        replace(route, name=table.route_names.get(route.address_prefix, route.name))
        for route in (*derived, *_user_routes(routes))
    )


def _user_routes(routes: Sequence[RouteConfig]) -> Iterator[Route]:
    for route in routes:
        yield Route(
            name=names.user_route_name(route.address_prefix),
            address_prefix=route.address_prefix,
            next_hop_type=route.next_hop_type,
            next_hop_ip_address=route.next_hop_ip_address,
        )


def routed_prefixes(region: Region) -> set[IPv4Network]:
    """Return what a region routes to appliances in a network that its hub is peered with."""
    hops = [prefix for peering in region.hub_peerings for prefix in peering.address_space]
    return {
        route.address_prefix
        for table in region.route_tables
        for route in table.routes
        if route.next_hop_ip_address and any(route.next_hop_ip_address in p for p in hops)
    }


def nva_forwards_on_standby(region: Region, other: Region | None) -> bool:
    """Return whether a region's NVA has something to forward while the region is on standby.

    An alwaysOn spoke of its own, or what either NVA routes over the peering of the hubs.

    Args:
        region: the region of the NVA.
        other: the other region of the pair; None where it is lost.
    """
    both = (region, other) if other else (region,)
    return any(spoke.always_on for spoke in region.spokes) or any(map(routed_prefixes, both))
