"""What `pulumi destroy` meets first, and what Pulumi refuses to delete."""

from collections.abc import Callable
from typing import Any

import pytest

from components import DestroyGuard, DrillNetworks, RegionNetwork
from sparehub.testing import Graph, preview
from sparehub.topology.model.logical_names import DRILL
from sparehub.topology.model.resources import Region
from tests.components.region_states import STATES, graph_of
from tests.configurations import region_of, shipped

CONNECTION = "region/connection/hong-kong/connection"


def without_spokes() -> dict[str, Any]:
    values = shipped("primary")
    values["sparehub:region"]["spokes"] = {}
    return values


def without_tables() -> dict[str, Any]:
    """Return keys by which no spoke uses the spokes' table."""
    values = shipped("primary")
    for spoke in values["sparehub:region"]["spokes"].values():
        spoke["subnets"]["app"]["routeTable"] = "none"
    return values


def not_provisioned() -> dict[str, Any]:
    values = shipped("primary")
    connection = values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]
    connection["circuit"]["provisioned"] = False
    return values


def with_many_prefixes() -> dict[str, Any]:
    """Return keys by which the spokes wait for the connections (ER-36)."""
    values = shipped("primary")
    prefixes = [f"10.100.{n}.0/24" for n in range(200)]
    values["sparehub:region"]["spokes"]["spoke1"]["addressSpace"].extend(prefixes)
    return values


def drilled() -> dict[str, Any]:
    return shipped("secondary") | {"sparehub:drill": True}


REGIONS: dict[str, Callable[[], Region]] = STATES | {
    "without spokes": lambda: region_of(without_spokes()),
    "with a table that no subnet uses": lambda: region_of(without_tables()),
    "before the circuit is provisioned": lambda: region_of(not_provisioned()),
    "beyond 200 prefixes": lambda: region_of(with_many_prefixes()),
    "during a drill": lambda: region_of(drilled()),
}


def stack_of(region: Region) -> Graph:
    """Return what the program registers of a region, its drill included."""

    def program() -> None:
        network = RegionNetwork("region", region)
        drill = DrillNetworks(DRILL.root, region.drill) if region.drill else None
        DestroyGuard("guard", [network, drill] if drill else [network])

    return preview(program)


def needed(graph: Graph, name: str) -> set[str]:
    """Return what a resource depends on, directly or not; parents count, as they do for Pulumi."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        resource = graph.get(waiting.pop())
        before = {*resource.depends_on, resource.parent} if resource else set[str]()
        for each in before - found - {"sparehub-test"}:
            found.add(each)
            waiting.append(each)
    return found


@pytest.mark.parametrize("name", REGIONS)
def test_the_guard_depends_on_everything_else(name: str) -> None:
    """Pulumi deletes what nothing depends on first: that is the guard, and nothing beside it."""
    graph = stack_of(REGIONS[name]())

    assert needed(graph, "guard") == graph.keys() - {"guard"}


@pytest.mark.parametrize("name", REGIONS)
def test_the_guard_names_every_resource_of_azure(name: str) -> None:
    """What is gone in Azure leaves the state by a refresh, and leads to nothing any more."""
    graph = stack_of(REGIONS[name]())

    azure = {name for name, each in graph.items() if each.type.startswith("azure-native:")}
    assert set(graph["guard"].depends_on) == azure


def test_the_guard_is_protected_and_not_a_resource_of_azure() -> None:
    """Its deletion fails; nothing is made for it, and a failover's writes do not count it."""
    guard = graph_of(STATES["primary-active"]())["guard"]

    assert (guard.type, guard.inputs, guard.protect) == (
        "sparehub:network:DestroyGuard",
        {},
        True,
    )


def test_the_guard_lets_the_switch_delete_the_connection() -> None:
    """It depends on the connection of a live region; standing by it is there without."""
    live, standby = (graph_of(region_of(shipped("primary"), a)) for a in ("active", "standby"))

    assert set(live["guard"].depends_on) - set(standby["guard"].depends_on) == {CONNECTION}
    assert CONNECTION not in standby


FOREVER = {
    "region/group",
    "region/hub/network",
    "region/hub/GatewaySubnet",
    "region/circuit/hong-kong/group",
    "region/circuit/hong-kong/circuit",
    "region/circuit/hong-kong/private-peering",
    "guard",
}
GATEWAY = "region/expressroute/gateway"


@pytest.mark.parametrize(
    ("depth", "more"), [("gateway", {GATEWAY}), ("connection", {GATEWAY}), ("network", set())]
)
@pytest.mark.parametrize("activation", ["active", "standby"])
def test_what_no_failover_deletes_is_protected(activation: str, depth: str, more: set[str]) -> None:
    """Hub, gateway, circuit and their groups; not a gateway that standing down deletes."""
    graph = graph_of(region_of(shipped("primary"), activation, depth))

    assert {name for name, each in graph.items() if each.protect} == FOREVER | more


def test_test_networks_of_a_drill_are_not_protected() -> None:
    """`sparehub drill stop` removes them."""
    graph = stack_of(region_of(drilled()))

    drill = {name for name in graph if name.startswith(DRILL.root)}
    assert drill
    assert not [name for name in drill if graph[name].protect]
