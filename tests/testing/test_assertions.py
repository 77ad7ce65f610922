"""Assertions about resource graphs: each has a case that fails."""

import pytest

from sparehub.testing import Graph, Resource, assert_depends_on, assert_no_write_but, assert_route
from sparehub.testing.graph import changes


def resource(name: str, *depends_on: str, **inputs: object) -> Resource:
    """Return a resource of type ``test``."""
    return Resource(type="test", name=name, inputs=inputs, depends_on=depends_on)


def graph(*resources: Resource) -> Graph:
    return Graph({each.name: each for each in resources})


def with_route(**route: str) -> Graph:
    """Return a graph of one route table with one route."""
    inputs = {"routeTableName": "rt-spokes", "routes": [route]}
    table = Resource(type="azure-native:network:RouteTable", name="spokes", inputs=inputs)
    return graph(table)


APPLIANCE = with_route(
    addressPrefix="0.0.0.0/0", nextHopType="VirtualAppliance", nextHopIpAddress="10.10.10.10"
)


@pytest.mark.parametrize("table", ["rt-spokes", "spokes"])
def test_a_route_to_an_appliance_is_found_by_its_address(table: str) -> None:
    """The table has a physical and a logical name."""
    assert_route(APPLIANCE, table, "0.0.0.0/0", "10.10.10.10")


def test_a_route_to_a_type_of_next_hop_is_found() -> None:
    """Such as a route that drops packets."""
    assert_route(
        with_route(addressPrefix="10.0.0.0/8", nextHopType="None"), "spokes", "10.0.0.0/8", "None"
    )


def test_a_route_of_its_own_belongs_to_its_table() -> None:
    """A route may be a resource beside the table."""
    route = Resource(
        type="azure-native:network:Route",
        name="default",
        inputs={"routeTableName": "rt", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
    )
    table = Resource(
        type="azure-native:network:RouteTable", name="table", inputs={}, outputs={"name": "rt"}
    )

    assert_route(graph(table, route), "table", "0.0.0.0/0", "Internet")


@pytest.mark.parametrize(
    ("table", "prefix", "next_hop", "message"),
    [
        ("rt-hub", "0.0.0.0/0", "10.10.10.10", "no route table 'rt-hub'; there are: spokes"),
        ("spokes", "0.0.0.0/0", "10.10.10.11", "sends 0.0.0.0/0 to 10.10.10.10, not to"),
        ("spokes", "10.0.0.0/8", "10.10.10.10", "sends 10.0.0.0/8 to nothing, not to"),
    ],
)
def test_another_route_fails(table: str, prefix: str, next_hop: str, message: str) -> None:
    """The message names what there is."""
    with pytest.raises(AssertionError, match=message):
        assert_route(APPLIANCE, table, prefix, next_hop)


CHAIN = graph(resource("gateway"), resource("subnet", "gateway"), resource("peering", "subnet"))


def test_dependencies_are_followed_over_any_number_of_edges() -> None:
    """The peering waits for the gateway through the subnet; not the other way round."""
    assert_depends_on(CHAIN, "peering", "gateway", "subnet")

    with pytest.raises(AssertionError, match=r"gateway does not wait for peering; .* nothing"):
        assert_depends_on(CHAIN, "gateway", "peering")
    with pytest.raises(AssertionError, match="there is no resource 'hub'"):
        assert_depends_on(CHAIN, "hub", "gateway")


def test_changes_are_created_updated_and_deleted_resources() -> None:
    """An edge alone writes nothing."""
    before = graph(resource("kept"), resource("gone"), resource("sku", sku="ErGw1AZ"))
    after = graph(resource("kept", "sku"), resource("sku", sku="ErGw2AZ"), resource("new"))
    written = changes(before, after)

    assert list(map(set, (written.created, written.updated, written.deleted))) == [
        {"new"},
        {"sku"},
        {"gone"},
    ]
    assert_no_write_but(before, after, "new", "s*", "gone")
    with pytest.raises(AssertionError, match="created: new; deleted: gone"):
        assert_no_write_but(before, after, "sku")
