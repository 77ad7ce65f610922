"""An exported Pulumi state becomes resources by URN."""

from typing import Any

import pytest

from sparehub.topology.state.pulumi_state import STACK_TYPE, outputs_of, recorded_resources


def test_a_resource_waiting_for_deletion_is_left_out() -> None:
    """A replacement has the URN of what it replaces; only the replacement is read."""
    old = {"urn": "u", "type": "t", "custom": True, "id": "/old", "delete": True}
    new = {"urn": "u", "type": "t", "custom": True, "id": "/new", "outputs": {"name": "n"}}

    assert recorded_resources({"resources": [new, old]}) == {
        "u": {"type": "t", "outputs": {"name": "n", "id": "/new"}}
    }


@pytest.mark.parametrize(
    "resource",
    [
        {"urn": "u", "type": "t", "custom": False, "id": "/x"},
        {"urn": "u", "type": "t", "custom": True},
    ],
)
def test_a_component_or_a_resource_never_created_has_no_id(resource: dict[str, Any]) -> None:
    """Only a custom resource that was created has an id in its outputs."""
    assert recorded_resources({"resources": [resource]}) == {"u": {"type": "t", "outputs": {}}}


def test_a_stack_never_deployed_has_no_resources_and_no_outputs() -> None:
    """Pulumi writes null for the resources of an empty stack."""
    assert recorded_resources({"resources": None}) == {}
    assert outputs_of({}) == {}


def test_the_outputs_of_a_stack_are_those_of_the_resource_of_its_type() -> None:
    """Resources of other types do not matter, nor does a stack without outputs."""
    resources: dict[str, dict[str, Any]] = {
        "a": {"type": "other", "outputs": {"x": 1}},
        "b": {"type": STACK_TYPE, "outputs": None},
        "c": {"type": STACK_TYPE, "outputs": {"activation": "active"}},
    }

    assert outputs_of(resources) == {"activation": "active"}
