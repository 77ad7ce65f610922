"""What Pulumi is asked for when a drill starts."""

from components import DrillNetworks
from sparehub.testing import Graph, preview
from sparehub.topology.model.resources import Drill
from tests.configurations import region_of, shipped


def drill() -> Drill:
    values = shipped("secondary") | {"sparehub:drill": True}
    values["sparehub:region"]["drill"] = {"spokes": ["spoke1"]}
    found = region_of(values).drill
    assert found is not None
    return found


def graph() -> Graph:
    def program() -> None:
        DrillNetworks("drill", drill())

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
