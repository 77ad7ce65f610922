"""Route tables and routes: rules RT-10 to RT-20."""

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import NETWORK, group, route, route_table, subnet

TABLE, _ = route_table("table")


@pytest.mark.parametrize("hop", ["VNetPeering", "VirtualNetworkServiceEndpoint", ""])
def test_rt_10_a_user_cannot_set_every_next_hop(arm: Arm, hop: str) -> None:
    """Peerings and service endpoints are Azure's own."""
    arm.put(*group())

    refused = arm.refusal(*route_table("table", route("r", "10.1.0.0/24", hop)))

    assert refused == "NEXT_HOP_TYPE"
    arm.put(*route_table("table", route("r", "10.1.0.0/24", "VnetLocal")))


def test_rt_12_only_a_virtual_appliance_has_an_address(arm: Arm) -> None:
    """The address is needed with VirtualAppliance and refused with Internet."""
    arm.put(*group())

    without = arm.refusal(*route_table("table", route("r", "0.0.0.0/0", "VirtualAppliance")))
    surplus = arm.refusal(*route_table("table", route("r", "0.0.0.0/0", "Internet", "10.0.0.4")))

    assert (without, surplus) == ("NEXT_HOP_ADDRESS", "NEXT_HOP_ADDRESS")
    arm.put(*route_table("table", route("r", "0.0.0.0/0", "VirtualAppliance", "10.0.0.4")))


def test_rt_16_a_prefix_may_be_a_service_tag(arm: Arm) -> None:
    """What is neither a tag nor CIDR text is refused (VN-04)."""
    arm.put(*group())

    arm.put(*route_table("table", route("r", "AzureCloud", "Internet")))

    refused = arm.refusal(*route_table("table", route("r", "10.1.0.0", "Internet")))
    assert refused == "PREFIX_FORMAT"


def test_rt_18_table_and_subnet_share_a_region(arm: Arm) -> None:
    """To a subnet of another region the table is not there."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*route_table("table", location="southeastasia"))

    refused = arm.refusal(*subnet("hub", "a", "10.0.0.0/26", routeTable={"id": TABLE}))

    assert refused == "REFERENCE_NOT_FOUND"


def test_rt_19_an_associated_table_cannot_be_deleted(arm: Arm) -> None:
    """It shows its subnets, and goes after they let go of it."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*route_table("table"))
    path, _ = subnet("hub", "a", "10.0.0.0/26")
    arm.put(*subnet("hub", "a", "10.0.0.0/26", routeTable={"id": TABLE}))
    assert arm.properties(TABLE)["subnets"] == [{"id": path}]

    assert arm.refused("DELETE", TABLE, None, {}) == {
        "status": 400,
        "code": "InUseRouteTableCannotBeDeleted",
        "message": "Route table table is in use and cannot be deleted.",
        "details": [],
    }
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))
    arm.delete(TABLE)


def test_rt_20_a_prefix_is_once_in_a_route_table(arm: Arm) -> None:
    """Inline, and as a resource of its own."""
    arm.put(*group())
    first, twin = (route(name, "10.1.0.0/24", "VnetLocal") for name in ("first", "twin"))
    arm.put(*route_table("table", first))

    refusal = {
        "status": 400,
        "code": "RouteConflict",
        "message": "Route: twin conflicts with Route: first. Routes cannot have the same "
        "AddressPrefix.",
        "details": [],
    }

    assert arm.refused("PUT", *route_table("table", first, twin), {}) == refusal
    assert arm.refused("PUT", f"{TABLE}/routes/twin", twin, {}) == refusal
    arm.put(f"{TABLE}/routes/first", first)


def test_vn_22_routes_are_replaced_by_what_is_sent(arm: Arm) -> None:
    """Routes left out of a table's PUT are deleted."""
    arm.put(*group())
    arm.put(*route_table("table", route("r", "10.1.0.0/24", "VnetLocal")))

    arm.put(TABLE, {"location": "eastasia", "properties": {}})

    assert arm.properties(TABLE)["routes"] == []


def test_a_route_has_azures_shape(arm: Arm) -> None:
    """A GET of the table holds the whole route."""
    arm.put(*group())
    arm.put(*route_table("table", route("r", "10.1.0.0/24", "VirtualAppliance", "10.0.0.4")))

    (shown,) = arm.properties(TABLE)["routes"]

    assert shown == {
        "name": "r",
        "id": f"{NETWORK}/routeTables/table/routes/r",
        "etag": shown["etag"],
        "type": "Microsoft.Network/routeTables/routes",
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": "10.1.0.0/24",
            "nextHopType": "VirtualAppliance",
            "nextHopIpAddress": "10.0.0.4",
            "hasBgpOverride": False,
        },
    }
