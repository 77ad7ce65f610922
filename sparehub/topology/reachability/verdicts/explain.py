"""Why a pair of contexts has its verdict: the two ways, and the route or the flag to blame."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from sparehub.topology.azure.limits import ADVERTISED_PREFIXES
from sparehub.topology.model.resources import Circuit, Region
from sparehub.topology.reachability.effective_routes.advertisements import (
    live_connections,
    offered_prefixes,
    peered,
    uses_gateway,
)
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES, SubnetContext
from sparehub.topology.reachability.effective_routes.routes import HopType, Source
from sparehub.topology.reachability.verdicts.outcome_bits import DROPPED, UNKNOWN_APPLIANCE
from sparehub.topology.reachability.verdicts.paths import Hop, Trace, Tracer
from sparehub.topology.reachability.verdicts.verify import Reachability


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One packet each way, and what is to blame; an empty reason where nothing is."""

    there: Trace
    back: Trace | None
    reason: str


class Explainer:
    """Explains pairs of one state."""

    def __init__(self, reachability: Reachability) -> None:
        self.reachability = reachability
        self._network = reachability.network
        self._walker = Tracer(self._network)
        self._places = {place.name: place for place in self._network.places}

    def explain(self, source: str, destination: str) -> Explanation:
        """Return the worst of the packets each way and the reason of the verdict."""
        there = list(self.walks(source, destination))
        two_ways = destination in self._places or destination == ON_PREMISES
        back = list(self.walks(destination, source)) if two_ways else []
        worst_there = max(there, key=lambda walk: _badness(walk, destination))
        worst_back = max(back, key=lambda walk: _badness(walk, source)) if back else None
        reasons = [self._reason(worst_there, source, destination)]
        if worst_back:
            reasons.append(self._reason(worst_back, destination, source))
            split = self._split(there, destination) or self._split(back, source)
            if split:
                reasons = [split]
            elif not any(reasons):
                reasons = [self._bypass(worst_there, back) or self._bypass(worst_back, there)]
        reason = "; ".join(dict.fromkeys(each for each in reasons if each))
        return Explanation(there=worst_there, back=worst_back, reason=reason)

    def worst_there(self, source: str, destination: str) -> Trace:
        """Return the worst of the packets of the way there."""
        walks = self.walks(source, destination)
        return max(walks, key=lambda walk: _badness(walk, destination))

    def _addresses(self, context: str) -> Iterator[IPv4Address]:
        columns = self.reachability.columns
        number = self._network.number[context]
        for atom in columns.atoms[columns.destinations == number]:
            yield IPv4Address(int(self._network.atoms.starts[atom]))

    def walks(self, source: str, destination: str) -> Iterator[Trace]:
        """Yield a packet to each part of a destination's addresses that is treated alike."""
        for address in self._addresses(destination):
            if source != ON_PREMISES:
                yield self._walker.from_place(source, address)
                continue
            walks = [walk for _, walk in self._walker.from_on_premises(address)]
            nowhere = Trace(address=address, hops=[Hop(context=ON_PREMISES)])
            nowhere.reason = self._unadvertised(self._places.get(destination), address)
            yield from walks or [nowhere]

    def _reason(self, walk: Trace, source: str, destination: str) -> str:
        if not walk.end:
            why = ""
            if destination == ON_PREMISES and (place := self._places.get(source)):
                region = self._network.regions[place.stack]
                why = _not_live(place.stack, region) or _not_offered(place.stack, place)
            return f"{source} -> {destination}: {walk.reason}{f' ({why})' if why else ''}"
        if walk.end != destination:
            return f"{source} -> {destination}: {walk.address} is delivered to {walk.end}"
        return "; ".join([*walk.doubts, *walk.remarks])

    def _split(self, walks: list[Trace], end: str) -> str:
        """Say that on-premises may choose between the regions."""
        seen = {walk.address for walk in walks if walk.contexts[:1] == [ON_PREMISES]}
        for address in sorted(seen):
            stacks = {stack: None for stack, _ in self._walker.from_on_premises(address)}
            if len(stacks) > 1:
                return (
                    f"{' and '.join(stacks)} both advertise {address} of {end} to on-premises, "
                    "and onPremises.prefers does not say which one its routers prefer (ER-23)"
                )
        return ""

    def _bypass(self, walk: Trace, others: list[Trace]) -> str:
        """Say where a way leaves out the stateful NVA that the other way passes."""
        stateful = self._network.stateful
        if not any(other.nvas & stateful & ~walk.nvas for other in others):
            return ""
        hop = next((hop for hop in walk.hops if hop.route), None)
        if hop is None or hop.route is None:
            return ""
        start, end = walk.contexts[0], walk.contexts[-1]
        where = f"at {hop.context} {hop.route}"
        text = f"{start} -> {end} goes past the NVA, which sees the other way: {where}"
        stack, _, rest = hop.context.partition("/")
        table = self._table_name(stack, rest)
        if hop.route.source is Source.GATEWAY:
            return f"{text}; {table} lets BGP routes in (disableBgpRoutePropagation, RT-08)"
        if hop.route.hop_type is HopType.VNET_PEERING:
            return f"{text}; {table} has no route for it to the NVA (RT-08)"
        return text

    def _table_name(self, stack: str, subnet: str) -> str:
        region = self._network.regions[stack]
        place = self._places.get(f"{stack}/{subnet}") or self._network.gateways.get(stack)
        key = place.subnet.route_table if place else None
        names = [table.name for table in region.route_tables if table.key == key]
        return names[0] if names else f"{stack}/{subnet}, which has no route table,"

    def _unadvertised(self, place: SubnetContext | None, address: IPv4Address) -> str:
        """Say why on-premises has no route to an address."""
        said = []
        for stack, region in self._network.regions.items():
            if place is None or place.stack == stack:
                said.append(_not_live(stack, region) or _not_offered(stack, place))
        why = "; ".join(each for each in said if each) or "its region is lost"
        return f"on-premises has no route to {address}: {why}"


def _not_offered(stack: str, place: SubnetContext | None) -> str:
    spoke = place.spoke if place else None
    if spoke is None or uses_gateway(spoke):
        return ""
    half = spoke.spoke_to_hub.name
    if not peered(spoke):
        return f"{half} of {stack} is not connected (PE-01)"
    if not spoke.spoke_to_hub.use_remote_gateways:
        return f"{half} of {stack} has useRemoteGateways false, so it is not advertised (ER-20)"
    return f"{spoke.hub_to_spoke.name} of {stack} has allowGatewayTransit false (PE-10)"


def _not_live(stack: str, region: Region) -> str:
    if live_connections(region):
        return ""
    count = len(offered_prefixes(region))
    if region.gateway is None:
        return f"{stack} has no gateway"
    if not region.connections:
        return f"{stack} has no connection"
    if count > ADVERTISED_PREFIXES:
        return (
            f"{stack} would advertise {count} prefixes; above {ADVERTISED_PREFIXES} "
            "the connection goes down (ER-21)"
        )
    without = [c.name for c in region.circuits if isinstance(c, Circuit) and not c.private_peering]
    return f"{stack} has no circuit with a private peering ({', '.join(without)}, ER-09)"


def _badness(walk: Trace, destination: str) -> tuple[int, int]:
    if walk.outcome == UNKNOWN_APPLIANCE:
        return 2, 0
    if walk.outcome == DROPPED or walk.end != destination:
        return 3, 0
    return (1 if walk.doubts else 0), -walk.nvas.bit_count()
