"""Effective routes of the subnets of a region, computed from the model (RT-01 to RT-09).

https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
An overridden route is listed, too, with the route that wins over it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE, PRIVATE_RANGES
from sparehub.topology.errors import UnknownNameError
from sparehub.topology.model.resources import (
    HubPeering,
    Region,
    RouteTable,
    Spoke,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.reachability.effective_routes.advertisements import (
    RemoteRoutes,
    live_connections,
    outbound_connections,
    peered,
    uses_gateway,
)
from sparehub.topology.reachability.effective_routes.effective_route import (
    EffectiveRoute,
    HopType,
    Source,
)
from sparehub.topology.reachability.effective_routes.hub_peers import connected_peerings
from sparehub.topology.reachability.effective_routes.intervals import interval
from sparehub.topology.reachability.effective_routes.longest_prefix_match import shortest_first
from sparehub.topology.reachability.effective_routes.route_precedence import with_overridden

HUB = "hub"


class RegionRoutes:
    """The effective routes of a region's subnets; routes that subnets share are computed once."""

    def __init__(
        self, region: Region, remote: RemoteRoutes | None = None, other: Region | None = None
    ) -> None:
        """Compute the routes that all subnets share.

        Args:
            region: the region as it is built or deployed.
            remote: what its gateway learns of the other region (ER-26).
            other: the other region, whose hub may be peered; None where it is lost or unknown.
        """
        self.region = region
        self._tables = {table.key: table for table in region.route_tables}
        self._user = {table.key: tuple(_user_routes(table)) for table in region.route_tables}
        self._hub = tuple(_network_routes(HUB, region.hub, HopType.VNET_PEERING))
        self._spokes = tuple(
            route
            for spoke in region.spokes
            if peered(spoke)
            for route in _network_routes(spoke.key, spoke.virtual_network, HopType.VNET_PEERING)
        )
        self._peers = tuple(
            route
            for peering in connected_peerings(region, other)
            for route in _peer_routes(peering)
        )
        self._learned = tuple(_learned_routes(region, remote or RemoteRoutes()))
        self._shared: dict[tuple[object, ...], _SharedRoutes] = {}

    def of(self, network: str, subnet: Subnet) -> tuple[EffectiveRoute, ...]:
        """Return the routes of a subnet of the hub (``hub``) or of a spoke (its key)."""
        spoke = next((spoke for spoke in self.region.spokes if spoke.key == network), None)
        return self.of_subnet(spoke, subnet)

    def of_subnet(self, spoke: Spoke | None, subnet: Subnet) -> tuple[EffectiveRoute, ...]:
        """Return the routes of a subnet of a spoke; of the hub where ``spoke`` is None."""
        key, network = (spoke.key, spoke.virtual_network) if spoke else (HUB, self.region.hub)
        own = tuple(_network_routes(key, network, HopType.VNET_LOCAL))
        other = self._other_routes(spoke, subnet, network.address_space)
        return tuple(with_overridden([*own, *other]))

    def active_routes(
        self, spoke: Spoke | None, subnet: Subnet
    ) -> tuple[tuple[EffectiveRoute, ...], tuple[EffectiveRoute, ...]]:
        """Return the active routes of a subnet, the shortest prefix first, in two parts.

        The second part is one tuple that all similar spokes share, so that 500 spokes cost little
        more than one. The first part is the subnet's own, and wins over the second.
        """
        if spoke is None:
            return shortest_first(self.of_subnet(spoke, subnet)), ()
        similar = (subnet.route_table, subnet.service_endpoints, peered(spoke), uses_gateway(spoke))
        if similar not in self._shared:
            routes = tuple(with_overridden(self._other_routes(spoke, subnet, ())))
            self._shared[similar] = _SharedRoutes(routes)
        shared = self._shared[similar]
        space = spoke.virtual_network.address_space
        if any(shared.touches(prefix) for prefix in space):
            return shortest_first(self.of_subnet(spoke, subnet)), ()
        own = _network_routes(spoke.key, spoke.virtual_network, HopType.VNET_LOCAL)
        return tuple(own), shared.active

    def _other_routes(
        self, spoke: Spoke | None, subnet: Subnet, space: Iterable[IPv4Network]
    ) -> list[EffectiveRoute]:
        """Return the routes of a subnet but those of its own network, whose range is ``space``."""
        table = self._tables.get(subnet.route_table or "")
        user = self._user[table.key] if table else ()
        if spoke is None:
            peers = (*self._spokes, *self._peers)
        else:
            peers = self._hub if peered(spoke) else ()  # PE-02: not what the hub is peered with
        propagates = table is None or not table.disable_bgp_route_propagation  # RT-09
        reaches_gateway = spoke is None or uses_gateway(spoke)
        learned = self._learned if reaches_gateway and propagates else ()
        return [
            *peers,
            *learned,
            *_service_endpoints(subnet),
            *_system_defaults(tuple(space), learned, user),
            *user,
        ]


