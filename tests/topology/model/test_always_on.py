"""A spoke that is always on, and the peering of the hubs, as the model builds them."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from sparehub.topology.config.enums import NextHopType
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.live_regions import Advertisement, conflict
from sparehub.topology.model.recovery.recorded_source import replication_source
from sparehub.topology.model.resources import HubPeering, Peering, Region, Route
from tests.configurations import region_of, shipped, stack_of
from tests.topology.peered_hubs import add_always_on, hub_id, peered

DC = IPv4Network("10.67.0.0/24")


def used(region: Region) -> dict[str, bool]:
    """Return which spokes use the gateway."""
    return {spoke.key: spoke.spoke_to_hub.use_remote_gateways for spoke in region.spokes}


def test_at_depth_connection_it_is_advertised_in_standby() -> None:
    """As `standby: connected` is; the other spokes are withheld."""
    region = region_of(peered("secondary"), "standby", "connection")

    assert used(region) == {"dc": True, "spoke1": False, "spoke2": False}
    assert region.advertised_prefixes == (IPv4Network("10.20.10.0/24"), DC)


@pytest.mark.parametrize("depth", ["network", "gateway"])
def test_at_other_depths_it_has_no_way_to_on_premises_in_standby(depth: str) -> None:
    """There is no connection; nothing is advertised."""
    region = region_of(peered("secondary"), "standby", depth)

    assert region.advertised_prefixes == ()


def test_two_regions_with_a_hub_and_such_spokes_of_their_own_do_not_conflict() -> None:
    """At depth connection the standby region advertises hub and spoke beside the active one."""
    active = region_of(peered("primary"), "active")
    standby = region_of(peered("secondary"), "standby", "connection")

    assert conflict(Advertisement.of(active), Advertisement.of(standby)) is None


def test_its_subnets_are_not_replicated() -> None:
    """So they have no storage endpoint either."""
    region = region_of(peered("primary"))
    (spoke,) = (each for each in region.spokes if each.always_on)
    (subnet,) = spoke.virtual_network.subnets

    assert (subnet.protected, subnet.service_endpoints) == (False, ())


def test_it_gets_no_test_network_unless_a_drill_names_it() -> None:
    """No machine arrives in it."""
    values = peered("secondary")
    default = build_drill(stack_of(values))
    values["sparehub:region"]["drill"] = {"spokes": ["dc"]}

    assert [network.key for network in default.networks] == ["spoke1", "spoke2"]
    assert [network.key for network in build_drill(stack_of(values)).networks] == ["dc"]


def test_site_recovery_maps_no_network_of_it() -> None:
    """Its network has no counterpart in the other region."""
    outputs = {
        "location": "eastasia",
        "cacheStorageAccountId": "account",
        "spokeVirtualNetworkIds": {"dc": "1", "spoke1": "2"},
        "region": {
            "replicate": {"cacheStorageAccount": {"name": "account"}},
            "spokes": {"dc": {"alwaysOn": True}, "spoke1": {}},
        },
    }

    source = replication_source(outputs)

    assert source is not None
    assert source.network_ids == {"spoke1": "2"}


def test_the_peering_of_the_hubs_uses_no_gateway() -> None:
    """Each hub has a gateway of its own (PE-11); the NVAs forward over it."""
    assert region_of(peered("primary")).hub_peerings == (
        HubPeering(
            key="secondary",
            remote_id=ResourceId.parse(hub_id("secondary")),
            address_space=(IPv4Network("10.20.10.0/24"),),
            half=Peering(
                name="peer-hub-to-secondary",
                allow_forwarded_traffic=True,
                allow_gateway_transit=False,
                use_remote_gateways=False,
            ),
        ),
    )


def test_the_table_of_the_nva_routes_what_lies_behind_the_other_hub() -> None:
    """To the other NVA; peerings are not transitive (PE-02)."""
    (nva,) = (t for t in region_of(peered("primary")).route_tables if t.key == "nva")

    assert nva.routes[1:] == (
        Route(
            name="to-secondary-10.67.0.0-24",
            address_prefix=DC,
            next_hop_type=NextHopType.VIRTUAL_APPLIANCE,
            next_hop_ip_address=IPv4Address("10.20.10.10"),
        ),
    )


def test_an_nva_without_a_table_cannot_route_over_a_peering() -> None:
    """The problem names the peering."""
    values = peered("primary")
    hub = values["sparehub:region"]["hub"]
    hub["nva"]["internetEgress"] = "onPremises"
    hub["subnets"]["nva"]["routeTable"] = "none"

    with pytest.raises(ConfigurationError) as caught:
        region_of(values)

    message = "none leaves no room for the routes of region.hub.peerings.secondary"
    assert caught.value.problems == (Problem("region.hub.subnets.nva.routeTable", message),)


def test_a_peering_named_like_that_of_a_spoke_is_refused() -> None:
    """Both are peerings of the hub's network."""
    values = peered("primary")
    peerings = values["sparehub:region"]["hub"]["peerings"]
    peerings["spoke1"] = peerings.pop("secondary")

    with pytest.raises(ConfigurationError) as caught:
        region_of(values)

    (problem,) = caught.value.problems
    assert "peer-hub-to-spoke1" in problem.message


def test_a_region_without_either_is_built_as_before() -> None:
    """No peering, no spoke that is always on, no further route."""
    region = region_of(shipped("primary"))
    values = shipped("primary")
    add_always_on(values["sparehub:region"], "primary")
    with_spoke = region_of(values)

    assert region.hub_peerings == ()
    assert [s.key for s in with_spoke.spokes if s.always_on] == ["dc"]
    assert [t for t in with_spoke.route_tables if t.key != "gateway"] == [
        t for t in region.route_tables if t.key != "gateway"
    ]
