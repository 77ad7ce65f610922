"""Raising the bandwidth of the circuit that takes over: a step only where that is asked for.

A standby circuit may be smaller, to be raised in a disaster, says the source document. Azure
promises no such thing: it only grows, if the port has room, and never shrinks again (ER-02,
https://learn.microsoft.com/azure/expressroute/expressroute-faqs). So a person decides.
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
    wanted = max((each.bandwidth_in_mbps for each in source.circuits), default=0)
    for circuit in target.circuits:
        if not isinstance(circuit, Circuit) or circuit.bandwidth_in_mbps >= wanted:
            continue
        place = f"sparehub:region.expressRoute.connections.{circuit.key}.circuit.bandwidthInMbps"
        raised = BandwidthIncrease(
            connection=circuit.key, before=circuit.bandwidth_in_mbps, wanted=wanted
        )
        yield PlanStep(
            id=raised.step,
            title=f"raise {circuit.name} from {circuit.bandwidth_in_mbps} to {wanted} Mbps",
            act=StepAction.RAISE,
            needs=(stack,),
            after=(after,),
            precondition="the port has room (ER-02): Azure may refuse",
            action=(
                f"pulumi config set --path '{place}' {wanted} --stack {stack} && "
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
    """Return a stack as it was configured before its bandwidths were raised.

    What a file holds that is not the raised value stays: somebody else wrote it.
    """
    region = stack.config.region
    connections = dict(region.express_route.connections)
    for each in raises:
        connection = connections.get(each.connection)
        if connection is None or connection.circuit.bandwidth_in_mbps != each.wanted:
            continue
        update = {"bandwidth_in_mbps": Bandwidth(each.before)}
        circuit = connection.circuit.model_copy(update=update)
        connections[each.connection] = connection.model_copy(update={"circuit": circuit})
    express_route = region.express_route.model_copy(update={"connections": connections})
    region = region.model_copy(update={"express_route": express_route})
    config = stack.config.model_copy(update={"region": region})
    return replace(stack, config=config, region=build(config))
