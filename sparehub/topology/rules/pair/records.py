"""The locations of circuits' records: known regions, outside the pair.

A *record* is a circuit's entry in Azure Resource Manager; its region is the circuit's location. It
is an assumption that writes of the circuit and of its connections need it (docs/failover.md).
Microsoft says that operations on a resource group are routed through the group's location, and that
resources may not be updated while that is unavailable.
https://learn.microsoft.com/azure/azure-resource-manager/management/overview
"""

from collections.abc import Iterator

from sparehub.topology.azure.geography import PUBLIC, cloud_of, is_known_region
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Circuit
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import circuit_path
from sparehub.topology.rules.rule import RuleFault, rule


@rule("ER-06", why="The record of a circuit may be in any region of Azure.")
def circuit_records_are_in_known_regions(stack: Stack) -> Iterator[RuleFault]:
    """For the public cloud; for a national cloud, whose regions are not listed, by the cloud."""
    own = stack.region.location
    for circuit in stack.region.circuits:
        location = circuit.location
        if location is None or location == own:
            continue
        path = f"{circuit_path(circuit)}.location"
        cloud, cloud_of_record = cloud_of(own), cloud_of(location)
        if cloud != cloud_of_record:
            message = f"{location} is in the cloud {cloud_of_record}, {own} is in {cloud}"
            yield RuleFault(path, message)
        elif cloud == PUBLIC and not is_known_region(location):
            yield RuleFault(path, f"{location!r} is not a known region of Azure: name another one")


@rule(
    "ER-06",
    severity="warning",
    why="A record in a region of the pair may not be writable while that region is lost.",
)
def circuit_records_are_outside_both_regions(pair: Pair) -> Iterator[RuleFault]:
    """By ``location`` or by default; of a referenced circuit only by ``location``."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        for circuit in stack.region.circuits:
            if circuit.location == stack.region.location:
                lost = f"fencing {stack.name} at the circuit may fail (ER-38)"
            elif circuit.location == other.region.location:
                lost = f"connecting {stack.name} to it may fail"
            else:
                continue
            message = (
                f"the record of this circuit is in {circuit.location}: while that region is down, "
                f"{lost}. Name a third region before the circuit is ordered; a deployed circuit "
                "cannot be moved"
            )
            yield RuleFault(f"{circuit_path(circuit)}.location", message, stack.name)


@rule("ER-06", why="A circuit has one record, in one location.")
def a_referenced_circuit_has_one_record_location(pair: Pair) -> Iterator[RuleFault]:
    """Where one file refers to a circuit that the other one owns or refers to."""
    first, second = pair
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            both_own = isinstance(circuit, Circuit) and isinstance(other, Circuit)
            if both_own or not circuit_id(circuit).is_same(circuit_id(other)):
                continue
            if circuit.location and other.location and circuit.location != other.location:
                message = (
                    f"{circuit.location} where {first.name} has {other.location} for the same "
                    "circuit"
                )
                yield RuleFault(f"{circuit_path(circuit)}.location", message, second.name)


RECORDS = (circuit_records_are_in_known_regions,)
PAIR_RECORDS = (
    circuit_records_are_outside_both_regions,
    a_referenced_circuit_has_one_record_location,
)
