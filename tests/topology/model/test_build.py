"""The source document's pair, whole, and what the depths and the overrides make of it."""

from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from sparehub.topology.config.enums import Activation, Depth, NextHopType, NvaKind, Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.resources import (
    Circuit,
    CircuitReference,
    Connection,
    Gateway,
    Nva,
    OnPremises,
    Peering,
    PrivatePeering,
    Region,
    Route,
    RouteTable,
    Spoke,
    Subnet,
    VirtualNetwork,
)
from sparehub.topology.reachability.verdicts.outcome_bits import Verdict
from sparehub.topology.reachability.verdicts.verify import verify
from tests.configurations import region_of, shipped, with_spokes

NVA = IPv4Address("10.10.10.10")
BORROWED = (
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-circuits"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-borrowed"
)
ANYWHERE = IPv4Network("0.0.0.0/0")


def to_nva(name: str, prefix: str) -> Route:
    return Route(
        name=name,
        address_prefix=IPv4Network(prefix),
        next_hop_type=NextHopType.VIRTUAL_APPLIANCE,
        next_hop_ip_address=NVA,
    )


def spoke(key: str, prefix: str, location: str) -> Spoke:
    space = IPv4Network(prefix)
    app = Subnet(
        name="app",
        address_prefix=space,
        route_table="spokes",
        service_endpoints=("Microsoft.Storage",),
        protected=True,
        default_outbound_access=False,
    )
    return Spoke(
        key=key,
        virtual_network=VirtualNetwork(
            name=f"vnet-{key}-{location}", address_space=(space,), subnets=(app,)
        ),
        hub_to_spoke=Peering(
            name=f"peer-hub-to-{key}", allow_gateway_transit=True, use_remote_gateways=False
        ),
        spoke_to_hub=Peering(
            name=f"peer-{key}-to-hub", allow_gateway_transit=False, use_remote_gateways=True
        ),
    )


def source_document(location: str, circuit: Circuit) -> Region:
    """Return an active region with the numbers of the source document."""
    internet = Route(name="default", address_prefix=ANYWHERE, next_hop_type=NextHopType.INTERNET)
    return Region(
        name=location,
        location=location,
        activation=Activation.ACTIVE,
        depth=Depth.GATEWAY,
        resource_group=f"rg-sparehub-{location}",
        tags={},
        route_tables=(
            RouteTable(
                key="spokes",
                name=f"rt-spokes-{location}",
                disable_bgp_route_propagation=True,
                routes=(to_nva("default", "0.0.0.0/0"),),
            ),
            RouteTable(
                key="gateway",
                name=f"rt-gateway-{location}",
                disable_bgp_route_propagation=False,
                routes=(
                    to_nva("to-spoke1-10.1.0.0-24", "10.1.0.0/24"),
                    to_nva("to-spoke2-10.2.0.0-24", "10.2.0.0/24"),
                ),
            ),
            RouteTable(
                key="nva",
                name=f"rt-nva-{location}",
                disable_bgp_route_propagation=False,
                routes=(internet,),
            ),
        ),
        hub=VirtualNetwork(
            name=f"vnet-hub-{location}",
            address_space=(IPv4Network("10.10.10.0/24"),),
            subnets=(
                Subnet(
                    name="GatewaySubnet",
                    address_prefix=IPv4Network("10.10.10.128/25"),
                    route_table="gateway",
                ),
                Subnet(name="nva", address_prefix=IPv4Network("10.10.10.0/25"), route_table="nva"),
            ),
        ),
        nva=Nva(ip_address=NVA, subnet="nva", stateful=True, kind=NvaKind.APPLIANCE),
        spokes=(
            spoke("spoke1", "10.1.0.0/24", location),
            spoke("spoke2", "10.2.0.0/24", location),
        ),
        gateway=Gateway(name=f"ergw-{location}", sku="ErGw1AZ"),
        circuits=(circuit,),
        connections=(
            Connection(key=circuit.key, name=f"con-{location}-{circuit.key}", routing_weight=0),
        ),
        on_premises=OnPremises(
            address_prefixes=(IPv4Network("192.168.0.0/16"),), prefers=Prefers.NONE
        ),
        spokes_wait_for_connections=False,
    )


