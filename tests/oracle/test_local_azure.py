"""Effective routes by the local Azure, and by the oracle that reads what it answers."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparehub.simulator import control
from tests.oracle.region import Given, Region
from tests.oracle.trace import World
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    circuit,
    interface,
    machine,
    route,
    route_table,
    subnet,
)
from tests.topology.azure_bodies import Row
from tests.topology.strategies import user_routes

KINDS = ("virtualNetworks", "routeTables", "virtualNetworkGateways", "connections")
PREFIXES = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.1.0.0/24",
    "10.1.0.0/26",
    "192.168.0.0/16",
    "198.51.100.0/24",
]
HOPS = ["10.0.0.70", "10.1.0.20", "172.30.0.1"]
ADVERTISED = [
    [],
    ["192.168.0.0/16"],
    ["0.0.0.0/0"],
    ["0.0.0.0/0", "10.1.0.64/26", "10.0.0.0/8"],
    ["0.0.0.0/1", "128.0.0.0/1", "192.168.0.0/16"],
]
PLACES = {"hub": ("shared", "10.0.0.64/26"), "spoke": ("app", "10.1.0.0/26")}


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[Arm]:
    """A hub that is connected, a spoke that uses its gateway, a machine in each."""
    arm = Arm(tmp_path)
    arm.connected(spoke="10.1.0.0/24")
    arm.put(*route_table("table"))
    for network, (name, prefix) in PLACES.items():
        table = {"id": route_table("table")[0]}
        arm.put(*subnet(network, name, prefix, routeTable=table))
        arm.put(*interface(f"nic-{network}", f"{network}/{name}"))
        arm.put(*machine(f"vm-{network}", f"nic-{network}"))
    yield arm
    arm.azure.store.close()


def by_azure(azure: Arm, network: str) -> list[Row]:
    """Return the rows that the local Azure shows, of a gateway's without its address."""
    path, _ = interface(f"nic-{network}", f"{network}/{PLACES[network][0]}")
    answer: Any = azure.send("POST", f"{path}/effectiveRouteTable").body
    return sorted(
        (
            r["source"],
            r["state"],
            *r["addressPrefix"],
            r["nextHopType"],
            *(r["nextHopIpAddress"] if r["source"] == "User" and r["nextHopIpAddress"] else [""]),
        )
        for r in answer["value"]
    )


def by_oracle(azure: Arm, advertised: list[str]) -> dict[str, list[Row]]:
    """Return the rows that the oracle computes of what the local Azure answers."""
    listed = [each for kind in KINDS for each in azure.get(f"{NETWORK}/{kind}")["value"]]
    given_ = Given(
        nva=IPv4Address("10.0.0.70"),
        stateful=True,
        on_premises=tuple(map(IPv4Network, advertised)),
        prefers="none",
        keys={"hub": "hub", "spoke": "spoke"},
    )
    world = World(Region("r", [*listed, azure.get(circuit("circuit")[0])], given_))
    return {
        place.network.name: sorted(each.row for each in world.routes(place))
        for place in world.places()
        if place.subnet.name in ("shared", "app")
    }


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(user_routes(PREFIXES, HOPS), st.sampled_from(ADVERTISED), st.booleans())
def test_local_azure_and_oracle_show_the_same(
    azure: Arm,
    drawn: list[dict[str, str]],
    advertised: list[str],
    propagates: bool,  # noqa: FBT001 - drawn
) -> None:
    """Of every kind of user route in a table that hub and spoke share, with any BGP routes."""
    routes = [
        route(
            each["addressPrefix"].replace("/", "-"),
            each["addressPrefix"],
            each["nextHopType"],
            each.get("nextHopIpAddress"),
        )
        for each in drawn
    ]
    azure.put(*route_table("table", *routes, disableBgpRoutePropagation=not propagates))
    control.advertise(azure.directory, advertised)

    assert {name: by_azure(azure, name) for name in PLACES} == by_oracle(azure, advertised)
