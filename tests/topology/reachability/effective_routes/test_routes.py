"""Effective routes, by the rules of Azure's own documentation."""

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from sparehub.topology.config.enums import Prefers
from sparehub.topology.errors import UnknownNameError
from sparehub.topology.model.resources import (
    Circuit,
    PrivatePeering,
    Region,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.reachability.effective_routes.advertisements import on_premises_routes
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes, find_subnet
from tests.configurations import region_of, shipped
from tests.site_recovery_files import agents_leave_by_nat
from tests.topology.reachability.pairs import pair, with_half, with_route, with_table


@pytest.fixture
def region() -> Region:
    return pair()["primary"]


def shown(region: Region, name: str) -> list[tuple[str, ...]]:
    """Return the routes of a subnet: source, state, prefix, next hop."""
    network, subnet = find_subnet(region, name)
    return [
        (r.source, r.state, r.tag or str(r.address_prefix), r.hop_type, str(r.next_hop or ""))
        for r in RegionRoutes(region).of(network, subnet)
    ]


def state(region: Region, name: str, prefix: str, source: str) -> str:
    (found,) = (r[1] for r in shown(region, name) if (r[2], r[0]) == (prefix, source))
    return found


def with_on_premises(region: Region, *prefixes: str) -> Region:
    learned = tuple(map(IPv4Network, prefixes))
    return replace(region, on_premises=replace(region.on_premises, address_prefixes=learned))


def test_a_spoke_subnet_of_the_source_document(region: Region) -> None:
    """Its own network, the hub, storage, everything else to the NVA, and no BGP routes."""
    assert shown(region, "spoke1/app") == [
        ("Default", "Active", "10.1.0.0/24", "VnetLocal", ""),
        ("Default", "Active", "10.10.10.0/24", "VNetPeering", ""),
        ("Default", "Active", "Storage", "VirtualNetworkServiceEndpoint", ""),
        ("Default", "Invalid", "0.0.0.0/0", "Internet", ""),
        ("User", "Active", "0.0.0.0/0", "VirtualAppliance", "10.10.10.10"),
    ]


def test_routes_of_service_tags_stand_beside_the_default_route() -> None:
    """Which prefixes, only Azure knows: the default route still leads to the NVA (RT-16)."""
    region = region_of(agents_leave_by_nat(shipped("primary"), "nat"), "active")

    assert shown(region, "spoke1/app")[4:] == [
        ("User", "Active", "0.0.0.0/0", "VirtualAppliance", "10.10.10.10"),
        ("User", "Active", "AzureActiveDirectory", "Internet", ""),
        ("User", "Active", "AzureSiteRecovery", "Internet", ""),
        ("User", "Active", "EventHub", "Internet", ""),
        ("User", "Active", "GuestAndHybridManagement", "Internet", ""),
    ]


def test_gateway_subnet_of_the_source_document(region: Region) -> None:
    """A user route as long as the peering's sends packets to the NVA (RT-08)."""
    assert shown(region, "hub/GatewaySubnet") == [
        ("Default", "Active", "10.10.10.0/24", "VnetLocal", ""),
        ("Default", "Invalid", "10.1.0.0/24", "VNetPeering", ""),
        ("Default", "Invalid", "10.2.0.0/24", "VNetPeering", ""),
        ("VirtualNetworkGateway", "Active", "192.168.0.0/16", "VirtualNetworkGateway", ""),
        ("Default", "Active", "0.0.0.0/0", "Internet", ""),
        ("Default", "Active", "10.0.0.0/8", "None", ""),
        ("Default", "Active", "100.64.0.0/10", "None", ""),
        ("Default", "Active", "172.16.0.0/12", "None", ""),
        ("Default", "Invalid", "192.168.0.0/16", "None", ""),
        ("User", "Active", "10.1.0.0/24", "VirtualAppliance", "10.10.10.10"),
        ("User", "Active", "10.2.0.0/24", "VirtualAppliance", "10.10.10.10"),
    ]


def test_the_recorded_table_of_a_network_that_holds_10(region: Region) -> None:
    """Azure's own answer of 2017: RT-02, the None route of 10.0.0.0/8 is gone."""
    prefix = IPv4Network("10.0.0.0/8")
    subnet = Subnet(name="one", address_prefix=IPv4Network("10.0.0.0/16"))
    hub = VirtualNetwork(name="v", address_space=(prefix,), subnets=(subnet,))
    alone = replace(region, hub=hub, spokes=(), gateway=None, connections=())

    assert shown(alone, "hub/one") == [
        ("Default", "Active", "10.0.0.0/8", "VnetLocal", ""),
        ("Default", "Active", "0.0.0.0/0", "Internet", ""),
        ("Default", "Active", "100.64.0.0/10", "None", ""),
        ("Default", "Active", "172.16.0.0/12", "None", ""),
        ("Default", "Active", "192.168.0.0/16", "None", ""),
    ]


def test_a_default_route_of_a_user_removes_the_none_routes(region: Region) -> None:
    """RT-03: without it unknown private addresses have None routes."""
    without = with_table(region, "spokes", routes=())

    private = {"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"}
    assert private.isdisjoint(route[2] for route in shown(region, "spoke1/app"))
    assert private <= {route[2] for route in shown(without, "spoke1/app")}


def test_a_default_route_by_bgp_replaces_the_systems(region: Region) -> None:
    """RT-03, in the hub, on GatewaySubnet and in a spoke that uses the hub's gateway."""
    changed = with_on_premises(region, "0.0.0.0/0")
    changed = with_table(changed, "spokes", disable_bgp_route_propagation=False, routes=())
    changed = with_table(with_table(changed, "nva", routes=()), "gateway", routes=())
    learned = ("VirtualNetworkGateway", "Active", "0.0.0.0/0", "VirtualNetworkGateway", "")
    hub = [
        ("Default", "Active", "10.10.10.0/24", "VnetLocal", ""),
        ("Default", "Active", "10.1.0.0/24", "VNetPeering", ""),
        ("Default", "Active", "10.2.0.0/24", "VNetPeering", ""),
        learned,
    ]

    assert shown(changed, "hub/nva") == shown(changed, "hub/GatewaySubnet") == hub
    assert shown(changed, "spoke1/app") == [
        ("Default", "Active", "10.1.0.0/24", "VnetLocal", ""),
        ("Default", "Active", "10.10.10.0/24", "VNetPeering", ""),
        learned,
        ("Default", "Active", "Storage", "VirtualNetworkServiceEndpoint", ""),
    ]


def test_a_users_default_route_makes_that_of_bgp_invalid(region: Region) -> None:
    """RT-04: the user's route wins, and the system has no default route."""
    changed = with_on_premises(region, "0.0.0.0/0")

    assert shown(changed, "hub/nva")[-2:] == [
        ("VirtualNetworkGateway", "Invalid", "0.0.0.0/0", "VirtualNetworkGateway", ""),
        ("User", "Active", "0.0.0.0/0", "Internet", ""),
    ]


@pytest.mark.parametrize("change", ["not propagated", "gateway not used", "no connection"])
def test_a_default_route_that_is_not_learned_replaces_nothing(region: Region, change: str) -> None:
    """RT-09, PE-10, ER-20: the system's routes stay where the subnet learns none."""
    changed = with_on_premises(region, "0.0.0.0/0")
    changed = with_table(changed, "spokes", routes=(), disable_bgp_route_propagation=False)
    if change == "not propagated":
        changed = with_table(changed, "spokes", disable_bgp_route_propagation=True)
    elif change == "gateway not used":
        changed = with_half(changed, "spoke1", "spoke_to_hub", use_remote_gateways=False)
    else:
        changed = replace(changed, connections=())

    assert [(prefix, hop) for _, _, prefix, hop, _ in shown(changed, "spoke1/app")][3:] == [
        ("0.0.0.0/0", "Internet"),
        ("10.0.0.0/8", "None"),
        ("100.64.0.0/10", "None"),
        ("172.16.0.0/12", "None"),
        ("192.168.0.0/16", "None"),
    ]


def test_a_bgp_route_within_a_network_is_overridden_at_any_length(region: Region) -> None:
    """RT-05: on-premises cannot attract a part of a network; a shorter route stays active."""
    changed = with_on_premises(region, "10.1.0.128/25", "10.0.0.0/8")
    changed = with_table(changed, "gateway", routes=())

    gateway = "VirtualNetworkGateway"
    assert state(changed, "hub/GatewaySubnet", "10.1.0.128/25", gateway) == "Invalid"
    assert state(changed, "hub/GatewaySubnet", "10.0.0.0/8", gateway) == "Active"
    assert state(changed, "hub/GatewaySubnet", "10.0.0.0/8", "Default") == "Invalid"


def test_user_routes_override_bgp_and_nothing_overrides_a_service_endpoint(region: Region) -> None:
    """RT-04 and RT-06."""
    region = with_table(region, "spokes", disable_bgp_route_propagation=False)
    region = with_route(region, "spokes", "192.168.0.0/16", "None")

    assert state(region, "spoke1/app", "192.168.0.0/16", "VirtualNetworkGateway") == "Invalid"
    assert state(region, "spoke1/app", "192.168.0.0/16", "User") == "Active"
    assert state(region, "spoke1/app", "Storage", "Default") == "Active"


@pytest.mark.parametrize(
    ("half", "flag"),
    [
        ("spoke_to_hub", {"use_remote_gateways": False}),
        ("hub_to_spoke", {"allow_gateway_transit": False}),
        ("spoke_to_hub", {"connected": False}),
        ("hub_to_spoke", {"connected": False}),
    ],
)
def test_a_spoke_learns_from_the_hubs_gateway_only(
    region: Region, half: str, flag: dict[str, bool]
) -> None:
    """Both halves must be connected and allow it (PE-01, PE-10)."""
    region = with_table(region, "spokes", disable_bgp_route_propagation=False)
    changed = with_half(region, "spoke1", half, **flag)

    learned = [
        {r[2] for r in shown(r_, "spoke1/app") if r[0] == "VirtualNetworkGateway"}
        for r_ in (region, changed)
    ]
    assert learned == [{"192.168.0.0/16"}, set()]


def test_equal_connections_are_used_side_by_side(region: Region) -> None:
    """ER-22: the highest routing weight; all connections of an equal weight."""
    (one,) = region.connections
    (circuit,) = region.circuits
    two = replace(region, circuits=(circuit, replace(circuit, key="london")))

    def connections(weight: int) -> tuple[str, ...]:
        more = replace(one, key="london", routing_weight=weight)
        both = RegionRoutes(replace(two, connections=(one, more)))
        routes = both.of(*find_subnet(region, "hub/nva"))
        return next(route.connections for route in routes if route.connections)

    assert [connections(0), connections(10)] == [("hong-kong", "london"), ("london",)]


def test_without_a_private_peering_nothing_is_learned(region: Region) -> None:
    """ER-09, ER-38: the connection carries no routes; also where the peering is disabled."""
    (circuit,) = region.circuits
    assert isinstance(circuit, Circuit)
    assert circuit.private_peering is not None
    disabled = replace(circuit.private_peering, enabled=False)

    def sources(private_peering: PrivatePeering | None) -> set[str]:
        other = replace(region, circuits=(replace(circuit, private_peering=private_peering),))
        return {route[0] for route in shown(other, "hub/nva")}

    assert "VirtualNetworkGateway" in sources(circuit.private_peering)
    assert "VirtualNetworkGateway" not in sources(None) | sources(disabled)


def test_an_unknown_subnet_lists_the_known_ones(region: Region) -> None:
    """The names are those of the contexts."""
    known = "hub/GatewaySubnet, hub/nva, spoke1/app, spoke2/app"

    with pytest.raises(UnknownNameError, match=f"no subnet 'spoke1/web'; there are: {known}"):
        find_subnet(region, "spoke1/web")


def test_on_premises_uses_the_region_that_it_prefers() -> None:
    """Of a prefix of both regions the preferred one is used; without a preference both."""
    both = pair("active", "active")
    preferring = {
        name: replace(r, on_premises=replace(r.on_premises, prefers=Prefers.SECONDARY))
        for name, r in both.items()
    }

    used = [
        [(r.stack, r.used) for r in on_premises_routes(regions)][:2]
        for regions in (both, preferring)
    ]
    assert used == [
        [("primary", True), ("secondary", True)],
        [("primary", False), ("secondary", True)],
    ]
