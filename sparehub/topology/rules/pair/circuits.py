"""Circuits, gateways and addresses of two regions beside each other."""

from collections.abc import Iterator

from sparehub.topology.azure.circuit_limits import links_per_circuit
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.live_regions import Advertisement, Conflict, conflict
from sparehub.topology.model.pair import Stack, distinct_circuits, switched
from sparehub.topology.model.resources import Circuit, CircuitReference
from sparehub.topology.rules.pair.interlock import warn_of_shared_circuit
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import CONNECTIONS, links_of
from sparehub.topology.rules.region.gateways import SKU_PATH, capacity_of
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, overlaps
from sparehub.topology.state.deployed import Deployed


@rule(
    "ER-02",
    severity="warning",
    why="Bandwidth grows only where the port has room, and never shrinks: not in a disaster.",
)
def both_regions_have_the_same_bandwidth(pair: Pair) -> Iterator[RuleFault]:
    """All circuits of each region together."""
    less, more = sorted(pair, key=_bandwidth)
    if _bandwidth(less) < _bandwidth(more):
        message = (
            f"{_bandwidth(less)} Mbps where {more.name} has {_bandwidth(more)}: it can be raised "
            "only if the port has room then, so buy what the load after a failover needs"
        )
        yield RuleFault(CONNECTIONS, message, less.name)


def _bandwidth(stack: Stack) -> int:
    return sum(circuit.bandwidth_in_mbps for circuit in stack.region.circuits)


@rule("RG-01", why="A circuit has one peering location and one tier: they say how far it reaches.")
def a_shared_circuit_is_said_alike(pair: Pair) -> Iterator[RuleFault]:
    """Whoever owns it and whoever refers to it: from these its reach follows."""
    first, second = pair
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            if not same_circuit(circuit_id(circuit), circuit_id(other)):
                continue
            for key, ours, theirs in zip(
                ("peeringLocation", "sku.tier", "bandwidthInMbps"),
                _said_of(circuit),
                _said_of(other),
                strict=True,
            ):
                if str(ours).lower() != str(theirs).lower():
                    path = f"{CONNECTIONS}.{circuit.key}.circuit.{key}"
                    message = f"{ours} where {first.name} says {theirs} of the same circuit"
                    yield RuleFault(path, message, second.name)


def _said_of(circuit: Circuit | CircuitReference) -> tuple[str, str, int]:
    return circuit.peering_location, circuit.tier, circuit.bandwidth_in_mbps


@rule("ER-10", why="A private peering's links may not share an address with a virtual network.")
def links_are_apart_from_networks_of_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """Each region's links, the other's networks."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        networks = [RawPrefix("", prefix) for prefix in other.region.address_prefixes]
        for first, second in overlaps([*links_of(stack), *networks]):
            if bool(first.path) != bool(second.path):
                link, network = (first, second) if first.path else (second, first)
                message = f"{link.prefix} overlaps {network.prefix} of a network in {other.name}"
                yield RuleFault(link.path, message, stack.name)


@rule(
    "ER-14",
    severity="warning",
    why="A circuit that one region's stack owns goes when that stack is destroyed.",
)
def shared_circuits_are_owned_elsewhere(pair: Pair) -> Iterator[RuleFault]:
    """Referenced by id in both."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        if warning := warn_of_shared_circuit(stack.region, Deployed.from_region(other.region)):
            yield RuleFault(CONNECTIONS, warning, stack.name)


@rule("ER-15", why="A circuit is linked to 10 networks; a Premium one to 20 to 100, by bandwidth.")
def circuits_have_few_enough_links(pair: Pair) -> Iterator[RuleFault]:
    """Of both regions, which may be linked at once."""
    everything = [circuit for stack in pair for circuit in stack.region.circuits]
    for group in distinct_circuits(everything):
        most = min(links_per_circuit(each.tier, each.bandwidth_in_mbps) for each in group)
        if len(group) > most:
            message = f"{len(group)} connections to one circuit, which takes {most} links"
            yield RuleFault(f"{CONNECTIONS}.{group[-1].key}.circuit", message, pair.secondary.name)


