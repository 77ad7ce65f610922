"""Why a pair of contexts has its verdict: both paths, and the route or flag that causes it."""

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
from sparehub.topology.reachability.effective_routes.effective_route import HopType, Source
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES, SubnetContext
from sparehub.topology.reachability.verdicts.outcome_bits import DROPPED, UNKNOWN_APPLIANCE
from sparehub.topology.reachability.verdicts.paths import Hop, Trace, Tracer
from sparehub.topology.reachability.verdicts.verify import Reachability


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A trace of each direction and the cause of the verdict.

    Attributes:
        path: the trace from source to destination.
        return_path: the trace back; None where the internet is the destination.
        reason: empty where nothing is wrong.
    """

    path: Trace
    return_path: Trace | None
    reason: str


class Explainer:
    """Explains the verdicts of one state."""

    def __init__(self, reachability: Reachability) -> None:
        self.reachability = reachability
        self._network = reachability.network
        self._tracer = Tracer(self._network)
        self._subnets = {context.name: context for context in self._network.subnets}

    def explain(self, source: str, destination: str) -> Explanation:
        """Return the worst trace of each direction and the cause of the verdict."""
        forward = list(self.traces(source, destination))
        answers = destination in self._subnets or destination == ON_PREMISES
        back = list(self.traces(destination, source)) if answers else []
        path = max(forward, key=lambda trace: _severity(trace, destination))
        return_path = max(back, key=lambda trace: _severity(trace, source)) if back else None
        reasons = [self._reason(path, source, destination)]
        if return_path:
            reasons.append(self._reason(return_path, destination, source))
            two_regions = self._two_regions(forward, destination) or self._two_regions(back, source)
            if two_regions:
                reasons = [two_regions]
            elif not any(reasons):
                reasons = [self._bypass(path, back) or self._bypass(return_path, forward)]
        reason = "; ".join(dict.fromkeys(filter(None, reasons)))
        return Explanation(path=path, return_path=return_path, reason=reason)

    def worst_trace(self, source: str, destination: str) -> Trace:
        """Return the worst trace from a source to a destination."""
        traces = self.traces(source, destination)
        return max(traces, key=lambda trace: _severity(trace, destination))

    def _addresses(self, context: str) -> Iterator[IPv4Address]:
        columns = self.reachability.columns
        number = self._network.number[context]
        for atom in columns.atoms[columns.destinations == number]:
            yield IPv4Address(int(self._network.atoms.starts[atom]))

    def traces(self, source: str, destination: str) -> Iterator[Trace]:
        """Yield a trace to the first address of each atom of a destination."""
        for address in self._addresses(destination):
            if source != ON_PREMISES:
                yield self._tracer.from_subnet(source, address)
                continue
            traces = [trace for _, trace in self._tracer.from_on_premises(address)]
            no_route = Trace(address=address, hops=[Hop(context=ON_PREMISES)])
            no_route.reason = self._not_advertised(self._subnets.get(destination), address)
            yield from traces or [no_route]

    def _reason(self, trace: Trace, source: str, destination: str) -> str:
        """Return why a trace does not end at the destination, or what makes it uncertain."""
        if not trace.end:
            why = ""
            if destination == ON_PREMISES and (context := self._subnets.get(source)):
                region = self._network.regions[context.stack]
                why = _not_live(context.stack, region) or _not_offered(context.stack, context)
            return f"{source} -> {destination}: {trace.reason}{f' ({why})' if why else ''}"
        if trace.end != destination:
            return f"{source} -> {destination}: {trace.address} is delivered to {trace.end}"
        return "; ".join([*trace.doubts, *trace.notes])

    def _two_regions(self, traces: list[Trace], end: str) -> str:
        """Return that on-premises may send packets into either region; else nothing."""
        sent = {trace.address for trace in traces if trace.contexts[:1] == [ON_PREMISES]}
        for address in sorted(sent):
            stacks = {stack: None for stack, _ in self._tracer.from_on_premises(address)}
            if len(stacks) > 1:
                return (
                    f"{' and '.join(stacks)} both advertise {address} of {end} to on-premises, "
                    "and onPremises.prefers does not say which one its routers prefer (ER-23)"
                )
        return ""

    def _bypass(self, trace: Trace, others: list[Trace]) -> str:
        """Return where a path bypasses the stateful NVA that the other direction goes through."""
        stateful = self._network.stateful
        if not any(other.nvas & stateful & ~trace.nvas for other in others):
            return ""
        hop = next((hop for hop in trace.hops if hop.route), None)
        if hop is None or hop.route is None:
            return ""
        start, end = trace.contexts[0], trace.contexts[-1]
        where = f"at {hop.context} {hop.route}"
        text = f"{start} -> {end} bypasses the NVA, which sees only the return direction: {where}"
        stack, _, subnet = hop.context.partition("/")
        table = self._table_name(stack, subnet)
        if hop.route.source is Source.GATEWAY:
            return f"{text}; {table} propagates BGP routes (disableBgpRoutePropagation, RT-08)"
        if hop.route.hop_type is HopType.VNET_PEERING:
            return f"{text}; {table} has no route for it to the NVA (RT-08)"
        return text

    def _table_name(self, stack: str, subnet: str) -> str:
        region = self._network.regions[stack]
        context = self._subnets.get(f"{stack}/{subnet}") or self._network.gateways.get(stack)
        key = context.subnet.route_table if context else None
        names = [table.name for table in region.route_tables if table.key == key]
        return names[0] if names else f"{stack}/{subnet}, which has no route table,"

    def _not_advertised(self, context: SubnetContext | None, address: IPv4Address) -> str:
        """Return why on-premises has no route to an address."""
        reasons = [
            _not_live(stack, region) or _not_offered(stack, context)
            for stack, region in self._network.regions.items()
            if context is None or context.stack == stack
        ]
        why = "; ".join(filter(None, reasons)) or "its region is lost"
        return f"on-premises has no route to {address}: {why}"


def _not_offered(stack: str, context: SubnetContext | None) -> str:
    """Return why a region does not advertise a spoke; empty where it does."""
    spoke = context.spoke if context else None
    if spoke is None or uses_gateway(spoke):
        return ""
    half = spoke.spoke_to_hub.name
    if not peered(spoke):
        return f"{half} of {stack} is not connected (PE-01)"
    if not spoke.spoke_to_hub.use_remote_gateways:
        return f"{half} of {stack} has useRemoteGateways false, so it is not advertised (ER-20)"
    return f"{spoke.hub_to_spoke.name} of {stack} has allowGatewayTransit false (PE-10)"


def _not_live(stack: str, region: Region) -> str:
    """Return why a region has no live connection; empty where it has one."""
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


def _severity(trace: Trace, destination: str) -> tuple[int, int]:
    """Return a sort key: how bad a trace is, then how few NVAs it went through."""
    if trace.outcome == UNKNOWN_APPLIANCE:
        return 2, 0
    if trace.outcome == DROPPED or trace.end != destination:
        return 3, 0
    return (1 if trace.doubts else 0), -trace.nvas.bit_count()
