"""Paths and bodies of ARM requests, as short as Azure accepts them."""

from typing import Any

Body = dict[str, Any]
Written = tuple[str, Body]

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-000000000002"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"


def group(path: str = GROUP, location: str = "eastasia") -> Written:
    return path, {"location": location}


def virtual_network(
    name: str, *prefixes: str, location: str = "eastasia", under: str = NETWORK, **more: Any
) -> Written:
    space = {"addressSpace": {"addressPrefixes": list(prefixes)}}
    return f"{under}/virtualNetworks/{name}", {"location": location, "properties": space | more}


def subnet(network: str, name: str, prefix: str, **more: Any) -> Written:
    path = f"{NETWORK}/virtualNetworks/{network}/subnets/{name}"
    return path, {"properties": {"addressPrefix": prefix} | more}


def peering(network: str, remote: str, name: str = "", **flags: Any) -> Written:
    path = f"{NETWORK}/virtualNetworks/{network}/virtualNetworkPeerings/{name or f'to-{remote}'}"
    there = {"remoteVirtualNetwork": {"id": f"{NETWORK}/virtualNetworks/{remote}"}}
    return path, {"properties": there | flags}


def route_table(name: str, *routes: Body, location: str = "eastasia", **more: Any) -> Written:
    properties = {"routes": list(routes)} | more
    return f"{NETWORK}/routeTables/{name}", {"location": location, "properties": properties}


def route(name: str, prefix: str, hop: str, address: str | None = None) -> Body:
    properties = {"addressPrefix": prefix, "nextHopType": hop}
    return {
        "name": name,
        "properties": properties | ({"nextHopIpAddress": address} if address else {}),
    }


def security_group(name: str) -> Written:
    return f"{NETWORK}/networkSecurityGroups/{name}", {"location": "eastasia", "properties": {}}


def gateway(name: str, network: str, subnet_name: str = "GatewaySubnet", **more: Any) -> Written:
    where = {"id": f"{NETWORK}/virtualNetworks/{network}/subnets/{subnet_name}"}
    properties = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
        "ipConfigurations": [{"name": "default", "properties": {"subnet": where}}],
    }
    path = f"{NETWORK}/virtualNetworkGateways/{name}"
    return path, {"location": "eastasia", "properties": properties | more}


def circuit(
    name: str,
    place: str = "Hong Kong",
    tier: str = "Standard",
    under: str = NETWORK,
    **more: object,
) -> Written:
    offer = {
        "serviceProviderName": "Equinix",
        "peeringLocation": place,
        "bandwidthInMbps": 1000,
    } | more
    sku = {"name": f"{tier}_MeteredData", "tier": tier, "family": "MeteredData"}
    body = {
        "location": "eastasia",
        "sku": sku,
        "properties": {"serviceProviderProperties": offer},
    }
    return f"{under}/expressRouteCircuits/{name}", body


def private_peering(circuit_name: str, **more: Any) -> Written:
    properties = {
        "peeringType": "AzurePrivatePeering",
        "peerASN": 65001,
        "vlanId": 100,
        "primaryPeerAddressPrefix": "172.16.0.0/30",
        "secondaryPeerAddressPrefix": "172.16.0.4/30",
    }
    path = f"{NETWORK}/expressRouteCircuits/{circuit_name}/peerings/AzurePrivatePeering"
    return path, {"properties": properties | more}


def authorization(circuit_name: str, name: str) -> Written:
    return f"{NETWORK}/expressRouteCircuits/{circuit_name}/authorizations/{name}", {}


def connection(
    name: str, gateway_name: str, circuit_path: str, location: str = "eastasia", **more: Any
) -> Written:
    if not circuit_path.startswith("/"):
        circuit_path = f"{NETWORK}/expressRouteCircuits/{circuit_path}"
    properties = {
        "connectionType": "ExpressRoute",
        "virtualNetworkGateway1": {"id": f"{NETWORK}/virtualNetworkGateways/{gateway_name}"},
        "peer": {"id": circuit_path},
    }
    body = {"location": location, "properties": properties | more}
    return f"{NETWORK}/connections/{name}", body
