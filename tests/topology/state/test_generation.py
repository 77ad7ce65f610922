"""Which deployments the generation of a switch refuses, decided on what stacks recorded."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import GenerationError
from sparehub.topology.state.generation import (
    SWITCH_TYPE,
    Deployment,
    SwitchRecord,
    is_live,
    refuse_disconnecting,
    refuse_older,
    with_switch,
)

STACK = "pulumi:pulumi:Stack"
CONNECTION = {
    "type": "azure-native:network:VirtualNetworkGatewayConnection",
    "outputs": {
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/connections/c",
        "name": "c",
    },
}


def switch(generation: int, activation: str = "active", operation: str = "") -> SwitchRecord:
    return SwitchRecord(generation=generation, activation=activation, operation=operation)


@pytest.mark.parametrize(("said", "own", "pair"), [*product(range(3), repeat=3)])
def test_a_file_below_either_recorded_generation_is_refused(said: int, own: int, pair: int) -> None:
    """An absent key counts as 0; a reverted commit is an older file."""
    records = {"primary": switch(own), "secondary": switch(pair, "standby")}
    if said >= max(own, pair):
        refuse_older("primary", said, records)
        return
    with pytest.raises(GenerationError, match=f"generation {max(own, pair)} is recorded") as caught:
        refuse_older("primary", said, records)
    assert caught.value.exit_code == 4
    assert (f"is of generation {said}" in str(caught.value)) is (said > 0)


RECORDING = "failover-1-ffffff"
REFUSED = {
    "an edit, or an older checkout": Deployment(
        stack="secondary", generation=1, activation=Activation.STANDBY
    ),
    "another operation": Deployment(
        stack="secondary",
        generation=1,
        activation=Activation.STANDBY,
        operation="failback-1-aaaaaa",
    ),
}
ALLOWED = {
    "the operation that recorded it": replace(REFUSED["another operation"], operation=RECORDING),
    "a switch": replace(REFUSED["another operation"], generation=2),
    "what stays active": replace(REFUSED["another operation"], activation=Activation.ACTIVE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_within_a_generation_the_only_live_region_is_not_disconnected(name: str) -> None:
    """It is, where the pair is live, or where it stands by already."""
    own = switch(1, "active", RECORDING)
    with pytest.raises(GenerationError, match="on-premises would reach no region"):
        refuse_disconnecting(REFUSED[name], own, pair_is_live=False)
    refuse_disconnecting(REFUSED[name], own, pair_is_live=True)
    refuse_disconnecting(REFUSED[name], switch(1, "standby", RECORDING), pair_is_live=False)


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_a_switch_may_disconnect_it(name: str) -> None:
    """Its own operation, or a higher generation."""
    refuse_disconnecting(ALLOWED[name], switch(1, "active", RECORDING), pair_is_live=False)


def test_without_a_generation_the_plain_switch_works_as_before() -> None:
    """Nothing is recorded, and nothing is refused."""
    wanted = Deployment(stack="primary", generation=0, activation=Activation.STANDBY)
    refuse_disconnecting(wanted, switch(0), pair_is_live=False)


def test_the_record_of_the_component_counts_more_than_the_outputs() -> None:
    """Outputs are the previous ones after a failed deployment; Pulumi passes numbers as floats."""
    outputs = {"type": STACK, "outputs": {"activation": "standby"}}
    component = {"type": SWITCH_TYPE, "outputs": {"generation": 2.0, "activation": "active"}}
    assert SwitchRecord.of({"a": outputs}) == switch(0, "standby")
    assert SwitchRecord.of({"a": outputs, "b": component}) == switch(2)
    assert SwitchRecord.of({}) == SwitchRecord()


@pytest.mark.parametrize("activation", ["active", "standby"])
def test_a_region_is_live_that_is_active_and_connected(activation: str) -> None:
    """A switch that died half-way has one of the two."""
    resources: dict[str, Any] = {"a": {"type": STACK, "outputs": {"activation": activation}}}
    assert not is_live(resources)
    resources["urn:x::region/connection/c/connection"] = CONNECTION
    assert is_live(resources) is (activation == "active")


def test_a_switch_is_recorded_in_an_exported_state() -> None:
    """After the stack itself, protected; a previous record is replaced in its place."""
    stack = {"type": STACK, "urn": "urn:pulumi:primary::sparehub::pulumi:pulumi:Stack::sparehub-p"}
    group = {"type": "azure-native:resources:ResourceGroup", "urn": "g"}
    first = with_switch([stack, group], switch(1, "standby", "failover-1-ffffff"))
    entry = {
        "urn": f"urn:pulumi:primary::sparehub::{SWITCH_TYPE}::switch",
        "custom": False,
        "type": SWITCH_TYPE,
        "parent": stack["urn"],
        "protect": True,
        "outputs": {"generation": 1, "activation": "standby", "operation": "failover-1-ffffff"},
    }
    assert first == [stack, entry, group]

    second = with_switch(first, switch(2))
    outputs = {"generation": 2, "activation": "active", "operation": ""}
    assert second == [stack, {**entry, "outputs": outputs}, group]
