"""The interlock: what is refused because of deployed resources."""

import json
from collections.abc import Callable
from copy import deepcopy
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparehub.topology.config.enums import Prefers
from sparehub.topology.errors import (
    DisconnectionRefusedError,
    InterlockError,
    ReplacementRefusedError,
)
from sparehub.topology.model.build import build
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.model.resources import Region
from sparehub.topology.rules.pair.interlock import (
    note_gateway_upgrade,
    refuse_gateway_replacement,
    refuse_lost_connections,
    refuse_moved_circuits,
    refuse_renamed_spokes,
    refuse_two_live_regions,
    warn_of_shared_circuit,
)
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.resources import Resources
from tests import recorded_state as states
from tests.configurations import region_of, shipped, stack_of

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/rg-sparehub-eastasia/providers/Microsoft.Network"
CIRCUIT = (
    f"{SUBSCRIPTION}/resourceGroups/rg-sparehub-erc-hong-kong"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-hong-kong"
)


PEERED = f"{NETWORK}/virtualNetworks/vnet-%s-eastasia/virtualNetworkPeerings/peer-%s-to-hub"
TO_HUB = {"remoteVirtualNetwork": {"id": f"{NETWORK}/virtualNetworks/VNET-hub-eastasia"}}


def azure(kind: str, outputs: dict[str, Any]) -> dict[str, Any]:
    return {"type": f"azure-native:network:{kind}", "outputs": outputs}


def network_of(key: str, prefix: str) -> dict[str, Any]:
    name = f"vnet-{key}-eastasia"
    space = {"addressPrefixes": [prefix]}
    identity = f"{NETWORK}/virtualNetworks/{name}"
    return azure("VirtualNetwork", {"id": identity, "name": name, "addressSpace": space})


def recorded(
    activation: str = "active", *, sku: str = "ErGw1AZ", said: bool = True, prefers: str = "none"
) -> Resources:
    """Return what the primary's stack recorded, with its outputs or (dead half-way) without."""
    gateway = {
        "id": f"{NETWORK}/virtualNetworkGateways/ergw-eastasia",
        "location": "eastasia",
        "sku": {"name": sku},
        "ipConfigurations": [
            {"subnet": {"id": f"{NETWORK}/virtualNetworks/VNET-hub-eastasia/subnets/GatewaySubnet"}}
        ],
    }
    connection = {
        "id": f"{NETWORK}/connections/con-eastasia-hong-kong",
        "name": "con-eastasia-hong-kong",
        "peer": {"id": CIRCUIT},
        "virtualNetworkGateway1": {"id": gateway["id"]},
    }
    resources = {
        "u::region/hub/network": network_of("hub", "10.10.10.0/24"),
        "u::region/spoke/spoke1/network": network_of("spoke1", "10.1.0.0/24"),
        "u::region/spoke/spoke2/network": network_of("spoke2", "10.2.0.0/24"),
        "u::region/expressroute/gateway": azure("VirtualNetworkGateway", gateway),
        "u::region/circuit/hong-kong/circuit": azure("ExpressRouteCircuit", {"id": CIRCUIT}),
        "u::up1": azure(
            "VirtualNetworkPeering",
            {"id": PEERED % ("spoke1", "spoke1"), "useRemoteGateways": True} | TO_HUB,
        ),
        "u::up2": azure(
            "VirtualNetworkPeering",
            {"id": PEERED % ("spoke2", "spoke2"), "useRemoteGateways": True} | TO_HUB,
        ),
    }
    if activation == "active":
        resources["u::connection"] = azure("VirtualNetworkGatewayConnection", connection)
    if said:
        prefixes = ["10.10.10.0/24", "10.1.0.0/24", "10.2.0.0/24"]
        outputs = {
            "activation": activation,
            "location": "eastasia",
            "region": preferring(shipped("primary"), prefers)["sparehub:region"],
            "circuitIds": {"hong-kong": CIRCUIT},
            "advertisedPrefixes": prefixes if activation == "active" else [],
        }
        resources["u::stack"] = {"type": "pulumi:pulumi:Stack", "outputs": outputs}
    return resources


def preferring(values: dict[str, Any], prefers: str) -> dict[str, Any]:
    """Return the keys with another preference of on-premises' routers."""
    changed = deepcopy(values)
    changed["sparehub:region"]["onPremises"]["prefers"] = prefers
    return changed


