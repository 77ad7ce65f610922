"""Gateways: rules GWY-02 to GWY-11 and what VN-10 to VN-12 say of GatewaySubnet."""

import pytest

from sparehub.simulator import control
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    Body,
    connection,
    gateway,
    local_gateway,
    public_address,
    route,
    route_table,
    subnet,
    vpn_gateway,
)

GATEWAY, _ = gateway("gateway", "hub")


def _sku(name: str) -> dict[str, str]:
    return {"name": name, "tier": name}


def _prepare(arm: Arm, prefix: str = "10.0.0.0/26", **more: object) -> None:
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", prefix, **more))


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("ErGw1AZ", "ErGw3AZ", True),
        ("Standard", "UltraPerformance", True),
        ("ErGw1AZ", "ErGw1AZ", True),
        ("ErGw2AZ", "ErGw1AZ", False),
        ("Standard", "ErGw1AZ", False),
        ("ErGw1AZ", "ErGwScale", True),
        ("ErGw3AZ", "ErGwScale", True),
        ("UltraPerformance", "ErGwScale", False),
    ],
)
def test_gwy_02_a_sku_is_upgraded_within_its_family(
    arm: Arm, old: str, new: str, *, allowed: bool
) -> None:
    """Up, with zones as far as ErGwScale; down, or between zones and none: made anew."""
    _prepare(arm)
    arm.put(*gateway("gateway", "hub", sku=_sku(old)))
    change = gateway("gateway", "hub", sku=_sku(new))

    if allowed:
        arm.put(*change)
    else:
        assert arm.refusal(*change) == "GATEWAY_SKU_CHANGE"


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (1, 1, "Succeeded"),
        (40, 40, "Succeeded"),
        (2, 40, "Succeeded"),
        (1, 10, "Failed"),
        (0, 0, "Failed"),
        (3, 2, "Failed"),
        (2, 41, "Failed"),
    ],
)
def test_gwy_17_wrong_scale_units_fail_later(arm: Arm, low: int, high: int, ends: str) -> None:
    """Accepted as every other upgrade to ErGwScale, which takes two hours; the end says it."""
    _prepare(arm)
    path, _ = gateway("gateway", "hub")
    arm.put(*gateway("gateway", "hub"))
    units = {"bounds": {"min": low, "max": high}}

    changed = arm.send(
        "PUT", *gateway("gateway", "hub", sku=_sku("ErGwScale"), autoScaleConfiguration=units)
    )

    assert changed.status == 200
    assert arm.properties(path)["provisioningState"] == ends
    assert arm.log()[-1].seconds == 7200.0
    assert arm.properties(path)["sku"]["name"] == (
        "ErGwScale" if ends == "Succeeded" else "ErGw1AZ"
    )


def test_gwy_17_a_scalable_gateway_keeps_its_sku(arm: Arm) -> None:
    """Three tries on Azure ended so, for any units; new units alone take half an hour."""
    _prepare(arm)

    def scaled(name: str, low: int, high: int) -> tuple[str, Body]:
        units = {"bounds": {"min": low, "max": high}}
        return gateway("gateway", "hub", sku=_sku(name), autoScaleConfiguration=units)

    arm.put(*scaled("ErGwScale", 2, 10))
    arm.put(*scaled("ErGwScale", 2, 20))
    seconds = arm.log()[-1].seconds
    answer = arm.send("PUT", *gateway("gateway", "hub", sku=_sku("Standard")))
    operation = answer.headers["azure-asyncoperation"].partition("?")[0]
    ended = arm.get(operation.removeprefix("https://management.azure.com"))

    assert (seconds, answer.status) == (1800.0, 200)
    assert ended == {
        "status": "Failed",
        "error": {
            "code": "ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid",
            "message": "ExpressRoute Virtual Network Gateway has invalid autoscale bounds. Min "
            "should be greater than 1 and less than Max 40.",
            "details": [],
        },
    }
    assert arm.properties(GATEWAY)["sku"]["name"] == "ErGwScale"


