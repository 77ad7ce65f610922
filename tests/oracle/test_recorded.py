"""Effective routes: the same from the model, from the oracle, and from Azure where recorded."""

import json
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.model import resources
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes
from tests.configurations import region_of, shipped
from tests.oracle.region import Region
from tests.oracle.trace import World
from tests.simulator.replay import recordings
from tests.topology.azure_bodies import Row, given, rendered, row

RECORDED = "xplat-effective-routes.json"


def recorded() -> list[Row]:
    """Return the one answer of Azure that was recorded, in its order."""
    found = json.loads((recordings.DIRECTORY / RECORDED).read_text())
    bodies: list[Any] = [
        exchange["response"]["value"]
        for recording in found["recordings"]
        for exchange in recording["exchanges"]
        if "/effectiveRouteTable" in exchange["path"] and exchange["status"] == 200
    ]
    (body,) = bodies
    return [
        (r["source"], r["state"], *r["addressPrefix"], r["nextHopType"], *r["nextHopIpAddress"], "")
        for r in body
    ]


def test_a_network_of_10_8_has_the_routes_that_azure_recorded(record_property: Any) -> None:
    """RT-02: its own prefix is the one that the system would send nowhere."""
    recordings.needed(record_property)
    subnet = resources.Subnet(name="test-subnet", address_prefix=IPv4Network("10.0.0.0/24"))
    network = resources.VirtualNetwork(
        name="test-vnet", address_space=(IPv4Network("10.0.0.0/8"),), subnets=(subnet,)
    )
    region = replace(
        region_of(shipped("secondary")), hub=network, spokes=(), gateway=None, connections=()
    )

    assert list(map(row, RegionRoutes(region).of("hub", subnet))) == recorded()
    world = World(Region("r", rendered(region, "r"), given(region)))
    (oracle,) = ([route.row for route in world.routes(place)] for place in world.places())
    assert oracle == recorded()
