"""Microsoft's own clients, unmodified, on the HTTP front: every answer is one that they parse."""

from pathlib import Path

import pytest

from tests.simulator.http.sdk_runs import drive, installed
from tests.simulator.http.sdk_topology import SPOKES, SUBSCRIPTION, parts

HUB = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-reference"
    "/providers/Microsoft.Network/virtualNetworks/hub"
)
EXPECTED = {
    "group": "Succeeded",
    "exists": True,
    "made": {"/".join(names): "Succeeded" for _, _, names, _ in parts()},
    "listed": {
        "route_tables": 2,
        "virtual_networks": 1 + len(SPOKES),
        "subnets/hub": 2,
        "virtual_network_gateways": 1,
        "express_route_circuits": 1,
        "express_route_circuit_peerings/erc": 1,
        "express_route_circuit_authorizations/erc": 1,
        "virtual_network_gateway_connections": 1,
        "virtual_network_peerings/hub": len(SPOKES),
        "virtual_network_peerings/spoke1": 1,
        "virtual_network_peerings/spoke2": 1,
    },
    "peering": ["Connected", HUB, True],
    "circuit": ["Provisioned", "Standard"],
    "refused": [409, "ResourceExistsError"],
    "left": False,
}


def test_the_client_of_azure_natives_api_version_makes_the_topology(tmp_path: Path) -> None:
    """azure-mgmt-network 28.1.0 makes it by its own pollers, reads, lists and deletes it."""
    assert drive("sdk_topology", tmp_path) == EXPECTED | {"version": "28.1.0"}


@pytest.mark.clients
def test_the_newest_client_makes_the_same_topology(tmp_path: Path) -> None:
    """azure-mgmt-network 33.1.0, which speaks API version 2026-03-01, is served the same."""
    found = drive("sdk_topology", tmp_path, first=installed("newest"))

    assert found == EXPECTED | {"version": "33.1.0"}
