"""Changes of a region that stands: each writes what changed, and nothing is replaced."""

from collections.abc import Callable
from typing import Any

from tests.engine.conftest import Engine


def add_spoke(config: dict[str, Any]) -> None:
    config["sparehub:region"]["spokes"]["spoke3"] = {
        "addressSpace": ["10.3.0.0/24"],
        "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
    }


def add_subnet(config: dict[str, Any]) -> None:
    spoke = config["sparehub:region"]["spokes"]["spoke1"]
    spoke["addressSpace"].append("10.1.1.0/24")
    spoke["subnets"]["data"] = {"addressPrefix": "10.1.1.0/24"}


def move_nva(config: dict[str, Any]) -> None:
    config["sparehub:region"]["hub"]["nva"]["ipAddress"] = "10.10.10.20"


def grow_gateway(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["gateway"]["sku"] = "ErGw2AZ"


def rename_gateway(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["gateway"]["name"] = "ergw-new"


def test_a_live_region_is_changed_in_place(engine: Callable[..., Engine]) -> None:
    """A spoke, a subnet, a next hop, a larger gateway: creates and updates, never a replacement."""
    azure = engine("primary")
    azure.up("primary")

    azure.change("primary", add_spoke)
    assert sorted(azure.up("primary")) == [
        ("create", "app"),
        ("create", "peer-hub-to-spoke3"),
        ("create", "peer-spoke3-to-hub"),
        ("create", "vnet-spoke3-eastasia"),
        ("update", "rt-gateway-eastasia"),
    ]
    azure.change("primary", add_subnet)
    assert sorted(azure.up("primary")) == [
        ("create", "data"),
        ("update", "rt-gateway-eastasia"),
        ("update", "vnet-spoke1-eastasia"),
    ]
    azure.change("primary", move_nva)
    assert sorted(azure.up("primary")) == [
        ("update", "rt-gateway-eastasia"),
        ("update", "rt-spokes-eastasia"),
    ]
    azure.change("primary", grow_gateway)
    assert azure.up("primary") == [("update", "ergw-eastasia")]
    azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "primary")

    azure.change("primary", rename_gateway)
    with azure.writes() as seen:
        refused = azure.refused("up", "--yes", "--stack", "primary")
    assert "the gateway ergw-eastasia would be deleted and made again" in refused
    assert "Traceback" not in refused
    assert seen == []
