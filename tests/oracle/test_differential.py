"""Two judges of one pair of regions: the verifier on arrays, the oracle address by address."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.faulty import faulty_scene
from tests.topology.judged import by_oracle, by_verifier
from topology.verify import verify


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_verifier_and_oracle_judge_alike(data: st.DataObject) -> None:
    """Every ordered pair: the same verdict, asymmetric, looping and inspected for both or for neither."""
    scene = faulty_scene(lambda options: data.draw(st.sampled_from(options)))

    assert by_verifier(scene, verify) == by_oracle(scene)
