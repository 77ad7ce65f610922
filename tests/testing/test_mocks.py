"""Mocks answer as Azure: names, ids, states; a preview keeps what Pulumi's mocks do not show."""

import pulumi
import pytest
from pulumi_azure_native import network, resources

from sparehub.testing import Graph, PreviewRefusedError, preview
from sparehub.testing.mocks import SUBSCRIPTION, AzureMocks

pytest_plugins = ["sparehub.testing.fixtures"]
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"


def previewed() -> Graph:
    """Return the graph of a program with one resource of several types."""

    def program() -> None:
        group = resources.ResourceGroup("group", resource_group_name="rg")
        hub = network.VirtualNetwork(
            "hub", resource_group_name=group.name, virtual_network_name="vnet-hub"
        )
        network.Subnet(
            "app",
            resource_group_name="rg",
            virtual_network_name=hub.name,
            subnet_name="snet-app",
            opts=pulumi.ResourceOptions(protect=True),
        )
        circuit = network.ExpressRouteCircuit("erc", resource_group_name="rg")
        network.NatGateway("nat", resource_group_name="rg", nat_gateway_name="ng-hub")
        pulumi.export("state", circuit.service_provider_provisioning_state)

    return preview(program)


def test_ids_have_the_form_of_azure() -> None:
    """The path names a resource's parents first; an unknown type follows the same form."""
    ids = {name: resource.outputs["id"] for name, resource in previewed().items()}

    assert ids == {
        "group": GROUP,
        "hub": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-hub",
        "app": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-app",
        "erc": f"{GROUP}/providers/Microsoft.Network/expressRouteCircuits/erc",
        "nat": f"{GROUP}/providers/Microsoft.Network/natGateways/ng-hub",
    }


def test_outputs_have_names_and_states() -> None:
    """A program may branch on them; Pulumi's plain mocks give None."""
    graph = previewed()

    assert graph["app"].outputs["name"] == "snet-app"
    assert graph["app"].inputs["virtualNetworkName"] == "vnet-hub"
    assert {resource.outputs["provisioningState"] for resource in graph.values()} == {"Succeeded"}
    assert graph.outputs == {"state": "Provisioned"}


def test_a_graph_keeps_edges_and_options() -> None:
    """An input that refers to a resource is an edge."""
    graph = previewed()

    assert graph["app"].depends_on == ("hub",)
    assert graph.before("app") == {"hub", "group"}
    assert [name for name, resource in graph.items() if resource.protect] == ["app"]
    assert list(graph.of_type("azure-native:network:Subnet")) == ["app"]


def test_two_resources_of_one_name_are_refused() -> None:
    """The graph is keyed by logical names."""

    def program() -> None:
        for kind in (network.RouteTable, network.VirtualNetwork):
            kind("same", resource_group_name="rg")

    with pytest.raises(AssertionError, match="two resources are called same"):
        preview(program)


def test_a_program_that_ends_itself_is_refused() -> None:
    """The error is what the program logged."""

    def program() -> None:
        pulumi.log.error("the pair is live")
        raise SystemExit(1)

    with pytest.raises(PreviewRefusedError, match="the pair is live"):
        preview(program)


def test_configuration_reaches_the_program() -> None:
    """As variables of the environment, which are removed afterwards."""
    seen: list[object] = []

    def program() -> None:
        seen.append(pulumi.Config("app").require_object("sizes"))

    preview(program, config={"app:sizes": [1, 2]})
    preview(lambda: seen.append(pulumi.Config("app").get("sizes")))

    assert seen == [[1, 2], None]


def test_an_unknown_function_is_refused() -> None:
    """A test that needs one overrides `call`."""
    call = pulumi.runtime.MockCallArgs("azure-native:network:getSubnet", {}, "")

    with pytest.raises(NotImplementedError, match="azure-native:network:getSubnet"):
        AzureMocks().call(call)


def test_the_fixture_sets_the_mocks(azure_mocks: AzureMocks) -> None:
    """For a program that the test runs itself."""
    ids: list[str] = []

    @pulumi.runtime.test
    def program() -> pulumi.Output[None]:
        return network.RouteTable("table", resource_group_name="rg").id.apply(ids.append)

    program()

    assert ids == [f"{GROUP}/providers/Microsoft.Network/routeTables/table"]
    assert isinstance(azure_mocks, AzureMocks)
