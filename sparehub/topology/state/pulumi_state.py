"""The one decoder of Pulumi's state: the resources and outputs that a stack recorded.

Pulumi writes a state with ``pulumi stack export``; the part that is read here is ``deployment``.
"""

from collections.abc import Mapping
from typing import Any

from sparehub.topology.state.resources import Resources

STACK_TYPE = "pulumi:pulumi:Stack"
"""The type token of the stack itself, whose outputs are those of the program."""


def recorded_resources(deployment: Mapping[str, Any]) -> Resources:
    """Return type and outputs of each resource of an exported state, by URN.

    A replaced resource that is still to be deleted is left out: its replacement has the same URN.
    The outputs of a resource with an id have it as ``id``, as in a Pulumi program.
    """
    resources = {}
    for resource in deployment.get("resources") or ():
        if resource.get("delete"):
            continue
        outputs = dict(resource.get("outputs") or {})
        if resource.get("custom") and resource.get("id"):
            outputs["id"] = resource["id"]
        resources[resource["urn"]] = {"type": resource["type"], "outputs": outputs}
    return resources


def outputs_of(resources: Resources, type_token: str = STACK_TYPE) -> Mapping[str, Any]:
    """Return the outputs of the first resource of a type; empty where none recorded any."""
    outputs = (r.get("outputs") for r in resources.values() if r.get("type") == type_token)
    return next(filter(None, outputs), {})
