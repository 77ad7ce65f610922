"""The path of one packet: the verifier's trace and the oracle's agree."""

from random import Random

import pytest

from sparehub.topology.reachability.effective_routes.forwarding import Network
from sparehub.topology.reachability.verdicts.outcome_bits import LOOPED, UNKNOWN_APPLIANCE
from sparehub.topology.reachability.verdicts.paths import Trace, Tracer
from tests.oracle.comparison import world_of
from tests.oracle.trace import End, Outcome
from tests.oracle.verdicts import contexts, edges
from tests.topology.fault_strategies import Scene, faulty_scene, mixing

Path = tuple[list[tuple[str, str, str]], str, int, bool]
"""Context, prefix and type of next hop at each hop; the end; of a packet that arrives: the number
of NVAs, and whether delivery is uncertain."""


def of_trace(trace: Trace) -> Path:
    """Return what the verifier shows of a packet."""
    hops = [
        (hop.context, str(hop.route.address_prefix), hop.route.hop_type.value)
        for hop in trace.hops
        if hop.route
    ]
    ends = {UNKNOWN_APPLIANCE: End.UNKNOWN.value, LOOPED: End.LOOP.value}
    end = trace.end or ends.get(trace.outcome, End.DROPPED.value)
    passed = trace.nvas.bit_count() if trace.end else 0
    return hops, end, passed, bool(trace.end and trace.doubts)


def of_outcome(outcome: Outcome, known: set[str]) -> Path:
    """Return the path by the oracle; the verifier has no end that is not a context."""
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
def test_a_trace_is_the_path_that_the_oracle_finds(scene: Scene) -> None:
    """From every context, and from on-premises, to each piece that is routed as one."""
    world = world_of(scene)
    tracer = Tracer(Network(scene.regions, scene.lost_nvas))
    all_contexts = contexts(world)
    known = {context.name for context in all_contexts}

    for address in edges(world):
        for place in filter(None, (context.place for context in all_contexts)):
            expected = [of_outcome(each, known) for each in world.send(place, address)]
            assert [of_trace(tracer.from_subnet(place.name, address))] == expected
        found = [of_trace(trace) for _, trace in tracer.from_on_premises(address)]
        entered = [each for each in world.send(None, address) if each.hops]
        assert found == [of_outcome(each, known) for each in entered]
