"""Intents of the configuration, and what holds without any."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.reachability.checks import check_intents
from sparehub.topology.reachability.intents import Intent, read_intents
from sparehub.topology.reachability.proof import prove
from sparehub.topology.reachability.states.states import PairState, all_states, configured_side
from sparehub.topology.rules.stack_file.parse import parse_stack
from tests.configurations import shipped, stack_of, with_spokes
from tests.topology.reachability.pairs import normal, pair, with_half

Intents = list[dict[str, Any]]


def stack(name: str, written: Intents, spoke: str = "spoke2") -> Stack:
    """Return a shipped stack that intends something; its second spoke has the given key."""
    values = shipped(name)
    region = values["sparehub:region"]
    region["intents"] = written
    region["spokes"][spoke] = region["spokes"].pop("spoke2")
    config = stack_of(values)
    return Stack(name=name, config=config, region=build(config))


def states(*stacks: Stack) -> dict[str, PairState]:
    return {each.name: each for each in all_states(*map(configured_side, stacks))}


def intents(*written: dict[str, Any]) -> list[Intent]:
    stacks = (stack("primary", list(written)), stack("secondary", []))
    return read_intents(stacks, states(*stacks))


def broken(*written: dict[str, Any], name: str = "normal") -> list[tuple[str, str, bool]]:
    stacks = (stack("primary", list(written)), stack("secondary", []))
    every = states(*stacks)
    proof = prove(every[name], intents=read_intents(stacks, every))
    return sorted((v.source, v.destination, v.fails) for v in proof.violations if v.intent)


@pytest.mark.parametrize(
    "intent",
    [
        {"reach": ["primary/*", "on-premises"]},
        {"reach": ["on-premises", "primary/spoke*/app"]},
        {"isolate": ["secondary/*", "on-premises"]},
        {"through": "nva", "between": ["primary/spoke*", "on-premises"]},
        {"through": "nva", "between": ["active/spoke*", "on-premises"]},
        {"isolate": ["standby/*", "on-premises"]},
    ],
)
def test_intents_that_hold(intent: dict[str, Any]) -> None:
    """No finding."""
    assert broken(intent) == []


@pytest.mark.parametrize("name", ["normal", "failed-over"])
def test_an_intent_by_role_follows_the_region_that_is_active(name: str) -> None:
    """`active/...` is the primary in normal and the secondary in failed-over; its twin fails."""
    active = {"normal": "primary", "failed-over": "secondary"}[name]
    standby = {"normal": "secondary", "failed-over": "primary"}[name]

    assert broken({"reach": ["active/spoke1/app", "on-premises"]}, name=name) == []
    assert broken({"isolate": ["active/spoke1/app", "on-premises"]}, name=name) == [
        ("on-premises", f"{active}/spoke1/app", True),
        (f"{active}/spoke1/app", "on-premises", True),
    ]
    assert broken({"isolate": ["standby/spoke1/app", "on-premises"]}, name=name) == []
    assert broken({"reach": ["standby/spoke1/app", "on-premises"]}, name=name) == [
        (f"{standby}/spoke1/app", "on-premises", True)
    ]


@pytest.mark.parametrize(
    ("pattern", "state", "said"),
    [
        ("active/*", "failover-disconnected", "no region is active in it"),
        ("active/spoke1/app", "lost-region", "no region is active in it"),
        ("standby/*", "failover-unplanned-done", "no region is on standby in it"),
    ],
)
def test_an_intent_by_role_where_no_region_has_the_role_is_refused(
    pattern: str, state: str, said: str
) -> None:
    """The state is named; the same intent without that state is accepted."""
    intent = {"reach": [pattern, "on-premises"]}

    with pytest.raises(ConfigurationError) as error:
        intents(intent | {"states": ["normal", state]})

    (problem,) = error.value.problems
    assert problem.path == "region.intents[0]"
    assert problem.message.startswith(f"{pattern!r} matches nothing in state {state!r}: {said}")
    assert len(intents(intent)) == 1


def test_an_intent_by_role_where_the_region_lacks_the_context_is_refused() -> None:
    """`active/spoke2/app` exists in normal; in failed-over the secondary has no spoke2."""
    stacks = (
        stack("primary", [{"reach": ["active/spoke2/app", "on-premises"]}]),
        stack("secondary", [], spoke="spoke3"),
    )

    with pytest.raises(ConfigurationError) as error:
        read_intents(stacks, states(*stacks))

    (problem,) = error.value.problems
    assert problem.message == (
        "'active/spoke2/app' is not a context in state 'failed-over', in which secondary is "
        "active; there are: active/hub/nva, active/spoke1/app, active/spoke3/app"
    )


def test_check_finds_an_intent_that_is_not_true_in_a_state_that_it_names() -> None:
    """An error INTENT in the stack and at the place where it was written; others are silent."""
    true = {"reach": ["active/spoke1/app", "on-premises"]}
    wrong = {"isolate": ["active/spoke1/app", "on-premises"], "states": ["failed-over"]}

    found = list(check_intents(stack("primary", [true]), stack("secondary", [true, wrong])))

    (finding,) = found
    assert (finding.severity, finding.rule) == ("error", "INTENT")
    assert (finding.stack, finding.path) == ("secondary", "region.intents[1]")
    assert finding.message.startswith(
        "`isolate: [active/spoke1/app, on-premises]` is not true in state 'failed-over': "
        "secondary/spoke1/app to on-premises is REACHABLE, and 1 more, by "
    )


def test_check_finds_an_intent_that_names_nothing_beside_one_that_is_not_true() -> None:
    """Of one stack the first, of the other the second; a pair without intents has no finding."""
    nowhere = {"reach": ["active/spoke9/app", "on-premises"]}
    wrong = {"reach": ["standby/spoke1/app", "on-premises"], "states": ["normal"]}

    found = list(check_intents(stack("primary", [nowhere]), stack("secondary", [wrong])))

    assert [(each.stack, each.rule, each.path) for each in found] == [
        ("primary", "CONFIG", "region.intents[0]"),
        ("secondary", "INTENT", "region.intents[0]"),
    ]
    assert list(check_intents(stack("primary", []), stack("secondary", []))) == []


def test_contexts_are_listed_up_to_a_bound() -> None:
    """A message has at most 40 names, even with hundreds of spokes."""
    values = with_spokes(shipped("primary"), 50)
    values["sparehub:region"]["intents"] = [{"reach": ["active/nowhere/app", "on-premises"]}]
    config = stack_of(values)
    primary = Stack(name="primary", config=config, region=build(config))
    stacks = (primary, stack("secondary", []))

    with pytest.raises(ConfigurationError, match=r"there are: primary/hub/nva, .* and \d+ more"):
        read_intents(stacks, states(*stacks))


def test_intents_that_do_not_hold() -> None:
    """Every pair that breaks it is counted; isolate and through are of both directions."""
    assert broken({"reach": ["secondary/spoke1/app", "on-premises"]}) == [
        ("secondary/spoke1/app", "on-premises", True)
    ]
    assert broken({"isolate": ["primary/spoke1/app", "primary/spoke2/*"]}) == [
        ("primary/spoke1/app", "primary/spoke2/app", True),
        ("primary/spoke2/app", "primary/spoke1/app", True),
    ]
    assert broken({"through": "nva", "between": ["primary/hub/nva", "on-premises"]}) == [
        ("on-premises", "primary/hub/nva", True),
        ("primary/hub/nva", "on-premises", True),
    ]


def test_an_intent_holds_in_the_states_that_it_names() -> None:
    """Without states in normal and failed-over."""
    intent = {"reach": ["secondary/spoke1/app", "on-premises"]}
    there = intent | {"states": ["lost-circuit-hong-kong"]}

    assert broken(intent, name="lost-nva") == broken(there) == []
    assert broken(there, name="lost-circuit-hong-kong") == [
        ("secondary/spoke1/app", "on-premises", True)
    ]


def test_a_broken_intent_is_reported_with_other_violations() -> None:
    """With its kind and its key in the file, even where the pair violates an invariant, too."""
    intent = {"reach": ["on-premises", "primary/spoke1/app"], "states": ["lost-nva"]}
    state = PairState(name="lost-nva", regions=pair(), lost_nvas=frozenset({"primary"}))

    proof = prove(state, intents=intents(intent))

    reported = {
        (v.invariant, v.intent) for v in proof.violations if v.destination.endswith("spoke1/app")
    }
    assert {("reach", "region.intents[0]"), ("no-blackhole", "")} <= reported
    assert proof.failed


def test_an_intent_cannot_name_a_state_that_does_not_occur() -> None:
    """Where the pair is known, its states are."""
    intent = {"reach": ["primary/*", "on-premises"], "states": ["lost-circuit-nowhere"]}

    with pytest.raises(ConfigurationError, match="'lost-circuit-nowhere' does not occur"):
        intents(intent)


def test_an_intent_replaces_the_default_intent() -> None:
    """Every spoke and on-premises, and two spokes, through the NVA: unless a file has an intent."""
    regions = pair()
    half = "spoke1", "spoke_to_hub"
    regions["primary"] = with_half(regions["primary"], *half, use_remote_gateways=False)
    mine = intents({"reach": ["primary/spoke2/app", "on-premises"]})

    assert prove(normal(regions)).failed
    assert prove(normal(regions), intents=mine).violations == ()


@pytest.mark.parametrize(
    ("intent", "message"),
    [
        (
            {"reach": ["primary/web", "on-premises"]},
            "'primary/web' is not a context; there are: pri",
        ),
        ({"isolate": ["primary/*", "x"], "states": ["normal"]}, "'x' is not a context"),
        (
            {"reach": ["internet", "internet"], "states": ["sunny"]},
            "'sunny' is not a state; there are: normal,",
        ),
    ],
)
def test_intents_that_name_nothing(intent: dict[str, Any], message: str) -> None:
    """The known names are listed."""
    with pytest.raises(ConfigurationError, match=r"region\.intents\[0\]") as error:
        intents(intent)

    assert message in str(error.value)


@pytest.mark.parametrize(
    "intent",
    [
        {},
        {"reach": ["a", "b"], "isolate": ["a", "b"]},
        {"through": "nva"},
        {"between": ["a", "b"]},
        {"through": "nva", "reach": ["a", "b"]},
    ],
)
def test_an_intent_says_one_thing(intent: dict[str, Any]) -> None:
    """Reported with the other problems of the file."""
    values = shipped("primary")
    values["sparehub:region"]["intents"] = [intent]

    with pytest.raises(ConfigurationError) as error:
        parse_stack(values)

    assert [str(problem) for problem in error.value.problems] == [
        "region.intents[0]: must say one of reach, isolate, or through with between (CONFIG)"
    ]
