"""What holds for every region of a valid stack file."""

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparehub.topology.config.enums import Activation, Depth, NextHopType
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.resources import Region, Spoke
from tests.configurations import region_of
from tests.topology.strategies import configurations

LIMIT = 200  # ER-36


def prefixes_of(spokes: tuple[Spoke, ...]) -> list[str]:
    return [str(p) for spoke in spokes for p in spoke.virtual_network.address_space]


PREFIXES = st.builds(
    lambda block, length: str(IPv4Network((0x0A000000 + (block << 10), length), strict=False)),
    st.integers(0, 31),
    st.integers(20, 24),
)


@given(configurations(), st.lists(PREFIXES, min_size=1, max_size=4))
@settings(max_examples=150)
def test_a_region_builds_exactly_where_no_two_prefixes_overlap(
    values: dict[str, Any], prefixes: list[str]
) -> None:
    """Any prefixes at all: refused by PE-03, PE-04 or VN-07 where two meet, and only there."""
    values["sparehub:region"]["spokes"] = {
        f"s{n}": {"addressSpace": [prefix], "subnets": {"app": {"addressPrefix": prefix}}}
        for n, prefix in enumerate(prefixes)
    }
    networks = [IPv4Network("10.0.0.0/22"), *map(IPv4Network, prefixes)]
    overlapping = any(one.overlaps(other) for one, other in combinations(networks, 2))

    if overlapping:
        with pytest.raises(ConfigurationError) as caught:
            region_of(values)
        assert {problem.rule for problem in caught.value.problems} <= {"PE-03", "PE-04"}
    else:
        assert set(region_of(values).address_prefixes) == set(networks)


@given(configurations())
@settings(max_examples=80)
def test_every_spoke_has_its_routes(values: dict[str, Any]) -> None:
    """Out by the spokes' default route, in by a route of GatewaySubnet as long as the prefix.

    What the file adds comes after them.
    """
    region = region_of(values)
    nva = values["sparehub:region"]["hub"]["nva"]["ipAddress"]
    tables = {table.key: table for table in region.route_tables}
    added = values["sparehub:region"]["routes"]
    derived = {
        key: table.routes[: len(table.routes) - len(added[key])] for key, table in tables.items()
    }
    hops = {
        str(route.address_prefix): (route.next_hop_type, str(route.next_hop_ip_address))
        for route in derived["gateway"]
    }

    assert hops == dict.fromkeys(prefixes_of(region.spokes), (NextHopType.VIRTUAL_APPLIANCE, nva))
    assert [str(route.address_prefix) for route in derived["spokes"]] == ["0.0.0.0/0"]
    assert {
        key: [str(route.address_prefix) for route in table.routes[len(derived[key]) :]]
        for key, table in tables.items()
    } == {key: [route["addressPrefix"] for route in routes] for key, routes in added.items()}
    assert [(table.key, table.disable_bgp_route_propagation) for table in region.route_tables] == [
        ("spokes", True),
        ("gateway", False),
        ("nva", False),
    ]


@given(configurations())
@settings(max_examples=80)
def test_what_the_switch_adds_is_what_its_depth_left_out(values: dict[str, Any]) -> None:
    """Active minus standby is the row of the depth's table, and nothing else."""
    standby, active = region_of(values, "standby"), region_of(values, "active")

    assert _without_what_failover_makes(standby, active) == standby


def _without_what_failover_makes(standby: Region, active: Region) -> Region:
    """Take from an active region what architecture.md says that failover makes at its depth."""
    region = replace(active, activation=Activation.STANDBY)
    match standby.depth:
        case Depth.NETWORK:
            return _withheld(replace(region, gateway=None, connections=()), set())
        case Depth.GATEWAY if len(active.address_prefixes) <= LIMIT:
            return replace(region, connections=())
        case Depth.GATEWAY:
            return _withheld(replace(region, connections=()), set())
        case Depth.CONNECTION:
            kept = {s.key for s in standby.spokes if s.spoke_to_hub.use_remote_gateways}
            return _withheld(region, kept)


def _withheld(region: Region, kept: set[str]) -> Region:
    spokes = tuple(
        spoke
        if spoke.key in kept
        else replace(spoke, spoke_to_hub=replace(spoke.spoke_to_hub, use_remote_gateways=False))
        for spoke in region.spokes
    )
    return replace(region, spokes=spokes)


def backwards(value: Any) -> Any:
    """Return a value with the keys of every mapping in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(each) for key, each in reversed(value.items())}
    return value


@given(configurations())
@settings(max_examples=40)
def test_the_order_of_a_file_means_nothing(values: dict[str, Any]) -> None:
    """Pulumi sorts the keys of what it hands over; a region is the same in any order."""
    assert region_of(backwards(values)) == region_of(values)


@given(configurations())
@settings(max_examples=80)
def test_only_a_connection_advertises(values: dict[str, Any]) -> None:
    """On-premises learns hub and spokes that use its gateway, once there is a connection."""
    region = region_of(values)
    shown = tuple(spoke for spoke in region.spokes if spoke.spoke_to_hub.use_remote_gateways)
    hub = [str(prefix) for prefix in region.hub.address_space]

    expected = hub + prefixes_of(shown) if region.connections else []
    assert [str(prefix) for prefix in region.advertised_prefixes] == expected
