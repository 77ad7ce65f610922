"""The provider protocol, spoken by a raw client as the engine speaks it."""

from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Clock, Speed
from sparehub.simulator.provider.check_inputs import auto_name
from sparehub.simulator.provider.schemas.registry import SCHEMAS
from sparehub.simulator.provider.struct_codec import UNKNOWN
from sparehub.simulator.provider.stubs import provider_pb2, status_pb2
from tests.simulator.arm.bodies import private_peering, route
from tests.simulator.provider.protocol_client import Failed, Made, ProtocolClient, urn

NOBODY = "00000000-0000-0000-0000-000000000000"
GROUP = f"/subscriptions/{NOBODY}/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
TABLE = {"resourceGroupName": "rg", "routeTableName": "table", "location": "eastasia"}


def test_it_passes_for_azure_native(protocol: ProtocolClient) -> None:
    """Version and abilities are those of azure-native 3.29; secrets arrive plain."""
    info = protocol.stub.GetPluginInfo(Empty())
    configured = protocol.configure()

    assert info.version == "3.29.0"
    assert configured == provider_pb2.ConfigureResponse(
        supportsPreview=True, supports_autonaming_configuration=True
    )


def test_check_fills_in_name_location_and_version(protocol: ProtocolClient) -> None:
    """An automatic name is the logical one and eight digits, the same for the same seed."""
    protocol.group()

    inputs = protocol.checked("network:RouteTable", "rt", {"resourceGroupName": "rg"})

    assert inputs == {
        "resourceGroupName": "rg",
        "routeTableName": auto_name(SCHEMAS["network:RouteTable"], "rt", b"seed"),
        "location": "eastasia",
        "azureApiVersion": "2024-05-01",
        "__createBeforeDelete": True,
    }
    assert len(inputs["routeTableName"]) == len("rt") + 8
    again = protocol.checked("network:RouteTable", "rt", {"resourceGroupName": "rg"}, inputs)
    assert again == inputs


def test_check_names_children_as_they_are(protocol: ProtocolClient) -> None:
    """A child has the logical name; replaced, it is deleted first."""
    parents = {"resourceGroupName": "rg", "virtualNetworkName": "hub"}

    inputs = protocol.checked("network:Subnet", "app", parents)

    assert inputs == parents | {"subnetName": "app", "azureApiVersion": "2024-05-01"}


def test_check_takes_the_location_of_the_configuration_first(tmp_path: Path) -> None:
    """Then the group's; a group that is not known yet leaves the location unknown."""
    with ProtocolClient.serving(tmp_path, location="westeurope") as protocol:
        inputs = protocol.checked("network:RouteTable", "rt", {"resourceGroupName": UNKNOWN})
        assert inputs["location"] == "westeurope"
    with ProtocolClient.serving(tmp_path) as protocol:
        inputs = protocol.checked("network:RouteTable", "rt", {"resourceGroupName": UNKNOWN})
        assert inputs["location"] == UNKNOWN


