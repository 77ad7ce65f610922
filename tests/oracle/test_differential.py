"""Two judges of one scene: the verifier on arrays, the oracle address by address."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.configurations import region_of, shipped
from tests.topology.faulty import ADDRESSES, ON_PREMISES, PREFIXES, Scene, faulty_scene
from tests.topology.judged import by_oracle, by_verifier
from tests.topology.strategies import user_routes
from topology.model import Region
from topology.reachability import routes, verify

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
def routed(draw: st.DrawFn, stack: str) -> Region:
    """Draw a region of the source document with user routes in the tables it shares."""
    values = shipped(stack)
    region = values["sparehub:region"]
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
