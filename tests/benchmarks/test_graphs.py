"""Two programs are compared only where they declare the same resources."""

from typing import Any

import pytest

from benchmarks.graphs import DifferentGraphsError, agree, graph_of

HUB = {
    "urn": "urn:pulumi:s::p::sparehub:network:Hub$azure-native:network:VirtualNetwork::hub/network",
    "type": "azure-native:network:VirtualNetwork",
    "parent": "urn:pulumi:s::p::sparehub:network:Hub::hub",
    "inputs": {"location": "eastasia"},
    "dependencies": ["urn:pulumi:s::p::t::b", "urn:pulumi:s::p::t::a"],
    "propertyDependencies": {"location": ["urn:pulumi:s::p::t::a"]},
}
SHELL = {"urn": "urn:pulumi:s::p::t::hub", "type": "sparehub:network:Hub", "parent": "u::p-s"}
STACK = {"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "type": "pulumi:pulumi:Stack"}
READ = {
    "type": "azure-native:network:VirtualNetwork",
    "depends on": ["a", "b"],
    "protected": False,
    "timeouts": {},
    "secret outputs": [],
    "input location": "eastasia",
    "location depends on": ["a"],
}


def preview(*states: dict[str, Any]) -> dict[str, Any]:
    """Return a preview that creates resources."""
    return {"steps": [{"op": "create", "newState": state} for state in states]}


def test_graph_of_azure_resources() -> None:
    """Logical name, type, inputs, edges and options; neither components nor parents."""
    assert graph_of(preview(STACK, SHELL, HUB), components=False) == {"hub/network": READ}


def test_graph_with_components() -> None:
    """The components, too, and whose children all are."""
    graph = graph_of(preview(STACK, SHELL, HUB), components=True)

    assert graph["hub/network"] == READ | {"parent": "hub"}
    assert graph["hub"]["parent"] == "p-s"
    assert graph.keys() == {"hub", "hub/network"}


def test_same_graphs_agree() -> None:
    """No error is raised."""
    agree({"a": READ}, {"a": READ}, "other")


def test_differences_are_named() -> None:
    """Resource, property and both values; a few of many."""
    ours = {"a": READ, "b": READ}
    theirs = {"a": READ | {"depends on": ["b"]}} | {f"c{n}": READ for n in range(9)}
    with pytest.raises(DifferentGraphsError) as caught:
        agree(ours, theirs, "other")

    assert str(caught.value).splitlines() == [
        "this program and `other` declare different things, so nothing is compared:",
        "  a: depends on: ['a', 'b'] here, ['b'] there",
        "  b: only here",
        "  c0: only there",
        "  c1: only there",
        "  c2: only there",
        "  and 6 more",
    ]