def test_check_says_what_is_missing(protocol: ProtocolClient) -> None:
    """All of it at once, in azure-native's words."""
    response = protocol.check("network:VirtualNetworkGatewayConnection", "con", {})

    assert [(each.property, each.reason) for each in response.failures] == [
        ("resourceGroupName", "missing required property 'resourceGroupName'"),
        ("connectionType", "missing required property 'connectionType'"),
        ("virtualNetworkGateway1", "missing required property 'virtualNetworkGateway1'"),
        (
            "location",
            (
                "missing required property 'location'. Either set it explicitly or configure it "
                "with 'pulumi config set azure-native:location <value>'."
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("mode", "name"), [("PROPOSE", "proposed"), ("ENFORCE", "proposed"), ("DISABLE", None)]
)
def test_check_obeys_the_autonaming_setting(
    protocol: ProtocolClient, mode: str, name: str | None
) -> None:
    """The project may propose or enforce names, or switch automatic ones off."""
    options = provider_pb2.CheckRequest.AutonamingOptions
    request = provider_pb2.CheckRequest(
        urn=urn("network:Subnet", "app"),
        autonaming=options(mode=options.Mode.Value(mode), proposed_name="proposed"),
    )

    inputs = protocol.stub.Check(request).inputs.fields

    assert (inputs["subnetName"].string_value if "subnetName" in inputs else None) == name


def test_create_returns_the_flat_outputs(protocol: ProtocolClient) -> None:
    """What ARM calls properties is lifted up, in children too; numbers come back whole."""
    protocol.group()
    routes = [{"name": "r", "addressPrefix": "10.1.0.0/24", "nextHopType": "VnetLocal"}]

    made = protocol.create("network:RouteTable", "table", TABLE | {"routes": routes})

    assert made.id == f"{NETWORK}/routeTables/table"
    (shown,) = made.outputs["routes"]
    assert made.outputs == {
        "name": "table",
        "id": made.id,
        "etag": made.outputs["etag"],
        "type": "Microsoft.Network/routeTables",
        "location": "eastasia",
        "provisioningState": "Succeeded",
        "resourceGuid": made.outputs["resourceGuid"],
        "disableBgpRoutePropagation": False,
        "routes": [
            {
                "name": "r",
                "id": f"{made.id}/routes/r",
                "etag": shown["etag"],
                "type": "Microsoft.Network/routeTables/routes",
                "provisioningState": "Succeeded",
                "addressPrefix": "10.1.0.0/24",
                "nextHopType": "VnetLocal",
                "hasBgpOverride": False,
            }
        ],
        "azureApiVersion": "2024-05-01",
    }


def test_a_preview_knows_its_inputs_and_nothing_else(protocol: ProtocolClient) -> None:
    """The id is empty, nothing is done, other outputs are unknown."""
    before = protocol.arm.dump()

    identity, outputs = protocol.preview(
        "network:RouteTable", "table", TABLE | {"resourceGroupName": UNKNOWN}
    )

    assert (identity, protocol.arm.dump()) == ("", before)
    known = {name: value for name, value in outputs.items() if value != UNKNOWN}
    assert known == {
        "routeTableName": "table",
        "location": "eastasia",
        "azureApiVersion": "2024-05-01",
    }
    assert outputs["etag"] == UNKNOWN


def test_diff_of_what_is_the_same(protocol: ProtocolClient) -> None:
    """Spelling of a region is not a difference."""
    protocol.group()
    made = protocol.create("network:RouteTable", "table", TABLE)

    answer = protocol.diff(made, made.inputs | {"location": "East Asia"})

    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert dict(answer.detailedDiff) == {}


def test_diff_names_every_property(protocol: ProtocolClient) -> None:
    """Changed, added and removed, with their paths; none of these replaces."""
    protocol.group()
    first = {"name": "r", "addressPrefix": "10.1.0.0/24", "nextHopType": "VnetLocal"}
    made = protocol.create(
        "network:RouteTable", "table", TABLE | {"routes": [first], "tags": {"a": "b"}}
    )
    kinds = provider_pb2.PropertyDiff.Kind

    answer = protocol.diff(
        made,
        TABLE
        | {"azureApiVersion": "2024-05-01", "disableBgpRoutePropagation": True}
        | {"routes": [first | {"nextHopType": "None"}, first]},
    )

    found = {path: kinds.Name(each.kind) for path, each in answer.detailedDiff.items()}
    assert found == {
        "disableBgpRoutePropagation": "ADD",
        "routes[0].nextHopType": "UPDATE",
        "routes[1]": "ADD",
        "tags": "DELETE",
    }
    assert list(answer.diffs) == ["disableBgpRoutePropagation", "routes", "tags"]
    assert (list(answer.replaces), answer.deleteBeforeReplace) == ([], False)


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"virtualNetworkName": "other"}, ["virtualNetworkName"]),
        ({"resourceGroupName": "other"}, ["resourceGroupName"]),
        ({"location": "southeastasia"}, ["location"]),
        ({"tags": {"a": "b"}}, []),
    ],
)
def test_diff_replaces_for_the_path_and_some_locations(
    protocol: ProtocolClient, change: dict[str, object], replaces: list[str]
) -> None:
    """A network with a given name is deleted before it is made again."""
    protocol.group()
    made = protocol.network("hub", "10.0.0.0/24")

    answer = protocol.diff(made, made.inputs | change)

    assert (list(answer.replaces), answer.deleteBeforeReplace) == (replaces, bool(replaces))


