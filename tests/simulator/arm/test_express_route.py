"""Circuits, their peerings and authorizations, connections: rules ER-01 to ER-39."""

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    ELSEWHERE,
    NETWORK,
    authorization,
    circuit,
    connection,
    gateway,
    group,
    peering,
    private_peering,
    subnet,
    virtual_network,
)

CIRCUIT, _ = circuit("circuit")
CONNECTION, _ = connection("connection", "gateway", "circuit")


@pytest.mark.parametrize("bandwidth", [0, 60, 40000])
def test_er_01_a_bandwidth_must_be_offered(arm: Arm, bandwidth: int) -> None:
    """Anything but the eight bandwidths of the providers is refused."""
    arm.put(*group())

    refused = arm.refusal(*circuit("circuit", bandwidthInMbps=bandwidth))

    assert refused == "BANDWIDTH"
    arm.put(*circuit("circuit", bandwidthInMbps=10000))


def test_er_02_bandwidth_can_only_be_raised(arm: Arm) -> None:
    """A circuit grows in place and does not shrink."""
    arm.put(*group())
    arm.put(*circuit("circuit", bandwidthInMbps=200))
    arm.put(*circuit("circuit", bandwidthInMbps=1000))

    lowered = arm.refusal(*circuit("circuit", bandwidthInMbps=200))

    assert lowered == "BANDWIDTH_LOWERED"


@pytest.mark.parametrize("sku", [{}, {"name": "x", "tier": "Standard", "family": "MeteredData"}])
def test_er_03_a_sku_is_a_tier_and_a_family(arm: Arm, sku: dict[str, str]) -> None:
    """The name of a SKU is made of both."""
    arm.put(*group())
    path, body = circuit("circuit")

    assert arm.refusal(path, body | {"sku": sku}) == "CIRCUIT_SKU"


def test_er_04_a_standard_circuit_stays_in_its_geopolitical_region(arm: Arm) -> None:
    """Hong Kong reaches East Asia, Amsterdam does not; Premium reaches everything."""
    arm.hub()
    arm.put(*circuit("far", "Amsterdam"))
    path, body = connection("connection", "gateway", "far")

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "InvalidParameter",
        "message": "The creation of the virtual network gateway connection: connection failed "
        "because your circuit in Amsterdam cannot be connected to eastasia on a standard circuit. "
        "Virtual network gateway connections on a standard ExpressRoute circuit are only allowed "
        "within the same geopolitical region. Please upgrade to a premium SKU.",
        "details": [],
    }
    arm.put(*circuit("far", "Amsterdam", tier="Premium"))
    arm.put(path, body)


def test_er_05_a_local_circuit_reaches_its_own_region_only(arm: Arm) -> None:
    """Hong Kong is local to East Asia; Singapore, of the same geopolitical region, is not."""
    arm.hub()
    arm.put(*circuit("singapore", "Singapore", tier="Local"))
    arm.put(*circuit("hong-kong", "Hong Kong", tier="Local"))

    refused = arm.refusal(*connection("connection", "gateway", "singapore"))

    assert refused == "REACH_LOCAL"
    arm.put(*connection("connection", "gateway", "hong-kong"))


@pytest.mark.parametrize(
    ("provider", "place"), [("FakeProvider", "Hong Kong"), ("Equinix", "Atlantis")]
)
def test_er_07_provider_and_peering_location_must_exist(
    arm: Arm, provider: str, place: str
) -> None:
    """Azure names the provider in both cases; case does not matter."""
    arm.put(*group())
    path, body = circuit("circuit", place, serviceProviderName=provider)

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "ExpressRouteCircuitServiceProviderDoesNotExist",
        "message": f"The Service Provider {provider} specified for Express Route Circuit {path} "
        "does not exist.",
        "details": [],
    }
    arm.put(*circuit("circuit", "hong kong", serviceProviderName="equinix"))


def test_er_07_a_circuit_does_not_move(arm: Arm) -> None:
    """Provider and peering location are fixed; they must be given."""
    arm.put(*group())
    path, body = circuit("circuit")
    assert arm.refusal(path, body | {"properties": {}}) == "FORMAT_INVALID"
    arm.put(path, body)

    assert arm.refusal(*circuit("circuit", "Singapore")) == "CIRCUIT_PROVIDER_FIXED"


