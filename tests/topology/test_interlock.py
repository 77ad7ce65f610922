"""What stands in the way of going live, and of replacing a gateway."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.configurations import region_of, shipped, stack_of
from topology.build import build
from topology.errors import InterlockError, ReplacementRefusedError
from topology.interlock import (
    Deployed,
    refuse_gateway_replacement,
    refuse_two_live_regions,
    warn_of_shared_circuit,
)

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/rg-sparehub-eastasia/providers/Microsoft.Network"
CIRCUIT = (
    f"{SUBSCRIPTION}/resourceGroups/rg-sparehub-erc-hong-kong"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-hong-kong"
)


def outputs(activation: str = "active", **changed: Any) -> dict[str, Any]:
    """Return what the primary's stack says once it is deployed."""
    live = activation == "active"
    prefixes = ["10.10.10.0/24", "10.1.0.0/24", "10.2.0.0/24"]
    return {
        "activation": activation,
        "location": "eastasia",
        "standbyDepth": "gateway",
        "hubVirtualNetworkId": f"{NETWORK}/virtualNetworks/vnet-hub-eastasia",
        "gatewayId": f"{NETWORK}/virtualNetworkGateways/ergw-eastasia",
        "circuitIds": {"hong-kong": CIRCUIT},
        "connectionIds": {},
        "addressPrefixes": prefixes,
        "advertisedPrefixes": prefixes if live else [],
        "region": shipped("primary")["sparehub:region"],
    } | changed


def go_live(values: dict[str, Any], paired: dict[str, Any] | None) -> None:
    config = stack_of(values, "active")
    refuse_two_live_regions(config, build(config), Deployed.from_outputs(paired))


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
        go_live(shipped("secondary"), outputs())

    assert str(caught.value) == (
        "interlock: stack 'primary' (eastasia) is active and advertises 10.1.0.0/24, 10.2.0.0/24, "
        "10.10.10.0/24 to on-premises; southeastasia would advertise the same. Nothing was "
        "created. First put 'primary' on standby: `pulumi config set activation standby --stack "
        "primary` and `pulumi up --stack primary`. If that region is lost, say why: `pulumi "
        'config set overrideInterlock "<reason>"` and run again.'
    )


@pytest.mark.parametrize("paired", [None, {}, outputs("standby")])
def test_going_live_beside_a_quiet_pair_is_allowed(paired: dict[str, Any] | None) -> None:
    """A pair that stands by, was destroyed or was never deployed is not in the way."""
    go_live(shipped("secondary"), paired)


def test_standing_by_beside_a_live_pair_is_allowed() -> None:
    """Without a connection nothing is advertised."""
    config = stack_of(shipped("secondary"), "standby")

    refuse_two_live_regions(config, build(config), Deployed.from_outputs(outputs()))


def test_standing_by_with_a_connection_is_refused_where_the_hubs_overlap() -> None:
    """At depth `connection` the standby hub is advertised, beside the active one."""
    config = stack_of(shipped("secondary"), "standby", "connection")

    with pytest.raises(InterlockError, match=r"advertises 10\.10\.10\.0/24 to on-premises"):
        refuse_two_live_regions(config, build(config), Deployed.from_outputs(outputs()))


def test_addresses_of_its_own_let_both_regions_live() -> None:
    """Nothing overlaps: on two circuits and on one."""
    go_live(remapped(shipped("secondary")), outputs())
    go_live(on_the_circuit_of_the_primary(remapped(shipped("secondary"))), outputs())


def test_routers_that_prefer_one_region_let_both_live_on_two_circuits() -> None:
    """`prefers` decides between two circuits ..."""
    values = shipped("secondary")
    values["sparehub:region"]["onPremises"]["prefers"] = "primary"

    go_live(values, outputs())


def test_no_preference_helps_on_one_circuit() -> None:
    """... and never on one: two overlapping networks must not be linked to it at once (ER-18)."""
    values = on_the_circuit_of_the_primary(shipped("secondary"))
    values["sparehub:region"]["onPremises"]["prefers"] = "primary"

    with pytest.raises(InterlockError, match="on the circuit ERC-HONG-KONG, which both use"):
        go_live(values, outputs())


def test_a_reason_overrides_the_interlock() -> None:
    """For a region that is lost."""
    go_live(shipped("secondary") | {"sparehub:overrideInterlock": "eastasia is lost"}, outputs())


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
        go_live(values, outputs(advertisedPrefixes=[theirs]))


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
        refuse_gateway_replacement(region_of(values), Deployed.from_outputs(outputs()))

    assert str(caught.value) == (
        f"the gateway ergw-eastasia would be deleted and made again, because its {what} would "
        "change: on-premises would have no route to eastasia for an hour or more (GWY-02). "
        "Nothing was changed. Put the old value back, or move the traffic to the other region "
        "first and destroy this stack."
    )


@pytest.mark.parametrize("sku", ["ErGw1AZ", "ErGw3AZ"])
def test_a_gateway_may_stay_and_may_grow_within_its_family(sku: str) -> None:
    """GWY-02 lets a SKU grow in place."""
    values = shipped("primary")
    values["sparehub:region"]["expressRoute"]["gateway"]["sku"] = sku

    refuse_gateway_replacement(region_of(values), Deployed.from_outputs(outputs()))


def test_a_gateway_may_not_shrink() -> None:
    """Azure makes a smaller gateway only anew (GWY-02)."""
    grown = shipped("primary")["sparehub:region"]
    grown["expressRoute"]["gateway"]["sku"] = "ErGw3AZ"

    with pytest.raises(ReplacementRefusedError, match="SKU from 'ErGw3AZ' to 'ErGw1AZ'"):
        refuse_gateway_replacement(
            region_of(shipped("primary")), Deployed.from_outputs(outputs(region=grown))
        )


def test_a_gateway_may_go_where_the_depth_says_so() -> None:
    """At depth `network` standing by means no gateway: that is the switch, not a replacement."""
    region = region_of(shipped("primary"), "standby", "network")

    refuse_gateway_replacement(region, Deployed.from_outputs(outputs()))


def test_a_circuit_that_serves_both_regions_should_belong_to_neither() -> None:
    """Its owner is warned; a region that only references it is not."""
    paired = Deployed.from_outputs(outputs())
    borrower = on_the_circuit_of_the_primary(shipped("secondary"))

    assert warn_of_shared_circuit(region_of(borrower), paired) is None
    assert warn_of_shared_circuit(region_of(shipped("secondary")), paired) is None
    assert warn_of_shared_circuit(region_of(shipped("primary")), paired) == (
        "both regions use the circuit erc-hong-kong, which this stack owns: own it in a project "
        "of its own and reference it by id in both, or this stack cannot be destroyed without it"
    )
