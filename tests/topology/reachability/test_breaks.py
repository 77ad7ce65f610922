"""What a failover breaks: by role, against the state before it, outside the region that is left."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.breaks import BrokenPairs, broken_by
from sparehub.topology.reachability.intents import Intent, read_intents
from sparehub.topology.reachability.states.states import PairState, all_states, configured_side
from tests.configurations import shipped, stack_of
from tests.topology.reachability.pairs import remapped, sides, with_half

Fault = Callable[[dict[str, Any]], object]
NORMAL, FAILED_OVER = "normal", "failed-over"
LEFT = {FAILED_OVER: "primary", NORMAL: "secondary"}


def direct(region: dict[str, Any]) -> None:
    """Let the traffic of a spoke's subnet bypass the NVA."""
    region["spokes"]["spoke1"]["subnets"]["app"]["routeTable"] = "none"


def after(state: str, intents: Sequence[Intent] = (), **faults: Fault) -> BrokenPairs:
    """Return what the failover, or failback, to a state breaks."""
    states = {each.name: each for each in all_states(*sides("gateway", **faults))}
    (before,) = {NORMAL, FAILED_OVER} - {state}
    return broken_by(states[before], states[state], LEFT[state], intents, 2)


def pairs(broken: BrokenPairs) -> set[tuple[str, str, str]]:
    return {(each.invariant, each.source, each.destination) for each in broken.violations}


@pytest.mark.parametrize("state", [FAILED_OVER, NORMAL])
def test_the_shipped_pair_breaks_nothing(state: str) -> None:
    """Whether addresses are retained or moved."""
    assert after(state) == BrokenPairs(count=0, violations=())
    assert after(state, secondary=remapped) == BrokenPairs(count=0, violations=())


def test_a_fault_of_both_regions_is_not_broken_by_the_failover() -> None:
    """A fault counts only where the target alone has it."""
    assert after(FAILED_OVER, primary=direct, secondary=direct).count == 0
    found = after(FAILED_OVER, secondary=direct)
    assert found.count == 5
    assert pairs(found) == {
        ("symmetric", "secondary/spoke1/app", "on-premises"),
        ("symmetric", "on-premises", "secondary/spoke1/app"),
        ("egress", "secondary/spoke1/app", "internet"),
        ("through", "secondary/spoke1/app", "secondary/spoke2/app"),
        ("through", "secondary/spoke2/app", "secondary/spoke1/app"),
    }


def test_a_fault_of_the_source_does_not_count() -> None:
    """It was wrong before, or has no traffic now; for a failback it counts."""
    assert after(FAILED_OVER, primary=direct).count == 0
    assert after(NORMAL, secondary=direct).count == 0
    assert ("symmetric", "primary/spoke1/app", "on-premises") in pairs(
        after(NORMAL, primary=direct)
    )


def intents(*written: dict[str, Any]) -> list[Intent]:
    stacks = []
    for name in ("primary", "secondary"):
        values = shipped(name)
        values["sparehub:region"]["intents"] = [*written] if name == "primary" else []
        config = stack_of(values)
        stacks.append(Stack(name=name, config=config, region=build(config)))
    return read_intents(
        stacks, {each.name: each for each in all_states(*map(configured_side, stacks))}
    )


@pytest.mark.parametrize(
    ("intent", "count"),
    [
        ({"reach": ["active/spoke1/app", "on-premises"]}, 0),
        ({"isolate": ["active/spoke1/app", "on-premises"]}, 0),
        ({"isolate": ["active/spoke1/app", "on-premises"], "states": ["failed-over"]}, 0),
        ({"reach": ["primary/spoke1/app", "on-premises"]}, 0),
        ({"reach": ["standby/spoke1/app", "on-premises"]}, 0),
        ({"isolate": ["secondary/spoke1/app", "on-premises"]}, 2),
        ({"isolate": ["secondary/*", "on-premises"], "states": ["failed-over"]}, 6),
        ({"isolate": ["secondary/*", "on-premises"], "states": ["normal"]}, 0),
    ],
    ids=str,
)
def test_an_intent_is_broken_where_it_held_before(intent: dict[str, Any], count: int) -> None:
    """An intent that was not true before does not count; all broken pairs are counted."""
    found = after(FAILED_OVER, intents(intent))

    assert found.count == count
    assert {each.intent for each in found.violations} <= {"region.intents[0]"}


def test_a_pair_is_counted_once_and_the_first_of_each_invariant_are_explained() -> None:
    """At most the requested number, each with its cause."""
    found = after(FAILED_OVER, intents({"isolate": ["secondary/*", "on-premises"]}))

    assert (found.count, len(found.violations)) == (6, 2)
    assert all(each.reason for each in found.violations)


def states_with(change: Callable[[Region], Region], name: str) -> tuple[PairState, PairState]:
    """Return normal and failed-over, the region of a stack changed in both."""
    states = {each.name: each for each in all_states(*sides())}
    before, then = (
        replace(
            states[each],
            regions={**states[each].regions, name: change(states[each].regions[name])},
        )
        for each in (NORMAL, FAILED_OVER)
    )
    return before, then


def test_an_invariant_of_a_region_is_compared_by_role_too() -> None:
    """A protected subnet without the storage endpoint: broken where only the target's lacks it."""

    def unprotected(region: Region) -> Region:
        subnet = replace(region.spokes[0].virtual_network.subnets[0], service_endpoints=())
        network = replace(region.spokes[0].virtual_network, subnets=(subnet,))
        spoke = replace(region.spokes[0], virtual_network=network)
        return replace(region, spokes=(spoke, *region.spokes[1:]))

    before, then = states_with(unprotected, "secondary")
    found = broken_by(before, then, "primary", (), 2)
    assert pairs(found) == {("replication", "secondary/spoke1/app", "internet")}

    before, then = states_with(unprotected, "primary")
    assert broken_by(before, then, "primary", (), 2).count == 0

    states = {each.name: each for each in all_states(*sides())}
    both = [
        replace(states[each], regions={n: unprotected(r) for n, r in states[each].regions.items()})
        for each in (NORMAL, FAILED_OVER)
    ]
    assert broken_by(both[0], both[1], "primary", (), 2).count == 0


def test_a_spoke_that_loses_on_premises_in_the_target_is_broken() -> None:
    """Its half of the peering does not use the gateway: counted in both directions."""

    def cut(region: Region) -> Region:
        return with_half(region, "spoke1", "spoke_to_hub", use_remote_gateways=False)

    before, then = states_with(cut, "secondary")

    assert pairs(broken_by(before, then, "primary", (), 2)) == {
        ("through", "secondary/spoke1/app", "on-premises"),
        ("through", "on-premises", "secondary/spoke1/app"),
    }
