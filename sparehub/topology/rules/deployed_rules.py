"""What a change does to what stands: asked of what a stack recorded when it was last deployed."""

from collections.abc import Iterator
from typing import NamedTuple

from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.state.resources import Resources


class DeployedStack(NamedTuple):
    """A stack as it is to be, and its resources as they are."""

    stack: Stack
    resources: Resources


@rule(
    "RT-25b",
    severity="warning",
    why="Switching the endpoint on closes the subnet's open connections to storage.",
)
def storage_endpoints_are_there_already(standing: DeployedStack) -> Iterator[RuleFault]:
    """Of spoke subnets that stand; a new one has no connections."""
    without = set(_without_storage(standing.resources))
    for spoke in standing.stack.region.spokes:
        for subnet in spoke.virtual_network.subnets:
            wanted = STORAGE_ENDPOINT in subnet.service_endpoints
            if wanted and (spoke.key, subnet.name) in without:
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                message = (
                    f"gets the {STORAGE_ENDPOINT} endpoint, which closes its machines' open "
                    "connections to storage: deploy when they can bear that"
                )
                yield RuleFault(path, message)


def _without_storage(resources: Resources) -> Iterator[tuple[str, str]]:
    """Yield spoke and subnet, which a subnet's logical name holds."""
    for urn, resource in resources.items():
        *_, role, spoke, subnet = ("", "", "", *urn.split("::")[-1].split("/"))
        outputs = resource.get("outputs") or {}
        is_subnet = resource.get("type") == "azure-native:network:Subnet"
        if not (role == "spoke" and is_subnet and outputs):
            continue
        endpoints = outputs.get("serviceEndpoints") or ()
        if STORAGE_ENDPOINT not in {endpoint.get("service") for endpoint in endpoints}:
            yield spoke, subnet


DEPLOYED = (storage_endpoints_are_there_already,)


def check_deployed(stack: Stack, resources: Resources) -> Iterator[Finding]:
    """Yield what a deployment would do to what stands."""
    for each in DEPLOYED:
        for problem in each.problems(DeployedStack(stack, resources)):
            yield Finding.of(problem, stack.name, each.severity)
