"""What is in the test networks: read from Azure, and what keeps them from being removed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.azure.reading import read
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.drill.occupants import (
    Occupant,
    Occupants,
    ReplicatedMachines,
    classify,
)
from sparehub.topology.model.logical_names import DRILL, DRILL_BASTION
from sparehub.topology.model.pair import Stack

_INTERFACE = "microsoft.network/networkinterfaces"
_SUBNET = "microsoft.network/virtualnetworks/subnets"
_NOT_FOUND = 404


def inhabitants(
    azure: Azure, snapshot: Snapshot, pair: Mapping[str, Stack], target: str
) -> Occupants:
    """Return what is in the test networks that a stack recorded, and whose it is.

    Raises:
        PreflightError: where that cannot be read.
    """
    return classify(_found(azure, snapshot), _machines(pair, target))


def refuse_inhabited(found: Occupants) -> None:
    """Refuse to remove networks with something in them: Azure would, half-way (VN-17).

    Raises:
        PreflightError: naming what is in them.
    """
    problems = []
    if found.of_others:
        listed = ", ".join(map(str, found.of_others))
        problems.append(
            f"{listed}: not of a test failover of the machines in replicate; remove that, or "
            "clean up the test failover that made it"
        )
    if found.of_test:
        listed = ", ".join(map(str, found.of_test))
        problems.append(
            f"machines of a test failover are still there ({listed}); in Site Recovery: Replicated "
            "items > Clean up test failover"
        )
    if problems:
        raise PreflightError(
            f"the test networks are in use; nothing was done: {'. First '.join(problems)}"
        )


def _machines(pair: Mapping[str, Stack], target: str) -> ReplicatedMachines | None:
    """Return the machines that a drill in a region fails over; None where there are none."""
    recovery = pair[target].region.site_recovery
    if recovery is None:
        return None
    return ReplicatedMachines(
        resource_group=recovery.resource_group,
        interfaces={
            name: tuple(machine.network_interfaces)
            for stack in pair.values()
            if stack.config.region.replicate
            for name, machine in stack.config.region.replicate.machines.items()
        },
    )


def _found(azure: Azure, snapshot: Snapshot) -> Iterator[Occupant]:
    """Yield what has an address in a subnet, each once."""
    for name, subnet in sorted(snapshot.ids.items()):
        if name not in DRILL or subnet.type != _SUBNET:
            continue
        place = name.removeprefix(f"{DRILL.root}/").removeprefix(f"{DRILL_BASTION}/")
        seen = {_holder(each) for each in _configurations(azure, subnet)}
        for identity in sorted(seen, key=lambda each: each.key):
            machine = _machine_of(azure, identity) if identity.type == _INTERFACE else None
            yield Occupant(place=place, id=identity, machine=machine)


def _configurations(azure: Azure, subnet: ResourceId) -> Iterator[ResourceId]:
    for each in _properties(azure, subnet).get("ipConfigurations") or ():
        yield ResourceId.of(str(each.get("id", "")))


def _holder(configuration: ResourceId) -> ResourceId:
    """Return what an IP configuration is a part of: an interface, a load balancer, a Bastion."""
    return configuration.parent if configuration.names else configuration


def _machine_of(azure: Azure, interface: ResourceId) -> ResourceId | None:
    """Return the machine that an interface is attached to; None of one that is not."""
    machine = _properties(azure, interface).get("virtualMachine") or {}
    return ResourceId.of(str(machine["id"])) if machine.get("id") else None


def _properties(azure: Azure, identity: ResourceId) -> Mapping[str, Any]:
    """Return the properties of a resource; empty where it is gone."""
    answer = read(azure, str(identity))
    if answer.status == _NOT_FOUND:
        return {}
    if not answer.accepted:
        message = (
            f"what is in the test networks cannot be read; nothing was done: {identity}: "
            f"{answer.problem}. Try again once Azure answers"
        )
        raise PreflightError(message)
    return answer.properties
