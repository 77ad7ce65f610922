"""Whether each machine of a test runs in its test network, and nothing of it is anywhere else."""

from collections.abc import Iterator, Mapping

from sparehub.azure.answers import Azure, properties_of
from sparehub.failover.machines.arrival import placement_problems
from sparehub.failover.machines.azure_machines import MachineError, read_machine
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import ProtectedItem


def unproven(
    azure: Azure, direction: Replication, items: Mapping[str, ProtectedItem]
) -> Iterator[str]:
    """Yield what is wrong with the machines of a drill, in words; nothing is written."""
    networks = {machine.test_network for machine in direction.machines}
    for machine in direction.machines:
        item = items.get(machine.name)
        if item is None or not item.awaits_cleanup or not item.tested.names:
            yield f"{machine.name}: the vault shows no machine of a test"
            continue
        yield from placement_problems(azure, machine, item.tested, machine.test_network, test=True)
        try:
            yield from _elsewhere(azure, machine, item.tested, networks)
        except MachineError as error:
            yield f"{machine.name}: {error}"


def _elsewhere(
    azure: Azure, machine: Machine, identity: ResourceId, networks: set[ResourceId]
) -> Iterator[str]:
    """Yield each address of a test machine that is not in a test network, and public ones."""
    found = read_machine(azure, identity)
    for nic in found.interfaces if found else ():
        answer = azure.send("GET", str(nic))
        if not answer.accepted:
            raise MachineError(f"{nic} cannot be read: {answer.problem}")
        for each in answer.properties.get("ipConfigurations") or ():
            configuration = properties_of(each)
            subnet = ResourceId.of(str((configuration.get("subnet") or {}).get("id") or ""))
            if not subnet.names or subnet.parent not in networks:
                yield f"{machine.name}: {nic.name} has an address in {subnet}: no test network"
            if configuration.get("publicIPAddress"):
                yield f"{machine.name}: {nic.name} has a public address"
