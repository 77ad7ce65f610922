"""What lies in subnets: interfaces, machines, load balancers, firewalls, addresses, rules."""

import pytest

from sparehub.simulator import control
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    firewall,
    group,
    interface,
    ip_configuration,
    load_balancer,
    machine,
    public_address,
    security_group,
    security_rule,
    subnet,
)

NIC, _ = interface("nic", "hub/app")
NSG, NSG_BODY = security_group("nsg")


@pytest.fixture
def hub(arm: Arm) -> Arm:
    """A network with a subnet of eight addresses, three of them free."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "app", "10.0.0.64/29"))
    return arm


def _address(arm: Arm, path: str) -> str:
    (configuration,) = arm.properties(path)["ipConfigurations"]
    return str(configuration["properties"]["privateIPAddress"])


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("10.0.0.64", "PRIVATE_ADDRESS_RESERVED"),
        ("10.0.0.67", "PRIVATE_ADDRESS_RESERVED"),
        ("10.0.0.71", "PRIVATE_ADDRESS_RESERVED"),
        ("10.0.0.72", "PRIVATE_ADDRESS_OUTSIDE"),
        ("nonsense", "PRIVATE_ADDRESS_FORMAT"),
    ],
)
def test_vn_01_azure_keeps_five_addresses_of_a_subnet(hub: Arm, address: str, refused: str) -> None:
    """The first four and the last; what is outside the subnet is refused, too."""
    assert hub.refusal(*interface("nic", "hub/app", address)) == refused

    hub.put(*interface("nic", "hub/app", "10.0.0.68"))


def test_vn_01_an_address_is_given_once(hub: Arm) -> None:
    """The first free one; when there is none, the subnet is full; a kept one stays."""
    hub.put(*interface("static", "hub/app", "10.0.0.69"))
    for name in ("a", "b"):
        hub.put(*interface(name, "hub/app"))

    assert [_address(hub, interface(each, "hub/app")[0]) for each in ("a", "b")] == [
        "10.0.0.68",
        "10.0.0.70",
    ]
    assert hub.refusal(*interface("c", "hub/app")) == "SUBNET_FULL"
    path, body = interface("c", "hub/app", "10.0.0.69")
    error = hub.refused("PUT", path, body, {})
    assert (error["code"], error["message"].rpartition(" ")[2]) == (
        "PrivateIPAddressIsAllocated",
        f"{NETWORK}/networkInterfaces/static.",
    )
    hub.put(*interface("b", "hub/app"))
    assert _address(hub, interface("b", "hub/app")[0]) == "10.0.0.70"
    hub.delete(interface("a", "hub/app")[0])
    hub.put(*interface("c", "hub/app"))


def test_vn_09_only_gateways_lie_in_gatewaysubnet(hub: Arm) -> None:
    """No interface, no load balancer."""
    hub.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    inside = "hub/GatewaySubnet"

    refused = (
        hub.refusal(*interface("nic", inside)),
        hub.refusal(*load_balancer("lb", ip_configuration("front", inside))),
    )

    assert refused == ("RESERVED_SUBNET",) * 2


def test_vn_17_a_subnet_with_an_interface_is_in_use(hub: Arm) -> None:
    """The subnet shows the IP configuration, and goes after it."""
    hub.put(*interface("nic", "hub/app"))
    path, _ = subnet("hub", "app", "10.0.0.64/29")

    assert hub.properties(path)["ipConfigurations"] == [{"id": f"{NIC}/ipConfigurations/default"}]
    assert hub.refused_delete(path) == "SUBNET_IN_USE"
    assert hub.refusal(*subnet("hub", "app", "10.0.0.96/29")) == "SUBNET_IN_USE_UPDATE"
    hub.delete(NIC)
    hub.delete(path)


def test_vn_24_interface_machine_and_network_share_a_region(hub: Arm) -> None:
    """To an interface or a machine of another region, the subnet or interface is not there."""
    path, body = interface("nic", "hub/app")
    there = {"location": "southeastasia"}

    assert hub.refusal(path, body | there) == "REFERENCE_NOT_FOUND"
    hub.put(path, body)
    assert hub.refusal(*machine("vm", "nic", location="southeastasia")) == ("REFERENCE_NOT_FOUND")
    assert hub.refusal(*interface("other", "hub/none")) == "REFERENCE_NOT_FOUND"
    nowhere = (path, body | {"properties": {"ipConfigurations": [{"name": "x"}]}})
    assert hub.refusal(*nowhere) == "INTERFACE_SUBNET"
    nameless = (
        path,
        {**body, "properties": {"ipConfigurations": [ip_configuration("", "hub/app")]}},
    )
    assert hub.refusal(*nameless) == "NESTED_NAME"
    assert hub.refusal(*machine("vm")) == "MACHINE_INTERFACE"


def test_an_interface_has_azures_shape(hub: Arm) -> None:
    """The answer to its PUT says Succeeded (recorded); forwarding is off (RT-13)."""
    shown = hub.put(*interface("nic", "hub/app"))["properties"]

    (configuration,) = shown["ipConfigurations"]
    assert shown["provisioningState"] == "Succeeded"
    assert (shown["enableIPForwarding"], shown["enableAcceleratedNetworking"]) == (False, False)
    assert (configuration["name"], configuration["properties"]) == (
        "default",
        {
            "provisioningState": "Succeeded",
            "privateIPAllocationMethod": "Dynamic",
            "privateIPAddressVersion": "IPv4",
            "privateIPAddress": "10.0.0.68",
            "primary": True,
            "subnet": {"id": subnet("hub", "app", "")[0]},
        },
    )


def test_a_machine_keeps_its_interface_in_use(hub: Arm) -> None:
    """The interface belongs to one machine, and goes after it; the machine runs until stopped."""
    hub.put(*interface("nic", "hub/app"))
    path, body = machine("vm", "nic")
    secret = {"osProfile": {"computerName": "vm", "adminPassword": "secret"}}

    made = hub.put(path, body | {"properties": body["properties"] | secret})

    assert made["properties"]["provisioningState"] == "Creating"
    assert made["properties"]["osProfile"] == {"computerName": "vm"}
    assert hub.log()[-1].seconds == 94.0
    assert hub.properties(NIC)["virtualMachine"] == {"id": path}
    assert hub.refused_delete(NIC) == "INTERFACE_IN_USE"
    assert hub.refusal(*machine("twin", "nic")) == "INTERFACE_IN_USE"

    def power() -> str:
        return str(hub.get(f"{path}/instanceView")["statuses"][1]["code"])

    assert power() == "PowerState/running"
    for action, state in (
        ("deallocate", "deallocated"),
        ("start", "running"),
        ("powerOff", "stopped"),
    ):
        assert hub.send("POST", f"{path}/{action}").status == 200
        assert power() == f"PowerState/{state}"
    hub.delete(path)
    hub.delete(NIC)


def test_public_addresses_have_a_sku_and_a_method(arm: Arm) -> None:
    """A Standard one is Static and has an address at once; a dynamic one has none until used."""
    arm.put(*group())
    path, body = public_address("pip")
    dynamic = f"{NETWORK}/publicIPAddresses/dynamic"

    arm.put(path, body)
    control.allow_basic_addresses(arm.directory)
    arm.put(dynamic, {"location": "eastasia"})

    assert arm.properties(path)["ipAddress"].startswith("198.1")
    assert "ipAddress" not in arm.properties(dynamic)
    assert arm.get(dynamic)["sku"] == {"name": "Basic"}
    moving = public_address("other", publicIPAllocationMethod="Dynamic")
    assert arm.refusal(*moving) == "PUBLIC_ADDRESS_STATIC"
    unknown = public_address("other", publicIPAllocationMethod="Now")
    assert arm.refusal(*unknown) == "PUBLIC_ADDRESS"
    arm.delete(path)


def test_rt_13_an_internal_load_balancer_is_a_next_hop(hub: Arm) -> None:
    """Its frontend has an address of the subnet; HA ports are all ports of all protocols."""
    front = ip_configuration("front", "hub/app", "10.0.0.70")
    all_ports = {"protocol": "All", "frontendPort": 0, "backendPort": 0}
    rule = {"name": "ha", "properties": all_ports}
    path, body = load_balancer("lb", front, loadBalancingRules=[rule])

    shown = hub.put(path, body)["properties"]

    assert shown["frontendIPConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.0.70"
    assert shown["loadBalancingRules"][0]["id"] == f"{path}/loadBalancingRules/ha"
    assert hub.refusal(*interface("nic", "hub/app", "10.0.0.70")) == "PRIVATE_ADDRESS_TAKEN"
    odd = {"name": "ha", "properties": all_ports | {"frontendPort": 80}}
    assert hub.refusal(*load_balancer("lb", front, loadBalancingRules=[odd])) == ("HA_PORTS")
    assert hub.refusal(*load_balancer("lb", front, sku="Basic", loadBalancingRules=[rule])) == (
        "HA_PORTS"
    )
    assert hub.refusal(*load_balancer("lb", {"name": "front"})) == "FRONTEND_ADDRESS"


def test_vn_16_a_firewall_has_a_subnet_of_its_own(hub: Arm) -> None:
    """AzureFirewallSubnet, /26 or larger; its address is the next hop. It takes 781 s."""
    hub.put(*public_address("pip"))
    public = {"id": public_address("pip")[0]}
    mine = ip_configuration("fw", "hub/AzureFirewallSubnet", publicIPAddress=public)

    assert hub.refusal(*firewall("fw", ip_configuration("fw", "hub/app"))) == ("FIREWALL_SUBNET")
    hub.put(*subnet("hub", "AzureFirewallSubnet", "10.0.0.128/27"))
    assert hub.refusal(*firewall("fw", mine)) == "FIREWALL_SUBNET"
    hub.put(*subnet("hub", "AzureFirewallSubnet", "10.0.0.128/26"))
    path, body = firewall("fw", mine)
    hub.put(path, body)

    assert _address(hub, path) == "10.0.0.132"
    assert hub.log()[-1].seconds == 781.0
    assert hub.refused_delete(public_address("pip")[0]) == "PUBLIC_ADDRESS_IN_USE"


def test_security_rules_have_one_priority_per_direction(arm: Arm) -> None:
    """Inline and as resources of their own; priority and direction stand once."""
    arm.put(*group())
    arm.put(NSG, NSG_BODY | {"properties": {"securityRules": [security_rule("a", 100)]}})
    path = f"{NSG}/securityRules/b"

    assert arm.refused("PUT", path, security_rule("b", 100), {}) == {
        "status": 400,
        "code": "SecurityRuleConflict",
        "message": "Security rule b conflicts with rule a. Rules cannot have the same Priority and "
        "Direction.",
        "details": [],
    }
    arm.put(path, security_rule("b", 100, direction="Outbound"))
    shown = arm.properties(NSG)
    assert [each["name"] for each in shown["securityRules"]] == ["a", "b"]
    assert len(shown["defaultSecurityRules"]) == 6
    last = shown["defaultSecurityRules"][-1]["properties"]
    assert last["description"] == "Deny all outbound traffic"
    arm.put(NSG, NSG_BODY)
    assert arm.properties(NSG)["securityRules"] == []


@pytest.mark.parametrize(
    "change",
    [{"priority": 99}, {"access": "Maybe"}, {"direction": "Sideways"}, {"protocol": None}],
)
def test_an_invalid_security_rule_is_refused(arm: Arm, change: dict[str, object]) -> None:
    """Priority 100 to 4096; access, direction and protocol are needed."""
    arm.put(*group())
    arm.put(NSG, NSG_BODY)

    wrong = security_rule("a", 100)
    refused = arm.refusal(f"{NSG}/securityRules/a", {"properties": wrong["properties"] | change})

    assert refused == ("RULE_PRIORITY" if "priority" in change else "RULE_INVALID")


def test_a_group_is_deleted_with_machines_and_addresses(hub: Arm) -> None:
    """In the order in which they let go of one another."""
    hub.put(*interface("nic", "hub/app"))
    hub.put(*machine("vm", "nic"))

    hub.delete(GROUP)

    assert hub.send("GET", GROUP).status == 404


def test_a_load_balancing_rule_shows_the_health_of_its_backends(hub: Arm) -> None:
    """One whose machine is off, or that has none, does not."""
    front = ip_configuration("front", "hub/app", "10.0.0.70")
    pool = f"{NETWORK}/loadBalancers/lb/backendAddressPools/nvas"
    all_ports = {"protocol": "All", "frontendPort": 0, "backendPort": 0}
    rule = {"name": "ha", "properties": all_ports | {"backendAddressPool": {"id": pool}}}
    path, body = load_balancer(
        "lb", front, loadBalancingRules=[rule], backendAddressPools=[{"name": "nvas"}]
    )
    hub.put(path, body)
    for name, address in (("a", "10.0.0.68"), ("b", "10.0.0.69")):
        nic, wanted = interface(name, "hub/app", address)
        properties = wanted["properties"]["ipConfigurations"][0]["properties"]
        properties["loadBalancerBackendAddressPools"] = [{"id": pool}]
        hub.put(nic, wanted)
    hub.put(*machine("a", "a"))

    health = hub.send("POST", f"{path}/loadBalancingRules/ha/health")

    assert (health.status, health.body) == (
        200,
        {
            "up": 1,
            "down": 1,
            "loadBalancerBackendAddresses": [
                {"ipAddress": "10.0.0.68", "state": "Up"},
                {"ipAddress": "10.0.0.69", "state": "Down"},
            ],
        },
    )
    (shown,) = hub.properties(path)["backendAddressPools"]
    assert [
        each["id"].split("/")[-3] for each in shown["properties"]["backendIPConfigurations"]
    ] == [
        "a",
        "b",
    ]
    assert hub.send("POST", f"{path}/loadBalancingRules/no/health").status == 404


def test_a_firewall_is_deallocated_without_its_ip_configurations(arm: Arm) -> None:
    """Allocated again it has the first free address, which may be another one."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26"))
    arm.put(*public_address("ip"))
    one = ip_configuration("one", "hub/AzureFirewallSubnet")
    one["properties"]["publicIPAddress"] = {"id": public_address("ip")[0]}
    path, _ = firewall("fw", one)
    assert arm.refusal(*firewall("fw")) == "FIREWALL_SUBNET"
    arm.put(*firewall("fw", one))
    assert _address(arm, path) == "10.0.0.4"

    arm.put(*firewall("fw"))
    assert arm.properties(path)["ipConfigurations"] == []
    arm.put(*interface("nic", "hub/AzureFirewallSubnet", "10.0.0.4"))
    arm.put(*firewall("fw", one))

    assert _address(arm, path) == "10.0.0.5"
