"""Whether a machine is where the files want it: region, power state, network, subnet, address."""

from collections.abc import Iterator

from sparehub.azure.answers import Azure
from sparehub.failover.machines.azure_machines import (
    RUNNING,
    MachineError,
    power_state,
    read_interface,
    read_machine,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.replication.direction import Machine
from sparehub.topology.replication.protected_item import ProtectedItem


def arrival_problems(azure: Azure, machine: Machine, item: ProtectedItem | None) -> Iterator[str]:
    """Yield what is wrong with a machine after a failover, in words; nothing is written."""
    if item is None or not item.is_failed_over:
        yield f"{machine.name}: the vault does not show it as failed over"
        return
    identity = item.arrived if item.arrived.is_id and item.arrived.names else machine.arrives
    if identity != machine.arrives:
        yield f"{machine.name}: it is {identity}, not {machine.arrives}"
    yield from placement_problems(azure, machine, identity, machine.network, test=False)


def placement_problems(
    azure: Azure, machine: Machine, identity: ResourceId, network: ResourceId, *, test: bool
) -> Iterator[str]:
    """Yield what is wrong with where a copy of a machine runs.

    Args:
        azure: where it runs.
        machine: what the files want.
        identity: of the copy.
        network: where its interfaces have to be.
        test: whether it is the copy of a test failover, with the addresses of a test.
    """
    try:
        state = power_state(azure, identity)
        found = read_machine(azure, identity)
        if found is None:
            yield f"{machine.name}: there is no machine {identity}"
            return
        if state != RUNNING:
            yield f"{machine.name}: {identity.name} does not run ({state or 'no power state'})"
        interfaces = [read_interface(azure, each) for each in found.interfaces]
    except MachineError as error:
        yield f"{machine.name}: {error}"
        return
    for wanted in machine.interfaces:
        suffix = f"{wanted.name}-test" if test else wanted.name
        nic = next((each for each in interfaces if each.id.name.lower() == suffix.lower()), None)
        if nic is None:
            yield f"{machine.name}: it has no network interface {suffix}"
            continue
        address = wanted.test_address if test else wanted.address
        if nic.subnet.parent != network:
            yield f"{machine.name}: {suffix} is in {nic.subnet.parent.name}, not in {network.name}"
        elif nic.subnet.name.lower() != wanted.subnet.lower():
            yield f"{machine.name}: {suffix} is in {nic.subnet.name}, not in {wanted.subnet}"
        if address and nic.address != address:
            yield f"{machine.name}: {suffix} has {nic.address}, not {address}"