def test_diff_makes_what_has_an_automatic_name_before_it_deletes(protocol: ProtocolClient) -> None:
    """Both can then exist at the same time."""
    inputs = {"location": "eastasia"}
    made = protocol.create("resources:ResourceGroup", "rg", inputs)

    answer = protocol.diff(made, made.inputs | {"location": "westeurope"})

    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["location"], False)


def test_a_route_table_does_not_move(protocol: ProtocolClient) -> None:
    """azure-native tries to update it, and Azure refuses."""
    protocol.group()
    made = protocol.create("network:RouteTable", "table", TABLE)
    moved = made.inputs | {"location": "southeastasia"}

    assert list(protocol.diff(made, moved).replaces) == []
    failed = protocol.failure(lambda: protocol.update(made, moved))
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert 'Code="InvalidResourceLocation"' in failed.message


def test_create_refuses_what_exists(protocol: ProtocolClient) -> None:
    """Azure itself would update it; azure-native looks first."""
    protocol.group()
    protocol.create("network:RouteTable", "table", TABLE)

    failed = protocol.failure(lambda: protocol.create("network:RouteTable", "table", TABLE))

    message = f"cannot create already existing resource '{NETWORK}/routeTables/table'"
    assert failed == Failed(grpc.StatusCode.ALREADY_EXISTS, message)


def test_update_keeps_inline_children_that_others_made(protocol: ProtocolClient) -> None:
    """Subnets, peerings and routes that the inputs do not give are read and sent back.

    Of a circuit authorizations and peerings: a PUT without them would delete them.
    """
    protocol.group()
    hub, spoke = protocol.network("hub", "10.0.0.0/24"), protocol.network("spoke", "10.1.0.0/24")
    protocol.subnet("hub", "app", "10.0.0.0/26")
    protocol.peering("hub", spoke)
    table = protocol.create("network:RouteTable", "table", TABLE)
    path, body = f"{table.id}/routes/r", route("r", "10.1.0.0/24", "VnetLocal")
    protocol.arm.put(path, body)

    hub = protocol.update(hub, hub.inputs | {"tags": {"a": "b"}})
    table = protocol.update(table, table.inputs | {"tags": {"a": "b"}})

    assert hub.outputs["tags"] == {"a": "b"}
    assert [each["name"] for each in hub.outputs["subnets"]] == ["app"]
    assert [each["name"] for each in hub.outputs["virtualNetworkPeerings"]] == ["hub-peering"]
    assert [each["name"] for each in table.outputs["routes"]] == ["r"]

    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    offer = {"serviceProviderName": "Equinix", "peeringLocation": "Hong Kong"}
    inputs = {
        "resourceGroupName": "rg",
        "circuitName": "circuit",
        "sku": sku,
        "serviceProviderProperties": offer | {"bandwidthInMbps": 1000},
    }
    line = protocol.create("network:ExpressRouteCircuit", "circuit", inputs)
    protocol.arm.put(f"{line.id}/authorizations/one", {})
    protocol.arm.put(f"{line.id}/peerings/AzurePrivatePeering", private_peering("circuit")[1])
    before = protocol.arm.properties(line.id)

    protocol.update(line, line.inputs | {"tags": {"a": "b"}})

    after = protocol.arm.properties(line.id)
    children = ("authorizations", "peerings")
    assert [after[name] for name in children] == [before[name] for name in children]
    assert [len(after[name]) for name in children] == [1, 1]


def test_update_obeys_an_explicit_list(protocol: ProtocolClient) -> None:
    """A list in the inputs is the whole list."""
    protocol.group()
    table = protocol.create("network:RouteTable", "table", TABLE)
    protocol.arm.put(f"{table.id}/routes/r", route("r", "10.1.0.0/24", "VnetLocal"))

    table = protocol.update(table, table.inputs | {"routes": []})

    assert table.outputs["routes"] == []