def test_a_put_of_a_circuit_without_children_deletes_them(arm: Arm) -> None:
    """A PUT is all of it; children that are sent back as they were read stay, keys and all."""
    arm.put(*group())
    path, body = circuit("circuit")
    arm.put(path, body)
    arm.put(*authorization("circuit", "one"))
    arm.put(*private_peering("circuit"))
    whole = arm.get(path)

    arm.put(path, {name: whole[name] for name in ("location", "sku", "properties")})
    kept = arm.properties(path)
    arm.put(path, body)
    lost = arm.properties(path)

    children = ("authorizations", "peerings")
    assert [kept[name] for name in children] == [whole["properties"][name] for name in children]
    assert [lost[name] for name in children] == [[], []]


def test_er_08_an_unprovisioned_circuit_can_be_deleted(arm: Arm) -> None:
    """As recorded: NotProvisioned after each PUT, disabled during it, and gone with 202."""
    arm.put(*group())
    control.provision_by_hand(arm.directory, by_hand=True)
    answers = [arm.put(*circuit("circuit", bandwidthInMbps=each)) for each in (100, 200)]
    provisioned = arm.properties(CIRCUIT)

    shown = [
        (each["circuitProvisioningState"], each["serviceProviderProvisioningState"])
        for each in (*(answer["properties"] for answer in answers), provisioned)
    ]
    assert shown == [("Disabled", "NotProvisioned")] * 2 + [("Enabled", "NotProvisioned")]
    assert arm.send("DELETE", CIRCUIT).status == 202

    arm.put(*circuit("circuit"))
    control.provision(arm.directory, "circuit")
    assert arm.refused_delete(CIRCUIT) == "CIRCUIT_PROVISIONED"


def test_er_08_a_new_circuit_is_enabled_and_not_provisioned(arm: Arm) -> None:
    """Provisioning is the provider's, who here acts at once; the service key is then shown."""
    arm.put(*group())

    new = arm.put(*circuit("circuit"))["properties"]
    shown = arm.properties(CIRCUIT)

    assert new["circuitProvisioningState"] == "Disabled"
    assert new["serviceProviderProvisioningState"] == "NotProvisioned"
    assert new["serviceKey"] != shown["serviceKey"]
    assert shown == {
        "provisioningState": "Succeeded",
        "allowClassicOperations": False,
        "authorizations": [],
        "circuitProvisioningState": "Enabled",
        "gatewayManagerEtag": "",
        "globalReachEnabled": False,
        "peerings": [],
        "resourceGuid": shown["resourceGuid"],
        "serviceKey": shown["serviceKey"],
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "peeringLocation": "Hong Kong",
            "bandwidthInMbps": 1000,
        },
        "serviceProviderProvisioningState": "Provisioned",
    }


def test_er_09_microsofts_own_test_provider_is_excepted(arm: Arm) -> None:
    """Its circuit is never provisioned and yet has peerings (recorded, 2019)."""
    arm.put(*group())
    arm.put(*circuit("circuit", "Area51", serviceProviderName="Microsoft ER Test"))
    arm.put(*private_peering("circuit"))

    shown = arm.properties(CIRCUIT)

    assert shown["serviceProviderProvisioningState"] == "NotProvisioned"
    assert arm.refusal(*circuit("other", "Area51")) == ("PROVIDER_UNKNOWN")


def test_er_09_peerings_and_connections_need_a_provisioned_circuit(arm: Arm) -> None:
    """With the provider's hand held back, both are refused until it has acted."""
    arm.hub()
    control.provision_by_hand(arm.directory, by_hand=True)
    arm.put(*circuit("circuit"))
    peered, connected = private_peering("circuit"), connection("connection", "gateway", "circuit")

    assert arm.properties(CIRCUIT)["serviceProviderProvisioningState"] == "NotProvisioned"
    assert arm.refusal(*peered) == "CIRCUIT_NOT_PROVISIONED"
    assert arm.refusal(*connected) == "CIRCUIT_NOT_PROVISIONED"

    control.provision(arm.directory, "Circuit")
    arm.put(*peered)
    arm.put(*connected)


@pytest.mark.parametrize(
    "wrong",
    [
        {"primaryPeerAddressPrefix": "172.16.0.0/29"},
        {"secondaryPeerAddressPrefix": "172.16.0.0/30"},
        {"vlanId": 0},
        {"vlanId": None},
        {"peerASN": None},
        {"secondaryPeerAddressPrefix": None},
        {"peeringType": "MicrosoftPeering"},
    ],
)
def test_er_10_a_private_peering_needs_two_30_a_vlan_and_an_asn(
    arm: Arm, wrong: dict[str, object]
) -> None:
    """A missing or wrong value is refused."""
    arm.put(*group())
    arm.put(*circuit("circuit"))

    assert arm.refusal(*private_peering("circuit", **wrong)) == "PEERING_INCOMPLETE"

    arm.put(*private_peering("circuit"))


