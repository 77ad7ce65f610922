"""A region is read as it stands: what was built comes back, and what is wrong is seen."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from sparehub.topology.config.enums import Activation, Depth, NextHopType
from sparehub.topology.errors import UnreadableError
from sparehub.topology.model.resources import Region, Spoke
from sparehub.topology.state.region import read_region, read_state
from sparehub.topology.state.resources import ArmResource, Resources, arm_resources, state_resources
from tests.components.region_states import bow_tie
from tests.configurations import region_of, shipped, stack_of
from tests.recorded_state import SUBSCRIPTION, of, recorded, without
from tests.topology.peered_hubs import peered

NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-sparehub-eastasia/providers"
HUB = f"{NETWORK}/Microsoft.Network/virtualNetworks/vnet-hub-eastasia"


def state() -> Resources:
    """Return what the primary's stack recorded, to be spoiled."""
    return deepcopy(recorded(shipped("primary")))


def at_depth(depth: str) -> dict[str, Any]:
    values = shipped("secondary")
    values["sparehub:region"]["standby"] = {"depth": depth}
    return values


@pytest.mark.parametrize(
    "values",
    [
        shipped("primary"),
        bow_tie(),
        *map(at_depth, ("network", "gateway", "connection")),
        peered("primary"),
        peered("secondary"),
    ],
    ids=["active", "bow-tie", "network", "gateway", "connection", "peered", "peered standby"],
)
def test_what_was_built_is_what_is_read(values: dict[str, Any]) -> None:
    """Of every state; except the key of an authorization, which Azure does not show."""
    built = region_of(values)
    keyless = tuple(replace(each, authorization_key=None) for each in built.connections)

    assert read_state(recorded(values)).region == replace(built, connections=keyless)


@pytest.mark.parametrize("value", [True, False])
def test_switches_of_the_portal_are_read(value: bool) -> None:  # noqa: FBT001 - a table
    """ER-26, ER-28: what no file can say, on or off, and off where nothing says it."""
    found = state()
    of(found, "connection/hong-kong/connection")["expressRouteGatewayBypass"] = value
    gateway = of(found, "expressroute/gateway")
    gateway |= {"allowRemoteVnetTraffic": value, "allowVirtualWanTraffic": value}
    region = read_state(found).region

    def switches(each: Region) -> list[bool]:
        assert each.gateway is not None
        flags = [each.gateway.allow_remote_vnet_traffic, each.gateway.allow_virtual_wan_traffic]
        return [*flags, *(connection.fast_path for connection in each.connections)]

    assert switches(region) == [value, value, value]
    assert switches(read_state(state()).region) == [False, False, False]


def test_a_state_has_resources_of_other_providers_and_some_without_an_id() -> None:
    """Only what azure-native made is read: a creation that failed left no id, and no resource."""
    pet = {"type": "random:index/randomPet:RandomPet", "outputs": {"id": "brave-owl"}}
    failed: dict[str, Any] = {"type": "azure-native:network:VirtualNetwork", "outputs": {}}

    standing = state()

    assert state_resources({**standing, "a::pet": pet, "a::failed": failed}) == (
        state_resources(standing)
    )


def as_arm(resource: ArmResource) -> dict[str, Any]:
    """Return a resource in ARM's own JSON, its properties where ARM has them."""
    outside = {
        name: resource.properties[name]
        for name in ("location", "tags", "sku")
        if name in resource.properties
    }
    inside = {name: each for name, each in resource.properties.items() if name not in outside}
    return {"id": resource.id, "name": resource.name, **outside, "properties": inside}


def test_arm_json_is_read_without_any_logical_name() -> None:
    """Roles follow from what refers to what, keys from physical names, the NVA from the routes."""
    resources = arm_resources(as_arm(each) for each in state_resources(state()))
    built = region_of(shipped("primary"))

    read = read_region(resources).region

    assert (read.on_premises.address_prefixes, read.activation) == ((), Activation.ACTIVE)
    assert read == replace(built, on_premises=read.on_premises, depth=Depth.CONNECTION)


def test_children_are_read_wherever_arm_shows_them() -> None:
    """Subnets, peerings and routes inside their parents, as resources of their own, or both."""
    apart = state_resources(state())
    inline: list[dict[str, Any]] = []
    for each in apart:
        arm = as_arm(each)
        for child in apart:
            if child.parent == each.key and child.type.startswith(f"{each.type}/"):
                kind = "subnets" if "/subnets" in child.key else "virtualNetworkPeerings"
                kind = "peerings" if "expressroutecircuits" in child.type else kind
                arm["properties"].setdefault(kind, []).append(as_arm(child))
        if each.type.count("/") < 2:
            inline.append(arm)

    both = [*inline, *map(as_arm, apart)]

    assert read_region(arm_resources(inline)).region == read_region(arm_resources(both)).region
    assert read_region(arm_resources(inline)).region.hub == region_of(shipped("primary")).hub


def spoke(region: Region, key: str) -> Spoke:
    return next(each for each in region.spokes if each.key == key)


def drop_route(resources: Resources) -> Resources:
    of(resources, "routes/gateway")["routes"].pop()
    return resources


def propagate(resources: Resources) -> Resources:
    of(resources, "routes/spokes")["disableBgpRoutePropagation"] = False
    return resources


