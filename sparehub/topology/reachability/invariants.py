"""What is asked of a state beyond who reaches whom; each answer is a violation or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sparehub.topology.azure.limits import ADVERTISED_PREFIXES
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.live_regions import Reason, conflict
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.advertisements import (
    advertisement,
    live_connections,
    offered_prefixes,
    outbound_connections,
    uses_gateway,
)
from sparehub.topology.reachability.effective_routes.forwarding import INTERNET, ON_PREMISES
from sparehub.topology.reachability.effective_routes.routes import HUB
from sparehub.topology.reachability.services import without_services
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.paths import Trace
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability
from sparehub.topology.rules.region.gateway_routes import gateway_route_problems
from sparehub.topology.rules.region.networks import gateway_subnet_of
from sparehub.topology.rules.region.routes import tables_of

_SHOWN = 3  # prefixes in a reason
QUESTIONS = {
    "symmetric": "every stateful NVA sees both ways of what it sees one way of (RT-22)",
    "no-loop": "no packet goes round and round",
    "no-blackhole": "what a region advertises it delivers",
    "isolation": "the spokes of a standby region reach neither on-premises nor the other region",
    "egress": "spokes reach the internet through the NVA only",
    "replication": "replication meets neither the NVA nor on-premises (RT-25)",
    "prefix-count": "a gateway has at most 1,000 prefixes to advertise (ER-21)",
    "overlap": "no two live connections advertise the same addresses (ER-18, ER-23)",
    "same-circuit": "on-premises is left and entered by the same circuits (ER-22, ER-23)",
    "fast-path": "nothing from on-premises passes GatewaySubnet's route table by (ER-28)",
    "other-networks": "a gateway takes no routes of other networks on its circuits (ER-26)",
    "gateway-routes": "GatewaySubnet has the routes that a gateway works with (VN-12)",
    "reach": "an intent: the first reaches the second",
    "isolate": "an intent: neither reaches the other",
    "through": "an intent, or the promise: both ways through the NVA",
}


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A question whose answer is no, for one pair."""

    question: str
    source: str
    destination: str
    verdict: Verdict
    reason: str
    there: Trace | None = None
    back: Trace | None = None
    fails: bool = True  # where the state is one that must be in order
    intent: str = ""  # where it was written


def explained(explainer: Explainer, question: str, row: int, column: int) -> Violation:
    """Return the violation of a question by a pair, given by the numbers of its contexts."""
    reachability = explainer.reachability
    source, destination = reachability.contexts[row], reachability.contexts[column]
    found = explainer.explain(source, destination)
    return Violation(
        question=question,
        source=source,
        destination=destination,
        verdict=Verdict(int(reachability.verdicts[row, column])),
        reason=found.reason or " -> ".join(str(hop) for hop in found.there.hops),
        there=found.there,
        back=found.back,
    )


def of_pairs(reachability: Reachability) -> Iterator[tuple[str, str, Flags]]:
    """Yield the questions that are asked of pairs, with the pairs whose answer is no.

    In between stands where an intent was written: none is.
    """
    yield "symmetric", "", without_services(reachability.asymmetric, reachability.network)
    yield "no-loop", "", reachability.loops
    yield "no-blackhole", "", _black_holes(reachability)
    yield "isolation", "", _not_isolated(reachability)
    yield "egress", "", _direct_egress(reachability)


def _black_holes(reachability: Reachability) -> Flags:
    network = reachability.network
    flags: Flags = np.zeros_like(reachability.loops)
    on_premises = network.number[ON_PREMISES]
    for number, place in enumerate(network.places):
        low, high = network.atoms.span(place.subnet.address_prefix)
        shown = bool(network.choices[place.stack][low:high].any())
        arrives = reachability.arrives(on_premises, number)
        flags[on_premises, number] = shown and not arrives
    return flags


def _not_isolated(reachability: Reachability) -> Flags:
    network = reachability.network
    reached = (reachability.verdicts != Verdict.UNREACHABLE) & (reachability.verdicts != NO_PAIR)
    stacks = np.array([list(network.regions).index(place.stack) for place in network.places])
    flags: Flags = np.zeros_like(reached)
    count = len(stacks)
    flags[:count, :count] = stacks[:, None] != stacks[None, :]
    on_premises = network.number[ON_PREMISES]
    for number, place in enumerate(network.places):
        region = network.regions[place.stack]
        if region.activation is Activation.ACTIVE or place.spoke is None:
            continue
        if not (region.depth is Depth.CONNECTION and uses_gateway(place.spoke)):
            flags[number, on_premises] = flags[on_premises, number] = True
    wrong: Flags = flags & reached
    return wrong


def _direct_egress(reachability: Reachability) -> Flags:
    network = reachability.network
    flags: Flags = np.zeros_like(reachability.loops)
    internet = network.number[INTERNET]
    spokes = [number for number, place in enumerate(network.places) if place.spoke]
    arrives = reachability.verdicts[:, internet] != Verdict.UNREACHABLE
    flags[spokes, internet] = (arrives & ~reachability.inspected[:, internet])[spokes]
    wrong: Flags = flags & (reachability.verdicts != NO_PAIR)
    return without_services(wrong, network)