def test_delete_of_what_is_gone_is_done(protocol: ProtocolClient) -> None:
    """A resource, and one whose group is gone."""
    group = protocol.group()
    table = protocol.create("network:RouteTable", "table", TABLE)

    protocol.delete(table)
    protocol.delete(table)
    protocol.delete(group)
    protocol.delete(table)
    protocol.delete(group)

    assert protocol.refresh(group) is None


def test_refresh_without_changes_gives_back_the_inputs(protocol: ProtocolClient) -> None:
    """What Azure computes, and children made elsewhere, are no drift."""
    protocol.group()
    hub, spoke = protocol.network("hub", "10.0.0.0/24"), protocol.network("spoke", "10.1.0.0/24")
    half = protocol.peering("hub", spoke)
    protocol.subnet("hub", "app", "10.0.0.0/26")
    protocol.peering("spoke", hub)

    for made in (hub, half):
        refreshed = protocol.refresh(made)
        assert refreshed is not None
        assert refreshed.inputs == made.inputs
    assert half.outputs["peeringState"] == "Initiated"
    assert (protocol.refresh(half) or half).outputs["peeringState"] == "Connected"


def test_refresh_brings_drift_into_the_inputs(protocol: ProtocolClient) -> None:
    """What somebody else changed, added or took away."""
    protocol.group()
    inputs = TABLE | {"tags": {"a": "b"}, "disableBgpRoutePropagation": True}
    table = protocol.create("network:RouteTable", "table", inputs)
    elsewhere = {"location": "eastasia", "properties": {"routes": []}, "tags": {"c": "d"}}
    protocol.arm.put(table.id, elsewhere)

    refreshed = protocol.refresh(table)

    assert refreshed is not None
    changed = {"tags": {"c": "d"}, "disableBgpRoutePropagation": False}
    assert refreshed.inputs == table.inputs | changed


def test_import_gives_back_the_inputs_as_they_were_given(protocol: ProtocolClient) -> None:
    """Of every type: the next ``up`` after an import has nothing to change."""
    all_resources = [protocol.group(), *_scene(protocol)]
    hub = all_resources[1]
    all_resources[1] = protocol.update(hub, hub.inputs | {"tags": {"a": "b"}})

    for made in all_resources:
        adopted = protocol.adopt(made)
        assert adopted is not None
        assert adopted.id == made.id
        assert adopted.inputs == made.inputs, made.urn
        refreshed = protocol.refresh(made)
        assert refreshed is not None
        assert adopted.outputs == refreshed.outputs


def test_a_new_input_with_its_default_is_not_a_change(protocol: ProtocolClient) -> None:
    """An SDK may spell defaults out, which an import did not bring; any other value is a change."""
    protocol.group()
    made = protocol.network("hub", "10.0.0.0/24")

    same = protocol.diff(made, made.inputs | {"enableDdosProtection": False})
    other = protocol.diff(made, made.inputs | {"enableDdosProtection": True})

    assert (list(same.diffs), list(other.diffs)) == ([], ["enableDdosProtection"])


def _scene(protocol: ProtocolClient) -> list[Made]:
    """Make one resource of each type."""
    rg = {"resourceGroupName": "rg"}
    hub, spoke = protocol.network("hub", "10.0.0.0/24"), protocol.network("spoke", "10.1.0.0/24")
    routes = [{"name": "r", "addressPrefix": "10.1.0.0/24", "nextHopType": "VnetLocal"}]
    table = protocol.create("network:RouteTable", "table", TABLE | {"routes": routes})
    alone = {"routeTableName": "table", "routeName": "s", "nextHopType": "None"}
    single = protocol.create("network:Route", "s", rg | alone | {"addressPrefix": "10.3.0.0/24"})
    security_group = protocol.create(
        "network:NetworkSecurityGroup", "nsg", rg | {"networkSecurityGroupName": "nsg"}
    )
    storage = [{"service": "Microsoft.Storage"}]
    own = {"routeTable": {"id": table.id}, "serviceEndpoints": storage}
    app = protocol.subnet("spoke", "app", "10.1.0.0/26", **own)
    gateway_subnet = protocol.subnet("hub", "GatewaySubnet", "10.0.0.0/26")
    gateway = protocol.gateway(gateway_subnet)
    halves = [
        protocol.peering("hub", spoke, allowGatewayTransit=True, syncRemoteAddressSpace="true"),
        protocol.peering("spoke", hub, useRemoteGateways=True, allowGatewayTransit=False),
    ]
    circuit = protocol.circuit()
    private = protocol.create(
        "network:ExpressRouteCircuitPeering",
        "AzurePrivatePeering",
        rg
        | {
            "circuitName": "circuit",
            "peeringType": "AzurePrivatePeering",
            "peerASN": 65001,
            "vlanId": 100,
            "primaryPeerAddressPrefix": "172.16.0.0/30",
            "secondaryPeerAddressPrefix": "172.16.0.4/30",
        },
    )
    authorization = protocol.create(
        "network:ExpressRouteCircuitAuthorization", "pass", rg | {"circuitName": "circuit"}
    )
    connection = protocol.connection(gateway, circuit)
    made = [hub, spoke, table, security_group, app, gateway_subnet, gateway, *halves, circuit]
    return [*made, private, authorization, connection, single]