def test_er_14_another_subscription_needs_an_authorization(arm: Arm) -> None:
    """Without a key, with a wrong one, and with one that has been used it is refused; deleting the
    connection releases the authorization, yet its key is used up; made anew, it has a new key."""
    arm.hub()
    there = f"{ELSEWHERE}/resourceGroups/carrier"
    arm.put(*group(there))
    away, _ = arm_circuit = circuit("circuit", under=f"{there}/providers/Microsoft.Network")
    arm.put(*arm_circuit)
    pass_path = f"{away}/authorizations/pass"

    def key() -> str:
        return str(arm.put(pass_path, {})["properties"]["authorizationKey"])

    def status() -> object:
        return arm.properties(pass_path)["authorizationUseStatus"]

    def link(name: str, **more: str) -> tuple[str, dict[str, object]]:
        return connection(name, "gateway", away, **more)

    first = key()
    assert arm.refusal(*link("connection")) == "AUTHORIZATION_NEEDED"
    wrong = link("connection", authorizationKey="wrong")
    assert arm.refusal(*wrong) == "AUTHORIZATION_INVALID"
    assert status() == "Available"

    arm.put(*link("connection", authorizationKey=first))
    assert status() == "InUse"
    assert arm.properties(pass_path)["connectionResourceUri"] == CONNECTION

    arm.delete(CONNECTION)
    assert status() == "Available"
    again = link("connection", authorizationKey=first)
    assert arm.refusal(*again) == "AUTHORIZATION_USED"

    arm.delete(pass_path)
    assert key() != first
    arm.put(*link("connection", authorizationKey=key()))


def test_er_14_revoking_an_authorization_deletes_its_connection(arm: Arm) -> None:
    """A key works in the circuit's own subscription, too."""
    arm.hub()
    arm.put(*circuit("circuit"))
    path, body = authorization("circuit", "pass")
    key = arm.put(path, body)["properties"]["authorizationKey"]
    arm.put(*connection("connection", "gateway", "circuit", authorizationKey=key))

    arm.delete(path)

    assert arm.send("GET", CONNECTION).status == 404


def test_er_15_a_standard_circuit_has_ten_links(arm: Arm) -> None:
    """The eleventh connection is refused; a Premium circuit of 1 Gbps has room for it."""
    arm.put(*group())
    arm.put(*circuit("circuit"))
    for number in range(11):
        arm.put(*virtual_network(f"hub{number}", f"10.{number}.0.0/24"))
        arm.put(*subnet(f"hub{number}", "GatewaySubnet", f"10.{number}.0.0/26"))
        arm.put(*gateway(f"gateway{number}", f"hub{number}"))
    for number in range(10):
        arm.put(*connection(f"connection{number}", f"gateway{number}", "circuit"))
    eleventh = connection("connection10", "gateway10", "circuit")

    assert arm.refusal(*eleventh) == "LINKS_PER_CIRCUIT"

    arm.put(*circuit("circuit", tier="Premium"))
    arm.put(*eleventh)


def test_er_16_a_small_gateway_has_four_circuits(arm: Arm) -> None:
    """The fifth circuit is refused, as is a second connection to one circuit."""
    arm.hub()
    for number in range(5):
        place = "Hong Kong" if number < 4 else "Singapore"
        arm.put(*circuit(f"circuit{number}", place))
    for number in range(4):
        arm.put(*connection(f"connection{number}", "gateway", f"circuit{number}"))

    fifth = arm.refusal(*connection("connection4", "gateway", "circuit4"))
    again = arm.refusal(*connection("again", "gateway", "circuit0"))

    assert (fifth, again) == ("CIRCUITS_PER_GATEWAY", "CONNECTION_TWICE")