def go_live(values: dict[str, Any], paired: Resources) -> None:
    config = stack_of(values, "active")
    refuse_two_live_regions(config, build(config), Deployed.from_resources(paired))


def on_the_circuit_of_the_primary(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys with the primary's circuit in place of the region's own."""
    changed = deepcopy(values)
    changed["sparehub:region"]["expressRoute"]["connections"] = {
        "hong-kong": {
            "circuit": {
                "id": CIRCUIT.upper(),
                "peeringLocation": "Hong Kong",
                "sku": {"tier": "Standard"},
                "bandwidthInMbps": 1000,
            }
        }
    }
    return changed


def remapped(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys with addresses of the region's own."""
    changed = deepcopy(values)
    region = changed["sparehub:region"]
    text = json.dumps(region).replace("10.10.10.", "10.110.10.").replace('"10.1.0', '"10.101.0')
    changed["sparehub:region"] = json.loads(text.replace('"10.2.0', '"10.102.0'))
    return changed


def test_a_region_does_not_go_live_while_its_pair_is_live() -> None:
    """The message names the pair, the prefixes of both, and what can be done."""
    with pytest.raises(InterlockError) as caught:
        go_live(shipped("secondary"), recorded())

    assert str(caught.value) == (
        "interlock: stack 'primary' (eastasia) is live by con-eastasia-hong-kong and advertises "
        "10.1.0.0/24, 10.2.0.0/24, 10.10.10.0/24 to on-premises; southeastasia would advertise "
        "the same. Nothing was created. First put 'primary' on standby: `pulumi config set "
        "activation standby --stack primary` and `pulumi up --stack primary`. If that region "
        'is lost, give the reason: `pulumi config set overrideInterlock "<reason>"` and run again.'
    )


@pytest.mark.parametrize("paired", [{}, recorded("standby"), recorded("standby", said=False)])
def test_a_region_goes_live_while_its_pair_is_not(paired: Resources) -> None:
    """The pair is on standby, was destroyed, or was never deployed."""
    go_live(shipped("secondary"), paired)


def test_standby_is_allowed_while_the_pair_is_live() -> None:
    """Without a connection nothing is advertised."""
    config = stack_of(shipped("secondary"), "standby")

    refuse_two_live_regions(config, build(config), Deployed.from_resources(recorded()))


def test_standby_with_a_connection_is_refused_where_the_hubs_overlap() -> None:
    """At depth `connection` the standby hub is advertised as the active one is."""
    config = stack_of(shipped("secondary"), "standby", "connection")

    with pytest.raises(InterlockError, match=r"advertises 10\.10\.10\.0/24 to on-premises"):
        refuse_two_live_regions(config, build(config), Deployed.from_resources(recorded()))


def test_both_regions_may_be_live_with_different_addresses() -> None:
    """Nothing overlaps: on two circuits and on one."""
    go_live(remapped(shipped("secondary")), recorded())
    go_live(on_the_circuit_of_the_primary(remapped(shipped("secondary"))), recorded())


@pytest.mark.parametrize("prefers", ["primary", "secondary"])
def test_both_regions_may_be_live_on_two_circuits_where_routers_prefer_one(prefers: str) -> None:
    """Where this file and the outputs of the pair name the same region."""
    go_live(preferring(shipped("secondary"), prefers), recorded(prefers=prefers))


def as_floats(value: Any) -> Any:
    """Return a value as Pulumi hands it to a program: every number is a float."""
    if isinstance(value, dict):
        return {key: as_floats(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_floats(each) for each in value]
    return float(value) if type(value) is int else value


def test_a_recorded_preference_is_read_from_outputs_with_float_numbers() -> None:
    """Pulumi returns every number of an output as a float."""
    go_live(preferring(shipped("secondary"), "primary"), as_floats(recorded(prefers="primary")))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(one, other) for one in Prefers for other in Prefers if one is not other],
)
def test_preferences_that_differ_count_as_none(ours: Prefers, theirs: Prefers) -> None:
    """Also where one of them names none; the message has both values."""
    with pytest.raises(InterlockError) as caught:
        go_live(preferring(shipped("secondary"), ours), recorded(prefers=theirs))

    assert caught.value.exit_code == 4
    assert str(caught.value) == (
        "interlock: stack 'primary' (eastasia) is live by con-eastasia-hong-kong and advertises "
        "10.1.0.0/24, 10.2.0.0/24, 10.10.10.0/24 to on-premises; southeastasia would advertise "
        f"the same. onPremises.prefers is '{ours.value}' here and '{theirs.value}' in the "
        "outputs of 'primary': values that differ count as none (ER-23); write the same value in "
        "both files. Nothing was created. First put 'primary' on standby: `pulumi config set "
        "activation standby --stack primary` and `pulumi up --stack primary`. If that region "
        'is lost, give the reason: `pulumi config set overrideInterlock "<reason>"` and run again.'
    )


