"""Microsoft's own clients make the reference topology, read it back, and take it down again.

``python -m tests.simulator.http.sdk_topology ADDRESS DIRECTORY`` uses the ``azure-mgmt-network``
that is
first on the path, unmodified but for its base URL, a static credential and a policy that allows
HTTP. It prints what it found as JSON.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt import network
from azure.mgmt.network import NetworkManagementClient, models
from azure.mgmt.resource.resources import ResourceManagementClient

from sparehub.simulator import control

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = "rg-reference"
SPOKES = {"spoke1": "10.1.0.0/16", "spoke2": "10.2.0.0/16"}
_ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network"
_PLACE = {"location": "eastasia"}


class StaticCredential:
    """A credential whose token is always the same."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken("anything", 4_102_444_800)


class PlainBearer(SansIOHTTPPolicy[Any, Any]):
    """Sets the token also where there is no TLS, which the clients' own policy refuses."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.http_request.headers["Authorization"] = "Bearer anything"


def clients(address: str) -> tuple[Any, Any]:
    options: dict[str, Any] = {
        "base_url": address,
        "authentication_policy": PlainBearer(),
        "polling_interval": 0,
    }
    credential = StaticCredential()
    return (
        NetworkManagementClient(credential, SUBSCRIPTION, **options),
        ResourceManagementClient(credential, SUBSCRIPTION, **options),
    )


def model(name: str, body: dict[str, Any]) -> Any:
    """Return a request body as the version of the client wants it: a model, or plain JSON."""
    kind = getattr(models, name)
    return kind.deserialize(body) if hasattr(kind, "deserialize") else body


def reference(text: str) -> dict[str, str]:
    return {"id": f"{_ROOT}/{text}"}


def peering(remote: str, **flags: bool) -> dict[str, Any]:
    there = {"remoteVirtualNetwork": reference(f"virtualNetworks/{remote}")}
    return {"properties": there | {"allowForwardedTraffic": True} | flags}


def route(name: str, prefix: str) -> dict[str, Any]:
    hop = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}
    return {"name": name, "properties": {"addressPrefix": prefix} | hop}


def parts() -> Iterator[tuple[str, str, tuple[str, ...], dict[str, Any]]]:
    """Return the topology in the order Azure demands: operations, model, names, body."""
    yield (
        "route_tables",
        "RouteTable",
        ("rt-spokes",),
        _PLACE
        | {
            "properties": {
                "disableBgpRoutePropagation": True,
                "routes": [route("all", "0.0.0.0/0")],
            }
        },
    )
    gateway_routes = [route(name, prefix) for name, prefix in SPOKES.items()]
    table = {"properties": {"routes": gateway_routes}}
    yield "route_tables", "RouteTable", ("rt-gateway",), _PLACE | table
    space = {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    yield "virtual_networks", "VirtualNetwork", ("hub",), _PLACE | space
    with_table = {"routeTable": reference("routeTables/rt-gateway")}
    subnet = {"properties": {"addressPrefix": "10.0.0.0/26"} | with_table}
    yield "subnets", "Subnet", ("hub", "GatewaySubnet"), subnet
    yield "subnets", "Subnet", ("hub", "nva"), {"properties": {"addressPrefix": "10.0.1.0/24"}}
    for name, prefix in SPOKES.items():
        inline = {
            "name": "app",
            "properties": {
                "addressPrefix": prefix.replace("/16", "/24"),
                "routeTable": reference("routeTables/rt-spokes"),
            },
        }
        spoke = {"addressSpace": {"addressPrefixes": [prefix]}, "subnets": [inline]}
        yield "virtual_networks", "VirtualNetwork", (name,), _PLACE | {"properties": spoke}
    in_subnet = {"subnet": reference("virtualNetworks/hub/subnets/GatewaySubnet")}
    gateway = {
        "gatewayType": "ExpressRoute",
        "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
        "ipConfigurations": [{"name": "default", "properties": in_subnet}],
    }
    yield (
        "virtual_network_gateways",
        "VirtualNetworkGateway",
        ("ergw",),
        _PLACE | {"properties": gateway},
    )
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": "Hong Kong",
        "bandwidthInMbps": 200,
    }
    sku = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
    circuit = {"sku": sku, "properties": {"serviceProviderProperties": provider}}
    yield "express_route_circuits", "ExpressRouteCircuit", ("erc",), _PLACE | circuit
    private = {
        "peeringType": "AzurePrivatePeering",
        "peerASN": 65001,
        "vlanId": 100,
        "primaryPeerAddressPrefix": "172.16.0.0/30",
        "secondaryPeerAddressPrefix": "172.16.0.4/30",
    }
    yield (
        "express_route_circuit_peerings",
        "ExpressRouteCircuitPeering",
        ("erc", "AzurePrivatePeering"),
        {"properties": private},
    )
    yield (
        "express_route_circuit_authorizations",
        "ExpressRouteCircuitAuthorization",
        ("erc", "for-hub"),
        {"properties": {}},
    )
    connection = {
        "connectionType": "ExpressRoute",
        "virtualNetworkGateway1": reference("virtualNetworkGateways/ergw"),
        "peer": reference("expressRouteCircuits/erc"),
    }
    yield (
        "virtual_network_gateway_connections",
        "VirtualNetworkGatewayConnection",
        ("con",),
        _PLACE | {"properties": connection},
    )
    for name in SPOKES:
        half = peering(name, allowGatewayTransit=True)
        yield "virtual_network_peerings", "VirtualNetworkPeering", ("hub", f"to-{name}"), half
        half = peering("hub", useRemoteGateways=True)
        yield "virtual_network_peerings", "VirtualNetworkPeering", (name, "to-hub"), half


def state(found: Any) -> str:
    """Return the provisioning state of an answer: an attribute in both versions."""
    value = found.provisioning_state
    return str(getattr(value, "value", value))


def run(address: str, directory: Path) -> dict[str, Any]:
    """Make, read, list and delete the topology; return what the clients' models said."""
    here, resources = clients(address)
    group = resources.resource_groups.create_or_update(GROUP, dict(_PLACE))
    made, listed = {}, {}
    wanted = list(parts())
    for operations, kind, names, body in wanted:
        of = getattr(here, operations)
        made["/".join(names)] = state(
            of.begin_create_or_update(GROUP, *names, model(kind, body)).result()
        )
    for operations, _, names, _ in wanted:
        of = getattr(here, operations)
        assert state(of.get(GROUP, *names)) == "Succeeded", names
        listed["/".join([operations, *names[:-1]])] = len(list(of.list(GROUP, *names[:-1])))
    spoke = here.virtual_network_peerings.get(GROUP, "spoke1", "to-hub")
    circuit = here.express_route_circuits.get(GROUP, "erc")
    found = {
        "version": network.__version__,
        "group": group.properties.provisioning_state,
        "exists": resources.resource_groups.check_existence(GROUP),
        "made": made,
        "listed": listed,
        "peering": [
            spoke.peering_state,
            spoke.remote_virtual_network.id,
            spoke.use_remote_gateways,
        ],
        "circuit": [circuit.service_provider_provisioning_state, circuit.sku.tier],
        "refused": refused(here),
    }
    take_down(here, resources, wanted, directory)
    return found | {"left": resources.resource_groups.check_existence(GROUP)}


def refused(here: Any) -> list[Any]:
    """Return how the client shows a refusal: deleting a circuit that is connected."""
    try:
        here.express_route_circuits.begin_delete(GROUP, "erc").result()
    except Exception as problem:  # noqa: BLE001  each version has an error class of its own
        return [getattr(problem, "status_code", None), type(problem).__name__]
    return []


def take_down(here: Any, resources: Any, wanted: list[Any], directory: Path) -> None:
    """Delete in the other direction; the provider takes its circuit back first (ER-39)."""
    for operations, _, names, _ in reversed(wanted):
        if operations == "express_route_circuits":
            control.deprovision(directory, "erc")
        getattr(here, operations).begin_delete(GROUP, *names).result()
    resources.resource_groups.begin_delete(GROUP).result()


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201  its report
