"""The second region's keys from the first's: addresses, circuits, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from sparehub.topology.derivation.derive import Derivation, DeriveRequest, derive
from sparehub.topology.errors import ConfigurationError, OptionsError
from tests.configurations import OURS, THEIRS, region_of, shipped

REMAPS = (
    "10.10.10.0/24=10.110.10.0/24",
    "10.1.0.0/16=10.101.0.0/16",
    "10.2.0.0/16=10.102.0.0/16",
)
SINGAPORE = ("sparehub:region", "expressRoute", "connections", "singapore", "circuit")
HONG_KONG = (
    "/resourceGroups/rg-sparehub-erc-hong-kong/providers/Microsoft.Network"
    "/expressRouteCircuits/erc-hong-kong"
)


def at(values: Any, *keys: str) -> Any:
    for key in keys:
        values = values[key]
    return values


def noted(derivation: Derivation, kind: str) -> list[str]:
    return [note.path for note in derivation.notes if note.kind == kind]


def region(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = values["sparehub:region"]
    return found


def test_a_new_file_is_of_the_same_switch_and_one_that_is_there_keeps_its_own() -> None:
    """`sparehub:generation`: two files of different switches would be refused."""
    wanted, key = DeriveRequest(peering_location="Singapore"), "sparehub:generation"
    primary = shipped("primary") | {key: 3}
    assert derive(primary, wanted).values[key] == 3
    assert key not in derive(primary, wanted, shipped("secondary")).values
    assert derive(primary, wanted, shipped("secondary") | {key: 2}).values[key] == 2
    assert key not in derive(shipped("primary"), wanted).values


def test_the_shipped_secondary_is_what_is_derived() -> None:
    """But for the circuit's bandwidth, VLAN and links, which the first region does not show."""
    derivation = derive(shipped("primary"), DeriveRequest(peering_location="Singapore"))

    expected = shipped("secondary")
    at(expected, *SINGAPORE)["bandwidthInMbps"] = 1000
    at(expected, *SINGAPORE)["privatePeering"] = {
        "peerASN": 65001,
        "vlanId": 100,
        "primaryPeerAddressPrefix": "172.16.0.8/30",
        "secondaryPeerAddressPrefix": "172.16.0.12/30",
    }
    assert derivation.values == expected
    circuit = "region.expressRoute.connections.singapore.circuit"
    assert noted(derivation, "to be confirmed") == [
        f"{circuit}.serviceProvider",
        f"{circuit}.bandwidthInMbps",
        f"{circuit}.provisioned",
        f"{circuit}.privatePeering.vlanId",
        f"{circuit}.privatePeering.primaryPeerAddressPrefix",
        f"{circuit}.privatePeering.secondaryPeerAddressPrefix",
    ]


@pytest.mark.parametrize(
    ("said", "wanted", "derived"),
    [
        (
            "japaneast",
            DeriveRequest(),
            "japaneast",
        ),  # the first circuit's, where it is outside the pair
        (None, DeriveRequest(), "japaneast"),
        ("East Asia", DeriveRequest(), "japaneast"),
        ("southeastasia", DeriveRequest(), "japaneast"),
        ("japaneast", DeriveRequest(location="Japan East"), "koreacentral"),
    ],
)
def test_a_new_circuit_is_recorded_outside_the_pair(
    said: str | None, wanted: DeriveRequest, derived: str
) -> None:
    """Its fence is needed when one region is lost, a connection to it when the other one is."""
    values = shipped("primary")
    circuit = at(region(values), "expressRoute", "connections", "hong-kong", "circuit")
    circuit.pop("location")
    circuit |= {"location": said} if said else {}

    derivation = derive(values, replace(wanted, peering_location="Singapore"))

    assert at(derivation.values, *SINGAPORE)["location"] == derived
    path = ".".join(("region", *SINGAPORE[1:], "location"))
    assert (path in noted(derivation, "to be confirmed")) == (derived != said)
    assert derive(values, DeriveRequest(), derivation.values).values == derivation.values


