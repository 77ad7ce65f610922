"""Peerings: rules PE-01 to PE-18."""

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import NETWORK, gateway, peering, subnet, virtual_network

HUB_HALF, _ = peering("hub", "spoke")
SPOKE_HALF, _ = peering("spoke", "hub")


def _states(arm: Arm) -> list[str]:
    return [arm.properties(path)["peeringState"] for path in (HUB_HALF, SPOKE_HALF)]


def test_pe_01_a_peering_is_two_halves_with_one_state(arm: Arm) -> None:
    """One half is Initiated; the second one connects both."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")

    first = arm.put(*peering("hub", "spoke"))["properties"]
    arm.put(*peering("spoke", "hub"))

    assert first == {
        "provisioningState": "Updating",
        "allowForwardedTraffic": False,
        "allowGatewayTransit": False,
        "allowVirtualNetworkAccess": True,
        "doNotVerifyRemoteGateways": False,
        "peerCompleteVnets": True,
        "peeringState": "Initiated",
        "peeringSyncLevel": "FullyInSync",
        "remoteAddressSpace": {"addressPrefixes": ["10.1.0.0/24"]},
        "remoteVirtualNetwork": {"id": f"{NETWORK}/virtualNetworks/spoke"},
        "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.1.0.0/24"]},
        "resourceGuid": first["resourceGuid"],
        "useRemoteGateways": False,
    }
    assert _states(arm) == ["Connected", "Connected"]
    both = [arm.properties(path)["resourceGuid"] for path in (HUB_HALF, SPOKE_HALF)]
    assert both == [first["resourceGuid"]] * 2


def test_pe_22_the_kind_of_a_peering_cannot_change(arm: Arm) -> None:
    """An update that says otherwise is accepted and changes nothing of it, either way."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke", peerCompleteVnets=False, localSubnetNames=["a"]))
    arm.put(*peering("spoke", "hub"))

    updates = [peering("hub", "spoke"), peering("spoke", "hub", peerCompleteVnets=False)]
    answers = [arm.send("PUT", *update).status for update in updates]

    assert answers == [200, 200]
    kinds = [arm.properties(path)["peerCompleteVnets"] for path in (HUB_HALF, SPOKE_HALF)]
    assert kinds == [False, True]


def test_pe_01_the_remote_network_must_exist(arm: Arm) -> None:
    """A peering with a network that does not exist, or with its own, is refused."""
    arm.networks(hub="10.0.0.0/24")

    assert arm.refusal(*peering("hub", "none")) == "GLOBAL_REFERENCE_NOT_FOUND"
    assert arm.refusal(*peering("hub", "hub")) == "PEER_TO_ITSELF"
    path, _ = peering("hub", "none")
    assert arm.refusal(path, {"properties": {}}) == "FORMAT_INVALID"


def test_pe_01_a_peering_keeps_its_remote_network(arm: Arm) -> None:
    """A peering is not pointed at another network."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24", other="10.2.0.0/24")
    arm.put(*peering("hub", "spoke", name="p"))

    elsewhere = arm.refusal(*peering("hub", "other", name="p"))

    assert elsewhere == "REMOTE_NETWORK_FIXED"


def test_pe_03_overlapping_networks_cannot_be_peered(arm: Arm) -> None:
    """The refusal names both prefixes."""
    arm.networks(hub="10.0.0.0/16", spoke="10.0.1.0/24")
    path, body = peering("hub", "spoke")

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "VnetAddressSpacesOverlap",
        "message": f"Cannot create or update peering {path}. Virtual networks "
        f"{NETWORK}/virtualNetworks/hub and {NETWORK}/virtualNetworks/spoke cannot be peered "
        "because their address spaces overlap. Overlapping address prefixes: 10.0.0.0/16, "
        "10.0.1.0/24",
        "details": [],
    }


def test_pe_03_a_peered_network_cannot_grow_into_its_peer(arm: Arm) -> None:
    """An address space that would overlap a peer is refused; another one is not."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))

    grown = arm.refusal(*virtual_network("hub", "10.0.0.0/24", "10.1.0.0/25"))

    assert grown == "SPACES_OVERLAP"


