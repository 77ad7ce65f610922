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


def test_going_live_beside_a_live_pair_is_refused() -> None:
    """The message names the pair, what both would advertise, and both ways on."""
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
def test_going_live_beside_a_quiet_pair_is_allowed(paired: Resources) -> None:
    """A pair that stands by, was destroyed or was never deployed is not in the way."""
    go_live(shipped("secondary"), paired)


def test_standing_by_beside_a_live_pair_is_allowed() -> None:
    """Without a connection nothing is advertised."""
    config = stack_of(shipped("secondary"), "standby")

    refuse_two_live_regions(config, build(config), Deployed.from_resources(recorded()))


def test_standing_by_with_a_connection_is_refused_where_the_hubs_overlap() -> None:
    """At depth `connection` the standby hub is advertised, beside the active one."""
    config = stack_of(shipped("secondary"), "standby", "connection")

    with pytest.raises(InterlockError, match=r"advertises 10\.10\.10\.0/24 to on-premises"):
        refuse_two_live_regions(config, build(config), Deployed.from_resources(recorded()))


def test_addresses_of_its_own_let_both_regions_live() -> None:
    """Nothing overlaps: on two circuits and on one."""
    go_live(remapped(shipped("secondary")), recorded())
    go_live(on_the_circuit_of_the_primary(remapped(shipped("secondary"))), recorded())


@pytest.mark.parametrize("prefers", ["primary", "secondary"])
def test_routers_that_prefer_one_region_let_both_live_on_two_circuits(prefers: str) -> None:
    """Where this file and what the pair recorded name the same one ..."""
    go_live(preferring(shipped("secondary"), prefers), recorded(prefers=prefers))


def as_floats(value: Any) -> Any:
    """Return a value as Pulumi hands it to a program: every number is a float."""
    if isinstance(value, dict):
        return {key: as_floats(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_floats(each) for each in value]
    return float(value) if type(value) is int else value


def test_a_recorded_preference_is_read_as_pulumi_hands_it_to_the_program() -> None:
    """Every number of the outputs is a float there, and was none in the file."""
    go_live(preferring(shipped("secondary"), "primary"), as_floats(recorded(prefers="primary")))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(one, other) for one in Prefers for other in Prefers if one is not other],
)
def test_preferences_that_differ_count_as_none(ours: Prefers, theirs: Prefers) -> None:
    """... and not where they differ, or one of them names none: the message says both."""
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
    """Two overlapping networks must not be linked to it at once (ER-18)."""
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")

    with pytest.raises(InterlockError, match="on the circuit ERC-HONG-KONG, which both use"):
        go_live(values, recorded(prefers="primary"))


def test_a_circuit_counts_as_used_where_no_recorded_connection_explains_what_was_said() -> None:
    """The outputs say that the region is live: by which of its circuits, no resource says."""
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")
    outputs_alone = {"u::stack": recorded(prefers="primary")["u::stack"]}

    with pytest.raises(InterlockError, match="on the circuit ERC-HONG-KONG, which both use"):
        go_live(values, outputs_alone)


def test_a_circuit_without_a_connection_is_in_nobodys_way() -> None:
    """The pair owns it, uses another one, and its routers prefer one region."""
    live = {**recorded(prefers="primary")}
    other = CIRCUIT.replace("hong-kong", "other")
    live["u::connection"]["outputs"]["peer"] = {"id": other}
    values = preferring(on_the_circuit_of_the_primary(shipped("secondary")), "primary")

    assert Deployed.from_resources(live).circuit_ids == (CIRCUIT, other)
    go_live(values, live)


def test_a_deployed_connection_is_live_even_if_its_stack_says_standby() -> None:
    """A stack says `standby` before its connection is deleted, and nothing when it dies first."""
    half_down = {**recorded(), "u::stack": recorded("standby")["u::stack"]}

    for paired in (half_down, recorded(said=False)):
        with pytest.raises(InterlockError, match="is live by con-eastasia-hong-kong"):
            go_live(shipped("secondary"), paired)


def test_what_a_stack_said_counts_also_without_its_resources() -> None:
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
def test_overlaps_are_those_that_every_pair_shows(
    ours: tuple[IPv4Network, ...], theirs: tuple[IPv4Network, ...]
) -> None:
    """Sorted intervals say the same as asking each prefix of each other."""
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
    """Azure would leave on-premises without a route for the better part of an hour."""
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
def test_a_gateway_may_stay_and_may_grow_in_place(sku: str) -> None:
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
def test_a_gateway_becomes_nothing_else(before: str, after: str) -> None:
    """Neither smaller nor of the other family: Azure makes such a gateway only anew (GWY-02)."""
    with pytest.raises(ReplacementRefusedError, match=f"SKU from '{before}' to '{after}'"):
        refuse_gateway_replacement(
            with_gateway(after), Deployed.from_resources(recorded(sku=before))
        )


def test_an_upgrade_to_the_scalable_gateway_is_reported_with_its_duration() -> None:
    """Two hours without downtime; a gateway that stays, grows otherwise or is new says nothing."""
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


def test_a_gateway_may_go_where_the_depth_says_so() -> None:
    """At depth `network` standing by means no gateway: that is the switch, not a replacement."""
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


def test_a_circuit_that_stands_is_not_moved() -> None:
    """As after an update from files that left it in its own region: refused, with the ways out."""
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


def test_a_region_moves_no_circuit_by_moving_itself() -> None:
    """A circuit whose location is not said would follow its region's."""
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
def test_a_circuit_and_a_group_in_two_places_can_only_be_referenced(role: str, what: str) -> None:
    """No location in the file is that of both."""
    resources = circuit_in("japaneast")
    states.of(resources, f"circuit/hong-kong/{role}")["location"] = "East Asia"

    with pytest.raises(ReplacementRefusedError, match=f"{what}; .* by its `id`"):
        refuse_moved_circuits(region_of(shipped("primary")), Deployed.from_resources(resources))


@pytest.mark.parametrize("location", ["Japan East", "eastasia"])
def test_a_circuit_stays_where_it_is(location: str) -> None:
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
    """Azure would refuse it half-way, beside the one that is still there (PE-04)."""
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


def test_a_region_may_lose_connections_that_it_can_do_without() -> None:
    """By the switch; one of two; and none that does not stand yet."""
    one = Deployed.from_resources(recorded())
    both = Deployed.from_region(region_of(with_second_connection()))
    not_provisioned = shipped("primary")
    DISCONNECTING["not provisioned"](connections_of(not_provisioned))

    refuse_lost_connections(region_of(shipped("primary"), "standby"), one)
    refuse_lost_connections(region_of(with_second_connection()), one)
    refuse_lost_connections(region_of(shipped("primary")), both)
    refuse_lost_connections(region_of(not_provisioned), Deployed.from_resources({}))


def test_what_stands_and_what_will_stand_are_read_alike() -> None:
    """A region as recorded and the same region as modelled advertise and connect the same."""
    stands = Deployed.from_resources(recorded(said=False))
    will = Deployed.from_region(region_of(shipped("primary")))

    assert (stands.location, stands.hub, stands.connections, stands.spokes) == (
        will.location,
        will.hub,
        will.connections,
        will.spokes,
    )
    assert set(stands.advertised_prefixes) == set(will.advertised_prefixes)