def test_where_no_third_region_is_known_a_person_names_it() -> None:
    """The file has no value, and the list of what is to be done says so."""
    values = shipped("primary") | {"azure-native:location": "usgovvirginia"}
    at(region(values), "expressRoute", "connections", "hong-kong", "circuit").pop("location")

    derivation = derive(values, DeriveRequest(location="usgovtexas", peering_location="Dallas"))

    dallas = at(region(dict(derivation.values)), "expressRoute", "connections", "dallas", "circuit")
    assert "location" not in dallas
    place = "region.expressRoute.connections.dallas.circuit.location"
    assert place in noted(derivation, "to do")


@pytest.mark.parametrize(
    "wanted",
    [
        DeriveRequest(),
        DeriveRequest(peering_location="singapore"),
        DeriveRequest(location="Southeast Asia"),
    ],
)
def test_the_shipped_pair_is_derived_already(wanted: DeriveRequest) -> None:
    """By hand or with the option that made it: nothing changes."""
    derivation = derive(shipped("primary"), wanted, shipped("secondary"))

    assert derivation.values == shipped("secondary")
    assert [str(note) for note in derivation.notes] == [
        (
            "kept: region.expressRoute.connections.singapore: as it stands: a circuit at "
            "Singapore, 200 Mbps"
        )
    ]


def test_moved_addresses_move_all_that_names_them() -> None:
    """Spaces, subnets, NVA, next hops, routes, name servers, links; not on-premises."""
    values = shipped("primary")
    region(values).update(
        dnsServers=["10.1.0.4", "192.168.0.4"],
        routes={
            "spokes": [
                {
                    "addressPrefix": "10.2.0.128/25",
                    "nextHopType": "VirtualAppliance",
                    "nextHopIpAddress": "10.10.10.20",
                },
                {"addressPrefix": "192.168.7.0/24", "nextHopType": "None"},
            ]
        },
    )
    remaps = (*REMAPS, "172.16.0.0/29=172.16.8.0/29")

    derivation = derive(values, DeriveRequest(peering_location="Singapore", remaps=remaps))

    derived = region(dict(derivation.values))
    assert derived["hub"] == {
        "addressSpace": ["10.110.10.0/24"],
        "subnets": {
            "nva": {"addressPrefix": "10.110.10.0/25"},
            "GatewaySubnet": {"addressPrefix": "10.110.10.128/25"},
        },
        "nva": {"ipAddress": "10.110.10.10"},
    }
    assert [s["addressSpace"] for s in derived["spokes"].values()] == [
        ["10.101.0.0/24"],
        ["10.102.0.0/24"],
    ]
    assert derived["dnsServers"] == ["10.101.0.4", "192.168.0.4"]
    assert derived["routes"] == {
        "spokes": [
            {
                "addressPrefix": "10.102.0.128/25",
                "nextHopType": "VirtualAppliance",
                "nextHopIpAddress": "10.110.10.20",
            },
            {"addressPrefix": "192.168.7.0/24", "nextHopType": "None"},
        ]
    }
    assert derived["onPremises"] == region(values)["onPremises"]
    peering = at(derivation.values, *SINGAPORE, "privatePeering")
    assert peering["primaryPeerAddressPrefix"] == "172.16.8.0/30"
    assert derived["remap"] == dict(text.split("=") for text in remaps)


def test_a_drill_is_copied_with_its_addresses_moved() -> None:
    """A server of the drill follows its spoke; a range of the drill's own stays."""
    primary = shipped("primary")
    bastion = {"addressPrefix": "10.99.0.0/26"}
    region(primary)["drill"] = {"connect": True, "dnsServers": ["10.1.0.53"], "bastion": bastion}
    wanted = DeriveRequest(peering_location="Singapore", remaps=REMAPS)

    assert region(dict(derive(primary, wanted).values))["drill"] == {
        "connect": True,
        "dnsServers": ["10.101.0.53"],
        "bastion": bastion,
    }


