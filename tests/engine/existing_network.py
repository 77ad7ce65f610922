"""A production network as somebody made it with Microsoft's SDK, names and habits of his own."""

from collections.abc import Iterator
from typing import Any

from tests.simulator.http.sdk_topology import SUBSCRIPTION, clients, model

GROUP = "rg-prod-network"
CIRCUITS = "rg-prod-circuits"
PLACE = {"location": "eastasia", "tags": {"owner": "network"}}
ELSEWHERE = PLACE | {"location": "japaneast"}
"""Of the circuit's record."""
SPOKES = {"shop": "10.1.0.0/16", "billing": "10.2.0.0/16"}
_NVA = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}
Part = tuple[str, str, str, tuple[str, ...], dict[str, Any], dict[str, str]]


def identity(path: str, group: str = GROUP) -> str:
    root = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
    return f"{root}/providers/Microsoft.Network/{path}"


def make(address: str) -> None:
    """Make the network by Microsoft's pollers."""
    here, resources = clients(address)
    for group, place in ((GROUP, PLACE), (CIRCUITS, ELSEWHERE)):
        resources.resource_groups.create_or_update(group, dict(place))
    for group, operations, kind, names, body, query in parts():
        begin = getattr(here, operations).begin_create_or_update
        begin(group, *names, model(kind, body), **query).result()


def parts() -> Iterator[Part]:
    """Yield group, operations, model, names, body and query, in the order Azure demands."""
    yield table("rt-onward", {"everything": "0.0.0.0/0"}, propagates=False)
    yield table("rt-back", SPOKES, propagates=True)
    yield from network("prod-hub", "10.0.0.0/16")
    yield subnet("prod-hub", "GatewaySubnet", "10.0.0.0/26", table="rt-back")
    yield subnet("prod-hub", "appliances", "10.0.1.0/24")
    for name, prefix in SPOKES.items():
        yield from network(f"prod-{name}", prefix)
        app = prefix.replace("/16", "/24")
        yield subnet(f"prod-{name}", "app", app, table="rt-onward", protected=True)
    yield from gateway()
    yield from circuit()
    for name, prefix in SPOKES.items():
        yield half("prod-hub", f"to-{name}", f"prod-{name}", prefix, gives=True)
        yield half(f"prod-{name}", "to-hub", "prod-hub", "10.0.0.0/16", gives=False)


def table(name: str, routes: dict[str, str], *, propagates: bool) -> Part:
    listed = [
        {"name": route, "properties": {"addressPrefix": prefix} | _NVA}
        for route, prefix in sorted(routes.items())
    ]
    properties = {"disableBgpRoutePropagation": not propagates, "routes": listed}
    body = PLACE | {"properties": properties}
    return GROUP, "route_tables", "RouteTable", (name,), body, {}


def network(name: str, prefix: str) -> Iterator[Part]:
    space = {"addressSpace": {"addressPrefixes": [prefix]}, "dhcpOptions": {"dnsServers": []}}
    body = PLACE | {"properties": space}
    yield GROUP, "virtual_networks", "VirtualNetwork", (name,), body, {}


def subnet(
    network: str, name: str, prefix: str, *, table: str = "", protected: bool = False
) -> Part:
    properties: dict[str, Any] = {
        "addressPrefix": prefix,
        "serviceEndpoints": [{"service": "Microsoft.Storage"}] if protected else [],
        "defaultOutboundAccess": not protected,
    }
    if table:
        properties["routeTable"] = {"id": identity(f"routeTables/{table}")}
    return GROUP, "subnets", "Subnet", (network, name), {"properties": properties}, {}


def half(network: str, name: str, remote: str, prefix: str, *, gives: bool) -> Part:
    properties = {
        "remoteVirtualNetwork": {"id": identity(f"virtualNetworks/{remote}")},
        "remoteAddressSpace": {"addressPrefixes": [prefix]},
        "allowVirtualNetworkAccess": True,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": gives,
        "useRemoteGateways": not gives,
    }
    kind, query = "VirtualNetworkPeering", {"sync_remote_address_space": "true"}
    return (
        GROUP,
        "virtual_network_peerings",
        kind,
        (network, name),
        {"properties": properties},
        query,
    )


def gateway() -> Iterator[Part]:
    where = {"subnet": {"id": identity("virtualNetworks/prod-hub/subnets/GatewaySubnet")}}
    properties = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw2AZ", "tier": "ErGw2AZ"},
        "ipConfigurations": [{"name": "default", "properties": where}],
    }
    kind, body = "VirtualNetworkGateway", PLACE | {"properties": properties}
    yield GROUP, "virtual_network_gateways", kind, ("prod-gateway",), body, {}


def circuit() -> Iterator[Part]:
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": "Hong Kong",
        "bandwidthInMbps": 200,
    }
    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    body = ELSEWHERE | {"sku": sku, "properties": {"serviceProviderProperties": provider}}
    yield CIRCUITS, "express_route_circuits", "ExpressRouteCircuit", ("line-1",), body, {}
    private = {
        "peeringType": "AzurePrivatePeering",
        "peerASN": 65001,
        "vlanId": 100,
        "primaryPeerAddressPrefix": "172.16.0.0/30",
        "secondaryPeerAddressPrefix": "172.16.0.4/30",
    }
    operations, kind = "express_route_circuit_peerings", "ExpressRouteCircuitPeering"
    names = ("line-1", "AzurePrivatePeering")
    yield CIRCUITS, operations, kind, names, {"properties": private}, {}
    connection = {
        "connectionType": "ExpressRoute",
        "virtualNetworkGateway1": {"id": identity("virtualNetworkGateways/prod-gateway")},
        "peer": {"id": identity("expressRouteCircuits/line-1", CIRCUITS)},
        "routingWeight": 10,
    }
    body = PLACE | {"properties": connection}
    operations, kind = "virtual_network_gateway_connections", "VirtualNetworkGatewayConnection"
    yield GROUP, operations, kind, ("prod-to-line-1",), body, {}
