"""Whoever asks whether both regions may be live at once gets the one decision on it."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from components.stack_program.program import outputs
from sparehub.topology.comparison.parity import parity
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.errors import InterlockError
from sparehub.topology.model.live_regions import Advertisement, Conflict, Reason, conflict
from sparehub.topology.model.pair import Stack, summarize_pair
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import plan, region_at
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.reachability.proof import prove
from sparehub.topology.reachability.states.states import PairState, all_states, configured_side
from sparehub.topology.rules.pair import circuits
from sparehub.topology.rules.pair.interlock import refuse_two_live_regions
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.resources import Resources, arm_resources
from tests.topology.azure_bodies import rendered
from tests.topology.live_pairs import CASES, SUBSCRIPTION, Case
from tests.topology.rules.rule_inputs import connections, stack


def decided(one: Region, other: Region) -> Conflict | None:
    """Return the decision on two regions as they are."""
    return conflict(Advertisement.of(one), Advertisement.of(other))


def state_of(each: Stack) -> Resources:
    """Return what a stack recorded once it was built: its resources and its outputs."""
    found: dict[str, Any] = {
        f"u::{number}": {
            "type": "azure-native:network:Resource",
            "outputs": {**resource.properties, "id": resource.id},
        }
        for number, resource in enumerate(arm_resources(rendered(each.region, SUBSCRIPTION)))
    }
    said = {"type": "pulumi:pulumi:Stack", "outputs": outputs(each.config, each.region)}
    return {**found, "u::stack": said}


def active(each: Stack) -> Region:
    return region_at(each, Activation.ACTIVE)


def refused(one: Stack, paired: Deployed) -> bool:
    """Return whether the interlock refuses a stack beside what stands."""
    try:
        refuse_two_live_regions(one.config, one.region, paired)
    except InterlockError:
        return True
    return False


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_the_interlock_refuses_what_is_decided(case: Case) -> None:
    """Beside what a pair will be, and beside what it recorded: the same."""
    pair = case.pair
    for one, other in (pair, pair[::-1]):
        stands = Deployed.from_resources(state_of(other))

        expected = decided(one.region, other.region) is not None
        assert refused(one, Deployed.from_region(other.region)) is expected
        assert refused(one, stands) is expected
        assert stands.prefers is other.region.on_premises.prefers


@settings(max_examples=100, deadline=None)
@given(CASES, st.sampled_from(PlanKind))
def test_a_plan_fences_first_exactly_where_both_must_not_be_live(
    case: Case, kind: PlanKind
) -> None:
    """Planned and unplanned, failover and failback; where both may be, it connects first."""
    pair = case.pair
    first, second = pair
    source, target = (first, second) if kind is PlanKind.FAILOVER else (second, first)
    expected = decided(active(target), active(source))
    for mode in Mode:
        found = plan(*pair, kind, mode)

        assert found.conflict == (tuple(map(str, expected.prefixes)) if expected else ())
        order = [step.id for step in found.steps if step.id.startswith(("fence", "activate"))]
        connects_first = order[0] == f"activate-{target.name}"
        assert connects_first is (expected is None)


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_the_states_of_a_switch_come_in_the_order_that_is_decided(case: Case) -> None:
    """What is left is disconnected in the first state of a switch, or not yet."""
    pair = case.pair
    states = list(all_states(*map(configured_side, pair)))
    for kind, (source, target) in {"failover": pair[:], "failback": pair[::-1]}.items():
        steps = [
            state
            for state in states
            if state.name.startswith(f"{kind}-") and "unplanned" not in state.name
        ]
        expected = decided(active(target), active(source)) is None
        assert (steps[0].regions[source.name] == active(source)) is expected


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_the_verifier_finds_an_overlap_where_both_must_not_be_live(case: Case) -> None:
    """Of the two regions as they are, live or standing by with a connection."""
    regions = {each.name: each.region for each in case.pair}
    violations = prove(PairState(name="normal", regions=regions)).violations

    expected = decided(*regions.values())
    assert [each.invariant for each in violations].count("overlap") == (expected is not None)


@settings(max_examples=200, deadline=None)
@given(CASES)
def test_the_rules_refuse_what_is_decided(case: Case) -> None:
    """Both active; a hub that stands by with a connection; preferences that differ."""
    pair = case.pair
    first, second = pair

    def blamed(rule: Any) -> list[str]:
        return [fault.stack for fault in rule.find(pair)]

    both = {stack.config.activation for stack in pair} == {Activation.ACTIVE}
    live = both and decided(second.region, first.region) is not None
    assert blamed(circuits.only_one_region_is_live_where_addresses_overlap) == (
        ["secondary"] if live else []
    )
    assert blamed(circuits.both_files_name_the_same_preferred_region) == (
        ["secondary"] if case.prefers[0] is not case.prefers[1] else []
    )
    on_one, on_two = _standing_by(pair)
    assert blamed(circuits.standby_hub_shares_no_circuit_with_overlapping_addresses) == on_one
    assert blamed(circuits.standby_hub_does_not_advertise_overlapping_addresses) == on_two


def _standing_by(pair: Pair) -> tuple[list[str], list[str]]:
    """Return which stacks must not stand by with a connection: on one circuit, on two."""

    def found() -> Iterator[tuple[str, Conflict]]:
        for each, other in (pair, pair[::-1]):
            waiting = region_at(each, Activation.STANDBY)
            against = decided(waiting, active(other))
            if each.region.depth is Depth.CONNECTION and against:
                yield each.name, against

    return (
        [name for name, each in found() if each.reason is Reason.SHARED_CIRCUIT],
        [name for name, each in found() if each.reason is not Reason.SHARED_CIRCUIT],
    )


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_check_names_the_order_that_a_plan_has_once_all_is_provisioned(case: Case) -> None:
    """Of a circuit that waits for its provider it says what will be."""
    first, second = case.values
    for keys in (first, second):
        for each in connections(keys["sparehub:region"]).values():
            if "serviceProvider" in each["circuit"]:
                each["circuit"]["provisioned"] = True
    finished = stack(first, "primary"), stack(second, "secondary")
    expected = decided(*map(active, finished)) is None

    for pair in (case.pair, finished):
        found = summarize_pair(list(pair))
        assert found.connected_at_once is expected
        assert found.order == ("either" if expected else "disconnect then connect")


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_parity_calls_preferences_that_differ_wrong(case: Case) -> None:
    """It says that only one region may be live where that follows."""
    pair = case.pair
    found = [
        (each.verdict, each.reason)
        for each in parity(*pair)
        if each.path == "region.onPremises.prefers"
    ]

    against = decided(*map(active, pair))
    if case.prefers[0] is case.prefers[1]:
        assert found == []
    elif against and against.reason is Reason.PREFERENCES_DIFFER:
        reason = "counts as none while it differs: only one region may be live (ER-23)"
        assert found == [("wrong", reason)]
    else:
        assert found == [("wrong", "must be the same in both regions")]