def test_gwy_18_basic_addresses_are_not_made_any_more(arm: Arm) -> None:
    """Nor without a SKU, which means Basic; one that stands is written, and serves no gateway."""
    _prepare(arm)
    path, _ = public_address("basic")
    basic = {"location": "eastasia", "sku": {"name": "Basic"}, "properties": {}}
    refusal = {
        "status": 400,
        "code": "IPv4BasicSkuPublicIpCountLimitReached",
        "message": "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this "
        "subscription in this region.",
        "details": [],
    }
    assert arm.refused("PUT", path, basic, {}) == refusal
    assert arm.refused("PUT", path, {"location": "eastasia"}, {}) == refusal

    control.allow_basic_addresses(arm.directory)
    arm.put(path, basic)
    arm.put(path, basic | {"tags": {"a": "b"}})

    over, wanted = vpn_gateway("express", "hub", "basic")
    wanted["properties"] |= {"gatewayType": "ExpressRoute", "sku": _sku("ErGw1AZ")}
    assert arm.refused("PUT", over, wanted, {}) == {
        "status": 400,
        "code": "PublicIpWithBasicSkuNotAllowedOnExpressRouteGateways",
        "message": "Basic IP configuration for ExpressRoute Virtual Network Gateways is not "
        f"supported. Please create and associate a Standard IP. {over}",
        "details": [],
    }
    vpn = arm.refusal(*vpn_gateway("vpn", "hub", "basic"))
    assert vpn == "VPN_GATEWAY_BASIC_ADDRESS"


@pytest.mark.parametrize("size", range(1, 6))
def test_gwy_19_vpn_gateways_without_zones_are_not_made_any_more(arm: Arm, size: int) -> None:
    """Retired on 2026-09-30; an older one can still be written."""
    _prepare(arm)
    arm.put(*public_address("pip"))
    old = vpn_gateway("vpn", "hub", "pip", sku=_sku(f"VpnGw{size}"))
    new = vpn_gateway("vpn", "hub", "pip")
    path, body = old
    body["properties"]["sku"] = _sku(f"VpnGw{size}")

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "NonAzSkusNotAllowedForVPNGateway",
        "message": "VpnGw1-5 non-AZ SKUs are no longer supported for VPN gateways. Only VpnGw1-5AZ "
        "SKUs can be created going forward.",
        "details": [],
    }
    arm.put(path, body, **{"api-version": "2023-11-01"})
    arm.put(path, body)
    arm.put(*new)


def test_gwy_03_an_expressroute_gateway_is_given_no_public_address(arm: Arm) -> None:
    """Microsoft manages it."""
    _prepare(arm)
    arm.put(*public_address("ip"))
    where = {"id": f"{NETWORK}/virtualNetworks/hub/subnets/GatewaySubnet"}
    properties = {"subnet": where, "publicIPAddress": {"id": f"{NETWORK}/publicIPAddresses/ip"}}
    addressed = gateway(
        "gateway", "hub", ipConfigurations=[{"name": "x", "properties": properties}]
    )

    assert arm.refusal(*addressed) == "GATEWAY_PUBLIC_ADDRESS"

    arm.put(*gateway("gateway", "hub"))
    arm.delete(gateway("gateway", "hub")[0])
    path, body = addressed
    recorded = {"api-version": "2023-02-01"}
    assert arm.send("PUT", path, body, recorded).status == 201


def test_gwy_06_a_gateway_lies_in_gatewaysubnet(arm: Arm) -> None:
    """VN-09: the name is fixed. A subnet that is not there, none at all: refused."""
    _prepare(arm)
    arm.put(*subnet("hub", "app", "10.0.0.64/26"))

    assert arm.refusal(*gateway("gateway", "hub", "app")) == "GATEWAY_SUBNET"
    assert arm.refusal(*gateway("gateway", "hub", "none")) == "REFERENCE_NOT_FOUND"
    nowhere = gateway("gateway", "hub", ipConfigurations=[])
    assert arm.refusal(*nowhere) == "GATEWAY_SUBNET"


def test_gwy_06_a_gateway_is_in_the_region_of_its_network(arm: Arm) -> None:
    """To a gateway of another region the subnet is not there."""
    _prepare(arm)
    path, body = gateway("gateway", "hub")

    elsewhere = arm.refusal(path, body | {"location": "southeastasia"})

    assert elsewhere == "REFERENCE_NOT_FOUND"


def test_gwy_06_a_gateway_does_not_move(arm: Arm) -> None:
    """Neither type nor network of a gateway can change."""
    arm.hub(other="10.1.0.0/24")
    arm.put(*subnet("other", "GatewaySubnet", "10.1.0.0/26"))

    moved = arm.refusal(*gateway("gateway", "other"))
    turned = arm.refusal(*gateway("gateway", "hub", gatewayType="Vpn"))

    assert (moved, turned) == ("GATEWAY_FIXED", "GATEWAY_FIXED")


def test_gwy_07_one_gateway_of_a_type_in_a_network(arm: Arm) -> None:
    """A second ExpressRoute gateway is refused, a VPN gateway beside it is not."""
    arm.hub()

    assert arm.refusal(*gateway("second", "hub")) == "GATEWAY_SECOND"

    arm.put(*public_address("pip"))
    arm.put(*vpn_gateway("vpn", "hub", "pip"))