def test_the_first_regions_circuit_is_referenced() -> None:
    """By id; the subscription is said in the file or to be filled in, the key never copied."""
    values = shipped("primary")

    derivation = derive(values, DeriveRequest(same_circuit=True, remaps=REMAPS))

    connection = {
        "routingWeight": 0,
        "circuit": {
            "id": f"/subscriptions/<subscription>{HONG_KONG}",
            "peeringLocation": "Hong Kong",
            "location": "japaneast",
            "sku": {"tier": "Standard"},
            "bandwidthInMbps": 1000,
        },
    }
    express_route = region(dict(derivation.values))["expressRoute"]
    assert express_route["connections"] == {"hong-kong": connection}
    place = "region.expressRoute.connections.hong-kong.circuit"
    assert noted(derivation, "to be confirmed") == [f"{place}.id"]
    assert noted(derivation, "to do") == [f"{place}.authorizationKey"]
    with pytest.raises(ConfigurationError, match="put the real value in the place of <subscripti"):
        region_of(dict(derivation.values))

    said = derive(
        values | {"azure-native:subscriptionId": THEIRS.split("/")[2]},
        DeriveRequest(same_circuit=True),
    )
    made = region(dict(said.values))["expressRoute"]["connections"]["hong-kong"]["circuit"]
    assert made["id"] == THEIRS + HONG_KONG
    assert noted(said, "to be confirmed") == []
    assert "never connected at once (ER-18)" in "".join(map(str, said.notes))
    # Once it is filled in, the option finds its work done.
    again = derive(values, DeriveRequest(same_circuit=True), said.values)
    assert again.values == said.values


def test_a_referenced_circuit_is_filled_in_by_hand() -> None:
    """Its owner is somewhere else; the authorization of one connection serves no other (ER-14)."""
    values = shipped("primary")
    lent = {
        "id": f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/lent",
        "peeringLocation": "Hong Kong",
        "location": "japaneast",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 500,
        "authorizationKey": {"secure": "v1:hush"},
    }
    region(values)["expressRoute"]["connections"] = {"lent": {"circuit": lent}}

    elsewhere = derive(values, DeriveRequest(peering_location="Singapore"))
    same = derive(values, DeriveRequest(same_circuit=True))

    assert at(elsewhere.values, *SINGAPORE) == {
        "id": "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network"
        "/expressRouteCircuits/<circuit>",
        "peeringLocation": "Singapore",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 500,
    }
    del lent["authorizationKey"]
    connections = region(dict(same.values))["expressRoute"]["connections"]
    assert connections == {"lent": {"circuit": lent}}


def test_a_bow_tie_is_derived_as_far_as_it_is_known() -> None:
    """Same circuits: every one. Another place: one, after that which traffic prefers, and said."""
    values = shipped("primary")
    connections = region(values)["expressRoute"]["connections"]
    connections["tokyo"] = {
        "routingWeight": 10,
        "circuit": connections["hong-kong"]["circuit"]
        | {"peeringLocation": "Tokyo", "serviceProvider": "Colt", "name": "erc-of-tokyo"},
    }

    one = derive(values, DeriveRequest(peering_location="Singapore"))
    both = derive(values, DeriveRequest(same_circuit=True))

    assert at(one.values, *SINGAPORE)["serviceProvider"] == "Colt"
    assert "name" not in at(one.values, *SINGAPORE)
    assert noted(one, "to do") == ["region.expressRoute.connections.singapore"]
    assert list(region(dict(both.values))["expressRoute"]["connections"]) == ["hong-kong", "tokyo"]


def test_a_second_circuit_at_the_same_place_is_another_circuit() -> None:
    """Under the same key both stacks would own one resource."""
    derivation = derive(shipped("primary"), DeriveRequest(peering_location="Hong Kong"))

    connections = region(dict(derivation.values))["expressRoute"]["connections"]
    assert list(connections) == ["hong-kong-2"]


def test_what_serves_the_first_region_alone_is_left_out() -> None:
    """Names that hold its location, its groups, its security groups, its connected spokes."""
    values = shipped("primary")
    first = region(values)
    first.update(resourceGroup="rg-network", tags={"name": "eastasia"})
    first["standby"] = {"depth": "connection"}
    first["hub"]["name"] = "hub-EastAsia-01"
    first["spokes"]["spoke1"].update(name="web", standby="connected")
    group = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n"
    for spoke in first["spokes"].values():
        spoke["subnets"]["app"]["networkSecurityGroupId"] = group
    machine = f"{OURS}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/nva"
    first["hub"]["nva"].update(id=machine, standby="startAtFailover")
    first["expressRoute"]["gateway"]["name"] = "ergw-eastasia"
    values["azure-native:tenantId"] = "t"
    values["azure-native:clientSecret"] = {"secure": "v1:hush"}
    values["sparehub:ignoredRules"] = {"ER-17": "read"}

    derivation = derive(values, DeriveRequest(peering_location="Singapore"))

    derived = region(dict(derivation.values))
    assert "resourceGroup" not in derived
    assert "name" not in derived["hub"]
    assert derived["hub"]["nva"] == {"ipAddress": "10.10.10.10"}
    assert derived["expressRoute"]["gateway"] == {"sku": "ErGw1AZ"}
    assert derived["standby"] == {"depth": "gateway"}
    assert derived["spokes"]["spoke1"] == shipped("primary")["sparehub:region"]["spokes"][
        "spoke1"
    ] | {"name": "web"}
    assert derived["tags"] == {"name": "eastasia"}
    assert set(derivation.values) - set(shipped("primary")) == {"azure-native:tenantId"}
    assert noted(derivation, "left out") == [
        "region.resourceGroup",
        "region.hub.nva.id",
        "region.hub.name",
        "region.spokes.spoke1.subnets.app.networkSecurityGroupId",
        "region.spokes.spoke1.standby",
    ]


