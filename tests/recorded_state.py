"""What Pulumi records of a region, made from the region's own graph: ids as Azure gives them."""

from copy import deepcopy
from typing import Any

from components.stack_program.program import outputs
from sparehub.testing.mocks import SUBSCRIPTION as OF_MOCKS
from sparehub.topology.azure.resource_paths import RESOURCE_PATHS
from sparehub.topology.model.build import build
from sparehub.topology.state.resources import Resources
from tests.components.region_states import graph_of
from tests.configurations import stack_of

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def recorded(values: dict[str, Any], stack: str = "primary") -> Resources:
    """Return what ``pulumi stack export`` would hold of a region that was just built."""
    config = stack_of(values)
    region = build(config)
    graph = graph_of(region)
    azure = {name: each for name, each in graph.items() if each.type.startswith("azure-native")}
    found: dict[str, Any] = {
        f"urn:pulumi:{stack}::sparehub::pulumi:pulumi:Stack::sparehub-{stack}": {
            "type": "pulumi:pulumi:Stack",
            "outputs": deepcopy(dict(outputs(config, region))),
        }
    }
    for name, each in azure.items():
        asked = {*_naming_inputs(each.type), "resourceGroupName", "syncRemoteAddressSpace"}
        properties = {key: value for key, value in each.inputs.items() if key not in asked}
        urn = f"urn:pulumi:{stack}::sparehub::{each.type}::{name}"
        answered = properties | {"id": each.outputs["id"]}
        found[urn] = {"type": each.type, "outputs": _resolved(answered)}
    return found


def of(resources: Resources, name: str) -> dict[str, Any]:
    """Return the outputs of the resource with a logical name, to be changed."""
    urn = next(urn for urn in resources if urn.endswith(f"::region/{name}"))
    changed: dict[str, Any] = resources[urn]["outputs"]
    return changed


def without(resources: Resources, name: str) -> Resources:
    """Return the resources without the one of a logical name."""
    return {u: each for u, each in resources.items() if not u.endswith(f"::region/{name}")}


def _naming_inputs(token: str) -> list[str]:
    """Return the inputs that are parts of the id and not of the body."""
    return [name for _, name in RESOURCE_PATHS.get(token.rpartition(":")[2], ())]


def _resolved(value: Any) -> Any:
    """Return a value with the ids of this subscription in the place of the mocks'."""
    if isinstance(value, dict):
        return {name: _resolved(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each) for each in value]
    return value.replace(OF_MOCKS, SUBSCRIPTION) if isinstance(value, str) else value
