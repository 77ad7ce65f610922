"""Route tables into which somebody else has written, on the real engine and the local Azure."""

from collections.abc import Callable
from typing import Any

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.engine.conftest import Engine

FOREIGN = "node-1 (10.246.4.0/24 to VirtualAppliance 10.1.0.10)"


def add_route(config: dict[str, Any]) -> None:
    """Let the spokes drop a documentation prefix."""
    route = {"addressPrefix": "192.0.2.0/24", "nextHopType": "None"}
    config["sparehub:region"]["routes"] = {"spokes": [route]}


def add_spoke(config: dict[str, Any]) -> None:
    """Add a spoke: GatewaySubnet's table is written, the spokes' is not."""
    config["sparehub:region"]["spokes"]["spoke3"] = {
        "addressSpace": ["10.3.0.0/24"],
        "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
    }


def rename_table(config: dict[str, Any]) -> None:
    """Give the spokes' table another name: the one that stands is replaced."""
    config["sparehub:region"]["routeTables"] = {"spokes": {"name": "rt-other"}}


def spokes_table(azure: Engine) -> str:
    """Return the id of the spokes' table."""
    ids = [identity for identity, _, _ in control.resources(azure.store)]
    return next(each for each in ids if each.endswith("/routeTables/rt-spokes-eastasia"))


def routes_of(azure: Engine, table: str) -> set[str]:
    """Return the names of the routes in a table."""
    body = azure.arm("GET", table).body
    assert body is not None
    return {route["name"] for route in body["properties"]["routes"]}


def test_the_preview_names_each_route_of_another_controller(engine: Callable[..., Engine]) -> None:
    """Where the deployment writes the table, or replaces it, refreshed or not; nowhere else."""
    azure = engine("primary")
    azure.up("primary")
    table = spokes_table(azure)
    route = {
        "addressPrefix": "10.246.4.0/24",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.1.0.10",
    }
    azure.arm("PUT", f"{table}/routes/node-1", {"properties": route})

    unchanged = azure.preview("primary")
    azure.change("primary", add_spoke)
    elsewhere = azure.preview("primary")
    assert "node-1" not in unchanged + elsewhere
    assert "could not be read" not in unchanged + elsewhere

    azure.change("primary", rename_table)
    assert "replaces the route table rt-spokes-eastasia, and" in azure.preview("primary")
    azure.change("primary", lambda config: config["sparehub:region"].pop("routeTables"))
    azure.change("primary", add_route)
    written = azure.preview("primary")
    assert "this deployment writes the route table rt-spokes-eastasia" in written
    assert FOREIGN in written
    assert "user-192.0.2.0-24 (" not in written

    azure.rehearsal.pulumi("refresh", "--yes", "--stack", "primary")
    assert FOREIGN in azure.preview("primary")
    azure.up("primary")
    assert routes_of(azure, table) == {"default", "user-192.0.2.0-24"}


def test_a_table_that_cannot_be_read_is_said(engine: Callable[..., Engine]) -> None:
    """The region is down: the routes of the table are unknown, and the preview continues."""
    azure = engine("primary")
    azure.up("primary")
    azure.change("primary", add_route)
    control.add_fault(azure.store, FaultRequest("region-down", "eastasia", "", 0, None))

    seen = azure.preview("primary")

    assert "the route table rt-spokes-eastasia could not be read before it is written" in seen
