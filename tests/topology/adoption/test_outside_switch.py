"""A resource that somebody else made is what the stack would make, or each difference is named."""

from typing import Any

import pytest

from sparehub.stacks.stack_files import read_stack
from sparehub.topology.adoption.outside_switch import FoundResource, differences
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.operations import CONNECTION, GATEWAY, ResourceOperation, Verb
from tests.configurations import ROOT

OURS = "/subscriptions/00000000-0000-0000-0000-00000000000a"
NETWORK = f"{OURS}/resourceGroups/rg-sparehub-southeastasia/providers/Microsoft.Network"
CIRCUITS = f"{OURS}/resourceGroups/rg-sparehub-erc-singapore/providers/Microsoft.Network"
CONNECTED: dict[str, Any] = {
    "location": "southeastasia",
    "tags": {},
    "properties": {
        "provisioningState": "Succeeded",
        "connectionType": "ExpressRoute",
        "routingWeight": 0,
        "peer": {"id": f"{CIRCUITS}/expressRouteCircuits/ERC-singapore"},
        "virtualNetworkGateway1": {"id": f"{NETWORK}/virtualNetworkGateways/ergw-southeastasia"},
    },
}
SUBNET = f"{NETWORK}/virtualNetworks/vnet-hub-southeastasia/subnets/GatewaySubnet"
MADE: dict[str, Any] = {
    "location": "southeastasia",
    "properties": {
        "provisioningState": "Succeeded",
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
        "ipConfigurations": [{"name": "default", "properties": {"subnet": {"id": SUBNET}}}],
    },
}


def live() -> Region:
    return region_at(read_stack(ROOT, "secondary"), Activation.ACTIVE)


def found(kind: str, body: dict[str, Any]) -> FoundResource:
    name = REGION.gateway if kind == GATEWAY else REGION.connection("singapore")
    operation = ResourceOperation(Verb.CREATE, kind, name)
    return FoundResource(operation=operation, id=ResourceId.of(f"{NETWORK}/x/y"), body=body)


@pytest.mark.parametrize(("kind", "body"), [(CONNECTION, CONNECTED), (GATEWAY, MADE)])
def test_what_the_stack_would_make_differs_in_nothing(kind: str, body: dict[str, Any]) -> None:
    """Case of ids does not matter, nor whether an empty map of tags is shown."""
    assert differences(live(), found(kind, body), OURS.rpartition("/")[2]) == ()


CHANGED = [
    (CONNECTION, {"routingWeight": 10}, "routingWeight is 10, not 0"),
    (CONNECTION, {"connectionType": "IPsec"}, "type is IPsec, not ExpressRoute"),
    (CONNECTION, {"peer": {"id": f"{CIRCUITS}/x/theirs"}}, "circuit is"),
    (CONNECTION, {"virtualNetworkGateway1": {"id": f"{NETWORK}/x/other"}}, "gateway is other"),
    (CONNECTION, {"provisioningState": "Failed"}, "provisioningState is Failed"),
    (GATEWAY, {"gatewayType": "Vpn"}, "type is Vpn, not ExpressRoute"),
    (GATEWAY, {"sku": {"name": "ErGw2AZ"}}, "SKU is ErGw2AZ, not ErGw1AZ"),
    (
        GATEWAY,
        {"ipConfigurations": [{"subnet": {"id": f"{NETWORK}/virtualNetworks/other/subnets/x"}}]},
        "network is other, not vnet-hub-southeastasia",
    ),
]


@pytest.mark.parametrize(("kind", "change", "said"), CHANGED)
def test_each_difference_is_named(kind: str, change: dict[str, Any], said: str) -> None:
    body = CONNECTED if kind == CONNECTION else MADE
    body = {**body, "properties": {**body["properties"], **change}}

    (problem,) = differences(live(), found(kind, body), OURS.rpartition("/")[2])

    assert problem.startswith(said)


def test_tags_and_location_are_compared_as_well() -> None:
    """Pulumi would write other tags again."""
    body = {**CONNECTED, "tags": {"made": "by hand"}, "location": "eastasia"}

    assert differences(live(), found(CONNECTION, body), OURS.rpartition("/")[2]) == (
        "location is eastasia, not southeastasia",
        "tags is {'made': 'by hand'}, not {}",
    )
