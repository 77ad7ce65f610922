"""Tracing of single packets, hop by hop, with the route that wins at each hop.

``outcomes`` computes the same for all addresses at once; a trace says in words what happened. Both
use the same effective routes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from sparehub.topology.reachability.effective_routes.advertisements import live_connections
from sparehub.topology.reachability.effective_routes.effective_route import (
    EffectiveRoute,
    HopType,
    Source,
)
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    ON_PREMISES,
    Network,
    SubnetContext,
)
from sparehub.topology.reachability.effective_routes.longest_prefix_match import RouteLookup
from sparehub.topology.reachability.verdicts.outcome_bits import (
    DELIVERED,
    DROPPED,
    LOOPED,
    UNCERTAIN,
    UNKNOWN_APPLIANCE,
)


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A context on the path, the route that wins there, and the other routes that match."""

    context: str
    route: EffectiveRoute | None = None
    overridden: tuple[EffectiveRoute, ...] = ()

    def __str__(self) -> str:
        return f"{self.context} ({self.route})" if self.route else self.context


@dataclass(kw_only=True)
class Trace:
    """The path of one packet and its outcome.

    Attributes:
        end: the context that the packet is delivered to; empty where it is not delivered.
        reason: why it is not delivered.
        doubts: the flags of peerings that make delivery uncertain (PE-17b, PE-18).
        notes: what to know of the path although the packet arrives (ER-28).
        nvas: the bits of the NVAs that it went through.
    """

    address: IPv4Address
    hops: list[Hop] = field(default_factory=list)
    outcome: int = DROPPED
    end: str = ""
    reason: str = ""
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nvas: int = 0

    @property
    def contexts(self) -> list[str]:
        """The names of the contexts on the path."""
        return [hop.context for hop in self.hops]


