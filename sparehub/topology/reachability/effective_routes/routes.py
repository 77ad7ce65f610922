"""Effective routes: what a subnet does with a packet, computed from the model.

The rules are those of https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
(RT-01 to RT-09). A route that loses is listed, too, with the one that overrode it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE, PRIVATE_RANGES
from sparehub.topology.errors import UnknownNameError
from sparehub.topology.model.resources import Region, RouteTable, Spoke, Subnet, VirtualNetwork
from sparehub.topology.reachability.effective_routes.advertisements import (
    Remote,
    live_connections,
    outbound_connections,
    peered,
    uses_gateway,
)
from sparehub.topology.reachability.effective_routes.intervals import LENGTH, interval, prefix_key

HUB = "hub"


class Source(StrEnum):
    """Where a route comes from, in Azure's words."""

    SYSTEM = "Default"
    GATEWAY = "VirtualNetworkGateway"
    USER = "User"


class HopType(StrEnum):
    """What an effective route does with a packet, in Azure's words."""

    VNET_LOCAL = "VnetLocal"
    VNET_PEERING = "VNetPeering"
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    SERVICE_ENDPOINT = "VirtualNetworkServiceEndpoint"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    INTERNET = "Internet"
    NONE = "None"


# RT-04: of two routes for one prefix, user over BGP over system.
_RANK = {Source.USER: 2, Source.GATEWAY: 1, Source.SYSTEM: 0}


@dataclass(frozen=True, kw_only=True)
class EffectiveRoute:
    """One line of an effective route table.

    ``network`` is the key of the network that VnetLocal and VNetPeering lead into; a service
    endpoint has the service's tag in place of a prefix, since its prefixes are Azure's to know.
    """

    source: Source
    hop_type: HopType
    address_prefix: IPv4Network | None = None
    tag: str = ""
    next_hop: IPv4Address | None = None
    name: str = ""
    network: str = ""
    connections: tuple[str, ...] = ()  # ER-22: several are used side by side
    remote: bool = False  # ER-26: into the other region, over a circuit that both use
    overridden_by: "EffectiveRoute | None" = None
    key: int = field(init=False, compare=False, repr=False)  # of the prefix: quicker than its hash

    def __post_init__(self) -> None:
        key = -1 if self.address_prefix is None else prefix_key(self.address_prefix)
        object.__setattr__(self, "key", key)

    @property
    def state(self) -> str:
        """Azure's word: Active, or Invalid where another route won."""
        return "Invalid" if self.overridden_by else "Active"

    def __str__(self) -> str:
        origin = f"route {self.name}" if self.name else f"{self.source} route"
        hop = f"{self.hop_type} {self.next_hop}" if self.next_hop else str(self.hop_type)
        return f"{origin} {self.tag or self.address_prefix} to {hop}"


class RegionRoutes:
    """The effective routes of a region's subnets; what subnets share is computed once."""

    def __init__(self, region: Region, remote: Remote | None = None) -> None:
        self.region = region
        self._tables = {table.key: table for table in region.route_tables}
        self._user = {table.key: tuple(_user_routes(table)) for table in region.route_tables}
        self._hub = tuple(_into(HUB, region.hub, HopType.VNET_PEERING))
        self._spokes = tuple(
            route
            for spoke in region.spokes
            if peered(spoke)
            for route in _into(spoke.key, spoke.virtual_network, HopType.VNET_PEERING)
        )
        self._learned = tuple(_learned(region, remote or Remote()))
        self._alike: dict[tuple[object, ...], _Alike] = {}

    def of(self, network: str, subnet: Subnet) -> tuple[EffectiveRoute, ...]:
        """Return the routes of a subnet of the hub (``hub``) or of a spoke (its key)."""
        spoke = next((each for each in self.region.spokes if each.key == network), None)
        return self.of_subnet(spoke, subnet)

    def of_subnet(self, spoke: Spoke | None, subnet: Subnet) -> tuple[EffectiveRoute, ...]:
        """Return the routes of a subnet of a spoke, or of the hub where that is None."""
        key, network = (spoke.key, spoke.virtual_network) if spoke else (HUB, self.region.hub)
        own = tuple(_into(key, network, HopType.VNET_LOCAL))
        return tuple(_judged([*own, *self._beside(spoke, subnet, network.address_space)]))

    def winners(
        self, spoke: Spoke | None, subnet: Subnet
    ) -> tuple[tuple[EffectiveRoute, ...], tuple[EffectiveRoute, ...]]:
        """Return the active routes that have a prefix, the shortest first, in two parts.

        The second is the same tuple for all spokes that are alike; what is left is the first, and
        wins over it. Hundreds of spokes then cost little more than one.
        """
        if spoke is None:
            return _winners(self.of_subnet(spoke, subnet)), ()
        alike = (subnet.route_table, subnet.service_endpoints, peered(spoke), uses_gateway(spoke))
        if alike not in self._alike:
            self._alike[alike] = _Alike(tuple(_judged(self._beside(spoke, subnet, ()))))
        shared = self._alike[alike]
        space = spoke.virtual_network.address_space
        if any(shared.meets(prefix) for prefix in space):
            return _winners(self.of_subnet(spoke, subnet)), ()
        return tuple(_into(spoke.key, spoke.virtual_network, HopType.VNET_LOCAL)), shared.winners

    def _beside(
        self, spoke: Spoke | None, subnet: Subnet, space: Iterable[IPv4Network]
    ) -> list[EffectiveRoute]:
        """Return every route of a subnet but those of its own network, which holds ``space``."""
        table = self._tables.get(subnet.route_table or "")
        user = self._user[table.key] if table else ()
        peers = self._spokes if spoke is None else self._hub if peered(spoke) else ()
        propagates = table is None or not table.disable_bgp_route_propagation  # RT-09
        reaches_gateway = spoke is None or uses_gateway(spoke)
        learned = self._learned if reaches_gateway and propagates else ()
        return [
            *peers,
            *learned,
            *_service_endpoints(subnet),
            *_elsewhere(tuple(space), learned, user),
            *user,
        ]


