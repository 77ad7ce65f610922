"""Circuits, gateways and addresses of two regions together."""

from collections.abc import Iterator

from sparehub.topology.azure.circuit_limits import links_per_circuit
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.circuit_ids import circuit_id
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
    why="Bandwidth can be raised only where the port has capacity, and can never be lowered.",
)
def both_regions_have_the_same_bandwidth(pair: Pair) -> Iterator[RuleFault]:
    """The sum of all circuits of each region."""
    less, more = sorted(pair, key=_bandwidth)
    if _bandwidth(less) < _bandwidth(more):
        message = (
            f"{_bandwidth(less)} Mbps where {more.name} has {_bandwidth(more)}: it can be raised "
            "only if the port has capacity then, so order what the load after a failover needs"
        )
        yield RuleFault(CONNECTIONS, message, less.name)


def _bandwidth(stack: Stack) -> int:
    return sum(circuit.bandwidth_in_mbps for circuit in stack.region.circuits)


@rule(
    "RG-01", why="The peering location and the tier of a circuit decide which regions it reaches."
)
def a_shared_circuit_has_one_description(pair: Pair) -> Iterator[RuleFault]:
    """In both files, whether a file owns the circuit or refers to it."""
    first, second = pair
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            if not circuit_id(circuit).is_same(circuit_id(other)):
                continue
            for key, value, value_in_first in zip(
                ("peeringLocation", "sku.tier", "bandwidthInMbps"),
                _described(circuit),
                _described(other),
                strict=True,
            ):
                if str(value).lower() != str(value_in_first).lower():
                    path = f"{CONNECTIONS}.{circuit.key}.circuit.{key}"
                    message = (
                        f"{value} where {first.name} has {value_in_first} for the same circuit"
                    )
                    yield RuleFault(path, message, second.name)


def _described(circuit: Circuit | CircuitReference) -> tuple[str, str, int]:
    return circuit.peering_location, circuit.tier, circuit.bandwidth_in_mbps


@rule("ER-10", why="A private peering's links may not share an address with a virtual network.")
def links_do_not_overlap_networks_of_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """Of each region's links and the other region's networks."""
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
    why="Destroying a stack deletes the circuits that it owns.",
)
def shared_circuits_are_owned_by_neither_stack(pair: Pair) -> Iterator[RuleFault]:
    """Both files refer to them by id."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        if warning := warn_of_shared_circuit(stack.region, Deployed.from_region(other.region)):
            yield RuleFault(CONNECTIONS, warning, stack.name)


@rule("ER-15", why="A circuit is linked to 10 networks; a Premium one to 20 to 100, by bandwidth.")
def links_per_circuit_stay_within_the_limit(pair: Pair) -> Iterator[RuleFault]:
    """Counted over both regions."""
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
def regions_use_different_peering_locations(pair: Pair) -> Iterator[RuleFault]:
    """Checked for different circuits; one circuit for both regions is an explicit choice."""
    everything = [circuit for stack in pair for circuit in stack.region.circuits]
    locations = {circuit.peering_location.lower() for circuit in everything}
    if len(locations) == 1 and len(distinct_circuits(everything)) > 1:
        location = everything[0].peering_location
        message = (
            f"every circuit of both regions is at {location}: use another peering location for "
            "this region"
        )
        yield RuleFault(CONNECTIONS, message, pair.secondary.name)


@rule("ER-18", why="Two live regions with the same addresses lose packets of each other.")
def only_one_region_is_live_where_addresses_overlap(pair: Pair) -> Iterator[RuleFault]:
    """On one circuit always; on two circuits unless on-premises prefers one region."""
    first, second = pair
    live = all(stack.config.activation is Activation.ACTIVE for stack in pair)
    if live and (live_conflict := _conflict(second, first)):
        message = (
            f"both {first.name} and {second.name} are switched to active and would advertise "
            f"{_listed(live_conflict)}; put one on standby"
        )
        yield RuleFault("activation", message, second.name)


@rule("ER-18", why="Networks with the same addresses may not be connected to one circuit together.")
def standby_hub_shares_no_circuit_with_overlapping_addresses(pair: Pair) -> Iterator[RuleFault]:
    """At depth ``connection``, on one circuit; decided by ``live_regions``."""
    yield from _advertised_twice(pair, shared=True)


@rule(
    "SR-13",
    why="The same addresses may be advertised twice only where on-premises prefers a region.",
)
def standby_hub_does_not_advertise_overlapping_addresses(pair: Pair) -> Iterator[RuleFault]:
    """At depth ``connection``, on two circuits; decided by ``live_regions``."""
    yield from _advertised_twice(pair, shared=False)


def _advertised_twice(pair: Pair, *, shared: bool) -> Iterator[RuleFault]:
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        if stack.region.depth is not Depth.CONNECTION:
            continue
        standby = switched(stack, Activation.STANDBY)
        active = switched(other, Activation.ACTIVE)
        live_conflict = _conflict(standby, active)
        if live_conflict and bool(live_conflict.circuit) is shared:
            message = (
                f"on standby at this depth the hub is advertised while {other.name} advertises "
                f"{_listed(live_conflict)}: choose depth gateway, hubs that do not overlap, or two "
                "circuits and the same onPremises.prefers in both files"
            )
            yield RuleFault("region.standby.depth", message, stack.name)


def _conflict(stack: Stack, other: Stack) -> Conflict | None:
    return conflict(Advertisement.of(stack.region), Advertisement.of(other.region))


def _listed(live_conflict: Conflict) -> str:
    return ", ".join(str(prefix) for prefix in live_conflict.prefixes)


@rule("ER-23", why="Two files that name different preferred regions contradict each other.")
def both_files_name_the_same_preferred_region(pair: Pair) -> Iterator[RuleFault]:
    """In ``onPremises.prefers``; values that differ count as none."""
    preferences = [stack.config.region.on_premises.prefers.value for stack in pair]
    of_primary, of_secondary = preferences
    if of_primary != of_secondary:
        first = pair.primary.name
        message = (
            f"is {of_secondary}, and {of_primary} in {first}: write the same value in both files "
            f"and deploy {first} first; until then neither region is preferred"
        )
        yield RuleFault("region.onPremises.prefers", message, pair.secondary.name)


@rule(
    "GWY-14",
    severity="warning",
    why="After a failover the gateway carries the load of the other region.",
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
    a_shared_circuit_has_one_description,
    links_do_not_overlap_networks_of_the_other_region,
    shared_circuits_are_owned_by_neither_stack,
    links_per_circuit_stay_within_the_limit,
    regions_use_different_peering_locations,
    only_one_region_is_live_where_addresses_overlap,
    standby_hub_shares_no_circuit_with_overlapping_addresses,
    standby_hub_does_not_advertise_overlapping_addresses,
    both_files_name_the_same_preferred_region,
    both_gateways_have_the_same_capacity,
)