def circuit(key: str, location: str, bandwidth: int, vlan: int, links: str) -> Circuit:
    return Circuit(
        key=key,
        name=f"erc-{key}",
        resource_group=f"rg-sparehub-erc-{key}",
        location="japaneast",
        peering_location=location,
        service_provider="Equinix",
        bandwidth_in_mbps=bandwidth,
        tier="Standard",
        family="MeteredData",
        private_peering=PrivatePeering(
            peer_asn=65001,
            vlan_id=vlan,
            primary_peer_address_prefix=IPv4Network(f"{links}.0/30"),
            secondary_peer_address_prefix=IPv4Network(f"{links}.4/30"),
        ),
    )


HONG_KONG = circuit("hong-kong", "Hong Kong", 1000, 100, "172.16.0")
PRIMARY = source_document("eastasia", HONG_KONG)
SECONDARY = source_document(
    "southeastasia", circuit("singapore", "Singapore", 200, 200, "172.16.1")
)


def test_the_primary_is_the_source_document() -> None:
    """Every number of the document is in the shipped file."""
    assert region_of(shipped("primary")) == PRIMARY


def test_the_secondary_stands_by_without_its_connection() -> None:
    """The shipped secondary is the same network at depth `gateway`."""
    expected = replace(SECONDARY, activation=Activation.STANDBY, connections=())

    assert region_of(shipped("secondary")) == expected
    assert region_of(shipped("secondary"), "active") == SECONDARY


def test_at_depth_network_the_spokes_use_no_gateway() -> None:
    """Azure refuses to use a gateway that is not there (PE-09)."""
    region = region_of(shipped("secondary"), "standby", "network")

    assert (region.gateway, region.connections) == (None, ())
    assert [s.spoke_to_hub.use_remote_gateways for s in region.spokes] == [False, False]


def test_at_depth_connection_only_the_hub_is_advertised() -> None:
    """Spokes are withheld, but for one that stays connected on purpose."""
    values = shipped("secondary")
    withheld = region_of(values, "standby", "connection")
    values["sparehub:region"]["standby"]["depth"] = "connection"
    values["sparehub:region"]["spokes"]["spoke2"]["standby"] = "connected"

    assert withheld.advertised_prefixes == (IPv4Network("10.10.10.0/24"),)
    assert region_of(values, "standby").advertised_prefixes == (
        IPv4Network("10.10.10.0/24"),
        IPv4Network("10.2.0.0/24"),
    )


@pytest.mark.parametrize("depth", ["network", "gateway", "connection"])
def test_a_disconnected_region_is_the_live_one_without_its_connections(depth: str) -> None:
    """It keeps the gateway and the spokes that use it, also beyond 200 prefixes."""
    values = with_spokes(shipped("secondary"), 300)
    live = region_of(values, "active", depth)
    disconnected = region_of({**values, "sparehub:disconnected": True}, "standby", depth)

    assert disconnected == replace(live, activation=Activation.STANDBY, connections=())


@pytest.mark.parametrize(("spokes", "used"), [(199, True), (200, False)])
def test_above_200_prefixes_a_standby_gateway_withholds_the_spokes(
    spokes: int, *, used: bool
) -> None:
    """199 spokes and the hub are 200 prefixes, the most a connection is created with (ER-36)."""
    region = region_of(with_spokes(shipped("secondary"), spokes), "standby", "gateway")

    assert {s.spoke_to_hub.use_remote_gateways for s in region.spokes} == {used}
    assert region.spokes_wait_for_connections is not used


def test_a_circuit_that_is_not_provisioned_carries_nothing() -> None:
    """Neither private peering nor connection before the provider has done its part (ER-09)."""
    values = shipped("primary")
    connection = values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]
    connection["circuit"]["provisioned"] = False

    bare = replace(HONG_KONG, private_peering=None)
    assert region_of(values) == replace(PRIMARY, circuits=(bare,), connections=())


