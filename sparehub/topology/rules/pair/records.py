"""Where the records of circuits lie: in Azure's regions, and in none that can be lost with them.

That a circuit is written, and a connection to it made, through the region of its record is an
assumption (docs/failover.md). What Microsoft says is that the operations on a resource group are
routed through the group's location, and that resources may not be updated while it is unavailable.
https://learn.microsoft.com/azure/azure-resource-manager/management/overview
"""

from collections.abc import Iterator

from sparehub.topology.azure.geography import PUBLIC, cloud_of, is_known_region
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Circuit
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import circuit_path
from sparehub.topology.rules.rule import RuleFault, rule


@rule("ER-06", why="A circuit's record may lie in any region that Azure has.")
def circuits_are_recorded_in_regions_that_are_known(stack: Stack) -> Iterator[RuleFault]:
    """Of the public cloud; of a national one, whose regions are not listed, by the cloud."""
    own = stack.region.location
    for circuit in stack.region.circuits:
        location = circuit.location
        if location is None or location == own:
            continue
        path = f"{circuit_path(circuit)}.location"
        ours, theirs = cloud_of(own), cloud_of(location)
        if ours != theirs:
            yield RuleFault(path, f"{location} is in the cloud {theirs}, not {ours} as {own} is")
        elif ours == PUBLIC and not is_known_region(location):
            yield RuleFault(
                path, f"{location!r} is no region of Azure that we know: name another one"
            )


@rule(
    "ER-06",
    severity="warning",
    why="A record in a region of the pair may be out of reach when that region is lost.",
)
def circuits_are_recorded_outside_the_pair(pair: Pair) -> Iterator[RuleFault]:
    """Said or by default; of a circuit that is referenced only where its location is said."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        for circuit in stack.region.circuits:
            if circuit.location == stack.region.location:
                lost = f"no fence at it may hold, for {other.name} to take over (ER-38)"
            elif circuit.location == other.region.location:
                lost = f"{stack.name} may not be connected to it, to take over"
            else:
                continue
            message = (
                f"the record of this circuit lies in {circuit.location}: while that region is "
                f"down, {lost}. Name a third region before it is ordered; a circuit that stands "
                "cannot move"
            )
            yield RuleFault(f"{circuit_path(circuit)}.location", message, stack.name)


@rule("ER-06", why="A circuit has one record: two files that differ describe no circuit.")
def a_referenced_circuit_is_recorded_in_one_place(pair: Pair) -> Iterator[RuleFault]:
    """Where one region refers to a circuit that the other one owns, or refers to."""
    first, second = pair
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            both_own = isinstance(circuit, Circuit) and isinstance(other, Circuit)
            if both_own or not same_circuit(circuit_id(circuit), circuit_id(other)):
                continue
            if circuit.location and other.location and circuit.location != other.location:
                message = (
                    f"{circuit.location} where {first.name} says {other.location} of the same "
                    "circuit"
                )
                yield RuleFault(f"{circuit_path(circuit)}.location", message, second.name)


RECORDS = (circuits_are_recorded_in_regions_that_are_known,)
PAIR_RECORDS = (
    circuits_are_recorded_outside_the_pair,
    a_referenced_circuit_is_recorded_in_one_place,
)
