"""Route tables as a network that stands may have them: named routes, an NVA without a table."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError
from tests.configurations import region_of, shipped


def keys(**hub: Any) -> dict[str, Any]:
    """Return the primary's keys; the NVA's subnet without a table, and the NVA as given."""
    values = shipped("primary")
    region = values["sparehub:region"]
    region["hub"]["subnets"]["nva"]["routeTable"] = "none"
    region["hub"]["nva"].update(hub)
    return values


def test_a_route_has_the_name_that_it_is_given() -> None:
    """By its prefix, derived and user routes alike; the others keep theirs."""
    values = shipped("primary")
    user = {"addressPrefix": "10.9.0.0/24", "nextHopType": "None"}
    values["sparehub:region"]["routes"] = {"gateway": [user]}
    names = {"10.1.0.0/24": "web", "10.9.0.0/24": "nowhere"}
    values["sparehub:region"]["routeTables"] = {"gateway": {"routeNames": names}}

    table = next(each for each in region_of(values).route_tables if each.key == "gateway")

    assert [each.name for each in table.routes] == ["web", "to-spoke2-10.2.0.0-24", "nowhere"]


def test_an_nva_without_a_table_has_none() -> None:
    """Its subnet follows what the gateway learns, as `internetEgress: onPremises` says."""
    region = region_of(keys(internetEgress="onPremises"))

    subnets = {each.name: each.route_table for each in region.hub.subnets}
    assert [each.key for each in region.route_tables] == ["spokes", "gateway"]
    assert subnets == {"GatewaySubnet": "gateway", "nva": None}


def test_a_route_needs_a_table() -> None:
    """The way to the internet is a route, and so is each of `region.routes.nva`."""
    values = keys()
    user = {"addressPrefix": "10.9.0.0/24", "nextHopType": "None"}
    values["sparehub:region"]["routes"] = {"nva": [user]}

    with pytest.raises(ConfigurationError) as caught:
        region_of(values)

    assert [(each.path, each.rule) for each in caught.value.problems] == [
        ("region.hub.subnets.nva.routeTable", "ER-25"),
        ("region.hub.subnets.nva.routeTable", "CONFIG"),
    ]


def test_gateway_subnet_can_go_without_its_table() -> None:
    """The table stands all the same; the proof then names what comes in and bypasses the NVA."""
    values = shipped("primary")
    values["sparehub:region"]["hub"]["subnets"]["GatewaySubnet"]["routeTable"] = "none"

    subnets = {each.name: each.route_table for each in region_of(values).hub.subnets}

    assert subnets == {"GatewaySubnet": None, "nva": "nva"}
