"""The generation of a switch on the real engine: what an older checkout cannot undo."""

import json
from collections.abc import Callable
from typing import Any

from simulator import control
from simulator.arm.faults import Order
from tests.engine.conftest import Engine
from topology.generation import SwitchRecord

Make = Callable[..., Engine]
CONNECTIONS = {"primary": "con-eastasia-hong-kong", "secondary": "con-southeastasia-singapore"}


def at(generation: int | None, activation: str) -> Callable[[dict[str, Any]], object]:
    """Return an edit of a stack file: what a switch, or an older checkout, says."""

    def edit(config: dict[str, Any]) -> None:
        config["sparehub:activation"] = activation
        config.pop("sparehub:generation", None)
        if generation is not None:
            config["sparehub:generation"] = generation

    return edit


def recorded(azure: Engine, stack: str) -> SwitchRecord:
    """Return what a stack's state says of its switch."""
    text = azure.rehearsal.pulumi("stack", "export", "--stack", stack)
    resources = json.loads(text)["deployment"]["resources"]
    return SwitchRecord.of({each["urn"]: each for each in resources})


def refused(azure: Engine, stack: str) -> str:
    """Return what a refused deployment says; nothing was written by it."""
    with azure.writes() as seen:
        text = azure.refused("up", "--yes", "--skip-preview", "--stack", stack)
    assert seen == []
    return text


def test_a_checkout_of_before_the_switch_is_refused(engine: Make) -> None:
    """Both its files, at preview and at up; no override lifts that. The newer ones pass."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    azure.change("primary", at(1, "standby"))
    assert azure.up("primary") == [("delete", CONNECTIONS["primary"])]
    azure.change("secondary", at(1, "active"))
    assert azure.up("secondary") == [("create", CONNECTIONS["secondary"])]
    assert recorded(azure, "secondary") == SwitchRecord(generation=1, activation="active")

    for stack, activation in (("secondary", "standby"), ("primary", "active")):
        azure.change(stack, at(None, activation))
        assert "generation 1 is recorded" in refused(azure, stack)
        assert "generation 1 is recorded" in azure.refused("preview", "--stack", stack)
        azure.rehearsal.pulumi("config", "set", "overrideInterlock", "lost", "--stack", stack)
        assert "generation 1 is recorded" in refused(azure, stack)
        azure.rehearsal.pulumi("config", "rm", "overrideInterlock", "--stack", stack)
    azure.change("secondary", at(1, "active"))
    azure.change("primary", at(1, "standby"))
    assert (azure.up("secondary"), azure.up("primary")) == ([], [])


def test_the_only_live_region_is_not_disconnected_within_a_generation(engine: Make) -> None:
    """Whoever means a switch counts the generation up."""
    azure = engine("primary", "secondary")
    azure.change("primary", at(4, "active"))
    azure.up("primary")
    azure.change("secondary", at(4, "standby"))
    azure.up("secondary")

    azure.change("primary", at(4, "standby"))
    assert "on-premises would reach no region" in refused(azure, "primary")
    azure.change("primary", at(5, "standby"))
    assert azure.up("primary") == [("delete", CONNECTIONS["primary"])]


def test_the_record_survives_a_deployment_that_fails(engine: Make) -> None:
    """The stack's own outputs do not."""
    azure = engine("primary")
    azure.change("primary", at(1, "standby"))
    azure.up("primary")
    azure.change("primary", at(2, "active"))
    control.add_fault(azure.store, Order("failed", type="connections", count=100))
    azure.refused("up", "--yes", "--skip-preview", "--stack", "primary")

    assert azure.outputs("primary")["activation"] == "standby"
    assert recorded(azure, "primary") == SwitchRecord(generation=2, activation="active")
