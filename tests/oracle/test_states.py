"""Every state of the source document's pair, judged twice."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from sparehub.topology.config.enums import Depth
from sparehub.topology.reachability.effective_routes import routes
from sparehub.topology.reachability.states.states import all_states
from sparehub.topology.reachability.verdicts import verify
from tests.oracle.comparison import by_oracle, by_verifier
from tests.topology.fault_strategies import Scene
from tests.topology.reachability.pairs import remapped, sides


def retained(_region: dict[str, Any]) -> None:
    """Leave the addresses of the source document."""


@pytest.mark.parametrize(
    ("depth", "secondary"),
    list(product(list(Depth), (retained, remapped))),
    ids=lambda each: getattr(each, "__name__", None),
)
def test_verifier_and_oracle_judge_each_state_alike(
    depth: Depth, secondary: Callable[[dict[str, Any]], None]
) -> None:
    """At each depth, with retained and with other addresses; the two agree on every pair."""
    states = list(all_states(*sides(depth.value, secondary=secondary)))

    assert "failed-over" in {state.name for state in states}
    for state in states:
        scene = Scene(dict(state.regions), state.lost_nvas)
        assert by_verifier(scene, routes, verify) == by_oracle(scene), state.name
