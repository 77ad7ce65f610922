"""The program by hand declares what ours does: else the benchmark compares two different things."""

import json
from dataclasses import replace

import pytest

from benchmarks.plain import Region
from sparehub.testing import Graph, preview
from tests.components.region_states import graph_of
from tests.configurations import region_of, shipped, with_spokes

SIZES = [2, pytest.param(201, marks=pytest.mark.long)]
"""Beyond 200 prefixes the spokes wait for the connections."""


def ours(spokes: int) -> Graph:
    """Return what this program declares."""
    return graph_of(region_of(with_spokes(shipped("primary"), spokes)))


def by_hand(spokes: int) -> Graph:
    """Return what the program by hand declares."""
    keys = with_spokes(shipped("primary"), spokes)["sparehub:region"]
    keys = json.loads(json.dumps(keys, sort_keys=True))  # as Pulumi hands them over

    def program() -> None:
        Region(keys, "eastasia")

    return preview(program)


@pytest.mark.parametrize("spokes", SIZES)
def test_same_resources_in_the_same_components(
    spokes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With shells nothing differs: names, types, inputs, edges, parents, options."""
    monkeypatch.setenv("BENCHMARK_SHELLS", "made")

    assert by_hand(spokes) == ours(spokes)


@pytest.mark.parametrize("spokes", SIZES)
def test_same_resources_without_components(spokes: int) -> None:
    """Without shells only the parents differ, and the components are not there."""
    azure = {
        name: replace(registration, parent="sparehub-test")
        for name, registration in ours(spokes).items()
        if registration.type.startswith("azure-native:")
    }

    assert by_hand(spokes) == azure