def test_pe_04_two_peers_of_one_network_may_not_overlap(arm: Arm) -> None:
    """Neither side may bring an overlap to the other's peers."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24", twin="10.1.0.0/25")
    arm.put(*peering("hub", "spoke"))
    overlap = "SPACE_OVERLAPS_PEER"

    assert arm.refusal(*peering("hub", "twin")) == overlap
    assert arm.refusal(*peering("twin", "hub")) == overlap


def test_pe_06_one_peering_for_each_remote_network(arm: Arm) -> None:
    """A second peering with the same network is refused; the first one can be written again."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))

    second = arm.refusal(*peering("hub", "spoke", name="again"))

    assert second == "ALREADY_PEERED"
    arm.put(*peering("hub", "spoke"))


def test_pe_07_a_half_cannot_be_made_again_while_the_other_is_disconnected(arm: Arm) -> None:
    """First the stale half is written again, back to Initiated; then the other one can be made."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))
    arm.put(*peering("spoke", "hub"))
    arm.delete(HUB_HALF)

    assert arm.refusal(*peering("hub", "spoke")) == "REMOTE_DISCONNECTED"

    assert arm.put(*peering("spoke", "hub"))["properties"]["peeringState"] == "Initiated"
    arm.put(*peering("hub", "spoke"))
    assert _states(arm) == ["Connected", "Connected"]


def test_pe_08_deleting_one_half_disconnects_the_other(arm: Arm) -> None:
    """So does deleting one half's network."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24", other="10.2.0.0/24")
    for remote in ("spoke", "other"):
        arm.put(*peering("hub", remote))
        arm.put(*peering(remote, "hub"))

    arm.delete(SPOKE_HALF)
    arm.delete(f"{NETWORK}/virtualNetworks/other")

    assert arm.properties(HUB_HALF)["peeringState"] == "Disconnected"
    assert arm.properties(peering("hub", "other")[0])["peeringState"] == "Disconnected"


def test_pe_09_remote_gateways_must_exist(arm: Arm) -> None:
    """A GatewaySubnet alone is not a gateway, and PE-12: not verifying does not help."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    arm.put(*peering("hub", "spoke", allowGatewayTransit=True))
    path, body = peering("spoke", "hub", useRemoteGateways=True)

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "RemoteVnetHasNoGateways",
        "message": f"Peering {path} cannot have UseRemoteGateway flag set to true because remote "
        f"virtual network {NETWORK}/virtualNetworks/hub referenced by the peering does not have "
        "any gateways.",
        "details": [],
    }
    unverified = peering("spoke", "hub", useRemoteGateways=True, doNotVerifyRemoteGateways=True)
    assert arm.refusal(*unverified) == "REMOTE_HAS_NO_GATEWAY"

    arm.put(*gateway("gateway", "hub"))
    used = arm.put(path, body)["properties"]
    assert used["remoteGateways"] == [{"id": f"{NETWORK}/virtualNetworkGateways/gateway"}]


def test_pe_10_remote_gateways_need_gateway_transit_at_the_hub(arm: Arm) -> None:
    """Refused while the hub's half is missing, and while it does not allow transit."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    arm.put(*gateway("gateway", "hub"))
    using = peering("spoke", "hub", useRemoteGateways=True)

    assert arm.refusal(*using) == "REMOTE_FORBIDS_TRANSIT"
    arm.put(*peering("hub", "spoke"))
    assert arm.refusal(*using) == "REMOTE_FORBIDS_TRANSIT"

    arm.put(*peering("hub", "spoke", allowGatewayTransit=True))
    arm.put(*using)


def test_pe_10_gateway_transit_in_use_cannot_be_disabled(arm: Arm) -> None:
    """The hub's half cannot take transit back before the spoke's half lets go."""
    arm.hub(spoke="10.1.0.0/24")

    assert arm.refusal(*peering("hub", "spoke")) == "TRANSIT_IN_USE"

    arm.put(*peering("spoke", "hub"))
    arm.put(*peering("hub", "spoke"))


def test_pe_11_a_network_with_a_gateway_uses_no_remote_one(arm: Arm) -> None:
    """Neither can a gateway be made in a network that uses a remote one."""
    arm.hub(spoke="10.1.0.0/24", own="10.2.0.0/24")
    arm.put(*subnet("spoke", "GatewaySubnet", "10.1.0.0/26"))
    arm.put(*peering("own", "hub"))
    arm.put(*subnet("own", "GatewaySubnet", "10.2.0.0/26"))
    arm.put(*gateway("own", "own"))

    own = arm.refusal(*peering("own", "hub", useRemoteGateways=True))
    beside = arm.refusal(*gateway("beside", "spoke"))

    assert (own, beside) == (
        "PARENT_HAS_GATEWAY",
        "GATEWAY_BESIDE_REMOTE",
    )