def without_region(outputs: dict[str, Any]) -> None:
    del outputs["region"]


def of_another_version(outputs: dict[str, Any]) -> None:
    outputs["region"]["onPremises"]["later"] = True


def of_another_word(outputs: dict[str, Any]) -> None:
    outputs["region"]["onPremises"]["prefers"] = "tertiary"


@pytest.mark.parametrize("change", [without_region, of_another_version, of_another_word, None])
def test_a_recorded_preference_that_cannot_be_read_counts_as_none(
    change: Callable[[dict[str, Any]], None] | None,
) -> None:
    """No output, one of another version, an unknown word, or no outputs at all."""
    state = {**recorded(prefers="primary")}
    if change:
        change(state["u::stack"]["outputs"])
    else:
        del state["u::stack"]

    with pytest.raises(InterlockError, match="is 'primary' here and 'none' in the outputs"):
        go_live(preferring(shipped("secondary"), "primary"), state)


def test_no_preference_helps_on_one_circuit() -> None:
    """Overlapping networks must not be connected to it at the same time (ER-18)."""
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")

    with pytest.raises(InterlockError, match="on the circuit ERC-HONG-KONG, which both use"):
        go_live(values, recorded(prefers="primary"))


def test_a_circuit_counts_as_used_where_the_outputs_say_live_without_a_connection() -> None:
    """The outputs say that the region is live, and no resource shows by which circuit."""
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")
    outputs_alone = {"u::stack": recorded(prefers="primary")["u::stack"]}

    with pytest.raises(InterlockError, match="on the circuit ERC-HONG-KONG, which both use"):
        go_live(values, outputs_alone)


def test_a_circuit_without_a_connection_blocks_no_region() -> None:
    """The pair owns it, uses another one, and its routers prefer one region."""
    live = {**recorded(prefers="primary")}
    other = CIRCUIT.replace("hong-kong", "other")
    live["u::connection"]["outputs"]["peer"] = {"id": other}
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")

    assert [*map(str, Deployed.from_resources(live).circuit_ids)] == [CIRCUIT, other]
    go_live(values, live)


def test_a_deployed_connection_is_live_even_if_its_stack_says_standby() -> None:
    """A stack says `standby` before its connection is deleted, and nothing when it dies first."""
    half_down = {**recorded(), "u::stack": recorded("standby")["u::stack"]}

    for paired in (half_down, recorded(said=False)):
        with pytest.raises(InterlockError, match="is live by con-eastasia-hong-kong"):
            go_live(shipped("secondary"), paired)


def test_the_outputs_of_a_stack_count_without_its_resources() -> None:
    """The outputs are the contract between two stacks."""
    with pytest.raises(InterlockError, match=r"\(eastasia\) is live and advertises 10\.1\.0\.0/24"):
        go_live(shipped("secondary"), {"u::stack": recorded()["u::stack"]})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("10.1.0.0/24", "10.1.0.128/25"), ("10.1.0.128/25", "10.1.0.0/24")],
)
def test_a_prefix_within_another_overlaps(ours: str, theirs: str) -> None:
    """Either may be the longer one."""
    values = remapped(shipped("secondary"))
    values["sparehub:region"]["spokes"]["spoke1"] = {
        "addressSpace": [ours],
        "subnets": {"app": {"addressPrefix": ours}},
    }

    with pytest.raises(InterlockError, match=f"advertises {ours} to"):
        go_live(
            values,
            {"u": {"type": "pulumi:pulumi:Stack", "outputs": {"advertisedPrefixes": [theirs]}}},
        )