def test_gwy_08_type_and_sku_must_be_known(arm: Arm) -> None:
    """The tier of a SKU is its name."""
    _prepare(arm)

    assert arm.refusal(*gateway("gateway", "hub", gatewayType="X")) == "GATEWAY_TYPE"
    for sku in (_sku("VpnGw1"), {"name": "ErGw1AZ", "tier": "Standard"}, {}):
        assert arm.refusal(*gateway("gateway", "hub", sku=sku)) == "GATEWAY_SKU"


def test_gwy_11_a_gateway_with_a_connection_cannot_be_deleted(arm: Arm) -> None:
    """The connection goes first."""
    arm.connected()

    assert arm.refused_delete(GATEWAY) == "GATEWAY_CONNECTED"

    arm.delete(connection("connection", "gateway", "circuit")[0])
    arm.delete(GATEWAY)


def test_vn_10_coexistence_needs_a_27(arm: Arm) -> None:
    """A GatewaySubnet of /29 is enough for one gateway, not for two."""
    _prepare(arm, "10.0.0.0/29")
    arm.put(*public_address("pip"))
    arm.put(*vpn_gateway("vpn", "hub", "pip"))

    assert arm.refusal(*gateway("gateway", "hub")) == "GATEWAY_SUBNET_SMALL"


def test_vn_12_no_gateway_behind_a_default_route_or_without_propagation(arm: Arm) -> None:
    """A table of more specific routes is accepted."""
    arm.networks(hub="10.0.0.0/24")
    default = route("default", "0.0.0.0/0", "VirtualAppliance", "10.0.0.70")
    spoke = route("spoke", "10.1.0.0/24", "VirtualAppliance", "10.0.0.70")
    blocked = "GATEWAY_SUBNET_ROUTES"
    path, _ = route_table("table")
    arm.put(*route_table("table", default))
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26", routeTable={"id": path}))

    assert arm.refusal(*gateway("gateway", "hub")) == blocked
    arm.put(*route_table("table", spoke, disableBgpRoutePropagation=True))
    assert arm.refusal(*gateway("gateway", "hub")) == blocked

    arm.put(*route_table("table", spoke))
    arm.put(*gateway("gateway", "hub"))


def test_vn_12_no_gateway_behind_a_route_that_drops_its_traffic(arm: Arm) -> None:
    """A route to nowhere that contains GatewaySubnet; one beside it does no harm."""
    arm.networks(hub="10.0.0.0/24")
    path, _ = route_table("table")
    arm.put(*route_table("table", route("r", "10.0.0.0/24", "None")))
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26", routeTable={"id": path}))

    assert arm.refusal(*gateway("gateway", "hub")) == "GATEWAY_SUBNET_ROUTES"

    beside = route("r", "10.0.0.128/26", "None"), route("s", "AzureCloud", "None")
    arm.put(*route_table("table", *beside))
    arm.put(*gateway("gateway", "hub"))


def test_gwy_04_a_vpn_gateway_needs_a_public_address(arm: Arm) -> None:
    """Azure's spelling; a SKU of ExpressRoute and a client pool that is none are refused, too."""
    _prepare(arm)
    arm.put(*public_address("pip"))
    path, body = gateway("vpn", "hub", gatewayType="Vpn")

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "PublicIpForGatewayIsRequired",
        "message": "Public IP address reference is required for gateway IP configration "
        f"{path}/ipConfigurations/default.",
        "details": [],
    }
    path, body = vpn_gateway("vpn", "hub", "pip")
    pool = {"vpnClientAddressPool": {"addressPrefixes": ["nonsense"]}}

    def refused(**change: object) -> str:
        return arm.refusal(path, body | {"properties": body["properties"] | change})

    assert refused(sku=_sku("ErGw1AZ")) == "VPN_GATEWAY_SKU"
    assert refused(vpnClientConfiguration=pool) == "VPN_CLIENT_POOL"
    arm.put(path, body)
    settings = {"asn": 65515, "bgpPeeringAddress": "10.0.0.62", "peerWeight": 0}
    assert arm.properties(path)["bgpSettings"].items() >= settings.items()


def test_gwy_12_a_public_address_in_use_cannot_be_deleted(arm: Arm) -> None:
    """Nor used by a second gateway; it goes after the gateway."""
    arm.networks(hub="10.0.0.0/24", other="10.1.0.0/24")
    for name, prefix in (("hub", "10.0.0.0/26"), ("other", "10.1.0.0/26")):
        arm.put(*subnet(name, "GatewaySubnet", prefix))
    address, body = public_address("pip")
    arm.put(address, body)
    path, _ = vpn_gateway("vpn", "hub", "pip")
    arm.put(*vpn_gateway("vpn", "hub", "pip"))

    user = f"{path}/ipConfigurations/default"
    assert arm.refused("DELETE", address, None, {}) == {
        "status": 400,
        "code": "PublicIPAddressCannotBeDeleted",
        "message": f"Public IP address {address} can not be deleted since it is still allocated to "
        f"resource {user}. In order to delete the public IP, disassociate/detach the Public IP "
        "address from the resource.  To learn how to do this, see aka.ms/deletepublicip.",
        "details": [],
    }
    assert arm.properties(address)["ipConfiguration"] == {"id": user}
    second, wanted = vpn_gateway("second", "other", "pip")
    assert arm.refused("PUT", second, wanted, {}) == {
        "status": 400,
        "code": "PublicIPAddressInUse",
        "message": f"Resource {second}/ipConfigurations/default is referencing public IP address "
        f"{address} that is already allocated to resource {user}.",
        "details": [],
    }
    arm.delete(path)
    arm.delete(address)