def test_pe_11_one_peering_of_a_network_uses_remote_gateways(arm: Arm) -> None:
    """The second hub's gateway is refused."""
    arm.hub(spoke="10.1.0.0/24")
    arm.put(*virtual_network("second", "10.3.0.0/24"))
    arm.put(*subnet("second", "GatewaySubnet", "10.3.0.0/26"))
    arm.put(*gateway("second", "second"))
    arm.put(*peering("second", "spoke", allowGatewayTransit=True))

    both = arm.refusal(*peering("spoke", "second", useRemoteGateways=True))

    assert both == "SECOND_REMOTE_GATEWAY"
    arm.put(*peering("spoke", "second"))


def test_pe_14_a_gateway_in_use_beyond_a_peering_cannot_be_deleted(arm: Arm) -> None:
    """First the spokes let go of it."""
    arm.hub(spoke="10.1.0.0/24")
    path = f"{NETWORK}/virtualNetworkGateways/gateway"

    assert arm.refused_delete(path) == "GATEWAY_PEERED"

    arm.put(*peering("spoke", "hub"))
    arm.delete(path)


def test_pe_18_a_peer_must_be_synced_after_its_address_space_changed(arm: Arm) -> None:
    """Each half says whether the other knows its space; a PUT with sync brings it up to date."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))
    arm.put(*peering("spoke", "hub"))

    def levels() -> list[str]:
        return [arm.properties(path)["peeringSyncLevel"] for path in (HUB_HALF, SPOKE_HALF)]

    def put_space(name: str, *prefixes: str) -> None:
        path, body = virtual_network(name, *prefixes)
        kept = arm.properties(path)["virtualNetworkPeerings"]
        body["properties"]["virtualNetworkPeerings"] = kept
        arm.put(path, body)

    put_space("spoke", "10.1.0.0/24", "10.9.0.0/24")
    assert levels() == ["RemoteNotInSync", "LocalNotInSync"]
    put_space("hub", "10.0.0.0/24", "10.8.0.0/24")
    assert levels() == ["LocalAndRemoteNotInSync"] * 2
    arm.put(*peering("hub", "spoke"), syncRemoteAddressSpace="true")
    arm.put(*peering("spoke", "hub"), syncRemoteAddressSpace="true")
    assert levels() == ["FullyInSync"] * 2
    known = arm.properties(HUB_HALF)["remoteAddressSpace"]
    assert known == {"addressPrefixes": ["10.1.0.0/24", "10.9.0.0/24"]}


def test_pe_12_not_verifying_remote_gateways_does_not_help(arm: Arm) -> None:
    """The flag is kept; the remote network needs a gateway all the same (PE-09)."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    half = peering("spoke", "hub", useRemoteGateways=True, doNotVerifyRemoteGateways=True)

    assert arm.refusal(*half) == "REMOTE_HAS_NO_GATEWAY"


def test_pe_13_a_standby_spoke_takes_the_gateway_later(arm: Arm) -> None:
    """Peered without it first, then, with the gateway there and transit allowed, updated."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    arm.put(*peering("hub", "spoke", allowGatewayTransit=True))
    path, body = peering("spoke", "hub", useRemoteGateways=False)
    arm.put(path, body)
    taking = peering("spoke", "hub", useRemoteGateways=True)

    assert arm.refusal(*taking) == "REMOTE_HAS_NO_GATEWAY"

    arm.put(*gateway("gateway", "hub"))
    arm.put(*taking)
    shown = arm.properties(path)
    assert (shown["peeringState"], shown["remoteGateways"]) == (
        "Connected",
        [{"id": gateway("gateway", "hub")[0]}],
    )


def test_pe_16_without_access_the_peering_stays(arm: Arm) -> None:
    """Connected and in sync: only traffic stops."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))
    path, body = peering("spoke", "hub", allowVirtualNetworkAccess=False)

    arm.put(path, body)

    shown = arm.properties(path)
    assert (shown["peeringState"], shown["peeringSyncLevel"]) == ("Connected", "FullyInSync")
    assert shown["allowVirtualNetworkAccess"] is False