class Tracer:
    """Traces single packets through a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._subnets = {context.name: context for context in network.subnets}
        self._lookups: dict[str, RouteLookup] = {}

    def from_on_premises(self, address: IPv4Address) -> Iterator[tuple[str, Trace]]:
        """Yield a trace for each region that a packet of on-premises may enter, with its stack."""
        network = self._network
        atom = network.atoms.containing(int(address))
        for stack, entry in network.entries.items():
            if not entry[atom]:
                continue
            trace = self._enter(network.gateways.get(stack), address)
            yield stack, trace
            if fast_path := network.fast_paths.get(stack):
                fast = self._enter(fast_path, address)
                if fast.contexts[2:] != trace.contexts[2:]:
                    fast.notes.append(self._fast_path_note(stack, trace, fast))
                yield stack, fast

    def _enter(self, gateway: SubnetContext | None, address: IPv4Address) -> Trace:
        trace = Trace(address=address, hops=[Hop(context=ON_PREMISES)])
        self._forward(trace, gateway, by_nva=False)
        return trace

    def _fast_path_note(self, stack: str, trace: Trace, fast: Trace) -> str:
        """Return which of two paths FastPath may take (ER-28)."""
        region = self._network.regions[stack]
        names = ", ".join(each.name for each in live_connections(region) if each.fast_path)
        by_table, without_table = (" -> ".join(path.contexts) for path in (trace, fast))
        return (
            f"{names} has FastPath (expressRouteGatewayBypass). Whether FastPath follows "
            "GatewaySubnet's route table depends on the circuit and the date: with ExpressRoute "
            f"Direct since 2024-06 it does, {by_table}; with any other circuit, and before, it "
            f"does not, {without_table} (ER-28)"
        )

    def from_subnet(self, name: str, address: IPv4Address) -> Trace:
        """Return the trace of a packet that a subnet sends."""
        trace = Trace(address=address)
        self._forward(trace, self._subnets[name], by_nva=False)
        return trace

    def _forward(self, trace: Trace, context: SubnetContext | None, *, by_nva: bool) -> None:
        """Add a hop at a context and go on from there; ``by_nva``: an NVA forwards the packet."""
        if context is None:
            trace.reason = "there is no GatewaySubnet"
            return
        if context.name in trace.contexts[1:]:
            trace.outcome, trace.reason = LOOPED, f"it comes back to {context.name}: a loop"
            return
        route, overridden = self._find_route(context, trace.address)
        trace.hops.append(Hop(context=context.name, route=route, overridden=overridden))
        self._note_peering_out(trace, context, route)
        match route.hop_type:
            case HopType.VNET_LOCAL | HopType.VNET_PEERING | HopType.VNET_GLOBAL_PEERING:
                self._deliver(trace, context, route, by_nva=by_nva)
            case HopType.VIRTUAL_APPLIANCE:
                self._to_appliance(trace, context, route, by_nva=by_nva)
            case HopType.VIRTUAL_NETWORK_GATEWAY if route.remote:  # ER-26
                other = self._network.other_stack[context.stack]
                self._forward(trace, self._network.gateways.get(other), by_nva=False)
            case HopType.VIRTUAL_NETWORK_GATEWAY if route.source is Source.GATEWAY:
                self._leave(trace, context, route)
            case HopType.INTERNET if context.subnet.default_outbound_access:
                self._leave(trace, context, route)
            case HopType.INTERNET:
                trace.reason = f"{context.name} has no default outbound access (VN-23)"
            case HopType.VIRTUAL_NETWORK_GATEWAY:
                trace.reason = f"at {context.name} {route} works with VPN gateways only (RT-11)"
            case _:
                trace.reason = f"{context.name} drops it: {route}"

    def _find_route(
        self, context: SubnetContext, address: IPv4Address
    ) -> tuple[EffectiveRoute, tuple[EffectiveRoute, ...]]:
        if context.name not in self._lookups:
            routes = self._network.routes[context.stack].of_subnet(context.spoke, context.subnet)
            self._lookups[context.name] = RouteLookup(routes)
        return self._lookups[context.name].find(address)

    def _deliver(
        self, trace: Trace, context: SubnetContext, route: EffectiveRoute, *, by_nva: bool
    ) -> None:
        stack, key = context.stack, route.network or context.network
        if beyond := route.hop_type is HopType.VNET_GLOBAL_PEERING:
            stack, key = self._network.hub_behind(context.stack, route.network)
        for other in self._network.subnets:
            in_network = other.stack == stack and other.network == key
            if in_network and trace.address in other.subnet.address_prefix:
                trace.hops.append(Hop(context=other.name))
                spoke = other.spoke
                if by_nva and spoke and not spoke.spoke_to_hub.allow_forwarded_traffic:
                    half = spoke.spoke_to_hub.name
                    trace.doubts.append(f"{half} has allowForwardedTraffic false (PE-17b)")
                if spoke and other.network != context.network:
                    self._note_peering(trace, other)
                if beyond:
                    self._note_hub_peering(trace, context.stack, by_nva=by_nva)
                self._arrive(trace, other.name)
                return
        where = f"{stack}/{key}" if stack else f"the network behind {route.network}"
        trace.reason = f"no subnet of {where} holds {trace.address}: a black hole"

    def _to_appliance(
        self, trace: Trace, context: SubnetContext, route: EffectiveRoute, *, by_nva: bool
    ) -> None:
        network = self._network
        if route.next_hop is None:
            trace.reason = f"at {context.name} {route} names no next hop"
            return
        hop = network.next_hop(context, route.next_hop)
        nva = network.nvas.get(context.stack)
        if hop == network.to_other_nva:
            other = network.other_stack[context.stack]
            self._note_hub_peering(trace, context.stack, by_nva=by_nva)
            trace.nvas |= 1 << list(network.regions).index(other)
            self._forward(trace, network.nvas[other], by_nva=True)
        elif hop == network.unknown:
            trace.outcome = UNKNOWN_APPLIANCE
            trace.reason = f"at {context.name} {route}: an appliance that the model does not know"
        elif hop == network.dropped or nva is None:
            trace.reason = (
                f"at {context.name} {route}: {self._why_dropped(context, route.next_hop)}"
            )
        elif context is nva:
            trace.outcome = LOOPED
            trace.reason = f"at {context.name} {route} leads to the NVA itself: a loop (RT-14)"
        else:
            trace.nvas |= 1 << list(network.regions).index(context.stack)
            self._forward(trace, nva, by_nva=True)

    def _why_dropped(self, context: SubnetContext, address: IPv4Address) -> str:
        network = self._network
        for stack in (context.stack, network.other_stack[context.stack]):
            own = stack == context.stack
            if not own and address != network.regions[stack].nva.ip_address:
                continue
            if stack in network.lost_nvas:
                return "the NVA is lost" if own else f"the NVA of {stack} is lost"
            if stack in network.stopped_nvas:
                return f"the NVA of {stack} is off on standby (hub.nva.standby, RT-13)"
        return "not in this network, nor in a peer of it (RT-12)"

    def _note_hub_peering(self, trace: Trace, stack: str, *, by_nva: bool) -> None:
        """Note the flags of the peering of the hubs that make delivery uncertain."""
        joins, other = self._network.joins, self._network.other_stack[stack]
        for half in (joins[stack].half, joins[other].half):
            if not half.allow_virtual_network_access:
                trace.doubts.append(f"{half.name} has allowVirtualNetworkAccess false (PE-17b)")
        back = joins[other].half
        if by_nva and not back.allow_forwarded_traffic:
            trace.doubts.append(f"{back.name} has allowForwardedTraffic false (PE-17b)")

    def _leave(self, trace: Trace, context: SubnetContext, route: EffectiveRoute) -> None:
        """Deliver a packet that leaves the virtual networks: to on-premises or the internet."""
        network = self._network
        atom = network.atoms.containing(int(trace.address))
        by_gateway = route.source is Source.GATEWAY
        holder = int((network.holders if by_gateway else network.public)[atom])
        if holder == network.dropped:
            trace.reason = f"{route} at {context.name}: no network holds {trace.address}"
            return
        if by_gateway and network.contexts[holder] == INTERNET:
            trace.hops.append(Hop(context=ON_PREMISES))
        trace.hops.append(Hop(context=network.contexts[holder]))
        self._arrive(trace, network.contexts[holder])

    def _arrive(self, trace: Trace, end: str) -> None:
        trace.end = end
        trace.outcome = (UNCERTAIN if trace.doubts else DELIVERED)[trace.nvas]

    def _note_peering_out(
        self, trace: Trace, context: SubnetContext, route: EffectiveRoute
    ) -> None:
        """Note the flags of the peering over which a packet leaves a spoke, if it does."""
        spoke = context.spoke
        if spoke is None or route.hop_type in (HopType.VNET_LOCAL, HopType.INTERNET, HopType.NONE):
            return
        space = spoke.virtual_network.address_space
        if route.next_hop is None or not any(route.next_hop in prefix for prefix in space):
            self._note_peering(trace, context)

    def _note_peering(self, trace: Trace, context: SubnetContext) -> None:
        """Note the flags of a spoke's peering that make delivery uncertain."""
        spoke = context.spoke
        halves = (spoke.hub_to_spoke, spoke.spoke_to_hub) if spoke else ()
        for half in halves:
            if not half.allow_virtual_network_access:
                trace.doubts.append(f"{half.name} has allowVirtualNetworkAccess false (PE-17b)")
            if not half.in_sync:
                trace.doubts.append(f"{half.name} is not synced with the other network (PE-18)")