@pytest.mark.parametrize(
    ("location", "expected"),
    [("southeastasia", ["region.expressRoute.gateway.sku"]), ("japanwest", [])],
)
def test_a_gateway_that_the_second_region_does_not_offer_is_noted(
    location: str, expected: list[str]
) -> None:
    """ErGwScale is carried over, and `check` refuses it there (GWY-16); the note says so first."""
    primary = shipped("primary")
    scaled = {"sku": "ErGwScale", "minScaleUnits": 2, "maxScaleUnits": 4}
    region(primary)["expressRoute"]["gateway"] = scaled

    derivation = derive(primary, DeriveRequest(location=location, peering_location="Singapore"))

    assert [path for path in noted(derivation, "to do") if "gateway" in path] == expected
    assert at(derivation.values, "sparehub:region", "expressRoute", "gateway") == scaled


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (DeriveRequest(), "give --peering-location"),
        (DeriveRequest(same_circuit=True, peering_location="Singapore"), "choose one"),
        (DeriveRequest(peering_location="S", location="East Asia"), "the first region's own"),
        (DeriveRequest(peering_location="S", remaps=("10.1.0.0/16",)), "is not OLD=NEW"),
    ],
)
def test_options_that_are_wrong_are_usage(wanted: DeriveRequest, message: str) -> None:
    """Missing, excluding each other, unreadable."""
    with pytest.raises(OptionsError, match=message):
        derive(shipped("primary"), wanted)


def test_a_region_without_a_pair_needs_a_location() -> None:
    """Nothing is invented."""
    values = shipped("primary") | {"azure-native:location": "italynorth"}

    with pytest.raises(OptionsError, match="no region pair of italynorth is known"):
        derive(values, DeriveRequest(peering_location="Milan"))
    derived = derive(values, DeriveRequest(peering_location="Paris", location="France Central"))
    assert derived.values["azure-native:location"] == "France Central"


def test_every_problem_is_reported_at_once() -> None:
    """The first region's own and those of the moves; what comes of it is checked, too."""
    values = shipped("primary")
    region(values)["hub"]["nva"]["ipAddress"] = "10.1.0.1"
    circular = ("10.1.0.0/16=10.101.0.0/16", "10.101.0.0/16=10.1.0.0/16")

    with pytest.raises(ConfigurationError) as caught:
        derive(values, DeriveRequest(peering_location="Singapore", remaps=circular))
    assert [problem.path for problem in caught.value.problems] == [
        "region.hub.nva.ipAddress",
        *(f"--remap {text}" for text in circular),
    ]

    wanted = DeriveRequest(peering_location="S", remaps=("10.1.0.0/24=127.0.1.0/24",))
    with pytest.raises(ConfigurationError) as caught:
        derive(shipped("primary"), wanted)
    assert [problem.rule for problem in caught.value.problems] == ["VN-03"]


def test_a_secret_in_clear_is_refused_and_not_shown() -> None:
    """In either file."""
    values = shipped("secondary")
    at(values, *SINGAPORE)["authorizationKey"] = "hush-hush"

    for primary, secondary in ((values, None), (shipped("primary"), values)):
        with pytest.raises(ConfigurationError, match="is not encrypted") as caught:
            derive(primary, DeriveRequest(location="japaneast", peering_location="S"), secondary)
        assert "hush" not in str(caught.value)
