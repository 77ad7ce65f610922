"""Creates the machines that stack files replicate, and the NVA of each region, on a local Azure.

A failover of the real machines finds them in Azure. On a local one nobody has made them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.drill.simulator_prerequisites import make
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import Machine, Replication, replication

_SIZE = "Standard_D2s_v5"
_NVA = "rg-nva"


def make_machines(azure: Azure, pair: Mapping[str, Stack], subscription: str) -> list[str]:
    """Create what does not exist yet, in regions that are deployed; return the machines' names.

    Raises:
        PrerequisiteError: where the local Azure refuses one of them.
    """
    for stack in pair.values():
        make(azure, [*_nva(stack, subscription)])
    names = []
    for source in pair:
        direction = replication(pair, source, subscription)
        if direction is None or direction.back:
            continue
        homes = replication(pair, direction.target, subscription)
        for machine in direction.machines:
            home = homes.machine(machine.name) if homes else machine
            make(azure, [*_machine(direction, machine, home)])
            names.append(machine.name)
    return names


def _machine(
    direction: Replication, machine: Machine, home: Machine
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the interfaces of a machine, then the machine; ``home`` is where it would fail back."""
    nics = []
    for arrival in home.interfaces:
        nic = f"{machine.id.group}/providers/Microsoft.Network/networkInterfaces/{arrival.name}"
        subnet = f"{home.network}/subnets/{arrival.subnet}"
        yield nic, _interface(direction.source_location, subnet, arrival.address)
        nics.append(nic)
    disk = f"{machine.name}-os"
    yield str(machine.id), _virtual_machine(direction.source_location, disk, nics)


def _nva(stack: Stack, subscription: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a machine at the address of the NVA: the agents' way out (SR-68)."""
    region = stack.region
    if region.nva.id:
        return
    group = f"/subscriptions/{subscription}/resourceGroups/{_NVA}-{region.location}"
    network = (
        f"/subscriptions/{subscription}/resourceGroups/{region.resource_group}/providers/"
        f"Microsoft.Network/virtualNetworks/{region.hub.name}"
    )
    nic = f"{group}/providers/Microsoft.Network/networkInterfaces/nva-nic"
    subnet = f"{network}/subnets/{region.nva.subnet}"
    yield (
        nic,
        _interface(region.location, subnet, str(region.nva.ip_address), forwards=True),
    )
    machine = f"{group}/providers/Microsoft.Compute/virtualMachines/nva"
    yield machine, _virtual_machine(region.location, "nva-os", [nic])


def _interface(
    location: str, subnet: str, address: str, *, forwards: bool = False
) -> dict[str, Any]:
    static = {"privateIPAllocationMethod": "Static", "privateIPAddress": address}
    properties = {"subnet": {"id": subnet}} | (static if address else {})
    return {
        "location": location,
        "properties": {
            "enableIPForwarding": forwards,
            "ipConfigurations": [{"name": "default", "properties": properties}],
        },
    }


def _virtual_machine(location: str, disk: str, nics: list[str]) -> dict[str, Any]:
    return {
        "location": location,
        "properties": {
            "hardwareProfile": {"vmSize": _SIZE},
            "storageProfile": {
                "osDisk": {"name": disk, "createOption": "FromImage", "osType": "Linux"}
            },
            "networkProfile": {"networkInterfaces": [{"id": nic} for nic in nics]},
        },
    }