def test_er_16_four_circuits_of_one_gateway_share_a_peering_location(arm: Arm) -> None:
    """A larger gateway takes a fifth circuit, from elsewhere; VN-10: sixteen need a /26."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/27"))
    large = {"name": "ErGwScale", "tier": "ErGwScale"}
    bounds = {"bounds": {"min": 10, "max": 20}}
    arm.put(*gateway("gateway", "hub", sku=large, autoScaleConfiguration=bounds))
    places = ["Hong Kong", "Hong Kong2", "Singapore", "Singapore2"]
    for number in range(16):
        arm.put(*circuit(f"circuit{number}", places[number // 4]))
    arm.put(*circuit("extra", "Hong Kong"))
    for number in range(15):
        arm.put(*connection(f"connection{number}", "gateway", f"circuit{number}"))
        if number == 3:
            extra = arm.refusal(*connection("extra", "gateway", "extra"))
            assert extra == "CIRCUITS_PER_GATEWAY"

    sixteenth = arm.refusal(*connection("connection15", "gateway", "circuit15"))

    assert sixteenth == "GATEWAY_SUBNET_SMALL"


def test_er_18_overlapping_networks_on_one_circuit_are_a_data_plane_fault(arm: Arm) -> None:
    """Azure accepts both connections; the fault names the prefixes that overlap."""
    arm.connected(spoke="10.1.0.0/24")
    arm.put(*virtual_network("twin", "10.1.0.0/25"))
    arm.put(*subnet("twin", "GatewaySubnet", "10.1.0.0/26"))
    arm.put(*gateway("second", "twin"))

    assert control.data_plane_faults(arm.directory) == []
    arm.put(*connection("second", "second", "circuit"))

    assert control.data_plane_faults(arm.directory) == [
        (
            f"ER-18: {CIRCUIT} links {NETWORK}/virtualNetworks/spoke and "
            f"{NETWORK}/virtualNetworks/twin, which overlap (10.1.0.0/24, 10.1.0.0/25)"
        )
    ]


def test_er_30_a_circuit_with_links_cannot_be_deleted(arm: Arm) -> None:
    """Nor its private peering; both go after the connection."""
    arm.connected()
    control.deprovision(arm.directory, "circuit")
    peered, _ = private_peering("circuit")

    assert arm.refused_delete(CIRCUIT) == "CIRCUIT_CONNECTED"
    assert arm.refused_delete(peered) == "PEERING_CONNECTED"

    arm.delete(CONNECTION)
    arm.delete(peered)
    arm.delete(CIRCUIT)


def test_er_34_a_connection_is_expressroute_and_has_no_shared_key(arm: Arm) -> None:
    """Other kinds, a shared key, a missing end, a wrong end are refused."""
    arm.hub()
    arm.put(*circuit("circuit"))
    path, body = connection("connection", "gateway", "circuit")

    def refused(**change: object) -> str:
        return arm.refusal(path, body | {"properties": body["properties"] | change})

    assert refused(connectionType="VPNClient") == "CONNECTION_TYPE"
    assert refused(connectionType="IPsec") == "VPN_CONNECTION"
    assert refused(sharedKey="secret") == "CONNECTION_SHARED_KEY"
    assert refused(peer=None) == "CONNECTION_INCOMPLETE"
    assert refused(peer={"id": f"{CIRCUIT}-none"}) == "REFERENCE_NOT_FOUND"
    wrong = arm.refused("PUT", path, body | {"properties": {"peer": {"id": path}}}, {})
    assert (wrong["code"], wrong["details"][0]["code"]) == (
        "InvalidRequestFormat",
        "InvalidJsonReferenceWrongType",
    )
    arm.put(path, body)


def test_er_34_a_connection_keeps_its_ends(arm: Arm) -> None:
    """A connection is not pointed at another circuit; its weight can change."""
    arm.connected()
    arm.put(*circuit("other"))

    moved = arm.refusal(*connection("connection", "gateway", "other"))

    assert moved == "CONNECTION_FIXED"
    weighed = arm.put(*connection("connection", "gateway", "circuit", routingWeight=10))
    assert weighed["properties"]["routingWeight"] == 10


def test_er_36_a_connection_is_created_with_200_prefixes_at_most(arm: Arm) -> None:
    """Spokes that use the gateway count; once the connection stands, more may be added."""
    spokes = {f"spoke{number}": f"10.1.{number}.0/24" for number in range(3)}
    arm.hub(**spokes)
    many = [f"172.{16 + number // 256}.{number % 256}.0/24" for number in range(198)]
    path, body = virtual_network("spoke0", *many)

    def resize(count: int) -> None:
        kept = arm.properties(path)["virtualNetworkPeerings"]
        space = {"addressPrefixes": many[:count]}
        arm.put(
            path, {**body, "properties": {"addressSpace": space, "virtualNetworkPeerings": kept}}
        )

    arm.put(*circuit("circuit"))
    connecting = connection("connection", "gateway", "circuit")
    resize(198)
    assert arm.refusal(*connecting) == "TOO_MANY_PREFIXES"

    resize(197)
    arm.put(*connecting)
    resize(198)
    arm.put(*connecting)


def test_er_36_a_withheld_spoke_does_not_count(arm: Arm) -> None:
    """A spoke whose peering does not use the gateway is not advertised."""
    arm.hub(spoke="10.1.0.0/24")
    arm.put(*peering("spoke", "hub"))
    many = [f"172.16.{number}.0/24" for number in range(200)]
    path, body = virtual_network("spoke", *many)
    body["properties"]["virtualNetworkPeerings"] = arm.properties(path)["virtualNetworkPeerings"]
    arm.put(path, body)
    arm.put(*circuit("circuit"))

    arm.put(*connection("connection", "gateway", "circuit"))


def test_er_39_a_provisioned_circuit_cannot_be_deleted(arm: Arm) -> None:
    """The provider deprovisions it first."""
    arm.put(*group())
    arm.put(*circuit("circuit"))

    assert arm.refused("DELETE", CIRCUIT, None, {}) == {
        "status": 409,
        "code": "ConflictError",
        "message": "The specified dedicated circuit is not in Deprovisioned state. Please initiate "
        "the deprovisioning process with your service provider.",
        "details": [],
    }
    control.deprovision(arm.directory, CIRCUIT.upper())
    arm.delete(CIRCUIT)


def test_er_13_microsoft_peering_needs_a_premium_circuit(arm: Arm) -> None:
    """Accepted, then Failed with the recorded error, spaces and all; the circuit is Failed."""
    arm.put(*group())
    arm.put(*circuit("circuit"))
    path = f"{CIRCUIT}/peerings/MicrosoftPeering"
    properties = {
        "peeringType": "MicrosoftPeering",
        "peerASN": 65001,
        "vlanId": 200,
        "primaryPeerAddressPrefix": "123.0.0.0/30",
        "secondaryPeerAddressPrefix": "123.0.0.4/30",
        "microsoftPeeringConfig": {"advertisedPublicPrefixes": ["123.1.0.0/24"]},
    }

    accepted = arm.send("PUT", path, {"properties": properties})

    poll = accepted.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]
    assert (accepted.status, arm.get(poll)) == (
        201,
        {
            "status": "Failed",
            "error": {
                "code": " InvalidSkuTypeForMicrosoftPeering",
                "message": " Invalid SkuType Standard for creating Microsoft Peering.",
                "details": [],
            },
        },
    )
    assert arm.properties(CIRCUIT)["provisioningState"] == "Failed"
    premium, body = circuit("circuit", tier="Premium")
    arm.put(premium, body)
    arm.put(path, {"properties": properties})
    assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_er_29_premium_is_kept_while_it_is_needed(arm: Arm) -> None:
    """More than ten links, or one to another geopolitical region, forbid the downgrade."""
    arm.networks()
    arm.put(*circuit("circuit", tier="Premium", place="Frankfurt"))
    arm.put(*private_peering("circuit"))
    arm.put(*virtual_network("hub", "10.0.0.0/24"))
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    arm.put(*gateway("gateway", "hub"))
    path, body = connection("connection", "gateway", "circuit")
    arm.put(path, body)

    lowered = circuit("circuit", place="Frankfurt")
    assert arm.refusal(*lowered) == "DOWNGRADE"

    arm.delete(path)
    arm.put(*lowered)


def test_er_06_a_circuits_location_does_not_limit_its_reach(arm: Arm) -> None:
    """A circuit of Hong Kong may be kept in West Europe, and link a gateway of East Asia."""
    arm.hub()
    path, body = circuit("circuit")
    arm.put(path, body | {"location": "westeurope"})
    arm.put(*private_peering("circuit"))

    arm.put(*connection("connection", "gateway", "circuit"))

    assert arm.get(path)["location"] == "westeurope"


def test_er_35_a_failed_connection_blocks_the_deletion_of_its_gateway(arm: Arm) -> None:
    """The gateway cannot be deleted until the failed connection is."""
    arm.hub()
    arm.put(*circuit("circuit"))
    arm.put(*private_peering("circuit"))
    control.add_fault(arm.directory, FaultRequest("failed", type="connections"))
    path, body = connection("connection", "gateway", "circuit")

    arm.send("PUT", path, body)

    assert arm.properties(path)["provisioningState"] == "Failed"
    refused = arm.refused_delete(f"{NETWORK}/virtualNetworkGateways/gateway")
    assert refused == "GATEWAY_CONNECTED"
    arm.delete(path)
    arm.delete(f"{NETWORK}/virtualNetworkGateways/gateway")
