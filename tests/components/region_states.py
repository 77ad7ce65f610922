"""The states of a region whose whole graphs are recorded beside this file.

`python -m tests.components.region_states` records them again;
read the difference before you keep it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from components import DestroyGuard, RegionNetwork
from sparehub.testing import Graph, preview
from sparehub.topology.model.resources import Region
from tests.configurations import region_of, shipped
from tests.topology.peered_hubs import peered

GRAPHS = Path(__file__).parent / "graphs"
BORROWED = (
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-circuits"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-borrowed"
)


def bow_tie() -> dict[str, Any]:
    """Return the primary's keys with a second connection, to a circuit of another subscription."""
    values = shipped("primary")
    values["sparehub:region"]["expressRoute"]["connections"]["borrowed"] = {
        "routingWeight": 10,
        "circuit": {
            "id": BORROWED,
            "peeringLocation": "Singapore",
            "sku": {"tier": "Premium"},
            "bandwidthInMbps": 500,
            "authorizationKey": "not-a-real-key",
        },
    }
    return values


STATES: dict[str, Callable[[], Region]] = {
    "primary-active": lambda: region_of(shipped("primary")),
    "primary-active-bow-tie": lambda: region_of(bow_tie()),
    "primary-active-peered-hubs": lambda: region_of(peered("primary")),
    "secondary-standby-network": lambda: region_of(shipped("secondary"), "standby", "network"),
    "secondary-standby-gateway": lambda: region_of(shipped("secondary"), "standby", "gateway"),
    "secondary-standby-connection": lambda: region_of(
        shipped("secondary"), "standby", "connection"
    ),
}


def graph_of(region: Region) -> Graph:
    """Return what Pulumi is asked for when a region is built, with its guard."""

    def program() -> None:
        DestroyGuard("guard", [RegionNetwork("region", region)])

    return preview(program)


def recorded(state: str) -> dict[str, dict[str, Any]]:
    """Return the graph that was kept of a state."""
    graph: dict[str, dict[str, Any]] = json.loads((GRAPHS / f"{state}.json").read_text())
    return graph


if __name__ == "__main__":
    for name, region in STATES.items():
        text = json.dumps(graph_of(region()).document(), indent=1, sort_keys=True)
        (GRAPHS / f"{name}.json").write_text(text + "\n")
