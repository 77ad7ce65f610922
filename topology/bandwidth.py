"""Raising the bandwidth of the circuit that takes over: an option that a plan names, not a step.

A standby circuit may be smaller, to be raised in a disaster, says the source document. Azure
promises no such thing: it only grows, if the port has room, and never shrinks again (ER-02,
https://learn.microsoft.com/azure/expressroute/expressroute-faqs). So a person decides.
"""

from collections.abc import Iterator

from topology.changes import CIRCUIT, Operation, Seconds, Verb
from topology.durations import CIRCUIT_UPDATE
from topology.model import Circuit, Region
from topology.plan import Act, Change, Step


def options(stack: str, source: Region, target: Region, after: str) -> Iterator[Step]:
    """Yield an option for each owned circuit that carries less than the largest of the source."""
    wanted = max((each.bandwidth_in_mbps for each in source.circuits), default=0)
    for circuit in target.circuits:
        if not isinstance(circuit, Circuit) or circuit.bandwidth_in_mbps >= wanted:
            continue
        place = f"sparehub:region.expressRoute.connections.{circuit.key}.circuit.bandwidthInMbps"
        name = f"region/circuit/{circuit.key}/circuit"
        yield Step(
            id=f"raise-bandwidth-{circuit.key}",
            title=f"raise {circuit.name} from {circuit.bandwidth_in_mbps} to {wanted} Mbps",
            act=Act.SWITCH,
            needs=(stack,),
            after=(after,),
            precondition="the port has room (ER-02): Azure may refuse",
            action=(
                f"pulumi config set --path '{place}' {wanted} --stack {stack} && "
                f"pulumi up --stack {stack}"
            ),
            postcondition=f"{circuit.name} carries {wanted} Mbps",
            undo="none: bandwidth cannot be lowered in place (ER-02)",
            seconds=Seconds.of(CIRCUIT_UPDATE),
            change=Change(
                stack=stack,
                activation=target.activation,
                operations=frozenset([Operation(Verb.UPDATE, CIRCUIT, name)]),
            ),
        )