@rule(
    "ER-17",
    severity="warning",
    why="Two circuits at one peering location fail with it, and both regions with them.",
)
def regions_are_served_from_different_locations(pair: Pair) -> Iterator[RuleFault]:
    """Said of different circuits; one circuit for both is a choice that cannot be missed."""
    everything = [circuit for stack in pair for circuit in stack.region.circuits]
    places = {circuit.peering_location.lower() for circuit in everything}
    if len(places) == 1 and len(distinct_circuits(everything)) > 1:
        place = everything[0].peering_location
        message = f"every circuit of both regions is at {place}: take another for this region"
        yield RuleFault(CONNECTIONS, message, pair.secondary.name)


@rule("ER-18", why="Two live regions with the same addresses lose each other's packets.")
def one_region_is_live_where_addresses_overlap(pair: Pair) -> Iterator[RuleFault]:
    """On one circuit always, on two unless on-premises prefers one region."""
    first, second = pair
    live = all(stack.config.activation is Activation.ACTIVE for stack in pair)
    if live and (found := _conflict(second, first)):
        message = (
            f"both {first.name} and {second.name} are switched to active and would advertise "
            f"{_listed(found)}; put one on standby"
        )
        yield RuleFault("activation", message, second.name)


@rule("ER-18", why="Two networks with the same addresses may not be linked to one circuit at once.")
def hub_on_standby_is_not_linked_beside_its_twin(pair: Pair) -> Iterator[RuleFault]:
    """At depth ``connection``, on one circuit."""
    yield from _advertised_twice(pair, shared=True)


@rule(
    "SR-13",
    why="The same addresses may be connected twice only where on-premises uses one of them.",
)
def hub_on_standby_is_not_advertised_beside_its_twin(pair: Pair) -> Iterator[RuleFault]:
    """At depth ``connection``, on two circuits."""
    yield from _advertised_twice(pair, shared=False)


def _advertised_twice(pair: Pair, *, shared: bool) -> Iterator[RuleFault]:
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        if stack.region.depth is not Depth.CONNECTION:
            continue
        waiting = switched(stack, Activation.STANDBY)
        live = switched(other, Activation.ACTIVE)
        found = _conflict(waiting, live)
        if found and bool(found.circuit) is shared:
            message = (
                f"on standby at this depth the hub is advertised beside {other.name}, which "
                f"advertises {_listed(found)}, too: choose depth gateway, hubs that do not "
                "overlap, or two circuits and the same onPremises.prefers in both files"
            )
            yield RuleFault("region.standby.depth", message, stack.name)


def _conflict(stack: Stack, other: Stack) -> Conflict | None:
    return conflict(Advertisement.of(stack.region), Advertisement.of(other.region))


def _listed(found: Conflict) -> str:
    return ", ".join(str(prefix) for prefix in found.prefixes)


@rule("ER-23", why="Routers prefer one region or none; two files that differ describe no routers.")
def both_files_say_what_on_premises_prefers(pair: Pair) -> Iterator[RuleFault]:
    """``onPremises.prefers``; where it differs it counts as none."""
    said = [stack.config.region.on_premises.prefers.value for stack in pair]
    if said[0] != said[1]:
        first = pair.primary.name
        message = (
            f"is {said[1]}, and {said[0]} in {first}: say the same in both files and deploy "
            f"{first} first; until then neither is preferred"
        )
        yield RuleFault("region.onPremises.prefers", message, pair.secondary.name)


@rule(
    "GWY-14",
    severity="warning",
    why="After a failover the gateway carries the other region's whole load.",
)
def both_gateways_have_the_same_capacity(pair: Pair) -> Iterator[RuleFault]:
    """By SKU and scale units."""
    less, more = sorted(pair, key=capacity_of)
    if capacity_of(less) < capacity_of(more):
        message = (
            f"carries {capacity_of(less)} Mbps where {more.name}'s carries {capacity_of(more)}: "
            "size it for the load after a failover"
        )
        yield RuleFault(SKU_PATH, message, less.name)


PAIR_CIRCUITS = (
    both_regions_have_the_same_bandwidth,
    a_shared_circuit_is_said_alike,
    links_are_apart_from_networks_of_the_other_region,
    shared_circuits_are_owned_elsewhere,
    circuits_have_few_enough_links,
    regions_are_served_from_different_locations,
    one_region_is_live_where_addresses_overlap,
    hub_on_standby_is_not_linked_beside_its_twin,
    hub_on_standby_is_not_advertised_beside_its_twin,
    both_files_say_what_on_premises_prefers,
    both_gateways_have_the_same_capacity,
)
