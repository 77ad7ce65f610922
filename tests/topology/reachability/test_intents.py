"""Intents of the configuration, and what holds without any."""

from typing import Any

import pytest

from tests.configurations import shipped
from tests.topology.reachability.pairs import normal, pair, with_half
from topology.config import IntentConfig
from topology.errors import ConfigurationError
from topology.parse import parse_stack
from topology.reachability.intents import Intent, read_intents
from topology.reachability.proof import prove
from topology.reachability.states import State
from topology.reachability.verify import verify

CONTEXTS = verify(pair()).contexts


def intents(*written: dict[str, Any]) -> list[Intent]:
    configs = [IntentConfig.model_validate(each) for each in written]
    return read_intents([("primary", configs)], CONTEXTS)


def broken(*written: dict[str, Any], name: str = "normal") -> list[tuple[str, str, bool]]:
    proof = prove(State(name=name, regions=pair()), intents=intents(*written))
    return sorted((v.source, v.destination, v.fails) for v in proof.violations)


@pytest.mark.parametrize(
    "intent",
    [
        {"reach": ["primary/*", "on-premises"]},
        {"reach": ["on-premises", "primary/spoke*/app"]},
        {"isolate": ["secondary/*", "on-premises"]},
        {"through": "nva", "between": ["primary/spoke*", "on-premises"]},
    ],
)
def test_intents_that_hold(intent: dict[str, Any]) -> None:
    """Nothing is said."""
    assert broken(intent) == []


def test_intents_that_do_not_hold() -> None:
    """Each names every pair that is otherwise; isolate and through look both ways."""
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


def test_intents_bind_where_they_say() -> None:
    """Without states in normal and failed-over; with states there alone."""
    wish = {"reach": ["secondary/spoke1/app", "on-premises"]}
    there = wish | {"states": ["lost-circuit-hong-kong"]}

    assert broken(wish, name="lost-nva") == broken(there) == []
    assert broken(there, name="lost-circuit-hong-kong") == [
        ("secondary/spoke1/app", "on-premises", True)
    ]


def test_a_broken_intent_is_told_as_such_beside_what_else_is_wrong() -> None:
    """With its question and its place in the file, whatever the pair breaks besides."""
    wish = {"reach": ["on-premises", "primary/spoke1/app"], "states": ["lost-nva"]}
    state = State(name="lost-nva", regions=pair(), lost_nvas=frozenset({"primary"}))

    proof = prove(state, intents=intents(wish))

    told = {
        (v.question, v.intent) for v in proof.violations if v.destination.endswith("spoke1/app")
    }
    assert {("reach", "region.intents[0]"), ("no-blackhole", "")} <= told
    assert proof.failed


def test_a_state_that_does_not_occur_is_no_state_of_an_intent() -> None:
    """Where the pair is known, its states are."""
    wish = IntentConfig.model_validate(
        {"reach": ["primary/*", "on-premises"], "states": ["lost-circuit-nowhere"]}
    )

    with pytest.raises(ConfigurationError, match="'lost-circuit-nowhere' does not occur"):
        read_intents([("primary", [wish])], CONTEXTS, ["normal"])


def test_an_intent_replaces_the_promise() -> None:
    """Every spoke and on-premises, and two spokes, through the NVA: unless somebody says else."""
    regions = pair()
    half = "spoke1", "spoke_to_hub"
    regions["primary"] = with_half(regions["primary"], *half, use_remote_gateways=False)
    mine = intents({"reach": ["primary/spoke2/app", "on-premises"]})

    assert prove(normal(regions)).failed
    assert prove(normal(regions), intents=mine).violations == ()


@pytest.mark.parametrize(
    ("intent", "message"),
    [
        ({"reach": ["primary/web", "on-premises"]}, "'primary/web' is no context; there are: pri"),
        ({"isolate": ["primary/*", "x"], "states": ["normal"]}, "'x' is no context"),
        (
            {"reach": ["internet", "internet"], "states": ["sunny"]},
            "'sunny' is no state; there are: normal,",
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
