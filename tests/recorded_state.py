"""What Pulumi records of a region, made from the region's own graph: ids as Azure gives them."""

from copy import deepcopy
from typing import Any

from components.stack_program.program import outputs
from sparehub.testing.mocks import SUBSCRIPTION as OF_MOCKS
from sparehub.topology.model.build import build
from sparehub.topology.state.resources import Resources
from tests.components.region_states import graph_of
from tests.configurations import stack_of

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
_PATHS = {
    "ResourceGroup": ("", "resourceGroupName"),
    "VirtualNetwork": ("virtualNetworks/{}", "virtualNetworkName"),
    "Subnet": ("virtualNetworks/{}/subnets/{}", "virtualNetworkName subnetName"),
    "VirtualNetworkPeering": (
        "virtualNetworks/{}/virtualNetworkPeerings/{}",
        "virtualNetworkName virtualNetworkPeeringName",
    ),
    "RouteTable": ("routeTables/{}", "routeTableName"),
    "VirtualNetworkGateway": ("virtualNetworkGateways/{}", "virtualNetworkGatewayName"),
    "VirtualNetworkGatewayConnection": (
        "connections/{}",
        "virtualNetworkGatewayConnectionName",
    ),
    "ExpressRouteCircuit": ("expressRouteCircuits/{}", "circuitName"),
    "ExpressRouteCircuitPeering": (
        "expressRouteCircuits/{}/peerings/{}",
        "circuitName peeringName",
    ),
}


def recorded(values: dict[str, Any], stack: str = "primary") -> Resources:
    """Return what ``pulumi stack export`` would hold of a region that was just built."""
    config = stack_of(values)
    region = build(config)
    graph = graph_of(region).document()
    azure = {name: each for name, each in graph.items() if each["type"].startswith("azure-native")}
    names = {name: list(_parameters(each).values())[-1] for name, each in azure.items()}
    ids: dict[str, str] = {}
    for name, each in azure.items():
        ids[name] = _identity(each, names)
    found: dict[str, Any] = {
        f"urn:pulumi:{stack}::sparehub::pulumi:pulumi:Stack::sparehub-{stack}": {
            "type": "pulumi:pulumi:Stack",
            "outputs": deepcopy(dict(outputs(config, region))),
        }
    }
    for name, each in azure.items():
        asked = {*_parameters(each), "resourceGroupName", "syncRemoteAddressSpace"}
        inputs = {key: value for key, value in each["inputs"].items() if key not in asked}
        properties = _resolved(inputs)
        urn = f"urn:pulumi:{stack}::sparehub::{each['type']}::{name}"
        found[urn] = {"type": each["type"], "outputs": properties | {"id": ids[name]}}
    return found


def of(resources: Resources, name: str) -> dict[str, Any]:
    """Return the outputs of the resource with a logical name, to be changed."""
    urn = next(urn for urn in resources if urn.endswith(f"::region/{name}"))
    changed: dict[str, Any] = resources[urn]["outputs"]
    return changed


def without(resources: Resources, name: str) -> Resources:
    """Return the resources without the one of a logical name."""
    return {u: each for u, each in resources.items() if not u.endswith(f"::region/{name}")}


def _parameters(resource: Any) -> dict[str, str]:
    kind = resource["type"].rsplit(":", 1)[-1]
    return {name: resource["inputs"][name] for name in _PATHS[kind][1].split()}


def _identity(resource: Any, names: dict[str, str]) -> str:
    path, _ = _PATHS[resource["type"].rsplit(":", 1)[-1]]
    group = resource["inputs"]["resourceGroupName"]
    root = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{names.get(group, group)}"
    filled = path.format(*(names.get(each, each) for each in _parameters(resource).values()))
    return f"{root}/providers/Microsoft.Network/{filled}" if filled else root


def _resolved(value: Any) -> Any:
    """Return a value with the ids of this subscription in the place of the mocks'."""
    if isinstance(value, dict):
        return {name: _resolved(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each) for each in value]
    return value.replace(OF_MOCKS, SUBSCRIPTION) if isinstance(value, str) else value
