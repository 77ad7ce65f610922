"""Each component in somebody else's program, without the others."""

from ipaddress import IPv4Network

import pulumi
import pytest
from pulumi_azure_native import network

from components import (
    ExpressRouteCircuit,
    ExpressRouteCircuitArgs,
    ExpressRouteConnection,
    ExpressRouteConnectionArgs,
    ExpressRouteGateway,
    ExpressRouteGatewayArgs,
    Hub,
    HubSpokePeering,
    HubSpokePeeringArgs,
    RouteTables,
    RouteTablesArgs,
    Spoke,
    VirtualNetworkArgs,
    drop_version_aliases,
)
from sparehub.testing import preview
from sparehub.testing.mocks import SUBSCRIPTION
from sparehub.topology.model.resources import (
    Circuit,
    Connection,
    Gateway,
    Peering,
    Subnet,
    VirtualNetwork,
)
from tests.configurations import region_of, shipped
from tests.site_recovery_files import NAT_GATEWAY, agents_leave_by_nat

NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network"
BARE = VirtualNetwork(
    name="vnet",
    address_space=(IPv4Network("10.0.0.0/24"),),
    subnets=(Subnet(name="app", address_prefix=IPv4Network("10.0.0.0/24")),),
)


def network_args(virtual_network: VirtualNetwork) -> VirtualNetworkArgs:
    return VirtualNetworkArgs(
        resource_group_name="rg", location="eastasia", virtual_network=virtual_network
    )


def test_a_spoke_needs_nothing_else() -> None:
    """A virtual network without route tables, tags, name servers or endpoints is a spoke."""

    def program() -> None:
        Spoke("web", network_args(BARE))

    graph = preview(program)

    assert {name: (r.type, r.parent) for name, r in graph.items()} == {
        "web": ("sparehub:network:Spoke", "sparehub-test"),
        "web/network": ("azure-native:network:VirtualNetwork", "web"),
        "web/app": ("azure-native:network:Subnet", "web"),
    }


def test_a_hub_without_a_gateway_subnet_is_refused() -> None:
    """The message says which subnets there are."""

    def program() -> None:
        with pytest.raises(ValueError, match="hub 'core' has no subnet called GatewaySubnet"):
            Hub("core", network_args(BARE))

    assert preview(program) == {}


def test_a_hub_offers_its_gateway_subnet() -> None:
    """What a gateway needs is an output of its own."""
    hub = region_of(shipped("primary")).hub
    found: list[str] = []

    def program() -> None:
        args = VirtualNetworkArgs(
            resource_group_name="rg",
            location="eastasia",
            virtual_network=hub,
            route_table_ids={"nva": "rt-nva", "gateway": "rt-gateway"},
        )
        Hub("core", args).gateway_subnet_id.apply(found.append)

    preview(program)

    assert found == [f"{NETWORK}/virtualNetworks/vnet-hub-eastasia/subnets/GatewaySubnet"]


def test_a_peering_takes_networks_it_did_not_make() -> None:
    """Names and ids are enough; without a gateway nothing else is waited for."""

    def program() -> None:
        HubSpokePeering(
            "web",
            HubSpokePeeringArgs(
                resource_group_name="rg",
                hub_name="hub",
                hub_id="hub-id",
                spoke_name="web",
                spoke_id="web-id",
                hub_to_spoke=Peering(
                    name="down", allow_gateway_transit=True, use_remote_gateways=False
                ),
                spoke_to_hub=Peering(
                    name="up", allow_gateway_transit=False, use_remote_gateways=False
                ),
            ),
        )

    graph = preview(program)

    assert graph["web/hub-to-spoke"].inputs == {
        "resourceGroupName": "rg",
        "virtualNetworkName": "hub",
        "virtualNetworkPeeringName": "down",
        "remoteVirtualNetwork": {"id": "web-id"},
        "allowVirtualNetworkAccess": True,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": True,
        "useRemoteGateways": False,
    }
    assert graph["web/spoke-to-hub"].depends_on == ("web/hub-to-spoke",)


