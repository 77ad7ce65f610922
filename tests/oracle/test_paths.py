"""The way of one packet: the one that is shown to people, and the oracle's."""

from random import Random

import pytest

from sparehub.topology.reachability.effective_routes.forwarding import Network
from sparehub.topology.reachability.verdicts.outcome_bits import LOOPED, UNKNOWN_APPLIANCE
from sparehub.topology.reachability.verdicts.paths import Trace, Tracer
from tests.oracle.comparison import world_of
from tests.oracle.trace import End, Outcome
from tests.oracle.verdicts import contexts, edges
from tests.topology.fault_strategies import Scene, faulty_scene, mixing

Way = tuple[list[tuple[str, str, str]], str, int, bool]
"""Context, prefix and type of next hop at each hop; the end; of who arrives: how many NVAs he
passed, and whether there is doubt."""


def of_walk(walk: Trace) -> Way:
    """Return what the verifier shows of a packet."""
    hops = [
        (hop.context, str(hop.route.address_prefix), hop.route.hop_type.value)
        for hop in walk.hops
        if hop.route
    ]
    ends = {UNKNOWN_APPLIANCE: End.UNKNOWN.value, LOOPED: End.LOOP.value}
    end = walk.end or ends.get(walk.outcome, End.DROPPED.value)
    passed = walk.nvas.bit_count() if walk.end else 0
    return hops, end, passed, bool(walk.end and walk.doubts)


def of_outcome(outcome: Outcome, known: set[str]) -> Way:
    """Return what the oracle says of it; who is no context is nobody to the verifier."""
    hops = [(name, str(route.prefix), route.hop) for name, route in outcome.hops if route]
    arrived = outcome.end is End.DELIVERED and outcome.at in known
    lost = End.DROPPED if outcome.end is End.DELIVERED else outcome.end
    end = outcome.at if arrived else lost.value
    return hops, end, len(outcome.passed) if arrived else 0, arrived and outcome.doubtful


@pytest.mark.parametrize(
    "scene",
    [
        *(faulty_scene(Random(seed).choice) for seed in range(30)),  # noqa: S311 - fixed
        mixing("192.168.0.0/16"),
        mixing("10.11.0.0/24"),
    ],
)
def test_packets_are_shown_the_way_that_the_oracle_walks(scene: Scene) -> None:
    """From every context, and from on-premises, to each piece that is routed as one."""
    world = world_of(scene)
    walker = Tracer(Network(scene.regions, scene.lost_nvas))
    all_contexts = contexts(world)
    known = {context.name for context in all_contexts}

    for address in edges(world):
        for place in filter(None, (context.place for context in all_contexts)):
            expected = [of_outcome(each, known) for each in world.send(place, address)]
            assert [of_walk(walker.from_subnet(place.name, address))] == expected
        found = [of_walk(walk) for _, walk in walker.from_on_premises(address)]
        entered = [each for each in world.send(None, address) if each.hops]
        assert found == [of_outcome(each, known) for each in entered]
