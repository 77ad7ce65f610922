"""What Azure refuses, provoked through the provider protocol by a raw client.

Each of these leaves the store as it was, byte for byte (``ProtocolClient.failure``).
"""

from collections.abc import Callable

import grpc
import pytest

from sparehub.simulator import control
from tests.simulator.provider.protocol_client import Made, ProtocolClient


def _code(protocol: ProtocolClient, call: Callable[[], object]) -> str:
    failed = protocol.failure(call)
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failed.message.startswith("Status=4")
    return failed.message.split('"')[1]


@pytest.fixture
def hub(protocol: ProtocolClient) -> Made:
    protocol.group()
    return protocol.network("hub", "10.0.0.0/24")


@pytest.fixture
def spoke(protocol: ProtocolClient, hub: Made) -> Made:
    del hub
    return protocol.network("spoke", "10.1.0.0/24")


def test_missing_parents_are_refused(protocol: ProtocolClient) -> None:
    """No group, no network, no circuit, no referenced resource."""
    assert _code(protocol, lambda: protocol.network("hub", "10.0.0.0/24")) == (
        "ResourceGroupNotFound"
    )
    protocol.group()
    orphan = _code(protocol, lambda: protocol.subnet("hub", "a", "10.0.0.0/26"))
    assert orphan == "ParentResourceNotFound"
    protocol.network("hub", "10.0.0.0/24")
    table = {"id": f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}/resourceGroups/rg"}
    table["id"] += "/providers/Microsoft.Network/routeTables/none"
    dangling = _code(protocol, lambda: protocol.subnet("hub", "a", "10.0.0.0/26", routeTable=table))
    assert dangling == "InvalidResourceReference"


def test_duplicates_are_refused(protocol: ProtocolClient, hub: Made) -> None:
    """Of a network as of a subnet: azure-native finds it there."""
    protocol.subnet("hub", "a", "10.0.0.0/26")

    network = protocol.failure(lambda: protocol.network("hub", "10.0.0.0/24"))
    subnet = protocol.failure(lambda: protocol.subnet("hub", "a", "10.0.0.0/26"))

    assert network.code is grpc.StatusCode.ALREADY_EXISTS
    assert network.message == f"cannot create already existing resource '{hub.id}'"
    assert subnet.message == f"cannot create already existing resource '{hub.id}/subnets/a'"


def test_vn_07_overlapping_subnets_are_refused(protocol: ProtocolClient, hub: Made) -> None:
    """The subnet beside it is not."""
    del hub
    protocol.subnet("hub", "a", "10.0.0.0/26")

    overlapping = _code(protocol, lambda: protocol.subnet("hub", "b", "10.0.0.32/27"))

    assert overlapping == "NetcfgSubnetRangesOverlap"
    protocol.subnet("hub", "b", "10.0.0.64/26")


def test_pe_03_overlapping_peerings_are_refused(protocol: ProtocolClient, hub: Made) -> None:
    """The network beside it is not."""
    del hub
    twin, beside = protocol.network("twin", "10.0.0.0/25"), protocol.network("b1", "10.9.0.0/24")

    assert _code(protocol, lambda: protocol.peering("hub", twin)) == "VnetAddressSpacesOverlap"

    protocol.peering("hub", beside)


def test_pe_09_and_pe_10_remote_gateways_need_a_gateway_and_transit(
    protocol: ProtocolClient, hub: Made, spoke: Made
) -> None:
    """First a gateway, then the hub's half that allows transit, then the spoke's half."""
    subnet = protocol.subnet("hub", "GatewaySubnet", "10.0.0.0/26")

    def use() -> Made:
        return protocol.peering("spoke", hub, useRemoteGateways=True)

    assert _code(protocol, use) == "RemoteVnetHasNoGateways"
    protocol.gateway(subnet)
    assert _code(protocol, use) == "SimulatorRemotePeeringForbidsTransit"
    half = protocol.peering("hub", spoke)
    assert _code(protocol, use) == "SimulatorRemotePeeringForbidsTransit"
    protocol.update(half, half.inputs | {"allowGatewayTransit": True})

    assert use().outputs["peeringState"] == "Connected"


def test_er_09_a_connection_needs_a_provisioned_circuit(
    protocol: ProtocolClient, hub: Made
) -> None:
    """It is accepted once the provider has provisioned the circuit."""
    del hub
    control.provision_by_hand(protocol.arm.directory, by_hand=True)
    gateway = protocol.gateway(protocol.subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    circuit = protocol.circuit()

    refused = _code(protocol, lambda: protocol.connection(gateway, circuit))

    assert refused == "SimulatorCircuitNotProvisioned"
    control.provision(protocol.arm.directory, "circuit")
    protocol.connection(gateway, circuit)


def test_what_is_in_use_is_not_deleted(protocol: ProtocolClient, hub: Made, spoke: Made) -> None:
    """Circuit, gateway, subnet, network, route table: each goes after what needs it."""
    rg = {"resourceGroupName": "rg", "routeTableName": "table"}
    table = protocol.create("network:RouteTable", "table", rg)
    subnet = protocol.subnet("hub", "GatewaySubnet", "10.0.0.0/26")
    app = protocol.subnet("spoke", "app", "10.1.0.0/26", routeTable={"id": table.id})
    gateway, circuit = protocol.gateway(subnet), protocol.circuit()
    protocol.peering("hub", spoke, allowGatewayTransit=True)
    half = protocol.peering("spoke", hub, useRemoteGateways=True)
    connection = protocol.connection(gateway, circuit)

    def refused(made: Made) -> str:
        return _code(protocol, lambda: protocol.delete(made))

    in_use = [refused(each) for each in (circuit, gateway, subnet, hub, table)]
    assert in_use == [
        "SimulatorCircuitConnected",
        "VirtualNetworkGatewayCannotBeDeleted",
        "InUseSubnetCannotBeDeleted",
        "InUseSubnetCannotBeDeleted",
        "InUseRouteTableCannotBeDeleted",
    ]
    protocol.delete(connection)
    assert [refused(gateway), refused(circuit)] == [
        "SimulatorGatewayUsedByPeering",
        "ConflictError",
    ]
    control.deprovision(protocol.arm.directory, "circuit")
    for each in (half, gateway, subnet, app, table, circuit, hub, spoke):
        protocol.delete(each)
