"""The test networks of a drill: which, where, and that they are isolated."""

from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparehub.topology.config.enums import NextHopType
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.drill.isolation import (
    PeeringHalf,
    escapes,
    modelled_networks,
)
from sparehub.topology.model.resources import Drill, Route, RouteTable, SecurityRule, Subnet
from tests.configurations import region_of, shipped, stack_of, with_spokes

OWN = ("10.1.0.0/24",)


def drill_of(drill: dict[str, Any] | None = None, values: dict[str, Any] | None = None) -> Drill:
    """Return the drill of the shipped secondary, switched on."""
    changed = deepcopy(values or shipped("secondary"))
    changed["sparehub:drill"] = True
    if drill is not None:
        changed["sparehub:region"]["drill"] = drill
    found = region_of(changed).drill
    assert found is not None
    return found


def test_the_drill_of_the_shipped_secondary() -> None:
    """The spokes' own addresses and subnets, in a group of its own, with nothing that leads out."""
    drill = drill_of()

    assert (drill.resource_group, drill.location) == (
        "rg-sparehub-drill-southeastasia",
        "southeastasia",
    )
    assert drill.route_table == RouteTable(
        key="drill",
        name="rt-drill-southeastasia",
        disable_bgp_route_propagation=True,
        routes=(
            Route(
                name="default",
                address_prefix=IPv4Network("0.0.0.0/0"),
                next_hop_type=NextHopType.NONE,
            ),
        ),
    )
    first, second = drill.networks
    assert (first.key, second.key) == ("spoke1", "spoke2")
    assert first.virtual_network.name == "vnet-drill-spoke1-southeastasia"
    assert first.virtual_network.subnets == (
        Subnet(
            name="app",
            address_prefix=IPv4Network("10.1.0.0/24"),
            route_table="drill",
            default_outbound_access=False,
        ),
    )
    rules = first.network_security_group.rules
    assert [(r.priority, r.direction, r.access, r.source_address_prefixes) for r in rules] == [
        (100, "Inbound", "Allow", OWN),
        (4096, "Inbound", "Deny", ("*",)),
        (100, "Outbound", "Allow", OWN),
        (4096, "Outbound", "Deny", ("*",)),
    ]


def test_without_the_switch_there_is_none() -> None:
    """And the region is the same, with or without."""
    values = shipped("secondary")
    off, on = region_of(values), region_of({**values, "sparehub:drill": True})

    assert off.drill is None
    assert replace(on, drill=None) == off


def test_only_the_named_spokes() -> None:
    """The order is that of the keys."""
    assert [n.key for n in drill_of({"spokes": ["spoke2"]}).networks] == ["spoke2"]


def test_other_addresses_keep_sizes_and_places() -> None:
    """A subnet lies where it lay in its prefix; the largest prefix is placed first."""
    values = shipped("secondary")
    values["sparehub:region"]["spokes"]["spoke2"] = {
        "addressSpace": ["10.2.0.0/23"],
        "subnets": {"app": {"addressPrefix": "10.2.1.128/25"}},
    }
    drill = drill_of({"addressSpace": ["10.200.0.0/22"]}, values)

    assert [
        (n.key, n.virtual_network.address_space[0], n.virtual_network.subnets[0].address_prefix)
        for n in drill.networks
    ] == [
        ("spoke1", IPv4Network("10.200.2.0/24"), IPv4Network("10.200.2.0/24")),
        ("spoke2", IPv4Network("10.200.0.0/23"), IPv4Network("10.200.1.128/25")),
    ]


@given(st.lists(st.integers(min_value=20, max_value=28), min_size=1, max_size=12))
def test_pieces_never_overlap_and_fit_whenever_they_can(lengths: list[int]) -> None:
    """A range that is as large as all prefixes together holds them all, in any order."""
    total = sum(2 ** (32 - length) for length in lengths)
    first = int(IPv4Network("172.16.0.0/12").network_address)
    whole = IPv4Network((first, 32 - (total - 1).bit_length()))
    values = shipped("secondary")
    values["sparehub:region"]["spokes"] = {
        f"spoke{n}": {
            "addressSpace": [f"10.{100 + n}.0.0/{length}"],
            "subnets": {"app": {"addressPrefix": f"10.{100 + n}.0.0/{length}"}},
        }
        for n, length in enumerate(lengths)
    }
    drill = drill_of({"addressSpace": [str(whole)]}, values)

    placed = sorted(n.virtual_network.address_space[0] for n in drill.networks)
    assert sorted(p.prefixlen for p in placed) == sorted(lengths)
    assert all(p.subnet_of(whole) for p in placed)
    assert not any(one.overlaps(two) for one, two in pairwise(placed))


def test_a_spoke_that_is_named_twice_is_refused() -> None:
    """Two networks of one name would be one."""
    with pytest.raises(ConfigurationError, match="'spoke1' is named twice"):
        drill_of({"spokes": ["spoke1", "spoke1"]})


def test_what_a_drill_cannot_be_is_refused_before_its_day() -> None:
    """Also while the switch is off."""
    values = shipped("secondary")
    values["sparehub:region"]["drill"] = {"spokes": ["spoke3"]}

    with pytest.raises(ConfigurationError, match="there is no spoke 'spoke3'"):
        stack_of(values)


@given(st.integers(min_value=1, max_value=40), st.booleans())
def test_nothing_escapes_from_any_drill(spokes: int, moved: bool) -> None:  # noqa: FBT001 - drawn
    """For all spokes, both proofs hold."""
    space = {"addressSpace": ["172.16.0.0/12"]} if moved else {}
    drill = drill_of(space, with_spokes(shipped("secondary"), spokes))

    assert escapes(modelled_networks(drill)) == []


def test_each_thing_that_keeps_it_in_is_needed() -> None:
    """For each rule that is removed or added, the proof says what would get out, and where."""
    drill = drill_of({"spokes": ["spoke1"]})
    (network,) = modelled_networks(drill)
    where = "vnet-drill-spoke1-southeastasia/app"
    anywhere = IPv4Network("0.0.0.0/0")
    rules = network.rules["app"]
    tag = SecurityRule(
        name="allow-peers",
        priority=200,
        direction="Outbound",
        access="Allow",
        source_address_prefixes=OWN,
        destination_address_prefixes=("VirtualNetwork",),
    )

    def said(**changes: object) -> list[str]:
        return escapes([replace(network, **changes)])  # type: ignore[arg-type]

    assert said(routes={"app": {}}) == [f"{where} has no route that drops what is for elsewhere"]
    to_appliance = {anywhere: "None", IPv4Network("10.9.0.0/16"): "VirtualAppliance"}
    assert said(routes={"app": to_appliance}) == [
        f"{where} has a route for 10.9.0.0/16 to VirtualAppliance"
    ]
    assert said(learns=frozenset({"app"})) == [f"{where} would learn routes from a gateway"]
    assert said(rules={"app": ()}) == [
        f"{where} does not deny the rest, inbound",
        f"{where} does not deny the rest, outbound",
    ]
    assert said(rules={"app": (*rules, tag)}) == [
        f"{where} lets allow-peers pass, outbound, beyond the network itself"
    ]
    late = replace(tag, priority=4097)
    assert said(rules={"app": (*rules, late)}) == []
    assert said(peerings=(PeeringHalf(name="peer"),)) == [
        "vnet-drill-spoke1-southeastasia is peered by peer"
    ]
    assert said(endpoints=frozenset({"app"})) == [
        f"{where} has a service endpoint, whose routes nothing overrides (RT-06)"
    ]
