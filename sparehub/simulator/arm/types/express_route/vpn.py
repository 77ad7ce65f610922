"""VPN: gateways with a public address, connections with a shared key."""

from ipaddress import ip_network
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.attached.public_ip_address import basic_addresses
from sparehub.simulator.arm.types.base import CURRENT_API_VERSION, Write, is_api_version_before
from sparehub.simulator.arm.types.express_route.local_network_gateway import LOCAL_GATEWAY
from sparehub.simulator.arm.types.network.virtual_network import subnet_networks

VPN = "Vpn"
IPSEC = "IPsec"
VNET_TO_VNET = "Vnet2Vnet"
_WITHOUT_ZONES = frozenset(f"VpnGw{size}" for size in range(1, 6))
"""Retired on 2026-09-30: no new ones (GWY-19); those that stand become the others by themselves."""
_SKUS = _WITHOUT_ZONES | {
    *("Basic", "Standard", "HighPerformance", "UltraPerformance"),
    *(f"{name}AZ" for name in _WITHOUT_ZONES),
}
_ASN = 65515
"""The autonomous system of Azure's gateways:
https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-bgp-overview."""


def check_gateway(write: Write) -> None:
    """Refuse a VPN gateway without a public address (GWY-04), of another's SKU, with a bad pool.

    Refused too is what is no longer made: GWY-18, GWY-19.
    """
    for configuration in write.properties["ipConfigurations"]:
        if "publicIPAddress" not in configuration["properties"]:
            identity = write.id.child("ipConfigurations", configuration["name"])
            raise refusals.GATEWAY_PUBLIC_ADDRESS_NEEDED(id=identity.text)
    sku = write.properties.get("sku", {}).get("name", "Basic")
    if sku not in _SKUS:
        raise refusals.VPN_GATEWAY_SKU(id=write.id.text, name=sku)
    if not write.existing and not is_api_version_before(write, CURRENT_API_VERSION):
        if sku in _WITHOUT_ZONES:
            raise refusals.VPN_GATEWAY_WITHOUT_ZONES()  # noqa: RSE102  an entry is called
        if sku != "Basic" and basic_addresses(write, "ipConfigurations"):
            raise refusals.VPN_GATEWAY_BASIC_ADDRESS(id=write.id.text)
    clients = write.properties.get("vpnClientConfiguration", {})
    for prefix in clients.get("vpnClientAddressPool", {}).get("addressPrefixes", []):
        try:
            ip_network(prefix)
        except ValueError:
            raise refusals.VPN_CLIENT_POOL(id=write.id.text) from None


_NO_CLIENTS = {
    "radiusServers": [],
    "vpnClientIpsecPolicies": [],
    "vpnClientProtocols": ["OpenVPN", "IkeV2"],
    "vpnClientRevokedCertificates": [],
    "vpnClientRootCertificates": [],
}
"""A gateway without point-to-site clients (recorded in azure-mgmt-network 19.3.0)."""


def during_write(gateway: Resource, subnet: Resource | None) -> JsonObject:
    """Return the properties of a VPN gateway while it is written (recorded)."""
    given = gateway.properties.get("vpnClientConfiguration")
    shown: JsonObject = {"vpnClientConfiguration": given or _NO_CLIENTS}
    if "bgpSettings" in gateway.properties:
        shown["bgpSettings"] = bgp_settings(gateway, subnet)
        for peering in shown["bgpSettings"]["bgpPeeringAddresses"]:
            peering["defaultBgpIpAddresses"] = []
    return {**gateway.properties, **shown}


def bgp_settings(gateway: Resource, subnet: Resource | None) -> JsonObject:
    """Return the BGP settings of a VPN gateway; recorded: its address is the subnet's last."""
    given: dict[str, Any] = gateway.properties.get("bgpSettings", {})
    addresses = [str(subnet_networks(subnet)[0][-2])] if subnet else []
    peering = {
        "ipconfigurationId": gateway.properties["ipConfigurations"][0]["id"],
        "defaultBgpIpAddresses": addresses,
        "customBgpIpAddresses": [],
    }
    defaults: JsonObject = {
        "asn": _ASN,
        "bgpPeeringAddress": ",".join(addresses),
        "bgpPeeringAddresses": [peering],
        "peerWeight": 0,
    }
    return defaults | given


def check_connection(write: Write, gateway: Resource) -> None:
    """Refuse a VPN connection whose ends do not exist, or change."""
    properties = write.properties
    if gateway.properties["gatewayType"] != VPN:
        problem = "virtualNetworkGateway1 must be a VPN gateway"
        raise refusals.VPN_CONNECTION(id=write.id.text, problem=problem)
    member = (
        "localNetworkGateway2"
        if properties["connectionType"] == IPSEC
        else ("virtualNetworkGateway2")
    )
    other = write.transaction.get(properties.get(member, {}).get("id", "").lower())
    if other is None or other.key == gateway.key:
        problem = f"{member} is needed, another than virtualNetworkGateway1"
        raise refusals.VPN_CONNECTION(id=write.id.text, problem=problem)
    is_local = other.id.type.lower() == LOCAL_GATEWAY.lower()
    if not is_local and other.properties["gatewayType"] != VPN:
        raise refusals.VPN_CONNECTION(id=write.id.text, problem=f"{member} must be a VPN gateway")
    if write.existing:
        for what in ("connectionType", "virtualNetworkGateway1", member):
            if write.existing.properties.get(what) != properties.get(what):
                raise refusals.VPN_CONNECTION(id=write.id.text, problem=f"{what} cannot change")


DEFAULTS: JsonObject = {
    "connectionProtocol": "IKEv2",
    "ipsecPolicies": [],
    "packetCaptureDiagnosticState": "None",
    "trafficSelectorPolicies": [],
    "usePolicyBasedTrafficSelectors": False,
}
"""Azure's defaults of a VPN connection (recorded in azure-libraries-for-net)."""
