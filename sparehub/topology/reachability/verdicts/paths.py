"""The way of one packet, hop by hop, with the route that won at each: for what is shown.

Slow and exact, on the same effective routes as ``outcomes``, and with words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from sparehub.topology.reachability.effective_routes.advertisements import live_connections
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    ON_PREMISES,
    Network,
    SubnetContext,
)
from sparehub.topology.reachability.effective_routes.intervals import interval
from sparehub.topology.reachability.effective_routes.routes import EffectiveRoute, HopType, Source
from sparehub.topology.reachability.verdicts.outcome_bits import (
    DELIVERED,
    DROPPED,
    LOOPED,
    PERHAPS,
    UNKNOWN_APPLIANCE,
)


@dataclass(frozen=True, kw_only=True)
class Hop:
    """Where a packet is, the route that won there, and those that it overrode."""

    context: str
    route: EffectiveRoute | None = None
    overridden: tuple[EffectiveRoute, ...] = ()

    def __str__(self) -> str:
        return f"{self.context} ({self.route})" if self.route else self.context


@dataclass(kw_only=True)
class Trace:
    """What became of one packet."""

    address: IPv4Address
    hops: list[Hop] = field(default_factory=list)
    outcome: int = DROPPED
    end: str = ""  # the context that got it
    reason: str = ""  # why none did
    doubts: list[str] = field(default_factory=list)
    """The flags that make it uncertain (PE-17b)."""
    remarks: list[str] = field(default_factory=list)
    """What is to be known of its way although it arrives (ER-28)."""
    nvas: int = 0

    @property
    def contexts(self) -> list[str]:
        """The contexts that it passed."""
        return [hop.context for hop in self.hops]


class Tracer:
    """Walks single packets through a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._places = {place.name: place for place in network.places}
        self._tables: dict[str, list[tuple[int, int, EffectiveRoute]]] = {}

    def from_on_premises(self, address: IPv4Address) -> Iterator[tuple[str, Trace]]:
        """Yield a walk for each region that on-premises may send a packet into."""
        network = self._network
        atom = int(network.atoms.starts.searchsorted(int(address), side="right")) - 1
        for stack, chosen in network.choices.items():
            if not chosen[atom]:
                continue
            walk = self._enter(network.gateways.get(stack), address)
            yield stack, walk
            if place := network.fast_paths.get(stack):
                fast = self._enter(place, address)
                if fast.contexts[2:] != walk.contexts[2:]:
                    fast.remarks.append(self._either(stack, walk, fast))
                yield stack, fast

    def _enter(self, place: SubnetContext | None, address: IPv4Address) -> Trace:
        walk = Trace(address=address, hops=[Hop(context=ON_PREMISES)])
        self._go(walk, place, forwarded=False)
        return walk

    def _either(self, stack: str, walk: Trace, fast: Trace) -> str:
        """Say which way FastPath may take; the source of both is that of ER-28."""
        region = self._network.regions[stack]
        names = ", ".join(each.name for each in live_connections(region) if each.fast_path)
        by, past = (" -> ".join(each.contexts) for each in (walk, fast))
        return (
            f"{names} has FastPath (expressRouteGatewayBypass), and whether that follows "
            "GatewaySubnet's route table Microsoft answers by circuit and date: with ExpressRoute "
            f"Direct since 2024-06 it does, {by}; with any other circuit, and before, it does not, "
            f"{past} (ER-28)"
        )

    def from_place(self, name: str, address: IPv4Address) -> Trace:
        """Walk a packet that a subnet sends."""
        walk = Trace(address=address)
        self._go(walk, self._places[name], forwarded=False)
        return walk

    def _go(self, walk: Trace, place: SubnetContext | None, *, forwarded: bool) -> None:
        if place is None:
            walk.reason = "there is no GatewaySubnet"
            return
        route, others = self._look_up(place, walk.address)
        walk.hops.append(Hop(context=place.name, route=route, overridden=others))
        self._note_doubts(walk, place, route)
        match route.hop_type:
            case HopType.VNET_LOCAL | HopType.VNET_PEERING:
                self._deliver(walk, place, route, forwarded=forwarded)
            case HopType.VIRTUAL_APPLIANCE:
                self._to_appliance(walk, place, route)
            case HopType.VIRTUAL_NETWORK_GATEWAY if route.remote:  # ER-26
                other = self._network.others[place.stack]
                self._go(walk, self._network.gateways.get(other), forwarded=False)
            case HopType.VIRTUAL_NETWORK_GATEWAY if route.source is Source.GATEWAY:
                self._leave(walk, place, route)
            case HopType.INTERNET if place.subnet.default_outbound_access:
                self._leave(walk, place, route)
            case HopType.INTERNET:
                walk.reason = f"{place.name} has no default outbound access (VN-23)"
            case HopType.VIRTUAL_NETWORK_GATEWAY:
                walk.reason = f"at {place.name} {route} works with VPN gateways only (RT-11)"
            case _:
                walk.reason = f"{place.name} drops it: {route}"

    def _look_up(
        self, place: SubnetContext, address: IPv4Address
    ) -> tuple[EffectiveRoute, tuple[EffectiveRoute, ...]]:
        if place.name not in self._tables:
            found = self._network.routes[place.stack].of_subnet(place.spoke, place.subnet)
            spans = [(*interval(r.address_prefix), r) for r in found if r.address_prefix]
            self._tables[place.name] = sorted(spans, key=lambda each: each[1] - each[0])
        number = int(address)
        matching = [r for low, high, r in self._tables[place.name] if low <= number < high]
        winner = next(route for route in matching if route.overridden_by is None)
        return winner, tuple(route for route in matching if route is not winner)

    def _deliver(
        self, walk: Trace, place: SubnetContext, route: EffectiveRoute, *, forwarded: bool
    ) -> None:
        key = route.network or place.network
        for other in self._network.places:
            held = other.stack == place.stack and other.network == key
            if held and walk.address in other.subnet.address_prefix:
                walk.hops.append(Hop(context=other.name))
                if (
                    forwarded
                    and other.spoke
                    and not other.spoke.spoke_to_hub.allow_forwarded_traffic
                ):
                    half = other.spoke.spoke_to_hub.name
                    walk.doubts.append(f"{half} has allowForwardedTraffic false (PE-17b)")
                if other.spoke and other.network != place.network:
                    self._note_access(walk, other)
                self._arrive(walk, other.name)
                return
        walk.reason = f"no subnet of {place.stack}/{key} holds {walk.address}: a black hole"

    def _to_appliance(self, walk: Trace, place: SubnetContext, route: EffectiveRoute) -> None:
        network = self._network
        if route.next_hop is None:
            walk.reason = f"at {place.name} {route} names no next hop"
            return
        hop = network.next_hop(place, route.next_hop)
        nva = network.nvas.get(place.stack)
        if hop == network.unknown:
            walk.outcome = UNKNOWN_APPLIANCE
            walk.reason = f"at {place.name} {route}: no appliance that the model knows"
        elif hop == network.dropped or nva is None:
            lost = place.stack in network.lost_nvas
            why = "the NVA is lost" if lost else "not in this network, nor in a peer of it (RT-12)"
            walk.reason = f"at {place.name} {route}: {why}"
        elif place is nva:
            walk.outcome = LOOPED
            walk.reason = f"at {place.name} {route} leads to the NVA itself: a loop (RT-14)"
        else:
            walk.nvas |= 1 << list(network.regions).index(place.stack)
            self._go(walk, nva, forwarded=True)

    def _leave(self, walk: Trace, place: SubnetContext, route: EffectiveRoute) -> None:
        network = self._network
        atom = int(network.atoms.starts.searchsorted(int(walk.address), side="right")) - 1
        by_gateway = route.source is Source.GATEWAY
        holder = int((network.beyond if by_gateway else network.public)[atom])
        if holder == network.dropped:
            walk.reason = f"{route} at {place.name} leads where nobody holds {walk.address}"
            return
        if by_gateway and network.contexts[holder] == INTERNET:
            walk.hops.append(Hop(context=ON_PREMISES))
        walk.hops.append(Hop(context=network.contexts[holder]))
        self._arrive(walk, network.contexts[holder])

    def _arrive(self, walk: Trace, end: str) -> None:
        walk.end = end
        walk.outcome = (PERHAPS if walk.doubts else DELIVERED)[walk.nvas]

    def _note_doubts(self, walk: Trace, place: SubnetContext, route: EffectiveRoute) -> None:
        """Note what a packet that leaves a spoke over its peering meets there."""
        spoke = place.spoke
        if spoke is None or route.hop_type in (HopType.VNET_LOCAL, HopType.INTERNET, HopType.NONE):
            return
        inside = spoke.virtual_network.address_space
        if route.next_hop is None or not any(route.next_hop in prefix for prefix in inside):
            self._note_access(walk, place)

    def _note_access(self, walk: Trace, place: SubnetContext) -> None:
        spoke = place.spoke
        halves = (spoke.hub_to_spoke, spoke.spoke_to_hub) if spoke else ()
        for half in halves:
            if not half.allow_virtual_network_access:
                walk.doubts.append(f"{half.name} has allowVirtualNetworkAccess false (PE-17b)")
            if not half.in_sync:
                walk.doubts.append(f"{half.name} is not synced with the other network (PE-18)")