def default_on_gateway(resources: Resources) -> Resources:
    route = {"name": "x", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    of(resources, "routes/gateway")["routes"].append(route)
    return resources


def shared_table_at_nva(resources: Resources) -> Resources:
    of(resources, "hub/nva")["routeTable"] = {
        "id": f"{NETWORK}/Microsoft.Network/routeTables/RT-spokes-eastasia"
    }
    return resources


def foreign_table(resources: Resources) -> Resources:
    group = "/subscriptions/x/resourceGroups/r"
    table = f"{group}/providers/Microsoft.Network/routeTables/of-somebody"
    of(resources, "hub/nva")["routeTable"] = {"id": table}
    return resources


def no_endpoint(resources: Resources) -> Resources:
    of(resources, "spoke/spoke1/app")["serviceEndpoints"] = []
    return resources


def hop_of_the_other_region(resources: Resources) -> Resources:
    of(resources, "routes/spokes")["routes"][0]["nextHopIpAddress"] = "10.110.10.10"
    return resources


def failed_gateway(resources: Resources) -> Resources:
    of(resources, "expressroute/gateway")["provisioningState"] = "Failed"
    return resources


def fenced(resources: Resources) -> Resources:
    of(resources, "circuit/hong-kong/private-peering")["state"] = "Disabled"
    return resources


def other_circuit(resources: Resources) -> Resources:
    of(resources, "connection/hong-kong/connection")["peer"] = {"id": "/subscriptions/x/erc"}
    return resources


def tables(region: Region) -> dict[str, Any]:
    return {table.key: table for table in region.route_tables}


WRONG: dict[Callable[[Resources], Resources], Callable[[Region], Any]] = {
    drop_route: lambda r: [str(x.address_prefix) for x in tables(r)["gateway"].routes],
    propagate: lambda r: tables(r)["spokes"].disable_bgp_route_propagation,
    default_on_gateway: lambda r: tables(r)["gateway"].routes[-1].next_hop_type,
    shared_table_at_nva: lambda r: r.hub.subnets[1].route_table,
    foreign_table: lambda r: r.hub.subnets[1].route_table,
    no_endpoint: lambda r: spoke(r, "spoke1").virtual_network.subnets[0].service_endpoints,
    hop_of_the_other_region: lambda r: tables(r)["spokes"].routes[0].next_hop_ip_address,
    failed_gateway: lambda r: r.gateway and r.gateway.provisioning_state,
    fenced: lambda r: r.circuits[0].private_peering.enabled,  # type: ignore[union-attr]
    other_circuit: lambda r: str(r.circuits[0].id),  # type: ignore[union-attr]
}
SEEN: dict[Callable[[Resources], Resources], Any] = {
    drop_route: ["10.1.0.0/24"],
    propagate: False,
    default_on_gateway: NextHopType.INTERNET,
    shared_table_at_nva: "spokes",
    foreign_table: "of-somebody",
    no_endpoint: (),
    hop_of_the_other_region: IPv4Address("10.110.10.10"),
    failed_gateway: "Failed",
    fenced: False,
    other_circuit: "/subscriptions/x/erc",
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda each: each.__name__)
def test_what_is_wrong_is_read_as_it_is(spoil: Callable[[Resources], Resources]) -> None:
    """The model says what stands, not what should; without the fault it says something else."""
    look, right = WRONG[spoil], region_of(shipped("primary"))
    try:
        before = look(right)
    except AttributeError:
        before = None  # a circuit of one's own has no id

    assert look(read_state(spoil(state())).region) == SEEN[spoil] != before


@pytest.mark.parametrize("half", ["hub-to-spoke", "spoke-to-hub"])
def test_a_missing_half_disconnects_the_peering(half: str) -> None:
    """PE-01: the other half stands, and nothing passes."""
    read = spoke(read_state(without(state(), f"spoke/spoke1/peering/{half}")).region, "spoke1")
    halves = {"hub-to-spoke": read.hub_to_spoke, "spoke-to-hub": read.spoke_to_hub}

    gone, there = halves.pop(half), *halves.values()

    assert (gone.stands, gone.connected, gone.allow_virtual_network_access) == (False,) * 3
    assert (there.stands, there.connected) == (True, False)


@pytest.mark.parametrize(("said", "connected"), [("Initiated", True), ("Disconnected", False)])
def test_the_first_half_was_recorded_before_it_was_answered(said: str, *, connected: bool) -> None:
    """It says Initiated for ever; Disconnected it says only when the other was deleted (PE-08)."""
    resources = state()
    of(resources, "spoke/spoke1/peering/hub-to-spoke")["peeringState"] = said

    assert spoke(read_state(resources).region, "spoke1").spoke_to_hub.connected is connected


def test_an_address_space_that_the_other_half_does_not_know_is_out_of_sync() -> None:
    """PE-18: routes to what was added are missing until the peering is synced."""
    resources = state()
    of(resources, "spoke/spoke1/network")["addressSpace"]["addressPrefixes"].append("10.9.0.0/24")

    read = spoke(read_state(resources).region, "spoke1")

    assert (read.hub_to_spoke.in_sync, read.spoke_to_hub.in_sync) == (False, True)
    assert IPv4Network("10.9.0.0/24") in read.virtual_network.address_space


def test_nothing_is_read_of_nothing() -> None:
    """A stack that is destroyed is a region without a name."""
    read = read_state({}).region

    assert (read.hub.name, read.spokes, read.gateway, read.connections) == ("", (), None, ())
    assert read.advertised_prefixes == ()


def test_what_the_state_does_not_say_is_given() -> None:
    """A stack that died half-way has no outputs; its file knows on-premises."""
    resources = {u: each for u, each in state().items() if "pulumi:pulumi:Stack" not in u}
    given = stack_of(shipped("primary"))

    assert read_state(resources, given).region == region_of(shipped("primary"))


def test_what_is_not_a_resource_is_refused() -> None:
    """With the beginning of what it is, and no traceback."""
    with pytest.raises(UnreadableError, match="not a resource in ARM's JSON, which has an id"):
        arm_resources([{"name": "vnet"}])
    assert json.dumps([each.id for each in arm_resources([{"id": HUB}])]) == json.dumps([HUB])
