"""What a program makes in subnets, through the provider: interfaces to firewalls, and VPN."""

import grpc
import pytest

from sparehub.simulator.provider.schemas.registry import SCHEMAS
from sparehub.simulator.provider.struct_codec import UNKNOWN
from tests.simulator.provider.protocol_client import Made, ProtocolClient

RG = {"resourceGroupName": "rg"}


@pytest.fixture
def subnets(protocol: ProtocolClient) -> dict[str, Made]:
    """A hub with three subnets."""
    protocol.group()
    protocol.network("hub", "10.0.0.0/24")
    places = {
        "app": "10.0.0.64/26",
        "AzureFirewallSubnet": "10.0.0.128/26",
        "GatewaySubnet": "10.0.0.0/26",
    }
    return {name: protocol.subnet("hub", name, prefix) for name, prefix in places.items()}


def _everything(protocol: ProtocolClient, subnets: dict[str, Made]) -> list[Made]:
    """Make one resource of each type."""
    app = {"id": subnets["app"].id}
    addresses = [
        protocol.create(
            "network:PublicIPAddress",
            name,
            RG
            | {
                "publicIpAddressName": name,
                "publicIPAllocationMethod": "Static",
                "sku": {"name": "Standard"},
            },
        )
        for name in ("first", "second")
    ]
    static = {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.0.70"}
    interface = protocol.create(
        "network:NetworkInterface",
        "nic",
        RG
        | {
            "networkInterfaceName": "nic",
            "enableIPForwarding": True,
            "ipConfigurations": [{"name": "default", "subnet": app} | static],
        },
    )
    machine = protocol.create(
        "compute:VirtualMachine",
        "vm",
        RG
        | {
            "vmName": "vm",
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "networkProfile": {"networkInterfaces": [{"id": interface.id, "primary": True}]},
            "osProfile": {"computerName": "vm", "adminPassword": "secret"},
        },
    )
    balancer = protocol.create(
        "network:LoadBalancer",
        "lb",
        RG
        | {
            "loadBalancerName": "lb",
            "sku": {"name": "Standard"},
            "frontendIPConfigurations": [{"name": "front", "subnet": app}],
            "probes": [{"name": "alive", "protocol": "Tcp", "port": 22}],
            "loadBalancingRules": [
                {"name": "ha", "protocol": "All", "frontendPort": 0, "backendPort": 0}
            ],
        },
    )
    firewall = protocol.create(
        "network:AzureFirewall",
        "fw",
        RG
        | {
            "azureFirewallName": "fw",
            "sku": {"name": "AZFW_VNet", "tier": "Standard"},
            "ipConfigurations": [
                {
                    "name": "fw",
                    "subnet": {"id": subnets["AzureFirewallSubnet"].id},
                    "publicIPAddress": {"id": addresses[0].id},
                }
            ],
        },
    )
    site = protocol.create(
        "network:LocalNetworkGateway",
        "site",
        RG
        | {
            "localNetworkGatewayName": "site",
            "gatewayIpAddress": "203.0.113.1",
            "localNetworkAddressSpace": {"addressPrefixes": ["192.168.0.0/16"]},
        },
    )
    gateway = protocol.create(
        "network:VirtualNetworkGateway",
        "vpn",
        RG
        | {
            "virtualNetworkGatewayName": "vpn",
            "gatewayType": "Vpn",
            "vpnType": "RouteBased",
            "sku": {"name": "VpnGw1AZ", "tier": "VpnGw1AZ"},
            "ipConfigurations": [
                {
                    "name": "default",
                    "subnet": {"id": subnets["GatewaySubnet"].id},
                    "publicIPAddress": {"id": addresses[1].id},
                }
            ],
        },
    )
    connection = protocol.create(
        "network:VirtualNetworkGatewayConnection",
        "vpn",
        RG
        | {
            "virtualNetworkGatewayConnectionName": "vpn",
            "connectionType": "IPsec",
            "sharedKey": "secret",
            "virtualNetworkGateway1": {"id": gateway.id},
            "localNetworkGateway2": {"id": site.id},
        },
    )
    group = protocol.create(
        "network:NetworkSecurityGroup", "nsg", RG | {"networkSecurityGroupName": "nsg"}
    )
    rule = protocol.create(
        "network:SecurityRule",
        "https",
        RG
        | {
            "networkSecurityGroupName": "nsg",
            "access": "Allow",
            "direction": "Inbound",
            "priority": 100,
            "protocol": "Tcp",
            "sourceAddressPrefix": "*",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "443",
        },
    )
    made = [*addresses, interface, machine, balancer, firewall, site, gateway, connection]
    return [*made, group, rule]


def test_each_type_is_made_read_imported_and_destroyed(
    protocol: ProtocolClient, subnets: dict[str, Made]
) -> None:
    """A refresh changes nothing, an import gives back what was given, a diff finds nothing."""
    made = _everything(protocol, subnets)

    for each in made:
        fresh = protocol.refresh(each)
        adopted = protocol.adopt(each)
        assert fresh is not None
        assert adopted is not None
        assert fresh.inputs == each.inputs, each.urn
        assert adopted.inputs == each.inputs, each.urn
        assert adopted.outputs == fresh.outputs
        updated = protocol.update(fresh, fresh.inputs)
        assert updated.outputs["provisioningState"] == "Succeeded"
        assert (protocol.adopt(updated) or updated).inputs == each.inputs
    for each in reversed(made):
        protocol.delete(each)
        assert protocol.refresh(each) is None


def test_outputs_are_flat(protocol: ProtocolClient, subnets: dict[str, Made]) -> None:
    """Also those of nested resources, such as a machine's interfaces."""
    made = {each.urn.rpartition(":")[2]: each for each in _everything(protocol, subnets)}

    (configuration,) = (protocol.refresh(made["nic"]) or made["nic"]).outputs["ipConfigurations"]
    assert configuration["privateIPAddress"] == "10.0.0.70"
    assert "properties" not in configuration
    assert made["vm"].outputs["networkProfile"]["networkInterfaces"] == [
        {"id": made["nic"].id, "primary": True}
    ]
    assert made["vm"].outputs["osProfile"] == {"computerName": "vm"}
    (front,) = made["lb"].outputs["frontendIPConfigurations"]
    assert front["privateIPAddress"] == "10.0.0.68"
    assert made["fw"].outputs["ipConfigurations"][0]["privateIPAddress"] == "10.0.0.132"
    assert made["first"].outputs["ipAddress"].startswith("198.1")


@pytest.mark.parametrize("token", sorted(set(SCHEMAS) - {"resources:ResourceGroup"}))
def test_each_type_has_a_get_function(protocol: ProtocolClient, token: str) -> None:
    """What is not there is said so, with the path that was asked."""
    protocol.group()
    schema = SCHEMAS[token]
    names = dict.fromkeys(schema.path_parameters, "none") | RG
    module, _, name = token.partition(":")

    failed = protocol.failure(lambda: protocol.invoke(f"azure-native:{module}:get{name}", **names))

    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failed.message.endswith("the resource is not there")


@pytest.mark.parametrize("token", sorted(SCHEMAS))
def test_each_type_previews_what_is_unknown(protocol: ProtocolClient, token: str) -> None:
    """Inputs stay, unknown ones too; outputs are unknown; Azure is not asked."""
    schema = SCHEMAS[token]
    names = dict.fromkeys((*schema.path_parameters, *schema.required), "x")
    inputs = names | {"tags": {"a": UNKNOWN}, "location": "eastasia"}
    before = protocol.arm.dump()

    identity, outputs = protocol.preview(token, "x", inputs)

    assert (identity, protocol.arm.dump()) == ("", before)
    assert outputs.items() >= inputs.items()
    assert outputs["type"] == UNKNOWN