def of_regions(reachability: Reachability, explainer: Explainer) -> Iterator[Violation]:
    """Yield the answers to the questions that are asked of regions and their connections."""
    regions = reachability.network.regions
    for stack, region in regions.items():
        yield from _gateway_routes(stack, region)
        yield from _connections(stack, region)
        yield from _beside(stack, region)
    yield from _replication(reachability, explainer)
    for (stack, region), (other, beside) in combinations(regions.items(), 2):
        yield from _overlap(stack, region, other, beside)


def _connections(stack: str, region: Region) -> Iterator[Violation]:
    gateway = f"{stack}/{HUB}/{GATEWAY_SUBNET}"
    count = len(offered_prefixes(region))
    if region.gateway and region.connections and count > ADVERTISED_PREFIXES:
        yield Violation(
            question="prefix-count",
            source=gateway,
            destination=ON_PREMISES,
            verdict=Verdict.UNREACHABLE,
            reason=(
                f"{count} prefixes: above {ADVERTISED_PREFIXES} the connection goes down (ER-21)"
            ),
        )
    live, out = live_connections(region), outbound_connections(region)
    if len(out) < len(live):
        names = ", ".join(each.name for each in out)
        others = ", ".join(each.name for each in live if each not in out)
        yield Violation(
            question="same-circuit",
            source=gateway,
            destination=ON_PREMISES,
            verdict=Verdict.AMBIGUOUS,
            reason=f"packets leave by {names} alone (routingWeight), and on-premises may answer by "
            f"{others}: let its routers prefer the same (ER-23)",
            fails=False,  # what its routers prefer is in no stack file
        )


def _beside(stack: str, region: Region) -> Iterator[Violation]:
    """Yield what nobody can say in a stack file, and a switch of the portal's turns on.

    None fails by itself: what it makes of a promise or an intent does.
    """

    def told(question: str, reason: str) -> Violation:
        return Violation(
            question=question,
            source=ON_PREMISES,
            destination=f"{stack}/{HUB}/{GATEWAY_SUBNET}",
            verdict=Verdict.AMBIGUOUS,
            reason=reason,
            fails=False,
        )

    for connection in live_connections(region):
        if connection.fast_path:
            yield told(
                "fast-path",
                f"{connection.name} has FastPath (expressRouteGatewayBypass): what comes in by it "
                "may pass GatewaySubnet's route table by, and with that the NVA (ER-28)",
            )
    gateway = region.gateway
    if gateway is None or not live_connections(region):
        return
    if gateway.allow_remote_vnet_traffic:
        yield told(
            "other-networks",
            f"{gateway.name} has allowRemoteVnetTraffic: it takes the routes of every gateway on "
            "its circuits that takes them, too; of those the model knows the other region's "
            "alone (ER-26)",
        )
    if gateway.allow_virtual_wan_traffic:
        yield told(
            "other-networks",
            f"{gateway.name} has allowVirtualWanTraffic: it takes the routes of every Virtual WAN "
            "on its circuits, which the model does not know (ER-26)",
        )


def _gateway_routes(stack: str, region: Region) -> Iterator[Violation]:
    subnet = gateway_subnet_of(region.hub)
    table = tables_of(region).get(subnet.route_table or "") if subnet else None
    if subnet is None or table is None:
        return
    for problem in gateway_route_problems(subnet, table):
        yield Violation(
            question="gateway-routes",
            source=f"{stack}/{HUB}/{GATEWAY_SUBNET}",
            destination=ON_PREMISES,
            verdict=Verdict.AMBIGUOUS,
            reason=f"{problem.message} ({'VN-12' if problem.stops_gateway else 'VN-13'})",
            fails=problem.stops_gateway,
        )


def _replication(reachability: Reachability, explainer: Explainer) -> Iterator[Violation]:
    for place in reachability.network.places:
        if not place.subnet.protected or STORAGE_ENDPOINT in place.subnet.service_endpoints:
            continue
        verdict = reachability.verdict(place.name, INTERNET)
        if verdict is None:
            continue
        found = explainer.explain(place.name, INTERNET)
        if found.there.nvas or ON_PREMISES in found.there.contexts:
            by = " and ".join(found.there.contexts[1:-1])
            yield Violation(
                question="replication",
                source=place.name,
                destination=INTERNET,
                verdict=verdict,
                reason=f"no {STORAGE_ENDPOINT} endpoint: replication passes {by} (RT-25)",
                there=found.there,
            )


def _overlap(stack: str, region: Region, other: str, beside: Region) -> Iterator[Violation]:
    found = conflict(advertisement(region), advertisement(beside))
    if found is None:
        return
    why = {
        Reason.SHARED_CIRCUIT: f" on the circuit {found.circuit} (ER-18)",
        Reason.PREFERENCES_DIFFER: ", and the two say different preferences of it (ER-23)",
        Reason.NO_PREFERENCE: ", which prefers neither (ER-23)",
    }[found.reason]
    few = ", ".join(str(prefix) for prefix in found.prefixes[:_SHOWN])
    count = len(found.prefixes)
    more = f" and {count - _SHOWN} more" if count > _SHOWN else ""
    yield Violation(
        question="overlap",
        source=ON_PREMISES,
        destination=f"{other}/{HUB}/{GATEWAY_SUBNET}",
        verdict=Verdict.AMBIGUOUS,
        reason=f"{stack} and {other} both advertise {few}{more} to on-premises{why}",
    )
