"""Changes of a region that stands: each writes what changed, and nothing is replaced."""

from collections.abc import Callable
from typing import Any

from sparehub.simulator import control
from tests.engine.conftest import Engine, Write


def add_spoke(config: dict[str, Any]) -> None:
    config["sparehub:region"]["spokes"]["spoke3"] = {
        "addressSpace": ["10.3.0.0/24"],
        "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
    }


def add_subnet(config: dict[str, Any]) -> None:
    spoke = config["sparehub:region"]["spokes"]["spoke1"]
    spoke["addressSpace"].append("10.1.1.0/24")
    spoke["subnets"]["data"] = {"addressPrefix": "10.1.1.0/24"}


def grow_spoke(config: dict[str, Any]) -> None:
    config["sparehub:region"]["spokes"]["spoke1"]["addressSpace"] = ["10.1.0.0/21"]


def move_nva(config: dict[str, Any]) -> None:
    config["sparehub:region"]["hub"]["nva"]["ipAddress"] = "10.10.10.20"


def grow_gateway(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["gateway"]["sku"] = "ErGw2AZ"


def rename_gateway(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["gateway"]["name"] = "ergw-new"


def name_the_spoke(config: dict[str, Any]) -> None:
    spokes = config["sparehub:region"]["spokes"]
    spokes["web"] = spokes.pop("spoke2")


def tag_everything(config: dict[str, Any]) -> None:
    config["sparehub:region"]["tags"] = {"env": "production"}


def sync_levels(azure: Engine) -> dict[str, str]:
    levels = {}
    for identity, kind, _ in control.resources(azure.store):
        if kind.endswith("virtualNetworkPeerings"):
            body = azure.arm("GET", identity).body
            assert body is not None
            levels[identity.split("/")[-1]] = body["properties"]["peeringSyncLevel"]
    return levels


def change(azure: Engine, what: Callable[[dict[str, Any]], object]) -> list[Write]:
    """Change the primary; see that the preview announces no replacement; deploy."""
    azure.change("primary", what)
    assert "replace" not in azure.preview("primary")
    return sorted(azure.up("primary"))


def test_a_live_region_is_changed_in_place(engine: Callable[..., Engine]) -> None:
    """A spoke, a prefix with a subnet, a next hop, a larger gateway, tags: nothing is replaced."""
    azure = engine("primary")
    azure.up("primary")

    assert change(azure, add_spoke) == [
        ("create", "app"),
        ("create", "peer-hub-to-spoke3"),
        ("create", "peer-spoke3-to-hub"),
        ("create", "vnet-spoke3-eastasia"),
        ("update", "rt-gateway-eastasia"),
    ]
    assert change(azure, add_subnet) == [
        ("create", "data"),
        ("update", "peer-hub-to-spoke1"),
        ("update", "rt-gateway-eastasia"),
        ("update", "vnet-spoke1-eastasia"),
    ]
    assert set(sync_levels(azure).values()) == {"FullyInSync"}
    assert change(azure, move_nva) == [
        ("update", "rt-gateway-eastasia"),
        ("update", "rt-spokes-eastasia"),
    ]
    assert change(azure, grow_gateway) == [("update", "ergw-eastasia")]
    assert {operation for operation, _ in change(azure, tag_everything)} == {"update"}
    azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "primary")


def test_a_spoke_whose_prefix_grows_is_known_to_the_hub(engine: Callable[..., Engine]) -> None:
    """PE-18: the gateway's route follows, and both halves know the prefix that is there now."""
    azure = engine("primary")
    azure.up("primary")

    assert change(azure, grow_spoke) == [
        ("update", "peer-hub-to-spoke1"),
        ("update", "rt-gateway-eastasia"),
        ("update", "vnet-spoke1-eastasia"),
    ]
    assert set(sync_levels(azure).values()) == {"FullyInSync"}
    hub = azure.outputs("primary")["hubVirtualNetworkId"]
    half = azure.arm("GET", f"{hub}/virtualNetworkPeerings/peer-hub-to-spoke1").body
    table = hub.split("/virtualNetworks/")[0] + "/routeTables/rt-gateway-eastasia"
    routes = azure.arm("GET", table).body
    assert half is not None
    assert routes is not None
    seen = half["properties"]["remoteVirtualNetworkAddressSpace"]["addressPrefixes"]
    assert (half["properties"]["peeringState"], seen) == ("Connected", ["10.1.0.0/21"])
    assert [r["properties"]["addressPrefix"] for r in routes["properties"]["routes"]] == [
        "10.1.0.0/21",
        "10.2.0.0/24",
    ]


def test_what_would_break_half_way_is_refused_before(engine: Callable[..., Engine]) -> None:
    """A gateway that would be replaced, a spoke that would be made beside itself."""
    azure = engine("primary")
    azure.up("primary")

    azure.change("primary", name_the_spoke)
    with azure.writes() as seen:
        renamed = azure.refused("up", "--yes", "--stack", "primary")
    assert "region.spokes.web: has the addresses of the deployed spoke 'spoke2'" in renamed
    azure.change("primary", rename_gateway)
    azure.change(
        "primary",
        lambda config: config["sparehub:region"]["spokes"].update(
            spoke2=config["sparehub:region"]["spokes"].pop("web")
        ),
    )
    with azure.writes() as more:
        replaced = azure.refused("up", "--yes", "--stack", "primary")
    assert "the gateway ergw-eastasia would be deleted and created again" in replaced
    assert seen + more == []