PREFIXES = st.lists(
    st.builds(
        lambda bits, length: IPv4Network((bits >> (32 - length) << (32 - length), length)),
        st.integers(0, 2**32 - 1),
        st.sampled_from([1, 2, 3, 8, 31, 32]),
    ),
    max_size=8,
).map(tuple)


@given(PREFIXES, PREFIXES)
def test_overlaps_are_those_of_a_comparison_of_all_pairs(
    ours: tuple[IPv4Network, ...], theirs: tuple[IPv4Network, ...]
) -> None:
    """Sorted intervals give the same result as comparing every two prefixes."""
    expected = {one for one in ours if any(one.overlaps(other) for other in theirs)}

    assert overlapping(ours, theirs) == expected


GATEWAY_CHANGES = {
    "name": (
        lambda r: r["expressRoute"]["gateway"].update(name="ergw-new"),
        "name from 'ergw-eastasia' to 'ergw-new'",
    ),
    "resource group": (
        lambda r: r.update(resourceGroup="rg-new"),
        "resource group from 'rg-sparehub-eastasia' to 'rg-new'",
    ),
    "hub": (
        lambda r: r["hub"].update(name="vnet-new"),
        "virtual network from 'vnet-hub-eastasia' to 'vnet-new'",
    ),
    "down": (
        lambda r: r["expressRoute"]["gateway"].update(sku="Standard"),
        "SKU from 'ErGw1AZ' to 'Standard'",
    ),
}


@pytest.mark.parametrize("name", GATEWAY_CHANGES)
def test_a_change_that_replaces_a_gateway_is_refused_with_the_reason(name: str) -> None:
    """On-premises would have no route for most of an hour."""
    change, what = GATEWAY_CHANGES[name]
    values = shipped("primary")
    change(values["sparehub:region"])

    with pytest.raises(ReplacementRefusedError) as caught:
        refuse_gateway_replacement(region_of(values), Deployed.from_resources(recorded()))

    assert str(caught.value) == (
        f"the gateway ergw-eastasia would be deleted and created again, because its {what} would "
        "change: on-premises would have no route to eastasia for an hour or more (GWY-02). "
        "Nothing was changed. Put the old value back, or move the traffic to the other region "
        "first and destroy this stack."
    )


def with_gateway(sku: str) -> Region:
    """Return the shipped primary with another gateway; a scalable one has a fixed size."""
    values = shipped("primary")
    units = {"minScaleUnits": 2, "maxScaleUnits": 2} if sku == "ErGwScale" else {}
    values["sparehub:region"]["expressRoute"]["gateway"] = {"sku": sku} | units
    return region_of(values)


@pytest.mark.parametrize("sku", ["ErGw1AZ", "ErGw3AZ", "ErGwScale"])
def test_a_gateway_may_be_upgraded_in_place(sku: str) -> None:
    """GWY-02: within its family, and from any with availability zones to the scalable one."""
    refuse_gateway_replacement(with_gateway(sku), Deployed.from_resources(recorded()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ErGw3AZ", "ErGw1AZ"),
        ("ErGwScale", "ErGw3AZ"),
        ("ErGwScale", "Standard"),
        ("UltraPerformance", "ErGwScale"),
        ("Standard", "ErGw1AZ"),
    ],
)
def test_a_gateway_cannot_change_to_another_family_or_a_smaller_sku(
    before: str, after: str
) -> None:
    """Azure would have to replace the gateway (GWY-02)."""
    with pytest.raises(ReplacementRefusedError, match=f"SKU from '{before}' to '{after}'"):
        refuse_gateway_replacement(
            with_gateway(after), Deployed.from_resources(recorded(sku=before))
        )


def test_an_upgrade_to_the_scalable_gateway_is_reported_with_its_duration() -> None:
    """Two hours without downtime; another gateway has no note."""
    region = with_gateway("ErGwScale")

    assert note_gateway_upgrade(region, Deployed.from_resources(recorded(sku="ErGw2AZ"))) == (
        "the gateway ergw-eastasia becomes ErGwScale in place: Azure takes up to 2 hours, and "
        "routes stay up (GWY-02)"
    )
    silent = [
        note_gateway_upgrade(region, Deployed.from_resources(recorded(sku="ErGwScale"))),
        note_gateway_upgrade(with_gateway("ErGw3AZ"), Deployed.from_resources(recorded())),
        note_gateway_upgrade(region, Deployed.from_resources({})),
    ]
    assert silent == [None, None, None]