class _Alike:
    """What spokes have in common that are alike in everything but their addresses."""

    def __init__(self, routes: tuple[EffectiveRoute, ...]) -> None:
        self.winners = _winners(routes)
        points = [interval(route.address_prefix)[0] for route in routes if route.address_prefix]
        points += [int(route.next_hop) for route in routes if route.next_hop]
        self._points = sorted(points)

    def meets(self, prefix: IPv4Network) -> bool:
        """Return whether a prefix may hold one of the routes or next hops."""
        first, end = interval(prefix)
        return bisect_left(self._points, first) < bisect_left(self._points, end)


def _winners(routes: Iterable[EffectiveRoute]) -> tuple[EffectiveRoute, ...]:
    active = (route for route in routes if route.overridden_by is None and route.key >= 0)
    return tuple(sorted(active, key=lambda route: route.key & LENGTH))


def find_subnet(region: Region, name: str) -> tuple[str, Subnet]:
    """Return the network's key and the subnet of a name such as ``spoke1/app``.

    Raises:
        UnknownNameError: listing the subnets that there are.
    """
    known = dict(subnets(region))
    if name not in known:
        raise UnknownNameError("subnet", name, known)
    return name.split("/", maxsplit=1)[0], known[name]


def subnets(region: Region) -> Iterator[tuple[str, Subnet]]:
    """Yield every subnet with its name, the hub's first: ``hub/nva``, ``spoke1/app``."""
    for subnet in region.hub.subnets:
        yield f"{HUB}/{subnet.name}", subnet
    for spoke in region.spokes:
        for subnet in spoke.virtual_network.subnets:
            yield f"{spoke.key}/{subnet.name}", subnet


def _into(key: str, network: VirtualNetwork, hop_type: HopType) -> Iterator[EffectiveRoute]:
    """RT-01: one route a prefix of the network, never one a subnet."""
    for prefix in network.address_space:
        yield EffectiveRoute(
            source=Source.SYSTEM, hop_type=hop_type, address_prefix=prefix, network=key
        )


def _learned(region: Region, remote: Remote) -> Iterator[EffectiveRoute]:
    """What the gateway learns of on-premises, every circuit the same (ER-22), and of a region.

    A prefix that both bring is taken to lead to on-premises.
    """
    if not live_connections(region):
        return
    connections = tuple(each.key for each in outbound_connections(region))
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


def _service_endpoints(subnet: Subnet) -> Iterator[EffectiveRoute]:
    for service in subnet.service_endpoints:
        yield EffectiveRoute(
            source=Source.SYSTEM,
            hop_type=HopType.SERVICE_ENDPOINT,
            tag=service.removeprefix("Microsoft."),
        )


def _elsewhere(
    space: Sequence[IPv4Network], learned: Iterable[EffectiveRoute], user: Iterable[EffectiveRoute]
) -> Iterator[EffectiveRoute]:
    """The system's routes for what no network holds.

    RT-03: a default route takes the private ranges along, whether a user wrote it or BGP brought
    it. One that BGP brought stands in the place of the system's own, which a user's leaves Invalid
    (the tables are in ``docs/verification.md``).
    """
    if any(route.address_prefix == DEFAULT_ROUTE for route in learned):
        return  # RT-03, by BGP
    yield EffectiveRoute(
        source=Source.SYSTEM, hop_type=HopType.INTERNET, address_prefix=DEFAULT_ROUTE
    )
    if any(route.address_prefix == DEFAULT_ROUTE for route in user):
        return  # RT-03, by a user
    for prefix in PRIVATE_RANGES:
        # RT-02: gone where a prefix of the network equals or contains it.
        if not any(prefix.subnet_of(held) for held in space):
            yield EffectiveRoute(source=Source.SYSTEM, hop_type=HopType.NONE, address_prefix=prefix)


def _judged(routes: list[EffectiveRoute]) -> Iterator[EffectiveRoute]:
    """Yield the routes, each that loses with the one that overrode it."""
    networks = {route.key: route for route in routes if route.network}
    lengths = {key & LENGTH for key in networks}
    best: dict[int, EffectiveRoute] = {}
    losers: dict[int, EffectiveRoute] = {}
    for number, route in enumerate(routes):
        key = route.key
        if key < 0:
            continue  # RT-06: nothing overrides a service endpoint
        if route.source is Source.GATEWAY and (winner := _holding(route, networks, lengths)):
            losers[number] = winner
            continue
        held = best.get(key)
        if held is None or _RANK[route.source] > _RANK[held.source]:
            best[key] = route
    for number, route in enumerate(routes):
        winner = losers.get(number) or best.get(route.key, route)
        yield route if winner is route else replace(route, overridden_by=winner)


def _holding(
    learned: EffectiveRoute, networks: Mapping[int, EffectiveRoute], lengths: Iterable[int]
) -> EffectiveRoute | None:
    """RT-05: a network's own route is preferred even where what BGP brings is more specific."""
    prefix = learned.address_prefix
    for length in lengths:
        if prefix and length <= prefix.prefixlen:
            holding = networks.get(prefix_key(prefix.supernet(new_prefix=length)))
            if holding:
                return holding
    return None
