"""One packet, hop by hop, from a context to an address."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address

from tests.oracle.addresses import Addresses
from tests.oracle.arm import Half, Network, Subnet
from tests.oracle.region import Region, opposite, peers
from tests.oracle.routes import ANYWHERE, GATEWAY, RESERVED, USER, Route, effective, winner

ON_PREMISES, INTERNET, HUB, GATEWAY_SUBNET = "on-premises", "internet", "hub", "GatewaySubnet"
MOST_HOPS = 16


class End(StrEnum):
    """How a packet ended; ``UNKNOWN``: at an appliance that nothing is known of."""

    DELIVERED = "delivered"
    DROPPED = "dropped"
    LOOP = "loop"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    """A subnet of a network of a region."""

    region: Region
    network: Network
    subnet: Subnet
    bypassed: bool = False  # ER-28: a GatewaySubnet whose table FastPath does not look at

    @property
    def name(self) -> str:
        """The context's name."""
        if self.bypassed:
            return f"{self.region.name}/FastPath"
        key = self.region.given.keys[self.network.name]
        return f"{self.region.name}/{key}/{self.subnet.name}"

    @property
    def is_lost(self) -> bool:
        """Whether it is the subnet of an NVA that is lost."""
        given = self.region.given
        return given.nva_lost and given.nva in self.subnet.prefix


Hop = tuple[str, Route | None]
"""A context and the route that won there."""


@dataclass(frozen=True)
class Outcome:
    """Where a packet came to its end, why there, by which routes, and what it met on its way."""

    end: End
    at: str
    reason: str
    hops: tuple[Hop, ...]
    passed: frozenset[str] = frozenset()
    stateful: frozenset[str] = frozenset()
    doubtful: bool = False


@dataclass(frozen=True)
class _Packet:
    address: IPv4Address
    hops: tuple[Hop, ...] = ()
    passed: frozenset[str] = frozenset()
    stateful: frozenset[str] = frozenset()
    doubtful: bool = False
    forwarded: bool = False

    def ends(self, end: End, at: str, reason: str) -> Outcome:
        return Outcome(
            end, at, reason, self.hops, self.passed, self.stateful, doubtful=self.doubtful
        )

    def past(self, nva: str, *, stateful: bool) -> "_Packet":
        passed, seen = self.passed | {nva}, self.stateful | ({nva} if stateful else set())
        return replace(self, passed=passed, stateful=seen, forwarded=True)


