"""The command `sparehub routes`: text, JSON and exit codes."""

import json

import pytest

from tests.command_fixtures import Sparehub


def test_routes_have_the_form_of_azures_effective_routes(sparehub: Sparehub) -> None:
    """The JSON has the keys of Azure's effective route table."""
    done = sparehub("routes", "primary", "spoke1/app", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["stack"], found["subnet"]) == ("primary", "spoke1/app")
    assert found["routes"][0] == {
        "source": "Default",
        "state": "Active",
        "addressPrefix": ["10.1.0.0/24"],
        "nextHopType": "VnetLocal",
        "nextHopIpAddress": [],
    }
    assert found["routes"][-1] == {
        "source": "User",
        "state": "Active",
        "addressPrefix": ["0.0.0.0/0"],
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": ["10.10.10.10"],
        "name": "default",
    }


def test_routes_have_the_columns_of_the_azure_cli(sparehub: Sparehub) -> None:
    """Those of `az network nic show-effective-route-table`, and the overriding route."""
    done = sparehub("routes", "secondary", "hub/nva", "--activation", "active")

    lines = [line.split() for line in done.stdout.splitlines()]
    columns = "Source State Address Prefix Next Hop Type Next Hop IP Overridden by"
    assert " ".join(lines[0]) == columns
    bgp = ["VirtualNetworkGateway", "Active", "192.168.0.0/16", "VirtualNetworkGateway"]
    assert [*bgp, "singapore"] in lines


def test_routes_of_a_standby_region_depend_on_the_depth(sparehub: Sparehub) -> None:
    """Without a connection no route is learned; with one, on-premises learns the hub's prefix."""
    standby = sparehub("routes", "secondary", "hub/nva", "--json")
    connected = sparehub("routes", "secondary", "on-premises", "--depth", "connection", "--json")

    assert '"VirtualNetworkGateway"' not in standby.stdout
    shown = [(r["stack"], *r["addressPrefix"]) for r in json.loads(connected.stdout)["routes"]]
    assert shown == [
        ("primary", "10.1.0.0/24"),
        ("primary", "10.2.0.0/24"),
        ("primary", "10.10.10.0/24"),
        ("secondary", "10.10.10.0/24"),
    ]


def test_an_unknown_subnet_is_usage(sparehub: Sparehub) -> None:
    """The message lists the existing subnets."""
    done = sparehub("routes", "primary", "spoke9/app")

    assert done.returncode == 2
    known = "hub/GatewaySubnet, hub/nva, spoke1/app, spoke2/app"
    assert f"error: there is no subnet 'spoke9/app'; there are: {known}" in done.stderr


@pytest.mark.parametrize("answer", ["--depth", "--activation"])
def test_a_wrong_word_is_usage(sparehub: Sparehub, answer: str) -> None:
    """The exit code is 2."""
    assert sparehub("routes", "primary", "hub/nva", answer, "sometimes").returncode == 2
