"""Invariants: what must hold in a state, besides the intents; each violation is explained."""

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
from sparehub.topology.model.route_tables import routed_prefixes
from sparehub.topology.reachability.always_on import (
    unreached_pairs,
    without_path,
)
from sparehub.topology.reachability.effective_routes.advertisements import (
    advertisement,
    live_connections,
    offered_prefixes,
    outbound_connections,
    uses_gateway,
)
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    ON_PREMISES,
    SubnetContext,
)
from sparehub.topology.reachability.effective_routes.routes import HUB
from sparehub.topology.reachability.name_servers import NAMES, explained
from sparehub.topology.reachability.services import without_service_subnets
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.paths import Trace
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability
from sparehub.topology.rules.region.gateway_routes import gateway_route_problems
from sparehub.topology.rules.region.networks import gateway_subnet_of
from sparehub.topology.rules.region.routes import tables_of

_SHOWN = 3  # prefixes in a reason
OVERLAP = "overlap"
ALWAYS_ON = "always-on"
INVARIANTS = {
    "symmetric": "a stateful NVA sees both directions or neither (RT-22)",
    "no-loop": "no packet is in a loop",
    "no-blackhole": "a region delivers what it advertises",
    "isolation": "the spokes of a standby region reach neither on-premises nor the other region",
    ALWAYS_ON: "alwaysOn spokes and the spokes in use of the other region reach each other",
    "egress": "spokes reach the internet through the NVA only",
    "replication": "replication bypasses the NVA and on-premises (RT-25)",
    "prefix-count": "a gateway has at most 1,000 prefixes to advertise (ER-21)",
    OVERLAP: "no two live connections advertise the same addresses (ER-18, ER-23)",
    "same-circuit": "traffic leaves and enters by the same circuits (ER-22, ER-23)",
    "fast-path": "nothing from on-premises bypasses GatewaySubnet's route table (ER-28)",
    "other-networks": "a gateway accepts no routes of other networks on its circuits (ER-26)",
    "gateway-routes": "GatewaySubnet has the routes that a gateway needs (VN-12, VN-13)",
    NAMES: "spokes of the active region reach the DNS servers of their networks",
    "reach": "an intent: the first context reaches the second",
    "isolate": "an intent: neither context reaches the other",
    "through": "an intent: both directions go through the NVA",
}
"""Every invariant and kind of intent, and what it says."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """An invariant or intent that does not hold for one pair.

    Attributes:
        invariant: a key of ``INVARIANTS``.
        path: the trace from source to destination.
        return_path: the trace back.
        fails: whether the state fails by it; else it is a note.
        intent: the key of the intent in its stack file; empty for an invariant.
    """

    invariant: str
    source: str
    destination: str
    verdict: Verdict
    reason: str
    path: Trace | None = None
    return_path: Trace | None = None
    fails: bool = True
    intent: str = ""


def explain_violation(explainer: Explainer, invariant: str, row: int, column: int) -> Violation:
    """Return the violation of an invariant by a pair, given by the numbers of its contexts."""
    reachability = explainer.reachability
    source, destination = reachability.contexts[row], reachability.contexts[column]
    explanation = explainer.explain(source, destination)
    reason = explanation.reason or " -> ".join(str(hop) for hop in explanation.path.hops)
    if invariant == NAMES:
        reason = explained(reachability.network, source, destination, reason)
    return Violation(
        invariant=invariant,
        source=source,
        destination=destination,
        verdict=Verdict(int(reachability.verdicts[row, column])),
        reason=reason,
        path=explanation.path,
        return_path=explanation.return_path,
    )


def pair_violations(reachability: Reachability) -> Iterator[tuple[str, Flags]]:
    """Yield each invariant of pairs, with the pairs that violate it."""
    yield (
        "symmetric",
        without_service_subnets(reachability.asymmetric, reachability.network),
    )
    yield "no-loop", reachability.loops
    yield "no-blackhole", _black_holes(reachability)
    yield "isolation", _not_isolated(reachability)
    yield ALWAYS_ON, unreached_pairs(reachability)
    yield "egress", _direct_egress(reachability)


def _black_holes(reachability: Reachability) -> Flags:
    network = reachability.network
    flags: Flags = np.zeros_like(reachability.loops)
    on_premises = network.number[ON_PREMISES]
    for number, context in enumerate(network.subnets):
        low, high = network.atoms.span(context.subnet.address_prefix)
        advertised = bool(network.entries[context.stack][low:high].any())
        arrives = reachability.arrives(on_premises, number)
        flags[on_premises, number] = advertised and not arrives
    return flags


def _not_isolated(reachability: Reachability) -> Flags:
    network = reachability.network
    reached = (reachability.verdicts != Verdict.UNREACHABLE) & (reachability.verdicts != NO_PAIR)
    stacks = np.array([list(network.regions).index(item.stack) for item in network.subnets])
    flags: Flags = np.zeros_like(reached)
    count = len(stacks)
    joined = np.array(_joined(reachability), dtype=bool)
    apart = ~(joined[:, None] | joined[None, :])
    flags[:count, :count] = (stacks[:, None] != stacks[None, :]) & apart
    on_premises = network.number[ON_PREMISES]
    for number, context in enumerate(network.subnets):
        region = network.regions[context.stack]
        if region.activation is Activation.ACTIVE or context.spoke is None:
            continue
        if not (region.depth is Depth.CONNECTION and uses_gateway(context.spoke)):
            flags[number, on_premises] = flags[on_premises, number] = True
    wrong: Flags = flags & reached
    return wrong


def _joined(reachability: Reachability) -> list[bool]:
    """Return of each subnet whether the other region is to reach it, as the stack files say.

    By ``hub.peerings`` these are the hubs, and the spokes that the other NVA has a route to. An
    alwaysOn spoke is in use in either case.
    """
    network = reachability.network
    routed = {stack: routed_prefixes(region) for stack, region in network.regions.items()}

    def is_joined(context: SubnetContext) -> bool:
        if context.spoke is None:
            return context.stack in network.joins
        space = {*context.spoke.virtual_network.address_space}
        return context.spoke.always_on or space <= routed[network.other_stack[context.stack]]

    return [is_joined(context) for context in network.subnets]


def _direct_egress(reachability: Reachability) -> Flags:
    network = reachability.network
    flags: Flags = np.zeros_like(reachability.loops)
    internet = network.number[INTERNET]
    spokes = [number for number, context in enumerate(network.subnets) if context.spoke]
    arrives = reachability.verdicts[:, internet] != Verdict.UNREACHABLE
    flags[spokes, internet] = (arrives & ~reachability.inspected[:, internet])[spokes]
    wrong: Flags = flags & (reachability.verdicts != NO_PAIR)
    return without_service_subnets(wrong, network)


def region_violations(reachability: Reachability, explainer: Explainer) -> Iterator[Violation]:
    """Yield the violations of the invariants of regions and their connections."""
    regions = reachability.network.regions
    for stack, region in regions.items():
        yield from _gateway_routes(stack, region)
        yield from _connections(stack, region)
        yield from _set_outside_stack_files(stack, region)
    yield from _replication(reachability, explainer)
    for missing in without_path(reachability):
        yield Violation(
            invariant=ALWAYS_ON,
            source=missing.source,
            destination=missing.destination,
            verdict=missing.verdict,
            reason=missing.reason,
            fails=False,  # the files do not ask for it
        )
    for (stack, region), (other, other_region) in combinations(regions.items(), 2):
        yield from _overlap(stack, region, other, other_region)


def _connections(stack: str, region: Region) -> Iterator[Violation]:
    gateway = f"{stack}/{HUB}/{GATEWAY_SUBNET}"
    count = len(offered_prefixes(region))
    if region.gateway and region.connections and count > ADVERTISED_PREFIXES:
        yield Violation(
            invariant="prefix-count",
            source=gateway,
            destination=ON_PREMISES,
            verdict=Verdict.UNREACHABLE,
            reason=(
                f"{count} prefixes: above {ADVERTISED_PREFIXES} the connection goes down (ER-21)"
            ),
        )
    live, out = live_connections(region), outbound_connections(region)
    if len(out) < len(live):
        names = ", ".join(connection.name for connection in out)
        others = ", ".join(connection.name for connection in live if connection not in out)
        yield Violation(
            invariant="same-circuit",
            source=gateway,
            destination=ON_PREMISES,
            verdict=Verdict.AMBIGUOUS,
            reason=f"packets leave by {names} alone (routingWeight), and on-premises may answer by "
            f"{others}: configure its routers to prefer the same (ER-23)",
            fails=False,  # no stack file says what routers on-premises prefer
        )


def _set_outside_stack_files(stack: str, region: Region) -> Iterator[Violation]:
    """Yield features that no stack file has a key for, and that somebody switched on in Azure.

    None of them fails the state; what it does to an invariant or an intent may.
    """

    def note(invariant: str, reason: str) -> Violation:
        return Violation(
            invariant=invariant,
            source=ON_PREMISES,
            destination=f"{stack}/{HUB}/{GATEWAY_SUBNET}",
            verdict=Verdict.AMBIGUOUS,
            reason=reason,
            fails=False,
        )

    for connection in live_connections(region):
        if connection.fast_path:
            yield note(
                "fast-path",
                f"{connection.name} has FastPath (expressRouteGatewayBypass): its packets may "
                "bypass GatewaySubnet's route table, and with that the NVA (ER-28)",
            )
    gateway = region.gateway
    if gateway is None or not live_connections(region):
        return
    if gateway.allow_remote_vnet_traffic:
        yield note(
            "other-networks",
            f"{gateway.name} has allowRemoteVnetTraffic: it exchanges routes with every gateway on "
            "its circuits that has it, too; the model knows only the other region's (ER-26)",
        )
    if gateway.allow_virtual_wan_traffic:
        yield note(
            "other-networks",
            f"{gateway.name} has allowVirtualWanTraffic: it accepts the routes of every Virtual "
            "WAN on its circuits, which the model does not know (ER-26)",
        )


def _gateway_routes(stack: str, region: Region) -> Iterator[Violation]:
    subnet = gateway_subnet_of(region.hub)
    table = tables_of(region).get(subnet.route_table or "") if subnet else None
    if subnet is None or table is None:
        return
    for problem in gateway_route_problems(subnet, table):
        yield Violation(
            invariant="gateway-routes",
            source=f"{stack}/{HUB}/{GATEWAY_SUBNET}",
            destination=ON_PREMISES,
            verdict=Verdict.AMBIGUOUS,
            reason=f"{problem.message} ({'VN-12' if problem.stops_gateway else 'VN-13'})",
            fails=problem.stops_gateway,
        )


def _replication(reachability: Reachability, explainer: Explainer) -> Iterator[Violation]:
    for context in reachability.network.subnets:
        if not context.subnet.protected or STORAGE_ENDPOINT in context.subnet.service_endpoints:
            continue
        verdict = reachability.verdict(context.name, INTERNET)
        if verdict is None:
            continue
        path = explainer.explain(context.name, INTERNET).path
        if path.nvas or ON_PREMISES in path.contexts:
            by = " and ".join(path.contexts[1:-1])
            yield Violation(
                invariant="replication",
                source=context.name,
                destination=INTERNET,
                verdict=verdict,
                reason=f"no {STORAGE_ENDPOINT} endpoint: replication goes through {by} (RT-25)",
                path=path,
            )


def _overlap(stack: str, region: Region, other: str, other_region: Region) -> Iterator[Violation]:
    live_conflict = conflict(advertisement(region), advertisement(other_region))
    if live_conflict is None:
        return
    why = {
        Reason.SHARED_CIRCUIT: f" on the circuit {live_conflict.circuit} (ER-18)",
        Reason.PREFERENCES_DIFFER: ", and their files name different preferred regions (ER-23)",
        Reason.NO_PREFERENCE: ", which prefers neither (ER-23)",
    }[live_conflict.reason]
    first = ", ".join(str(prefix) for prefix in live_conflict.prefixes[:_SHOWN])
    count = len(live_conflict.prefixes)
    more = f" and {count - _SHOWN} more" if count > _SHOWN else ""
    yield Violation(
        invariant=OVERLAP,
        source=ON_PREMISES,
        destination=f"{other}/{HUB}/{GATEWAY_SUBNET}",
        verdict=Verdict.AMBIGUOUS,
        reason=f"{stack} and {other} both advertise {first}{more} to on-premises{why}",
    )