@pytest.mark.parametrize(("location", "stands"), [(None, "eastasia"), ("Japan West", "japanwest")])
def test_a_circuit_is_recorded_where_its_location_says(location: str | None, stands: str) -> None:
    """In the region's own location where nothing is said; nothing else of the region follows."""
    values = shipped("primary")
    circuit = values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"]
    circuit["location"] = location

    assert region_of(values) == replace(PRIMARY, circuits=(replace(HONG_KONG, location=stands),))


@pytest.mark.parametrize("location", [None, "koreacentral"])
def test_a_referenced_circuit_says_where_it_is_recorded_or_nothing(location: str | None) -> None:
    """Its location is its owner's: the region's own stands for nothing there."""
    values = shipped("primary")
    values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"] = {
        "id": BORROWED,
        "location": location,
        "peeringLocation": "Hong Kong",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 500,
    }

    (circuit,) = region_of(values).circuits
    assert circuit == CircuitReference(
        key="hong-kong",
        id=ResourceId.parse(BORROWED),
        location=location,
        peering_location="Hong Kong",
        bandwidth_in_mbps=500,
        tier="Standard",
    )


def override(region: dict[str, Any]) -> None:
    region.update(name="ea", resourceGroup="rg-net", tags={"env": "prod"}, dnsServers=["10.9.9.9"])
    region["hub"].update(name="hub-one", dnsServers=[])
    region["hub"]["nva"].update(internetEgress="onPremises")
    region["routeTables"] = {"nva": {"name": "table-nva"}}
    region["spokes"]["spoke1"].update(
        name="net-one", hubToSpoke={"name": "down"}, spokeToHub={"name": "up"}
    )
    region["spokes"]["spoke2"]["subnets"]["app"].update(
        routeTable="none", protected=False, serviceEndpoints=["Microsoft.Sql"]
    )
    region["expressRoute"]["gateway"].update(
        name="gw", sku="ErGwScale", minScaleUnits=2, maxScaleUnits=4
    )
    connection = region["expressRoute"]["connections"]["hong-kong"]
    connection.update(name="con-one", routingWeight=10)
    connection["circuit"].update(name="erc-one", resourceGroup="rg-erc")


def test_every_override_changes_just_what_it_names() -> None:
    """Names, tags, name servers, tables, endpoints, scale units and the NVA's way out."""
    values = shipped("primary")
    override(values["sparehub:region"])
    one, two = deepcopy(PRIMARY.spokes)
    name_servers = (IPv4Address("10.9.9.9"),)
    app = Subnet(
        name="app",
        address_prefix=IPv4Network("10.2.0.0/24"),
        service_endpoints=("Microsoft.Sql",),
    )
    spokes, gateway, nva = PRIMARY.route_tables

    assert region_of(values) == replace(
        PRIMARY,
        name="ea",
        resource_group="rg-net",
        tags={"env": "prod"},
        route_tables=(
            replace(spokes, name="rt-spokes-ea"),
            replace(gateway, name="rt-gateway-ea"),
            replace(nva, name="table-nva", routes=()),
        ),
        hub=replace(PRIMARY.hub, name="hub-one"),
        spokes=(
            replace(
                one,
                virtual_network=replace(
                    one.virtual_network, name="net-one", dns_servers=name_servers
                ),
                hub_to_spoke=replace(one.hub_to_spoke, name="down"),
                spoke_to_hub=replace(one.spoke_to_hub, name="up"),
            ),
            replace(
                two,
                virtual_network=replace(
                    two.virtual_network,
                    name="vnet-spoke2-ea",
                    dns_servers=name_servers,
                    subnets=(app,),
                ),
            ),
        ),
        gateway=Gateway(name="gw", sku="ErGwScale", min_scale_units=2, max_scale_units=4),
        circuits=(replace(HONG_KONG, name="erc-one", resource_group="rg-erc"),),
        connections=(Connection(key="hong-kong", name="con-one", routing_weight=10),),
    )


