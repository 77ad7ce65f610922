"""What Pulumi is asked for when a drill starts."""

from itertools import pairwise
from typing import Any

from components import DrillNetworks
from sparehub.testing import Graph, preview
from sparehub.topology.model.resources import Drill
from tests.configurations import region_of, shipped


def drill(said: dict[str, Any] | None = None) -> Drill:
    values = shipped("secondary") | {"sparehub:drill": True}
    values["sparehub:region"]["drill"] = said or {"spokes": ["spoke1"]}
    found = region_of(values).drill
    assert found is not None
    return found


def graph(said: dict[str, Any] | None = None) -> Graph:
    def program() -> None:
        DrillNetworks("drill", drill(said))

    return preview(program)


def test_a_drill_is_a_group_with_networks_that_are_peered_with_nothing() -> None:
    """No peering, no gateway, no connection, no public address."""
    assert {name: each.type for name, each in graph().items()} == {
        "drill": "sparehub:network:DrillNetworks",
        "drill/group": "azure-native:resources:ResourceGroup",
        "drill/routes": "sparehub:network:RouteTables",
        "drill/routes/drill": "azure-native:network:RouteTable",
        "drill/spoke1": "sparehub:network:Spoke",
        "drill/spoke1/app": "azure-native:network:Subnet",
        "drill/spoke1/network": "azure-native:network:VirtualNetwork",
        "drill/spoke1/security": "azure-native:network:NetworkSecurityGroup",
    }


def test_every_resource_lies_in_the_drill_s_own_group() -> None:
    """Deleting the group deletes the drill and nothing else."""
    groups = {
        name: each.inputs["resourceGroupName"]
        for name, each in graph().items()
        if "resourceGroupName" in each.inputs and name != "drill/group"
    }

    assert set(groups.values()) == {"rg-sparehub-drill-southeastasia"}
    assert len(groups) == 4


def test_a_subnet_has_the_table_and_the_group_that_shut_it_in() -> None:
    """Azure takes `*` in the singular alone, and prefixes in the plural."""
    made = graph()

    assert made["drill/spoke1/app"].inputs == {
        "addressPrefix": "10.1.0.0/24",
        "defaultOutboundAccess": False,
        "networkSecurityGroup": {"id": made["drill/spoke1/security"].outputs["id"]},
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
        "resourceGroupName": "rg-sparehub-drill-southeastasia",
        "routeTable": {"id": made["drill/routes/drill"].outputs["id"]},
        "serviceEndpoints": [],
        "subnetName": "app",
        "virtualNetworkName": "vnet-drill-spoke1-southeastasia",
    }
    rules = made["drill/spoke1/security"].inputs["securityRules"]
    common = {"protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*"}
    own = {"sourceAddressPrefixes": ["10.1.0.0/24"], "destinationAddressPrefixes": ["10.1.0.0/24"]}
    anything = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    assert rules == [
        {
            "name": f"{name}-{direction.lower()}",
            "priority": priority,
            "direction": direction,
            "access": access,
            **common,
            **ends,
        }
        for direction in ("Inbound", "Outbound")
        for name, priority, access, ends in (
            ("allow-own", 100, "Allow", own),
            ("deny-all", 4096, "Deny", anything),
        )
    ]


def test_connections_are_written_one_after_the_other() -> None:
    """Both halves in each network, after its last subnet (VN-20), none while another is (VN-19)."""
    made = graph({"connect": True, "bastion": {"addressPrefix": "10.99.0.0/26"}})
    first = "drill/spoke1/peering/spoke2"

    assert made[first].inputs == {
        "allowForwardedTraffic": False,
        "allowGatewayTransit": False,
        "allowVirtualNetworkAccess": True,
        "remoteAddressSpace": {"addressPrefixes": ["10.2.0.0/24"]},
        "remoteVirtualNetwork": {"id": made["drill/spoke2/network"].outputs["id"]},
        "resourceGroupName": "rg-sparehub-drill-southeastasia",
        "syncRemoteAddressSpace": "true",
        "useRemoteGateways": False,
        "virtualNetworkName": "vnet-drill-spoke1-southeastasia",
        "virtualNetworkPeeringName": "peer-spoke1-to-spoke2",
    }
    chain = [
        first,
        "drill/spoke2/peering/spoke1",
        "drill/spoke1/peering/bastion/testers",
        "drill/bastion/testers/peering/spoke1",
        "drill/spoke2/peering/bastion/testers",
        "drill/bastion/testers/peering/spoke2",
    ]
    assert {name for name in made if "/peering/" in name} == set(chain)
    for before, after in pairwise(chain):
        assert before in made.before(after), after
    subnets = {"drill/spoke1/app", "drill/spoke2/app"}
    assert subnets <= made.before(first)


def test_the_subnet_of_bastion_has_bastion_s_rules_and_no_table() -> None:
    """A tag is sent in the singular, ports in the plural."""
    made = graph({"bastion": {"addressPrefix": "10.99.0.0/26"}})
    subnet = made["drill/bastion/testers/AzureBastionSubnet"].inputs
    group = made["drill/bastion/testers/security"]

    assert "routeTable" not in subnet
    assert subnet["networkSecurityGroup"] == {"id": group.outputs["id"]}
    rules = {rule["name"]: rule for rule in group.inputs["securityRules"]}
    assert rules["allow-machines"] == {
        "name": "allow-machines",
        "priority": 140,
        "direction": "Outbound",
        "access": "Allow",
        "protocol": "*",
        "sourcePortRange": "*",
        "destinationPortRanges": ["22", "3389"],
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "VirtualNetwork",
    }
    assert list(rules)[-2:] == ["deny-all-inbound", "deny-all-outbound"]
