"""The shipped pair with spokes that are always on, and with its hubs peered."""

from typing import Any

from tests.configurations import OURS, shipped

SPOKES = {"primary": "10.66.0.0/24", "secondary": "10.67.0.0/24"}
"""The range of each region's spoke ``dc``."""
HUBS = {"primary": "10.10.10.0/24", "secondary": "10.20.10.0/24"}
NVAS = {"primary": "10.10.10.10", "secondary": "10.20.10.10"}
_LOCATIONS = {"primary": "eastasia", "secondary": "southeastasia"}
_OTHER = {"primary": "secondary", "secondary": "primary"}


def hub_id(stack: str) -> str:
    """Return the id of a stack's hub."""
    where = _LOCATIONS[stack]
    group = f"{OURS}/resourceGroups/rg-sparehub-{where}"
    return f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-hub-{where}"


def peering_to(stack: str) -> dict[str, Any]:
    """Return what the other region's file says of a peering with a stack's hub."""
    return {
        "id": hub_id(stack),
        "addressSpace": [HUBS[stack]],
        "addressPrefixes": [SPOKES[stack]],
        "nextHopIpAddress": NVAS[stack],
    }


def add_always_on(region: dict[str, Any], stack: str) -> None:
    """Give a stack's region its spoke ``dc``."""
    region["spokes"]["dc"] = {
        "alwaysOn": True,
        "addressSpace": [SPOKES[stack]],
        "subnets": {"app": {"addressPrefix": SPOKES[stack]}},
    }


def own_hub(region: dict[str, Any]) -> None:
    """Give the secondary's hub a range of its own; its spokes keep the primary's addresses."""
    region["hub"] = {
        "addressSpace": [HUBS["secondary"]],
        "subnets": {
            "nva": {"addressPrefix": "10.20.10.0/25"},
            "GatewaySubnet": {"addressPrefix": "10.20.10.128/25"},
        },
        "nva": {"ipAddress": NVAS["secondary"]},
    }
    region["remap"] = {HUBS["primary"]: HUBS["secondary"]}


def peer(region: dict[str, Any], stack: str) -> None:
    """Give a stack's region its half of the peering of the hubs."""
    other = _OTHER[stack]
    region["hub"]["peerings"] = {other: peering_to(other)}


def peered(stack: str) -> dict[str, Any]:
    """Return the keys of a stack's file: a spoke that is always on, and the hubs peered."""
    values = shipped(stack)
    region = values["sparehub:region"]
    if stack == "secondary":
        own_hub(region)
    add_always_on(region, stack)
    peer(region, stack)
    return values
