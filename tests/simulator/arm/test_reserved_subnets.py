"""Subnets whose names Azure knows: what it refuses on them (VN-11, VN-16, VN-26, VN-27)."""

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    Body,
    route,
    route_table,
    security_group,
    security_rule,
    subnet,
)

GROUP, _ = security_group("nsg")
TABLE, _ = route_table("table")
BASTION = f"{NETWORK}/virtualNetworks/hub/subnets/AzureBastionSubnet"


def of_bastion(**more: Body) -> list[Body]:
    """Return the rules that Microsoft's page lists; ``more`` changes the properties of one."""
    control = {"sourceAddressPrefix": "GatewayManager"}
    azure = {"direction": "Outbound", "destinationAddressPrefix": "AzureCloud"}
    machines = {
        "direction": "Outbound",
        "destinationAddressPrefix": "VirtualNetwork",
        "destinationPortRange": "",
        "destinationPortRanges": ["22", "3389"],
        "protocol": "*",
    }
    rules: dict[str, Body] = {"control": control, "azure": azure, "machines": machines}
    return [
        security_rule(name, 100 + number, **(rule | more.get(name, {})))
        for number, (name, rule) in enumerate(rules.items())
    ]


def attached(arm: Arm, name: str, *rules: Body) -> tuple[str, Body]:
    """Return a subnet with the security group, which has these rules."""
    arm.put(GROUP, {"location": "eastasia", "properties": {"securityRules": list(rules)}})
    return subnet("hub", name, "10.0.0.0/26", networkSecurityGroup={"id": GROUP})


def test_vn_26_bastion_takes_no_route_table(arm: Arm) -> None:
    """Not even one whose default route leads to the internet; alone, and with the network."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*route_table("table", route("default", "0.0.0.0/0", "Internet")))
    path, body = subnet("hub", "AzureBastionSubnet", "10.0.0.0/26", routeTable={"id": TABLE})
    refusal = {
        "status": 400,
        "code": "RouteTableCannotBeAttachedForAzureBastionSubnet",
        "message": "Route Table table cannot be attached to Azure Bastion Subnet "
        "AzureBastionSubnet",
        "details": [],
    }
    network = {
        "location": "eastasia",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/24"]},
            "subnets": [{"name": "AzureBastionSubnet", **body}],
        },
    }

    assert arm.refused("PUT", path, body, {}) == refusal
    assert arm.refused("PUT", f"{NETWORK}/virtualNetworks/hub", network, {}) == refusal

    arm.put(*subnet("hub", "AzureBastionSubnet", "10.0.0.0/26"))
    arm.put(*subnet("hub", "AzureFirewallSubnet", "10.0.0.64/26", routeTable={"id": TABLE}))


def test_vn_26_route_server_takes_no_route_table(arm: Arm) -> None:
    """In a code of the simulator's own: no source quotes Azure's."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*route_table("table"))

    refused = arm.refusal(
        *subnet("hub", "RouteServerSubnet", "10.0.0.0/26", routeTable={"id": TABLE})
    )

    assert refused == "SUBNET_OF_SERVICE_TABLE"


def test_vn_11_gateway_subnet_takes_no_security_group(arm: Arm) -> None:
    """Refused with the subnet, before any gateway."""
    arm.networks(hub="10.0.0.0/24")

    assert arm.refused("PUT", *attached(arm, "GatewaySubnet"), {}) == {
        "status": 400,
        "code": "NetworkSecurityGroupCannotBeAttachedToGatewaySubnet",
        "message": "The operation failed because the network security group nsg can not be "
        "associated to the GatewaySubnet. Please remove the network security group associated to "
        "the GatewaySubnet. No changes have occurred on the gateway at this time. See here for "
        "additional details: https://aka.ms/GatewaySubnet.",
        "details": [],
    }


@pytest.mark.parametrize(
    "name", ["AzureFirewallSubnet", "AzureFirewallManagementSubnet", "RouteServerSubnet"]
)
def test_vn_16_services_take_no_security_group(arm: Arm, name: str) -> None:
    """Azure guards them itself."""
    arm.networks(hub="10.0.0.0/24")

    refused = arm.refusal(*attached(arm, name, *of_bastion()))

    assert refused == "SUBNET_OF_SERVICE_GROUP"
    arm.put(*attached(arm, "ordinary", *of_bastion()))


@pytest.mark.parametrize(
    "rules",
    [
        [],
        of_bastion()[:2],
        of_bastion(control={"access": "Deny"}),
        of_bastion(control={"direction": "Outbound"}),
        of_bastion(azure={"destinationPortRange": "80"}),
        of_bastion(machines={"destinationPortRanges": ["22"]}),
        of_bastion(machines={"protocol": "Udp"}),
    ],
)
def test_vn_27_a_group_without_bastions_rules_is_refused(arm: Arm, rules: list[Body]) -> None:
    """Each of them has to be there, allowed, in its direction, for TCP and at its ports."""
    arm.networks(hub="10.0.0.0/24")

    assert arm.refused("PUT", *attached(arm, "AzureBastionSubnet", *rules), {}) == {
        "status": 400,
        "code": "NetworkSecurityGroupNotCompliantForAzureBastionSubnet",
        "message": "Network security group nsg does not have necessary rules for Azure Bastion "
        "Subnet AzureBastionSubnet.",
        "details": [],
    }


def test_vn_27_a_group_with_bastions_rules_is_accepted_and_keeps_them(arm: Arm) -> None:
    """Exactly those ports, or a range, or any; without them the group is no longer written."""
    arm.networks(hub="10.0.0.0/24")
    wide = {"control": {"destinationPortRange": "*"}, "azure": {"destinationPortRange": "400-500"}}
    arm.put(*attached(arm, "AzureBastionSubnet", *of_bastion()))
    arm.put(*attached(arm, "AzureBastionSubnet", *of_bastion(**wide)))

    bare = arm.refusal(GROUP, {"location": "eastasia", "properties": {"securityRules": []}})

    assert bare == "SUBNET_OF_BASTION_GROUP"
    assert arm.properties(BASTION)["networkSecurityGroup"] == {"id": GROUP}