def test_a_gateway_may_be_deleted_at_depth_network() -> None:
    """At depth `network` a standby has no gateway: that is the switch, not a replacement."""
    region = region_of(shipped("primary"), "standby", "network")

    refuse_gateway_replacement(region, Deployed.from_resources(recorded()))


def circuit_of(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = values["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]
    return found["circuit"]  # type: ignore[no-any-return] # a part of a file


def circuit_in(location: str) -> Resources:
    """Return what the primary's stack recorded with its circuit in a location."""
    values = shipped("primary")
    circuit_of(values)["location"] = location
    return states.recorded(values)


def test_a_deployed_circuit_is_not_moved() -> None:
    """Another location is refused, and the message has the alternatives."""
    with pytest.raises(ReplacementRefusedError) as caught:
        refuse_moved_circuits(
            region_of(shipped("primary")), Deployed.from_resources(circuit_in("eastasia"))
        )

    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        "region.expressRoute.connections.hong-kong.circuit.location: erc-hong-kong would be "
        "deleted and ordered again in japaneast: it is in eastasia, and Azure moves neither a "
        "circuit nor its resource group. Nothing was changed. Write `location: eastasia` to "
        "keep it; where that is a region of the pair, `sparehub check` reports the risk "
        "(ER-06). To have one in japaneast, add a second circuit under another key, and "
        "remove 'hong-kong' once the second carries the traffic and the provider has "
        "deprovisioned the first."
    )


def test_a_circuit_without_a_location_is_not_moved_with_its_region() -> None:
    """Its location would follow that of the region."""
    values = shipped("primary") | {"azure-native:location": "koreacentral"}
    del circuit_of(values)["location"]

    with pytest.raises(ReplacementRefusedError, match="again in koreacentral: it is in eastasia"):
        refuse_moved_circuits(region_of(values), Deployed.from_resources(circuit_in("eastasia")))


@pytest.mark.parametrize(
    ("role", "what"),
    [
        ("circuit", "erc-hong-kong is in eastasia and its resource group .* in japaneast"),
        ("group", "erc-hong-kong is in japaneast and its resource group .* in eastasia"),
    ],
)
def test_a_circuit_and_a_group_in_two_locations_can_only_be_referenced(
    role: str, what: str
) -> None:
    """No location in the file is that of both."""
    resources = circuit_in("japaneast")
    states.of(resources, f"circuit/hong-kong/{role}")["location"] = "East Asia"

    with pytest.raises(ReplacementRefusedError, match=f"{what}; .* by its `id`"):
        refuse_moved_circuits(region_of(shipped("primary")), Deployed.from_resources(resources))


@pytest.mark.parametrize("location", ["Japan East", "eastasia"])
def test_a_circuit_may_keep_its_location(location: str) -> None:
    """Named or by default, in any case; one that is not deployed may be created anywhere."""
    resources = circuit_in(location)
    values = shipped("primary")
    if location == "eastasia":
        del circuit_of(values)["location"]

    refuse_moved_circuits(region_of(values), Deployed.from_resources(resources))
    refuse_moved_circuits(region_of(values), Deployed.from_resources({}))


def test_a_circuit_that_serves_both_regions_should_belong_to_neither() -> None:
    """Its owner is warned; a region that only references it is not."""
    paired = Deployed.from_resources(recorded())
    borrower = on_the_circuit_of_the_primary(shipped("secondary"))

    assert warn_of_shared_circuit(region_of(borrower), paired) is None
    assert warn_of_shared_circuit(region_of(shipped("secondary")), paired) is None
    assert warn_of_shared_circuit(region_of(shipped("primary")), paired) == (
        "both regions use the circuit erc-hong-kong, which this stack owns, so that destroying "
        "this stack deletes it: move it to a project of its own and refer to it by id in both "
        "files"
    )


def renamed(key: str, prefix: str) -> dict[str, Any]:
    """Return the primary's keys with spoke2 under another key."""
    values = shipped("primary")
    spokes = values["sparehub:region"]["spokes"]
    spokes.pop("spoke2")
    spokes[key] = {"addressSpace": [prefix], "subnets": {"app": {"addressPrefix": prefix}}}
    return values


def test_a_spoke_under_another_key_is_refused() -> None:
    """Azure would refuse it during the deployment, while the old spoke exists (PE-04)."""
    deployed = Deployed.from_resources(recorded())

    with pytest.raises(ReplacementRefusedError) as caught:
        refuse_renamed_spokes(region_of(renamed("web", "10.2.0.128/25")), deployed)

    assert str(caught.value) == (
        "region.spokes.web: has the addresses of the deployed spoke 'spoke2', which is to be "
        "deleted; Azure refuses to peer both (PE-04). Nothing was changed. Keep the key 'spoke2' "
        "and give the spoke a `name:`, or remove 'spoke2' in one `pulumi up` and add 'web' in the "
        "next."
    )


def test_a_spoke_that_replaces_another_with_its_own_addresses_is_allowed() -> None:
    """Nothing overlaps; and a region that was never deployed has nothing to overlap with."""
    refuse_renamed_spokes(
        region_of(renamed("web", "10.3.0.0/24")), Deployed.from_resources(recorded())
    )
    refuse_renamed_spokes(region_of(renamed("web", "10.2.0.0/24")), Deployed.from_resources({}))


def connections_of(values: dict[str, Any]) -> dict[str, Any]:
    connections: dict[str, Any] = values["sparehub:region"]["expressRoute"]["connections"]
    return connections


def with_second_connection() -> dict[str, Any]:
    values = shipped("primary")
    circuit = {
        "id": CIRCUIT.replace("hong-kong", "other"),
        "peeringLocation": "Singapore",
        "sku": {"tier": "Premium"},
        "bandwidthInMbps": 500,
    }
    connections_of(values)["other"] = {"circuit": circuit}
    return values


DISCONNECTING = {
    "not provisioned": lambda c: c["hong-kong"]["circuit"].update(provisioned=False),
    "another name": lambda c: c["hong-kong"].update(name="con-new"),
    "another circuit": lambda c: c.pop("hong-kong"),
}


@pytest.mark.parametrize("name", DISCONNECTING)
def test_an_active_region_does_not_lose_its_connection_without_the_switch(name: str) -> None:
    """Pulumi would delete it: on-premises would have no route, although `activation` is active."""
    values = with_second_connection() if name == "another circuit" else shipped("primary")
    DISCONNECTING[name](connections_of(values))

    with pytest.raises(DisconnectionRefusedError) as caught:
        refuse_lost_connections(region_of(values), Deployed.from_resources(recorded()))

    assert str(caught.value) == (
        "eastasia is active and would lose con-eastasia-hong-kong: on-premises would have no "
        "route to it. Nothing was changed. Restore that connection and its circuit in the "
        "file. To put the region on standby, use `sparehub failover`, or `pulumi config set "
        "activation standby`; to move it to another circuit, add that connection first, deploy, "
        "and then remove the old one."
    )


def test_a_region_may_lose_connections_by_the_switch_or_one_of_two() -> None:
    """A connection that is not deployed cannot be lost."""
    one = Deployed.from_resources(recorded())
    both = Deployed.from_region(region_of(with_second_connection()))
    not_provisioned = shipped("primary")
    DISCONNECTING["not provisioned"](connections_of(not_provisioned))

    refuse_lost_connections(region_of(shipped("primary"), "standby"), one)
    refuse_lost_connections(region_of(with_second_connection()), one)
    refuse_lost_connections(region_of(shipped("primary")), both)
    refuse_lost_connections(region_of(not_provisioned), Deployed.from_resources({}))


def test_a_deployed_region_and_a_built_region_are_read_alike() -> None:
    """Both have the same advertised prefixes and connections."""
    stands = Deployed.from_resources(recorded(said=False))
    will = Deployed.from_region(region_of(shipped("primary")))

    assert (stands.location, stands.hub, stands.connections, stands.spokes) == (
        will.location,
        will.hub,
        will.connections,
        will.spokes,
    )
    assert set(stands.advertised_prefixes) == set(will.advertised_prefixes)
