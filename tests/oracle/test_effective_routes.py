"""Effective routes: the same from the model, from the oracle, and from Azure where recorded."""

import json
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.configurations import region_of, shipped
from tests.oracle.region import Region
from tests.oracle.walk import World
from tests.simulator import recordings
from tests.topology import rendered
from tests.topology.faulty import faulty_scene
from tests.topology.rendered import Row, row
from topology import model
from topology.routes import RegionRoutes, subnets

RECORDED = "xplat-effective-routes.json"


def read(region: model.Region) -> Region:
    """Return a region as the oracle reads it."""
    return Region("r", rendered.rendered(region, "r"), rendered.given(region))


def of_topology(region: model.Region) -> dict[str, list[Row]]:
    """Return the effective routes of every subnet, by the code that is judged."""
    routes = RegionRoutes(region)
    return {
        name: sorted(map(row, routes.of(name.split("/")[0], subnet)))
        for name, subnet in subnets(region)
    }


def of_oracle(region: model.Region) -> dict[str, list[Row]]:
    """Return the same by the oracle."""
    world = World(read(region))
    return {
        place.name.removeprefix("r/"): sorted(route.row for route in world.routes(place))
        for place in world.places()
    }


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_topology_and_oracle_compute_the_same_routes(data: st.DataObject) -> None:
    """Whatever is wrong with the regions, in every subnet of both."""
    for region in faulty_scene(lambda of: data.draw(st.sampled_from(of))).regions.values():
        assert of_topology(region) == of_oracle(region)


def leaving(region: model.Region) -> set[str]:
    """Return the names of the connections that the hub's routes to on-premises use."""
    names = {connection.key: connection.name for connection in region.connections}
    routes = (r for subnet in region.hub.subnets for r in RegionRoutes(region).of("hub", subnet))
    return {names[key] for route in routes for key in route.connections}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_topology_and_oracle_leave_by_the_same_connections(data: st.DataObject) -> None:
    """ER-22: those of the highest weight that are live, where a hub's subnet hears of them."""
    for region in faulty_scene(lambda of: data.draw(st.sampled_from(of))).regions.values():
        propagates = any(
            subnet.propagates
            for network in read(region).networks.values()
            if network.name == region.hub.name
            for subnet in network.subnets
        )
        assert leaving(region) == (read(region).leaving if propagates else set())


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
    subnet = model.Subnet(name="test-subnet", address_prefix=IPv4Network("10.0.0.0/24"))
    network = model.VirtualNetwork(
        name="test-vnet", address_space=(IPv4Network("10.0.0.0/8"),), subnets=(subnet,)
    )
    region = replace(
        region_of(shipped("secondary")), hub=network, spokes=(), gateway=None, connections=()
    )

    assert list(map(row, RegionRoutes(region).of("hub", subnet))) == recorded()
    assert of_oracle(region) == {"hub/test-subnet": sorted(recorded())}
