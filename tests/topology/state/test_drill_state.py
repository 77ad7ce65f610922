"""What a stack recorded of a drill's networks, and that it does not belong to the region."""

from copy import deepcopy
from typing import Any

from sparehub.topology.model.drill.isolation import PeeringHalf, escapes, unconnected
from sparehub.topology.state.drill_state import recorded_networks
from sparehub.topology.state.resources import state_resources

GROUP = "rg-sparehub-drill-southeastasia"
BASE = f"/subscriptions/s/resourceGroups/{GROUP}/providers/Microsoft.Network"
NETWORK = f"{BASE}/virtualNetworks/vnet-drill-spoke1"
RULE = {"protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*"}
OWN = {"sourceAddressPrefixes": ["10.1.0.0/24"], "destinationAddressPrefixes": ["10.1.0.0/24"]}
ANY = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}


def resource(kind: str, **outputs: Any) -> dict[str, Any]:
    return {"type": f"azure-native:network:{kind}", "outputs": outputs}


def state() -> dict[str, dict[str, Any]]:
    """Return what a stack records of one shut network, by the tail of each URN."""
    rules = [
        {"name": f"{name}-{way}", "priority": number, "direction": way, "access": access}
        | RULE
        | ends
        for way in ("Inbound", "Outbound")
        for name, number, access, ends in (
            ("own", 100, "Allow", OWN),
            ("rest", 4096, "Deny", ANY),
        )
    ]
    table, security = f"{BASE}/routeTables/rt", f"{BASE}/networkSecurityGroups/nsg"
    route = {"name": "default", "addressPrefix": "0.0.0.0/0", "nextHopType": "None"}
    subnet = {"id": f"{NETWORK}/subnets/app", "name": "app", "addressPrefix": "10.1.0.0/24"}
    return {
        "urn::drill/spoke1/network": resource(
            "VirtualNetwork",
            id=NETWORK,
            name="vnet-drill-spoke1",
            addressSpace={"addressPrefixes": ["10.1.0.0/24"]},
        ),
        "urn::drill/spoke1/app": resource(
            "Subnet", **subnet, routeTable={"id": table}, networkSecurityGroup={"id": security}
        ),
        "urn::drill/routes/drill": resource(
            "RouteTable", id=table, disableBgpRoutePropagation=True, routes=[route]
        ),
        "urn::drill/spoke1/security": resource(
            "NetworkSecurityGroup", id=security, securityRules=rules
        ),
    }


def said(changed: dict[str, dict[str, Any]]) -> list[str]:
    return escapes(recorded_networks(changed, GROUP))


def test_an_isolated_network_is_read_as_such() -> None:
    """Ids are compared without regard to case."""
    found = state()
    found["urn::drill/spoke1/app"]["outputs"]["routeTable"]["id"] = f"{BASE}/routeTables/RT"

    assert [network.name for network in recorded_networks(found, GROUP)] == ["vnet-drill-spoke1"]
    assert said(found) == []


def test_what_somebody_changed_in_azure_is_found() -> None:
    """A rule that was narrowed, a table taken off, a subnet or a peering that was added."""
    narrowed, detached, grown, peered = (deepcopy(state()) for _ in range(4))
    for rule in narrowed["urn::drill/spoke1/security"]["outputs"]["securityRules"]:
        if rule["access"] == "Deny" and rule["direction"] == "Outbound":
            rule["protocol"] = "Tcp"
    del detached["urn::drill/spoke1/app"]["outputs"]["routeTable"]
    grown["urn::drill/spoke1/network"]["outputs"]["subnets"] = [{"name": "app"}, {"name": "new"}]
    peering = {"id": f"{NETWORK}/virtualNetworkPeerings/p", "name": "p"}
    peered["urn::drill/spoke1/network"]["outputs"]["virtualNetworkPeerings"] = [peering]

    assert said(narrowed) == ["vnet-drill-spoke1/app does not deny the rest, outbound"]
    assert said(detached) == [
        "vnet-drill-spoke1/app has no route that drops what is for elsewhere",
        "vnet-drill-spoke1/app would learn routes from a gateway",
    ]
    assert len(said(grown)) == 4
    assert said(peered) == ["vnet-drill-spoke1 is peered by p"]