class _SharedRoutes:
    """The routes of spokes that differ in their addresses alone."""

    def __init__(self, routes: tuple[EffectiveRoute, ...]) -> None:
        self.active = shortest_first(routes)
        points = [interval(route.address_prefix)[0] for route in routes if route.address_prefix]
        points += [int(route.next_hop) for route in routes if route.next_hop]
        self._points = sorted(points)

    def touches(self, prefix: IPv4Network) -> bool:
        """Return whether a spoke's prefix may hold the prefix or the next hop of a route."""
        first, end = interval(prefix)
        return bisect_left(self._points, first) < bisect_left(self._points, end)


def find_subnet(region: Region, name: str) -> tuple[str, Subnet]:
    """Return the network's key and the subnet of a name such as ``spoke1/app``.

    Raises:
        UnknownNameError: with the names of all subnets.
    """
    by_name = dict(subnets(region))
    if name not in by_name:
        raise UnknownNameError("subnet", name, by_name)
    return name.split("/", maxsplit=1)[0], by_name[name]


def subnets(region: Region) -> Iterator[tuple[str, Subnet]]:
    """Yield every subnet with its name, the hub's first: ``hub/nva``, ``spoke1/app``."""
    for subnet in region.hub.subnets:
        yield f"{HUB}/{subnet.name}", subnet
    for spoke in region.spokes:
        for subnet in spoke.virtual_network.subnets:
            yield f"{spoke.key}/{subnet.name}", subnet


def _network_routes(
    key: str, network: VirtualNetwork, hop_type: HopType
) -> Iterator[EffectiveRoute]:
    """Yield a route for each prefix of a network's address space, not of its subnets (RT-01)."""
    for prefix in network.address_space:
        yield EffectiveRoute(
            source=Source.SYSTEM, hop_type=hop_type, address_prefix=prefix, network=key
        )


def _peer_routes(peering: HubPeering) -> Iterator[EffectiveRoute]:
    """Yield a route for each prefix of the network that a hub is peered with, as last synced."""
    for prefix in peering.address_space:
        yield EffectiveRoute(
            source=Source.SYSTEM,
            hop_type=HopType.VNET_GLOBAL_PEERING,
            address_prefix=prefix,
            network=peering.key,
        )


def _learned_routes(region: Region, remote: RemoteRoutes) -> Iterator[EffectiveRoute]:
    """Yield what the gateway learns by BGP: of on-premises by every circuit, and of a region.

    A prefix that both advertise is assumed to lead to on-premises.
    """
    if not live_connections(region):
        return
    connections = tuple(connection.key for connection in outbound_connections(region))
    for prefix in region.on_premises.address_prefixes:
        yield EffectiveRoute(
            source=Source.GATEWAY,
            hop_type=HopType.VIRTUAL_NETWORK_GATEWAY,
            address_prefix=prefix,
            connections=connections,
        )
    for prefix in remote.prefixes:
        if prefix not in region.on_premises.address_prefixes:
            yield EffectiveRoute(
                source=Source.GATEWAY,
                hop_type=HopType.VIRTUAL_NETWORK_GATEWAY,
                address_prefix=prefix,
                connections=remote.connections,
                remote=True,
            )


def _user_routes(table: RouteTable) -> Iterator[EffectiveRoute]:
    for route in table.routes:
        yield EffectiveRoute(
            source=Source.USER,
            hop_type=HopType(route.next_hop_type.value),
            address_prefix=route.address_prefix,
            next_hop=route.next_hop_ip_address,
            name=route.name,
        )
    for tagged in table.tag_routes:
        # Which prefixes, only Azure knows; none of a network or of on-premises is among them.
        yield EffectiveRoute(
            source=Source.USER,
            hop_type=HopType(tagged.next_hop_type.value),
            tag=tagged.service_tag,
            next_hop=tagged.next_hop_ip_address,
            name=tagged.name,
        )


def _service_endpoints(subnet: Subnet) -> Iterator[EffectiveRoute]:
    for service in subnet.service_endpoints:
        yield EffectiveRoute(
            source=Source.SYSTEM,
            hop_type=HopType.SERVICE_ENDPOINT,
            tag=service.removeprefix("Microsoft."),
        )


def _system_defaults(
    space: Sequence[IPv4Network], learned: Iterable[EffectiveRoute], user: Iterable[EffectiveRoute]
) -> Iterator[EffectiveRoute]:
    """Yield the system routes for addresses that no network holds: internet and private ranges.

    A default route of a user or of BGP removes the routes of the private ranges (RT-03). One of BGP
    replaces the system's default route, too; a user's leaves it Invalid (the tables are in
    ``docs/verification.md``).
    """
    if any(route.address_prefix == DEFAULT_ROUTE for route in learned):
        return
    yield EffectiveRoute(
        source=Source.SYSTEM, hop_type=HopType.INTERNET, address_prefix=DEFAULT_ROUTE
    )
    if any(route.address_prefix == DEFAULT_ROUTE for route in user):
        return
    for prefix in PRIVATE_RANGES:
        # RT-02: removed where a prefix of the network equals or contains it.
        if not any(prefix.subnet_of(held) for held in space):
            yield EffectiveRoute(source=Source.SYSTEM, hop_type=HopType.NONE, address_prefix=prefix)
