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


def public_address(name: str, location: str = "eastasia", **more: Any) -> Written:
    properties = {"publicIPAllocationMethod": "Static"} | more
    body = {"location": location, "sku": {"name": "Standard"}, "properties": properties}
    return f"{NETWORK}/publicIPAddresses/{name}", body


def vpn_gateway(name: str, network: str, address: str, **more: Any) -> Written:
    path, body = gateway(name, network, gatewayType="Vpn", vpnType="RouteBased", **more)
    (configuration,) = body["properties"]["ipConfigurations"]
    public = {"publicIPAddress": {"id": f"{NETWORK}/publicIPAddresses/{address}"}}
    configuration["properties"] |= public
    body["properties"]["sku"] = {"name": "VpnGw1AZ", "tier": "VpnGw1AZ"}
    return path, body


def local_gateway(name: str, *prefixes: str, **more: Any) -> Written:
    properties = {
        "gatewayIpAddress": "203.0.113.1",
        "localNetworkAddressSpace": {"addressPrefixes": list(prefixes)},
    }
    path = f"{NETWORK}/localNetworkGateways/{name}"
    return path, {"location": "eastasia", "properties": properties | more}


def ip_configuration(name: str, where: str, address: str | None = None, **more: Any) -> Body:
    """An IP configuration in ``network/subnet``, with a static address if one is given."""
    network, _, subnet_name = where.partition("/")
    path = f"{NETWORK}/virtualNetworks/{network}/subnets/{subnet_name}"
    static = {"privateIPAllocationMethod": "Static", "privateIPAddress": address}
    properties = {"subnet": {"id": path}} | (static if address else {}) | more
    return {"name": name, "properties": properties}


def interface(name: str, where: str, address: str | None = None, **more: Any) -> Written:
    path = f"{NETWORK}/networkInterfaces/{name}"
    properties = {"ipConfigurations": [ip_configuration("default", where, address)]} | more
    return path, {"location": "eastasia", "properties": properties}


def machine(name: str, *interfaces: str, location: str = "eastasia") -> Written:
    named = [{"id": f"{NETWORK}/networkInterfaces/{each}"} for each in interfaces]
    body = {
        "location": location,
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "networkProfile": {"networkInterfaces": named},
        },
    }
    return f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}", body


def load_balancer(name: str, *frontends: Body, sku: str = "Standard", **more: Any) -> Written:
    properties = {"frontendIPConfigurations": list(frontends)} | more
    body = {"location": "eastasia", "sku": {"name": sku}, "properties": properties}
    return f"{NETWORK}/loadBalancers/{name}", body


def firewall(name: str, *configurations: Body, **more: Any) -> Written:
    properties = {"ipConfigurations": list(configurations)} | more
    return f"{NETWORK}/azureFirewalls/{name}", {"location": "eastasia", "properties": properties}


def security_rule(name: str, priority: int, **more: Any) -> Body:
    properties = {
        "access": "Allow",
        "direction": "Inbound",
        "priority": priority,
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "443",
    }
    return {"name": name, "properties": properties | more}


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
