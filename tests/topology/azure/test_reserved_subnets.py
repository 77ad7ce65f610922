"""Subnets that Azure keeps to a service: what Sparehub makes of them where nothing is said."""

from typing import Any

import pytest

from sparehub.topology.azure.reserved_subnets import RESERVED_SUBNETS
from sparehub.topology.model.resources import Region, Subnet
from sparehub.topology.reachability.proof import prove
from sparehub.topology.reachability.states.states import PairState
from tests.configurations import region_of, shipped

BASTION = "AzureBastionSubnet"


def with_subnet(name: str, stack: str = "primary", **more: object) -> dict[str, Any]:
    """Return the keys of a shipped file with one subnet more in the first spoke."""
    values = shipped(stack)
    spoke = values["sparehub:region"]["spokes"]["spoke1"]
    spoke["addressSpace"] = ["10.1.0.0/23"]
    spoke["subnets"][name] = {"addressPrefix": "10.1.1.0/26"} | more
    return values


def found(region: Region, name: str) -> Subnet:
    (subnet,) = (each for each in region.spokes[0].virtual_network.subnets if each.name == name)
    return subnet


@pytest.mark.parametrize("name", [each.name for each in RESERVED_SUBNETS.values()])
def test_a_service_gets_neither_table_nor_endpoint(name: str) -> None:
    """In a spoke, where an ordinary subnet gets the spokes' table and the storage endpoint."""
    service = found(region_of(with_subnet(name)), name)
    ordinary = found(region_of(with_subnet("ordinary")), "ordinary")

    shown = [
        (each.route_table, each.service_endpoints, each.protected, each.default_outbound_access)
        for each in (service, ordinary)
    ]
    assert shown == [
        (None, (), False, True),
        ("spokes", ("Microsoft.Storage",), True, False),
    ]


def test_a_firewall_may_have_the_table_where_the_file_says_so() -> None:
    """Azure takes one there; what is said outright is kept."""
    values = with_subnet("AzureFirewallSubnet", routeTable="shared")

    assert found(region_of(values), "AzureFirewallSubnet").route_table == "spokes"


def test_a_drill_leaves_services_out() -> None:
    """No machine comes up there, and Azure would refuse the table and the rules of a drill."""
    values = with_subnet(BASTION, "secondary") | {"sparehub:drill": True}
    drill = region_of(values).drill

    assert drill is not None
    assert [subnet.name for subnet in drill.networks[0].virtual_network.subnets] == ["app"]


def test_the_promise_is_not_made_for_services() -> None:
    """Bastion bypasses the NVA by Azure's own rule; an ordinary subnet without a table may not."""

    def wrong(name: str) -> set[str]:
        values = with_subnet(name, routeTable="none")
        pair = {"primary": region_of(values), "secondary": region_of(shipped("secondary"))}
        found = prove(PairState(name="normal", regions=pair)).violations
        return {each.invariant for each in found}

    assert (wrong(BASTION), wrong("ordinary")) == (set(), {"egress", "symmetric", "through"})