def _site(arm: Arm) -> None:
    """Make two networks with VPN gateways, and a device on premises."""
    arm.networks(hub="10.0.0.0/24", other="10.1.0.0/24")
    for name, prefix in (("hub", "10.0.0.0/26"), ("other", "10.1.0.0/26")):
        arm.put(*subnet(name, "GatewaySubnet", prefix))
        arm.put(*public_address(f"pip-{name}"))
        arm.put(*vpn_gateway(f"vpn-{name}", name, f"pip-{name}"))
    arm.put(*local_gateway("site", "192.168.3.0/24"))


def _vpn(kind: str, **ends: str) -> tuple[str, dict[str, object]]:
    types = {"localNetworkGateway2": "localNetworkGateways"}
    named = {
        end: {"id": f"{NETWORK}/{types.get(end, 'virtualNetworkGateways')}/{name}"}
        for end, name in ends.items()
    }
    properties = {"connectionType": kind, "sharedKey": "secret"} | named
    return f"{NETWORK}/connections/vpn", {"location": "eastasia", "properties": properties}


def test_vpn_connections_are_ipsec_or_vnet_to_vnet(arm: Arm) -> None:
    """To a device or another gateway, with a shared key; done in 11 s; its ends are in use."""
    _site(arm)
    ipsec = _vpn("IPsec", virtualNetworkGateway1="vpn-hub", localNetworkGateway2="site")

    made = arm.put(*ipsec)["properties"]

    assert made["provisioningState"] == "Updating"
    assert arm.properties(ipsec[0]) == made | {
        "provisioningState": "Succeeded",
        "connectionStatus": "Unknown",
    }
    assert made["connectionProtocol"] == "IKEv2"
    assert arm.log()[-1].seconds == 11.0
    assert arm.refused_delete(f"{NETWORK}/localNetworkGateways/site") == ("LOCAL_GATEWAY_IN_USE")
    gateway_in_use = arm.refused_delete(f"{NETWORK}/virtualNetworkGateways/vpn-hub")
    assert gateway_in_use == "GATEWAY_CONNECTED"
    turned = _vpn("Vnet2Vnet", virtualNetworkGateway1="vpn-hub", virtualNetworkGateway2="vpn-other")
    assert arm.refusal(*turned) == "VPN_CONNECTION"
    arm.delete(ipsec[0])
    arm.put(*turned)


def test_invalid_vpn_connections_are_refused(arm: Arm) -> None:
    """Without the other end, with itself, with an ExpressRoute gateway."""
    _site(arm)
    arm.put(*gateway("express", "hub"))

    for wrong in (
        _vpn("IPsec", virtualNetworkGateway1="vpn-hub"),
        _vpn("IPsec", virtualNetworkGateway1="express", localNetworkGateway2="site"),
        _vpn("Vnet2Vnet", virtualNetworkGateway1="vpn-hub", virtualNetworkGateway2="vpn-hub"),
        _vpn("Vnet2Vnet", virtualNetworkGateway1="vpn-hub", virtualNetworkGateway2="express"),
    ):
        assert arm.refusal(*wrong) == "VPN_CONNECTION"


def test_a_local_gateway_has_an_address_and_prefixes(arm: Arm) -> None:
    """Prefixes are those of VN-04 and VN-05; an address is one, or there is a name."""
    arm.networks()

    wrong = local_gateway("site", "192.168.3.1/24")
    nowhere = local_gateway("site", "192.168.3.0/24", gatewayIpAddress="there")
    nothing = local_gateway("site", "192.168.3.0/24", gatewayIpAddress=None)

    assert arm.refusal(*wrong) == "PREFIX_HOST_BITS"
    assert arm.refusal(*nowhere) == "LOCAL_GATEWAY_ADDRESS"
    assert arm.refusal(*nothing) == "LOCAL_GATEWAY_ADDRESS"
    arm.put(*local_gateway("site", "192.168.3.0/24", gatewayIpAddress=None, fqdn="vpn.example.com"))