def test_more_user_routes_stand_behind_those_that_follow_from_the_region() -> None:
    """`region.routes` adds to a table; it replaces nothing."""
    values = shipped("primary")
    values["sparehub:region"]["routes"] = {
        "spokes": [
            {
                "addressPrefix": "10.50.0.0/16",
                "nextHopType": "VirtualAppliance",
                "nextHopIpAddress": "10.10.10.10",
            }
        ],
        "nva": [{"addressPrefix": "203.0.113.0/24", "nextHopType": "None"}],
    }
    spokes, gateway, nva = region_of(values).route_tables
    before = PRIMARY.route_tables
    dropped = Route(
        name="user-203.0.113.0-24",
        address_prefix=IPv4Network("203.0.113.0/24"),
        next_hop_type=NextHopType.NONE,
    )

    assert spokes.routes == (*before[0].routes, to_nva("user-10.50.0.0-16", "10.50.0.0/16"))
    assert gateway == before[1]
    assert nva.routes == (*before[2].routes, dropped)


def inspecting(values: dict[str, Any]) -> Region:
    """Return a region whose hub has one subnet more, which is inspected."""
    hub = values["sparehub:region"]["hub"]
    hub["addressSpace"].append("10.10.11.0/24")
    hub["subnets"]["shared"] = {"addressPrefix": "10.10.11.0/26", "inspect": True}
    return region_of(values)


def test_an_inspected_hub_subnet_is_reached_through_the_nva() -> None:
    """Its prefix is in the spokes' and GatewaySubnet's tables, every spoke's in its own."""
    region = inspecting(shipped("primary"))
    tables = {table.key: table for table in region.route_tables}
    prefixes = {
        key: [str(route.address_prefix) for route in table.routes] for key, table in tables.items()
    }

    assert prefixes == {
        "spokes": ["0.0.0.0/0", "10.10.11.0/26"],
        "gateway": ["10.1.0.0/24", "10.2.0.0/24", "10.10.11.0/26"],
        "nva": ["0.0.0.0/0"],
        "inspected": ["0.0.0.0/0", "10.1.0.0/24", "10.2.0.0/24"],
    }
    inspected = tables["inspected"]
    assert (inspected.name, inspected.disable_bgp_route_propagation) == (
        "rt-inspected-eastasia",
        True,
    )
    assert {route.next_hop_type for route in inspected.routes} == {NextHopType.VIRTUAL_APPLIANCE}
    (shared,) = (each for each in region.hub.subnets if each.name == "shared")
    assert (shared.route_table, shared.default_outbound_access) == ("inspected", False)


def test_an_inspected_hub_subnet_is_proven_to_be() -> None:
    """Spokes, on-premises and the internet pass the NVA both ways; without it nothing does."""
    ways = [(context, "primary/hub/shared") for context in ("primary/spoke1/app", "on-premises")]
    values = shipped("primary")
    found = verify({"primary": inspecting(values)})
    values["sparehub:region"]["hub"]["subnets"]["shared"].pop("inspect")
    direct = verify({"primary": region_of(values)})

    for judged, passed in ((found, True), (direct, False)):
        flags = [bool(judged.inspected[judged.index(a), judged.index(b)]) for a, b in ways]
        assert [judged.verdict(a, b) for a, b in ways] == [Verdict.REACHABLE] * 2
        assert flags == [passed] * 2


@pytest.mark.parametrize("name", ["nva", "GatewaySubnet"])
def test_what_inspects_is_not_inspected(name: str) -> None:
    """The NVA would meet itself, and a gateway takes no such table; nor does a spoke need it."""
    values = shipped("primary")
    region = values["sparehub:region"]
    region["hub"]["subnets"][name]["inspect"] = True
    region["spokes"]["spoke1"]["subnets"]["app"]["inspect"] = True

    with pytest.raises(ConfigurationError) as error:
        region_of(values)

    assert [problem.path for problem in error.value.problems] == [
        f"region.hub.subnets.{name}.inspect",
        "region.spokes.spoke1.subnets.app.inspect",
    ]
