"""A scene as each of the two judges sees it, in one shape."""

from collections.abc import Callable
from itertools import product
from typing import Any

from tests.oracle.region import Region
from tests.oracle.verdicts import judge
from tests.oracle.walk import World
from tests.topology.faulty import Scene
from tests.topology.rendered import given, rendered

Judged = dict[tuple[str, str], tuple[str, bool, bool, bool]]
"""Verdict, asymmetric or not, loops or not, inspected or not, by source and destination."""


def by_oracle(scene: Scene) -> Judged:
    """Render the regions as ARM resources and let the oracle judge them."""
    regions = [
        Region(stack, rendered(each, stack), given(each, nva_lost=stack in scene.lost_nvas))
        for stack, each in scene.regions.items()
    ]
    found = judge(World(*regions)).items()
    return {
        pair: (each.verdict.value, each.asymmetric, each.loops, each.inspected)
        for pair, each in found
    }


def by_verifier(scene: Scene, verify: Callable[..., Any]) -> Judged:
    """Let the verifier, the real one or one with a fault in it, judge the regions."""
    found = verify(scene.regions, scene.lost_nvas)
    flags = (found.asymmetric, found.loops, found.inspected)
    judged = {}
    for source, destination in product(found.contexts, repeat=2):
        verdict = found.verdict(source, destination)
        if verdict is not None:
            pair = found.index(source), found.index(destination)
            asymmetric, loops, inspected = (bool(flag[pair]) for flag in flags)
            judged[source, destination] = (verdict.name, asymmetric, loops, inspected)
    return judged