def test_route_tables_are_identified_by_key() -> None:
    """The ids come by the keys that subnets use."""
    found: list[dict[str, str]] = []

    def program() -> None:
        tables = RouteTables(
            "routes",
            RouteTablesArgs(
                resource_group_name="rg",
                location="eastasia",
                route_tables=region_of(shipped("primary")).route_tables,
            ),
        )
        pulumi.Output.all(**tables.route_table_ids).apply(found.append)

    preview(program)

    assert found == [
        {key: f"{NETWORK}/routeTables/rt-{key}-eastasia" for key in ("spokes", "gateway", "nva")}
    ]


def test_routes_of_service_tags_and_nat_gateways_are_written() -> None:
    """SR-68: the tag in the place of a prefix, and the NAT gateway of the subnet alone."""
    values = agents_leave_by_nat(shipped("primary"), "nat")
    region = region_of(values)

    def program() -> None:
        group, location = "rg", "eastasia"
        tables = RouteTables(
            "routes",
            RouteTablesArgs(
                resource_group_name=group, location=location, route_tables=region.route_tables
            ),
        )
        spoke = region.spokes[0].virtual_network
        Spoke(
            "spoke1",
            VirtualNetworkArgs(
                resource_group_name=group,
                location=location,
                virtual_network=spoke,
                route_table_ids=tables.route_table_ids,
            ),
        )

    graph = preview(program)

    routes = graph["routes/spokes"].inputs["routes"]
    assert [(each["addressPrefix"], each["nextHopType"]) for each in routes] == [
        ("0.0.0.0/0", "VirtualAppliance"),
        ("AzureActiveDirectory", "Internet"),
        ("AzureSiteRecovery", "Internet"),
        ("EventHub", "Internet"),
        ("GuestAndHybridManagement", "Internet"),
    ]
    assert graph["spoke1/app"].inputs["natGateway"] == {"id": NAT_GATEWAY.format("nat1")}


def test_a_scaling_gateway_carries_its_bounds() -> None:
    """ErGwScale alone has scale units."""

    def program() -> None:
        for name, gateway in {
            "fixed": Gateway(name="gw", sku="ErGw2AZ"),
            "scaling": Gateway(name="gw", sku="ErGwScale", min_scale_units=2, max_scale_units=4),
        }.items():
            ExpressRouteGateway(
                name,
                ExpressRouteGatewayArgs(
                    resource_group_name="rg",
                    location="eastasia",
                    gateway=gateway,
                    gateway_subnet_id="subnet-id",
                ),
            )

    graph = preview(program)

    bounds = {"bounds": {"min": 2, "max": 4}}
    assert graph["scaling/gateway"].inputs["autoScaleConfiguration"] == bounds
    assert "autoScaleConfiguration" not in graph["fixed/gateway"].inputs


def test_a_circuit_and_a_connection_stand_alone() -> None:
    """A circuit that is not provisioned has no private peering; a connection takes ids."""

    def program() -> None:
        circuit = ExpressRouteCircuit(
            "line",
            ExpressRouteCircuitArgs(
                resource_group_name="rg",
                location="eastasia",
                circuit=Circuit(
                    key="line",
                    name="erc-line",
                    resource_group="rg",
                    peering_location="Hong Kong",
                    service_provider="Equinix",
                    bandwidth_in_mbps=50,
                    tier="Standard",
                    family="MeteredData",
                    private_peering=None,
                ),
            ),
        )
        ExpressRouteConnection(
            "link",
            ExpressRouteConnectionArgs(
                resource_group_name="rg",
                location="eastasia",
                connection=Connection(key="line", name="con", routing_weight=0),
                gateway_id="gateway-id",
                circuit_id=circuit.circuit_id,
                after=[circuit.ready],
            ),
        )

    graph = preview(program)

    assert sorted(graph) == ["line", "line/circuit", "link", "link/connection"]
    assert graph["link/connection"].depends_on == ("line/circuit",)


def test_only_aliases_of_other_api_versions_are_dropped() -> None:
    """A program's own alias stays; what pulumi_azure_native adds goes."""
    kept: list[list[object]] = []

    def look(args: pulumi.ResourceTransformationArgs) -> None:
        aliases = args.opts.aliases or []
        kept.append([each.name for each in aliases if isinstance(each, pulumi.Alias)])

    def program() -> None:
        drop_version_aliases()
        pulumi.runtime.register_stack_transformation(look)
        old = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old-name")])
        network.RouteTable("table", resource_group_name="rg", opts=old)

    preview(program)

    assert [each for each in kept if "old-name" in each] == [["old-name"]]
