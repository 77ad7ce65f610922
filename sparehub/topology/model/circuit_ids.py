"""Which circuit is which, across two stacks that may own it or refer to it."""

import re
from collections.abc import Iterable

from sparehub.topology.model.resources import Circuit, CircuitReference


def circuit_id(circuit: Circuit | CircuitReference) -> str:
    """Return a circuit's id; of an owned one from its group on, the subscription being unknown."""
    if isinstance(circuit, CircuitReference):
        return circuit.id
    return (
        f"/resourceGroups/{circuit.resource_group}"
        f"/providers/Microsoft.Network/expressRouteCircuits/{circuit.name}"
    )


def same_circuit(one: str, other: str) -> bool:
    """Compare two ids without regard to case; either may lack its subscription."""
    first, second = one.lower(), other.lower()
    return first.endswith(second) or second.endswith(first)


def shared_circuits(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return the names of those of our circuits that are theirs, too, sorted; all given by id."""
    others = list(theirs)
    return sorted(
        {each.split("/")[-1] for each in ours if any(same_circuit(each, o) for o in others)}
    )


def connection_key(peering_location: str) -> str:
    """Return the key of a connection from where its circuit is: ``hong-kong``."""
    return re.sub(r"[^a-z0-9]+", "-", peering_location.lower()).strip("-") or "circuit"