def test_a_peering_of_a_network_whose_name_goes_on_is_not_its_own() -> None:
    """``spoke10`` is not ``spoke1``."""
    found = state()
    identity = f"{NETWORK}0/virtualNetworkPeerings/p"
    found["urn::peering"] = resource("VirtualNetworkPeering", id=identity, name="p")

    assert said(found) == []


def connected() -> dict[str, dict[str, Any]]:
    """Return what a stack records of two networks that are peered with each other."""
    found = state()
    spaces = ["10.1.0.0/24", "10.2.0.0/24"]
    for rule in found["urn::drill/spoke1/security"]["outputs"]["securityRules"]:
        if rule["access"] == "Allow":
            rule |= {"sourceAddressPrefixes": spaces, "destinationAddressPrefixes": spaces}
    other = f"{BASE}/virtualNetworks/vnet-drill-spoke2"
    network, subnet = (deepcopy(found[f"urn::drill/spoke1/{key}"]) for key in ("network", "app"))
    space = {"addressPrefixes": [spaces[1]]}
    network["outputs"] |= {"id": other, "name": "vnet-drill-spoke2", "addressSpace": space}
    subnet["outputs"] |= {"id": f"{other}/subnets/app", "addressPrefix": spaces[1]}
    return found | {
        "urn::drill/spoke2/network": network,
        "urn::drill/spoke2/app": subnet,
        "urn::drill/spoke1/peering/spoke2": peering(NETWORK, "there", other),
        "urn::drill/spoke2/peering/spoke1": peering(other, "back", NETWORK),
    }


def peering(network: str, name: str, remote: str, **flags: bool) -> dict[str, Any]:
    identity = f"{network}/virtualNetworkPeerings/{name}"
    there = {"id": remote.upper()}  # Azure does not keep the case of an id
    return resource(
        "VirtualNetworkPeering", id=identity, name=name, remoteVirtualNetwork=there, **flags
    )


def test_connected_networks_are_read_as_such() -> None:
    """Each half once, also where the network shows it, too; an escape where nobody connects."""
    found = connected()
    half = found["urn::drill/spoke1/peering/spoke2"]["outputs"]
    found["urn::drill/spoke1/network"]["outputs"]["virtualNetworkPeerings"] = [half]
    networks = recorded_networks(found, GROUP)

    assert [network.peerings for network in networks] == [
        (PeeringHalf(name="there", other="vnet-drill-spoke2"),),
        (PeeringHalf(name="back", other="vnet-drill-spoke1"),),
    ]
    assert (escapes(networks, connected=True), unconnected(networks)) == ([], [])
    assert "vnet-drill-spoke1 is peered by there" in escapes(networks)


def test_a_half_that_was_changed_or_removed_is_found() -> None:
    """Forwarded traffic, a half at the hub, and a half that is gone."""
    changed, hubbed, alone = connected(), connected(), connected()
    changed["urn::drill/spoke1/peering/spoke2"]["outputs"]["allowForwardedTraffic"] = True
    hub = NETWORK.replace(GROUP, "rg-hub").replace("vnet-drill-spoke1", "vnet-hub")
    hubbed["urn::region/spoke/x/peering"] = peering(hub, "from-hub", NETWORK)
    del alone["urn::drill/spoke2/peering/spoke1"]

    assert escapes(recorded_networks(changed, GROUP), connected=True) == [
        "vnet-drill-spoke1 takes what others send, or a gateway, by there"
    ]
    assert escapes(recorded_networks(hubbed, GROUP), connected=True) == [
        "vnet-drill-spoke1 is peered by from-hub"
    ]
    assert unconnected(recorded_networks(alone, GROUP)) == [
        "vnet-drill-spoke1 is not peered with vnet-drill-spoke2"
    ]


def test_a_drill_does_not_belong_to_the_region() -> None:
    """Whoever reads the region from a state does not meet it."""
    assert state_resources(state()) == []
