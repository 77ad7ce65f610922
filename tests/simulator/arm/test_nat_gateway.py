"""NAT gateways: what refers to them, what is refused, and that agents leave by them (SR-68)."""

from typing import Any

import pytest

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import NETWORK, Written, public_address, subnet

GATEWAY = f"{NETWORK}/natGateways/nat"
USED = {"natGateway": {"id": GATEWAY}}


def nat_gateway(path: str = GATEWAY, *addresses: str, location: str = "eastasia") -> Written:
    properties = {"publicIpAddresses": [{"id": address} for address in addresses]}
    return path, {"location": location, "sku": {"name": "Standard"}, "properties": properties}


@pytest.fixture
def hub(arm: Arm) -> Arm:
    """A network with a NAT gateway."""
    arm.networks(hub="10.0.0.0/24", other="10.1.0.0/24")
    arm.put(*public_address("out"))
    arm.put(*nat_gateway(GATEWAY, public_address("out")[0]))
    return arm


def test_a_nat_gateway_shows_its_subnets(hub: Arm) -> None:
    """Several of one network may use it."""
    for name, prefix in (("a", "10.0.0.0/26"), ("b", "10.0.0.64/26")):
        hub.put(*subnet("hub", name, prefix, **USED))

    shown = hub.properties(GATEWAY)

    assert [each["id"].rpartition("/")[2] for each in shown["subnets"]] == ["a", "b"]
    assert shown["idleTimeoutInMinutes"] == 4


def test_a_nat_gateway_is_refused_where_azure_takes_none(hub: Arm) -> None:
    """VN-29, VN-30: on GatewaySubnet, in a second network; and in use it is not deleted."""
    hub.put(*subnet("hub", "a", "10.0.0.0/26", **USED))

    of_gateways = subnet("hub", "GatewaySubnet", "10.0.0.64/26", **USED)
    assert hub.refusal(*of_gateways) == "NAT_GATEWAY_OF_GATEWAYS"
    assert hub.refusal(*subnet("other", "a", "10.1.0.0/26", **USED)) == "NAT_GATEWAY_TWO_NETWORKS"
    assert hub.refusal(GATEWAY, None, "DELETE") == "NAT_GATEWAY_IN_USE"
    basic = nat_gateway()[1] | {"sku": {"name": "Basic"}}
    assert hub.refusal(GATEWAY, basic) == "NAT_GATEWAY_SKU"
    hub.put(*subnet("hub", "a", "10.0.0.0/26"))
    hub.send("DELETE", GATEWAY)
    assert hub.send("GET", GATEWAY).status == 404


def enabled(arm: Arm, routes: dict[str, str], **properties: Any) -> str:
    """Return the status of enabling a machine in a private subnet with these routes."""
    table = f"{asr.HERE}/providers/Microsoft.Network/routeTables/rt"
    bodies = [
        {"name": prefix.partition("/")[0], "properties": route(prefix, hop)}
        for prefix, hop in routes.items()
    ]
    arm.put(table, {"location": asr.SOURCE, "properties": {"routes": bodies}})
    private = {"addressPrefix": "10.1.0.0/24", "routeTable": {"id": table}}
    private |= {"defaultOutboundAccess": False} | properties
    arm.put(f"{asr.SPOKE[0]}/subnets/app", {"properties": private})
    answer = arm.send("PUT", *asr.protection("app1"))
    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    status = str(arm.get(f"{asr.VAULT}/replicationOperationStatus/{guid}")["status"])
    asr.succeed(arm, "DELETE", asr.item("app1"))
    return status


def route(prefix: str, hop: str) -> dict[str, str]:
    """Return a route; the NVA has an address that nothing has."""
    appliance = {"nextHopIpAddress": "10.1.0.99"} if hop == "VirtualAppliance" else {}
    return {"addressPrefix": prefix, "nextHopType": hop} | appliance


TO_NVA = {"0.0.0.0/0": "VirtualAppliance"}
SERVICES = ("AzureActiveDirectory", "EventHub", "AzureSiteRecovery")
TAGS = TO_NVA | dict.fromkeys(SERVICES, "Internet")


def test_an_agent_leaves_by_a_nat_gateway_and_the_tags_of_its_services(arm: Arm) -> None:
    """SR-68: neither the routes nor the gateway are enough, and the default route is the NVA's."""
    asr.prepare(arm, "app1")
    gateway = f"{asr.HERE}/providers/Microsoft.Network/natGateways/nat"
    address = f"{asr.HERE}/providers/Microsoft.Network/publicIPAddresses/out"
    arm.put(address, public_address("out")[1] | {"location": asr.SOURCE})
    arm.put(*nat_gateway(gateway, location=asr.SOURCE))
    nat = {"natGateway": {"id": gateway}}

    assert enabled(arm, TAGS) == "Failed"
    assert enabled(arm, TAGS, **nat) == "Failed"
    arm.put(*nat_gateway(gateway, address, location=asr.SOURCE))
    assert enabled(arm, TO_NVA, **nat) == "Failed"
    assert enabled(arm, {**TAGS, "EventHub": "None"}, **nat) == "Failed"
    assert enabled(arm, TO_NVA | {"AzureActiveDirectory": "Internet"}, **nat) == "Failed"
    assert enabled(arm, TAGS, **nat) == "Succeeded"
    del (regional := dict(TAGS))["EventHub"]
    assert enabled(arm, regional | {"EventHub.SoutheastAsia": "Internet"}, **nat) == "Succeeded"


def test_a_private_subnet_without_a_way_out_enables_nothing(arm: Arm) -> None:
    """SR-68: default outbound access is what the system's default route needs."""
    asr.prepare(arm, "app1")

    assert enabled(arm, {}) == "Failed"
    assert enabled(arm, {"0.0.0.0/0": "Internet"}) == "Failed"
    assert enabled(arm, {"0.0.0.0/0": "Internet"}, defaultOutboundAccess=True) == "Succeeded"
