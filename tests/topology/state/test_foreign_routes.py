"""Which routes of a table are nobody's here, and which tables a deployment writes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sparehub.topology.model.resources import Region
from sparehub.topology.state.foreign_routes import DeployedRoute, foreign_routes, tables_to_write
from sparehub.topology.state.region import Reading, read_region
from sparehub.topology.state.resources import arm_resources
from tests.configurations import region_of, shipped
from tests.site_recovery_files import agents_leave_by_nat
from tests.topology.azure_bodies import rendered
from tests.topology.reachability.pairs import table, with_route, with_table

NODE = DeployedRoute(
    name="node-1",
    address_prefix="10.246.4.0/24",
    next_hop_type="VirtualAppliance",
    next_hop_ip_address="10.1.0.10",
)
TAG = DeployedRoute(name="logs", address_prefix="AzureMonitor", next_hop_type="Internet")


@pytest.fixture
def region() -> Region:
    return region_of(shipped("primary"))


def stood(region: Region) -> Reading:
    """Return a region as its own resources make it."""
    return read_region(arm_resources(rendered(region, "s")))


def test_what_neither_deployment_wrote_is_foreign(region: Region) -> None:
    """A service tag is, too; so is ours where somebody led it elsewhere."""
    before = table(region, "spokes")
    after = table(with_route(region, "spokes", "192.0.2.0/24", "None"), "spokes")
    ours = [DeployedRoute.of(route) for route in after.routes]
    turned = replace(ours[0], next_hop_ip_address="10.10.10.99")

    assert foreign_routes([*ours, NODE, TAG], before, after) == (NODE, TAG)
    assert foreign_routes([turned, *ours[1:]], before, after) == (turned,)
    assert foreign_routes(ours, before) == tuple(ours[1:])
    assert foreign_routes([], before, after) == ()


def test_the_routes_of_agents_are_ours() -> None:
    """Of service tags, as a stack recorded them; a table in which they are new is written."""
    ours = region_of(agents_leave_by_nat(shipped("primary"), "nat"))
    routes = [DeployedRoute.of(route) for route in table(ours, "spokes").tag_routes]

    assert foreign_routes([*routes, TAG], table(ours, "spokes")) == (TAG,)
    assert [w.recorded.key for w in tables_to_write(ours, stood(ours))] == []
    before = stood(region_of(shipped("primary")))
    assert [write.recorded.key for write in tables_to_write(ours, before)] == ["spokes"]


def no_change(region: Region) -> Region:
    return region


def more_routes(region: Region) -> Region:
    return with_route(region, "spokes", "192.0.2.0/24", "None")


def other_order(region: Region) -> Region:
    routes = table(region, "gateway").routes
    return with_table(region, "gateway", routes=tuple(reversed(routes)))


def propagation(region: Region) -> Region:
    return with_table(region, "nva", disable_bgp_route_propagation=True)


def renamed(region: Region) -> Region:
    return with_table(region, "spokes", name="rt-other")


def without_nva_table(region: Region) -> Region:
    tables = (each for each in region.route_tables if each.key != "nva")
    return replace(region, route_tables=tuple(tables))


def moved(region: Region) -> Region:
    return replace(region, resource_group="rg-other")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (no_change, {}),
        (other_order, {}),
        (more_routes, {"spokes": "writes"}),
        (propagation, {"nva": "writes"}),
        (renamed, {"spokes": "replaces"}),
        (without_nva_table, {"nva": "deletes"}),
        (moved, {"spokes": "replaces", "gateway": "replaces", "nva": "replaces"}),
    ],
)
def test_only_a_table_that_changes_is_written(
    region: Region, change: Callable[[Region], Region], expected: dict[str, str]
) -> None:
    """What others put into the rest stays, and nothing is asked of Azure for it."""
    plain = replace(region, tags={})
    found = {each.recorded.key: each.does for each in tables_to_write(change(plain), stood(plain))}

    assert found == expected


def test_tags_write_every_table(region: Region) -> None:
    """Azure takes a table's tags with its routes."""
    plain = replace(region, tags={})
    tagged = replace(plain, tags={"env": "test"})

    assert [each.does for each in tables_to_write(tagged, stood(plain))] == ["writes"] * 3


def test_the_loss_names_each_route(region: Region) -> None:
    """Table, routes, and what to do about them."""
    (write,) = tables_to_write(
        more_routes(replace(region, tags={})), stood(replace(region, tags={}))
    )

    first, *routes, what_to_do = write.loss([NODE, TAG]).splitlines()
    assert first == (
        "this deployment writes the route table rt-spokes-eastasia, and with that go routes that "
        "this stack did not write:"
    )
    assert "region.routes.spokes" in what_to_do
    assert routes == [
        "  node-1 (10.246.4.0/24 to VirtualAppliance 10.1.0.10)",
        "  logs (AzureMonitor to Internet)",
    ]
