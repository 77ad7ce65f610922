"""Two judges of one scene: the verifier on arrays, the oracle address by address."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.faulty import faulty_scene
from tests.topology.judged import by_oracle, by_verifier
from topology.reachability import routes, verify


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_verifier_and_oracle_say_the_same(data: st.DataObject) -> None:
    """The effective routes of every subnet, the verdict and the flags of every ordered pair."""
    scene = faulty_scene(lambda options: data.draw(st.sampled_from(options)))

    assert by_verifier(scene, routes, verify) == by_oracle(scene)
