"""Which circuit is which, across two stacks that may own it or refer to it."""

import re
from collections.abc import Iterable
from dataclasses import replace

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.resources import Circuit, CircuitReference


def circuit_id(circuit: Circuit | CircuitReference) -> ResourceId:
    """Return a circuit's id; that of an owned one has no subscription, which is unknown."""
    return circuit.id if isinstance(circuit, CircuitReference) else owned_circuit_id(circuit)


def owned_circuit_id(circuit: Circuit, subscription: str = "") -> ResourceId:
    """Return the id of a circuit that a stack owns."""
    group = ResourceId(subscription=subscription, resource_group=circuit.resource_group)
    return replace(
        group,
        provider="Microsoft.Network",
        types=("expressRouteCircuits",),
        names=(circuit.name,),
    )


def shared_circuits(ours: Iterable[ResourceId], theirs: Iterable[ResourceId]) -> list[str]:
    """Return the names of the circuits whose ids are in both lists, sorted."""
    others = list(theirs)
    return sorted(
        {circuit.name for circuit in ours if any(circuit.is_same(other) for other in others)}
    )


def connection_key(peering_location: str) -> str:
    """Return the key of a connection from where its circuit is: ``hong-kong``."""
    return re.sub(r"[^a-z0-9]+", "-", peering_location.lower()).strip("-") or "circuit"
