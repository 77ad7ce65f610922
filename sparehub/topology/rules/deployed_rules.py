"""Rules about the effect of a change on deployed resources, as the stack recorded them."""

from collections.abc import Iterator
from typing import NamedTuple

from sparehub.topology.model.build import STORAGE_ENDPOINT
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.findings import Finding
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.state.resources import Resources


class DeployedStack(NamedTuple):
    """A stack as its file describes it, and its deployed resources."""

    stack: Stack
    resources: Resources


@rule(
    "RT-25b",
    severity="warning",
    why="A new service endpoint closes the subnet's open connections to storage.",
)
def storage_endpoints_exist_already(deployed: DeployedStack) -> Iterator[RuleFault]:
    """On deployed spoke subnets; a new subnet has no connections."""
    without = set(_without_storage(deployed.resources))
    for spoke in deployed.stack.region.spokes:
        for subnet in spoke.virtual_network.subnets:
            has_endpoint = STORAGE_ENDPOINT in subnet.service_endpoints
            if has_endpoint and (spoke.key, subnet.name) in without:
                path = f"region.spokes.{spoke.key}.subnets.{subnet.name}"
                message = (
                    f"gets the {STORAGE_ENDPOINT} endpoint, which closes open connections of its "
                    "machines to storage: deploy at a time when that does no harm"
                )
                yield RuleFault(path, message)


def _without_storage(resources: Resources) -> Iterator[tuple[str, str]]:
    """Yield the spoke and the name of deployed subnets without the endpoint."""
    for urn, resource in resources.items():
        *_, role, spoke, subnet = ("", "", "", *urn.split("::")[-1].split("/"))
        outputs = resource.get("outputs") or {}
        is_subnet = resource.get("type") == "azure-native:network:Subnet"
        if not (role == "spoke" and is_subnet and outputs):
            continue
        endpoints = outputs.get("serviceEndpoints") or ()
        if STORAGE_ENDPOINT not in {endpoint.get("service") for endpoint in endpoints}:
            yield spoke, subnet


DEPLOYED = (storage_endpoints_exist_already,)


def check_deployed(stack: Stack, resources: Resources) -> Iterator[Finding]:
    """Yield the effects of a deployment on deployed resources."""
    for deployed_rule in DEPLOYED:
        for problem in deployed_rule.problems(DeployedStack(stack, resources)):
            yield Finding.of(problem, stack.name, deployed_rule.severity)
