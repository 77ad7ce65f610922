"""Raising the bandwidth of the target's circuit: an option, which a person chooses.

The source document says that a standby circuit may be smaller and raised in a disaster. Azure does
not guarantee it: bandwidth grows only where the port has capacity, and never shrinks (ER-02,
https://learn.microsoft.com/azure/expressroute/expressroute-faqs).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sparehub.topology.azure.durations import CIRCUIT_UPDATE
from sparehub.topology.config.enums import Bandwidth
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Circuit, Region
from sparehub.topology.planning.plan import BandwidthIncrease, PlanStep, StackChange, StepAction


def bandwidth_options(stack: str, source: Region, target: Region, after: str) -> Iterator[PlanStep]:
    """Yield an option for each owned circuit that carries less than the largest of the source."""
    wanted = max((circuit.bandwidth_in_mbps for circuit in source.circuits), default=0)
    for circuit in target.circuits:
        if not isinstance(circuit, Circuit) or circuit.bandwidth_in_mbps >= wanted:
            continue
        key = f"sparehub:region.expressRoute.connections.{circuit.key}.circuit.bandwidthInMbps"
        raised = BandwidthIncrease(
            connection=circuit.key, before=circuit.bandwidth_in_mbps, wanted=wanted
        )
        yield PlanStep(
            id=raised.step,
            title=f"raise {circuit.name} from {circuit.bandwidth_in_mbps} to {wanted} Mbps",
            act=StepAction.RAISE,
            needs=(stack,),
            after=(after,),
            precondition="the port has capacity (ER-02): Azure may refuse",
            action=(
                f"pulumi config set --path '{key}' {wanted} --stack {stack} && "
                f"pulumi up --stack {stack}"
            ),
            postcondition=(
                f"{circuit.name} carries {wanted} Mbps, or what it did where Azure refuses"
            ),
            undo="none: bandwidth cannot be lowered in place (ER-02)",
            seconds=CIRCUIT_UPDATE,
            change=StackChange(
                stack=stack,
                activation=target.activation,
                operations=frozenset([raised.operation]),
            ),
            raises=raised,
        )


def without_increases(stack: Stack, raises: Iterable[BandwidthIncrease]) -> Stack:
    """Return a stack with the bandwidths that it had before they were raised.

    A value that is not the raised one is kept: somebody else wrote it.
    """
    region = stack.config.region
    connections = dict(region.express_route.connections)
    for increase in raises:
        connection = connections.get(increase.connection)
        if connection is None or connection.circuit.bandwidth_in_mbps != increase.wanted:
            continue
        update = {"bandwidth_in_mbps": Bandwidth(increase.before)}
        circuit = connection.circuit.model_copy(update=update)
        connections[increase.connection] = connection.model_copy(update={"circuit": circuit})
    express_route = region.express_route.model_copy(update={"connections": connections})
    region = region.model_copy(update={"express_route": express_route})
    config = stack.config.model_copy(update={"region": region})
    return replace(stack, config=config, region=build(config))