def test_read_of_what_is_gone_is_empty(protocol: ProtocolClient) -> None:
    """On refresh and on import."""
    group = protocol.group()
    protocol.delete(group)

    assert (protocol.refresh(group), protocol.adopt(group)) == (None, None)


def test_functions(protocol: ProtocolClient) -> None:
    """``getClientConfig``, and ``get`` of a type; what is not there is said so."""
    group = protocol.group()

    config = protocol.invoke("azure-native:authorization:getClientConfig")
    found = protocol.invoke("azure-native:resources:getResourceGroup", resourceGroupName="rg")

    fields = ("clientId", "objectId", "subscriptionId", "tenantId")
    assert config == dict.fromkeys(fields, NOBODY)
    assert found == group.outputs
    missing = protocol.failure(
        lambda: protocol.invoke("azure-native:resources:getResourceGroup", resourceGroupName="x")
    )
    path = GROUP.replace("rg", "x")
    message = f"request failed {path}: the resource is not there"
    assert missing == Failed(grpc.StatusCode.INVALID_ARGUMENT, message)


def test_a_version_in_the_token_makes_no_difference(protocol: ProtocolClient) -> None:
    """Old programs spell the API version out."""
    protocol.group()

    made = protocol.create("network/v20240501:RouteTable", "table", TABLE)

    assert made.id == f"{NETWORK}/routeTables/table"


@pytest.mark.parametrize(
    "call",
    [
        lambda protocol: protocol.check("network:NatGateway", "nat", {}),
        lambda protocol: protocol.create("compute:Image", "image", {}),
        lambda protocol: protocol.invoke("azure-native:network:getNatGateway"),
        lambda protocol: protocol.invoke("azure-native:storage:listStorageAccountKeys"),
    ],
)
def test_unknown_types_are_refused_by_name(
    protocol: ProtocolClient, call: Callable[[ProtocolClient], object]
) -> None:
    """Never a silent success."""
    failed = protocol.failure(lambda: call(protocol))

    assert failed.code is grpc.StatusCode.UNIMPLEMENTED
    assert failed.message.endswith("is not simulated")
    assert "azure-native:" in failed.message


def test_an_operation_that_outlasts_its_timeout_leaves_a_resource(tmp_path: Path) -> None:
    """The engine learns what exists, so that the next ``up`` continues from there."""

    def real_time(directory: Path) -> Azure:
        azure = Azure(directory, Clock(wall=lambda: 1_000_000.0))
        with azure.store.transaction(write=True) as transaction:
            azure.clock.set_speed(transaction, Speed.FAST)
        return azure

    with ProtocolClient.serving(tmp_path, real_time) as protocol:
        protocol.group()
        with pytest.raises(grpc.RpcError) as caught:
            protocol.create("network:RouteTable", "table", TABLE, timeout=0.01)

    error = caught.value
    trailing = {each.key: each.value for each in error.trailing_metadata() or ()}
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert detail.id == f"{NETWORK}/routeTables/table"
    assert detail.properties.fields["provisioningState"].string_value == "Updating"
    assert detail.inputs.fields["routeTableName"].string_value == "table"
    assert list(detail.reasons) == ["the operation is still running in Azure: waited long enough"]
