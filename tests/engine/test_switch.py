"""The switch on the real engine: at each depth, there and back, and what each move writes."""

from collections.abc import Callable
from typing import Any

import pytest

from sparehub.simulator import control
from tests.engine.conftest import Engine

Make = Callable[..., Engine]
PRIMARY_CONNECTION = "con-eastasia-hong-kong"
SECONDARY_CONNECTION = "con-southeastasia-singapore"


def at_depth(depth: str) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["sparehub:region"].update(standby={"depth": depth})


def test_both_regions_stand_and_the_switch_moves_one_connection(engine: Make) -> None:
    """Up, up again, refresh, fail over, fail back, destroy: each writes what it says, no more."""
    azure = engine("primary", "secondary")
    assert len(azure.up("primary")) == 20
    assert len(azure.up("secondary")) == 19
    assert azure.outputs("primary")["advertisedPrefixes"] == [
        "10.10.10.0/24",
        "10.1.0.0/24",
        "10.2.0.0/24",
    ]
    assert azure.outputs("secondary")["advertisedPrefixes"] == []

    for stack in ("primary", "secondary"):
        assert azure.up(stack) == []
        azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", stack)

    assert azure.switch("primary", "standby") == [("delete", PRIMARY_CONNECTION)]
    assert azure.switch("secondary", "active") == [("create", SECONDARY_CONNECTION)]
    assert azure.switch("secondary", "standby") == [("delete", SECONDARY_CONNECTION)]
    assert azure.switch("primary", "active") == [("create", PRIMARY_CONNECTION)]


@pytest.mark.long
def test_at_depth_network_the_gateway_comes_and_goes(engine: Make) -> None:
    """Going live makes gateway and connection, then the peerings use it; and all of it back."""
    azure = engine("secondary")
    azure.change("secondary", at_depth("network"))
    azure.up("secondary")

    assert sorted(azure.switch("secondary", "active")) == [
        ("create", SECONDARY_CONNECTION),
        ("create", "ergw-southeastasia"),
        ("update", "peer-spoke1-to-hub"),
        ("update", "peer-spoke2-to-hub"),
    ]
    back = azure.switch("secondary", "standby")
    assert sorted(back[:2]) == [
        ("update", "peer-spoke1-to-hub"),
        ("update", "peer-spoke2-to-hub"),
    ]
    assert back[2:] == [("delete", SECONDARY_CONNECTION), ("delete", "ergw-southeastasia")]


@pytest.mark.long
def test_at_depth_connection_only_the_peerings_change(engine: Make) -> None:
    """The connection stands already; the spokes start and stop using it."""
    azure = engine("secondary")
    azure.change("secondary", at_depth("connection"))
    azure.up("secondary")
    both = [("update", "peer-spoke1-to-hub"), ("update", "peer-spoke2-to-hub")]

    assert azure.outputs("secondary")["advertisedPrefixes"] == ["10.10.10.0/24"]
    assert sorted(azure.switch("secondary", "active")) == both
    assert sorted(azure.switch("secondary", "standby")) == both


def test_above_200_prefixes_the_connection_comes_before_the_spokes(engine: Make) -> None:
    """Azure makes a connection only while they are withheld (ER-36); going back is the reverse."""
    azure = engine("secondary")
    prefixes = [f"10.100.{n}.0/24" for n in range(199)]
    azure.change(
        "secondary",
        lambda config: config["sparehub:region"]["spokes"]["spoke1"]["addressSpace"].extend(
            prefixes
        ),
    )
    azure.up("secondary")

    going, *updates = azure.switch("secondary", "active")
    assert going == ("create", SECONDARY_CONNECTION)
    assert sorted(updates) == [("update", "peer-spoke1-to-hub"), ("update", "peer-spoke2-to-hub")]
    *updates, last = azure.switch("secondary", "standby")
    assert sorted(updates) == [("update", "peer-spoke1-to-hub"), ("update", "peer-spoke2-to-hub")]
    assert last == ("delete", SECONDARY_CONNECTION)


def test_everything_can_be_taken_down(engine: Make) -> None:
    """Circuits are protected, and Azure refuses to delete one that its provider still holds."""
    azure = engine("secondary")
    azure.up("secondary")

    with azure.writes() as seen:
        assert "it is protected" in azure.refused("destroy", "--yes", "--stack", "secondary")
    assert seen == []
    azure.rehearsal.pulumi("state", "unprotect", "--all", "--yes", "--stack", "secondary")
    refused = azure.refused("destroy", "--yes", "--skip-preview", "--stack", "secondary")
    assert "not in Deprovisioned state" in refused
    control.deprovision(azure.store, "erc-singapore")
    azure.rehearsal.pulumi("destroy", "--yes", "--skip-preview", "--stack", "secondary")
    assert control.resources(azure.store) == []