class World:
    """Both regions at once, beside one on-premises site and the internet."""

    def __init__(self, *regions: Region) -> None:
        self.regions = regions
        for region in regions:
            region.abroad = next((each for each in regions if each is not region), None)
        self._tables: dict[Place, list[Route]] = {}
        advertised = [prefix for region in regions for prefix in region.given.on_premises]
        sites = [prefix for prefix in advertised if prefix != ANYWHERE]
        if advertised and not sites:  # which addresses it has, a default route alone does not say
            sites = list(RESERVED)
        held = [p for r in regions for network in r.networks.values() for p in network.space]
        self.on_premises = Addresses(sites).without(held)
        self.internet = Addresses([ANYWHERE]).without([*RESERVED, *held, *sites])

    def places(self) -> Iterator[Place]:
        """Yield every subnet."""
        for region in self.regions:
            for network in region.networks.values():
                for subnet in network.subnets:
                    yield Place(region, network, subnet)

    def routes(self, place: Place) -> list[Route]:
        """Return the effective routes of a subnet."""
        if place not in self._tables:
            other = next((each for each in self.regions if each is not place.region), None)
            self._tables[place] = effective(place.region, place.network, place.subnet, other)
        return self._tables[place]

    def send(self, source: Place | None, address: IPv4Address) -> list[Outcome]:
        """Return how a packet may end: several ways where on-premises may choose.

        ``source`` None is on-premises.
        """
        if source is not None:
            return [self._from(source, _Packet(address))]
        entries = self._entries(address)
        if not entries:
            return [_Packet(address).ends(End.DROPPED, ON_PREMISES, "nobody advertises it")]
        return [self._from(place, _Packet(address)) for place in entries]

    def _entries(self, address: IPv4Address) -> list[Place]:
        """Return the GatewaySubnets that on-premises may send to: longest prefix, then ER-23."""
        lengths = {
            region.name: max(
                (p.prefixlen for p in region.advertised if address in p),
                default=-1,
            )
            for region in self.regions
        }
        best = max(lengths.values(), default=-1)
        chosen = [r for r in self.regions if lengths[r.name] == best >= 0]
        words = {region.given.prefers for region in self.regions}
        # A preference that only one of the two files names does not count.
        preferred = [region for region in chosen if words == {region.name}]
        if preferred:
            chosen = preferred
        return [entry for region in chosen for entry in self._gateways(region, bypasses=True)]

    def _gateways(self, region: Region, *, bypasses: bool) -> Iterator[Place]:
        """Yield a region's GatewaySubnet, and where FastPath is on what it is without a table.

        Microsoft's pages answer by circuit and date whether FastPath looks at it (ER-28).
        """
        for place in filter(lambda each: _is_gateway_subnet(each, region), self.places()):
            yield place
            if bypasses and any(link.bypass for link in region.live):
                bare = replace(place.subnet, routes=(), propagates=True)
                yield replace(place, subnet=bare, bypassed=True)

    def _from(self, place: Place, packet: _Packet) -> Outcome:
        """Walk on from a subnet, by its routes."""
        seen: set[Place] = set()
        while len(packet.hops) <= MOST_HOPS and place not in seen:
            seen.add(place)
            route = winner(self.routes(place), packet.address)
            packet = replace(packet, hops=(*packet.hops, (place.name, route)))
            step = self._next(place, route, packet)
            if isinstance(step, Outcome):
                return step
            place, packet = step
        return packet.ends(End.LOOP, place.name, "the packet comes back to where it was")

    def _next(
        self, place: Place, route: Route | None, packet: _Packet
    ) -> Outcome | tuple[Place, _Packet]:
        if route is None or route.hop == "None":
            return packet.ends(End.DROPPED, place.name, "routed to nowhere")
        if route.hop == "VnetLocal":
            return self._into(place.region, place.network, packet)
        if route.hop in ("VNetPeering", "VNetGlobalPeering"):
            half = next(h for h in peers(place.region, place.network) if route.prefix in h.space)
            return self._across(place, half, packet)
        if route.hop == "Internet":
            return self._out(place, packet)
        if route.hop == GATEWAY:
            return self._up(place, route, packet)
        return self._appliance(place, route, packet)

    def _into(self, region: Region, network: Network, packet: _Packet) -> Outcome:
        for subnet in network.subnets:
            if packet.address in subnet.prefix:
                name = Place(region, network, subnet).name
                return packet.ends(End.DELIVERED, name, "delivered")
        return packet.ends(End.DROPPED, network.name, "no subnet holds the address")

    def _across(self, place: Place, half: Half, packet: _Packet) -> Outcome:
        owner = place.region.owner(half.remote)
        if owner is None:
            return packet.ends(End.DROPPED, half.remote, "nobody is known to be there")
        return self._into(owner, owner.networks[half.remote], _crossing(place, half, packet))

    def _up(self, place: Place, route: Route, packet: _Packet) -> Outcome | tuple[Place, _Packet]:
        """Leave by the gateway, the network's own or the peer's that it uses."""
        if route.source == USER:  # RT-11
            return packet.ends(End.DROPPED, place.name, "no user route leads to this gateway")
        if all(link.network != place.network.id for link in place.region.live):
            half = next(h for h in peers(place.region, place.network) if h.uses)
            packet = _crossing(place, half, packet)
        if route.into is not None:  # ER-26: in again, by the other region's gateway
            entry = next(self._gateways(route.into, bypasses=False))
            return entry, replace(packet, forwarded=False)
        if packet.address in self.on_premises:
            return packet.ends(End.DELIVERED, ON_PREMISES, "delivered")
        if route.prefix == ANYWHERE and packet.address in self.internet:  # ER-25
            return packet.ends(End.DELIVERED, INTERNET, "delivered by on-premises")
        return packet.ends(End.DROPPED, ON_PREMISES, "on-premises does not hold the address")

    def _out(self, place: Place, packet: _Packet) -> Outcome:
        if packet.address not in self.internet:
            return packet.ends(End.DROPPED, place.name, "no address of the internet")
        if not place.subnet.outbound:  # VN-23
            return packet.ends(End.DROPPED, place.name, "no default outbound access")
        return packet.ends(End.DELIVERED, INTERNET, "delivered")

    def _appliance(
        self, place: Place, route: Route, packet: _Packet
    ) -> Outcome | tuple[Place, _Packet]:
        """Hand a packet to an appliance of the own or a directly peered network (RT-12)."""
        address = route.address
        halves = {
            place.network.id: None,
            **{h.remote: h for h in peers(place.region, place.network)},
        }
        for key, half in halves.items():
            region = place.region.owner(key)
            space = half.space if half else place.network.space
            if address is None or not any(address in prefix for prefix in space):
                continue
            if region is None:
                lost = place.region.abroad is None and len(self.regions) == 1
                end = End.DROPPED if lost else End.UNKNOWN
                return packet.ends(end, str(address), "in a network that nobody described")
            network = region.networks[key]
            if half is not None:
                packet = _crossing(place, half, packet)
            if address != region.given.nva:
                return packet.ends(End.UNKNOWN, str(address), "an appliance that nobody described")
            if region.given.nva_lost:
                return packet.ends(End.DROPPED, place.name, "the NVA is lost")
            packet = packet.past(f"{region.name}/nva", stateful=region.given.stateful)
            at = next(Place(region, network, s) for s in network.subnets if address in s.prefix)
            return at, packet
        return packet.ends(End.DROPPED, place.name, f"invalid next hop {address}")


def _crossing(place: Place, half: Half, packet: _Packet) -> _Packet:
    """PE-16, PE-17b: without access on either half, a security group decides.

    So it does where an NVA forwards the packet and the receiver's half does not allow that.
    """
    owner = place.region.owner(half.remote)
    back = opposite(owner.networks[half.remote], place.network) if owner else None
    open_ = half.access and back is not None and back.access
    refused = packet.forwarded and not (back and back.forwarded)
    return replace(packet, doubtful=packet.doubtful or not open_ or refused)


def _is_gateway_subnet(place: Place, region: Region) -> bool:
    hubs = {link.network for link in region.live}
    return (
        place.region is region and place.network.id in hubs and place.subnet.name == GATEWAY_SUBNET
    )
