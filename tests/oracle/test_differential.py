"""Two judges of one scene: the verifier on arrays, the oracle address by address."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes import routes
from sparehub.topology.reachability.verdicts import verify
from tests.configurations import region_of, shipped
from tests.oracle.comparison import by_oracle, by_verifier
from tests.topology.fault_strategies import (
    ADDRESSES,
    ON_PREMISES,
    PREFIXES,
    Scene,
    fast,
    faulty_scene,
    on_one_circuit,
)
from tests.topology.reachability.pairs import remapped
from tests.topology.strategies import user_routes

Change = Callable[[dict[str, Any]], object]
DERIVED = {
    "spokes": ["0.0.0.0/0"],
    "gateway": ["10.1.0.0/24", "10.2.0.0/24"],
    "nva": ["0.0.0.0/0"],
}
"""What the tables of the source document hold already."""


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_verifier_and_oracle_say_the_same(data: st.DataObject) -> None:
    """The effective routes of every subnet, the verdict and the flags of every ordered pair."""
    scene = faulty_scene(lambda options: data.draw(st.sampled_from(options)))

    assert by_verifier(scene, routes, verify) == by_oracle(scene)


@st.composite
def routed(draw: st.DrawFn, stack: str, change: Change = lambda _: None) -> Region:
    """Draw a region of the source document with user routes in the tables it shares."""
    values = shipped(stack)
    region = values["sparehub:region"]
    change(region)
    region["onPremises"]["addressPrefixes"] = draw(st.sampled_from(ON_PREMISES))
    region["hub"]["nva"]["stateful"] = draw(st.booleans())
    region["hub"]["nva"]["internetEgress"] = draw(st.sampled_from(["direct", "onPremises"]))
    region["routes"] = {
        key: draw(user_routes(PREFIXES, ADDRESSES, beside)) for key, beside in DERIVED.items()
    }
    return region_of(values, draw(st.sampled_from(["active", "standby"])), "connection")


@settings(max_examples=60, deadline=None)
@given(routed("primary"), routed("secondary"))
def test_they_do_of_every_kind_of_user_route(primary: Region, secondary: Region) -> None:
    """To the own network, a gateway, an appliance in or outside, the internet, and nowhere."""
    scene = Scene({"primary": primary, "secondary": secondary})

    assert by_verifier(scene, routes, verify) == by_oracle(scene)


@settings(max_examples=60, deadline=None)
@given(routed("primary"), routed("secondary", remapped), st.booleans())
def test_they_do_of_regions_that_learn_of_each_other(
    primary: Region,
    secondary: Region,
    both: bool,  # noqa: FBT001 - drawn
) -> None:
    """ER-26: on one circuit, where both gateways take other networks, or one alone."""
    regions = {
        "primary": on_one_circuit(primary, mixes=True),
        "secondary": on_one_circuit(secondary, mixes=both),
    }

    scene = Scene(regions)
    assert by_verifier(scene, routes, verify) == by_oracle(scene)


@settings(max_examples=30, deadline=None)
@given(routed("primary"), routed("secondary", remapped))
def test_they_do_of_fast_path(primary: Region, secondary: Region) -> None:
    """ER-28: by GatewaySubnet's table, or past it."""
    scene = Scene({"primary": fast(primary), "secondary": secondary})

    assert by_verifier(scene, routes, verify) == by_oracle(scene)
