"""A replicated machine as the stack file says it, from the item that a vault shows (SR-40)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.config.resource_ids import NAME_PATTERN, ResourceId
from sparehub.topology.state.resources import ArmResource

Values = dict[str, Any]
_BOOT = "Boot"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an item refers to: the region that is adopted, and the rest of the file."""

    spokes: Mapping[str, tuple[str, frozenset[str]]]
    """By the id of a spoke's network in lower case: the spoke's key, and its subnets' names."""
    network_key: str
    """The property of an interface that names the network of this region."""
    groups: Mapping[str, int]
    """By the id of an item in lower case: its group in the recovery plan."""
    by_id: Mapping[str, ArmResource]


@dataclass
class MachineReading:
    """One item: the machine's name and values, and what the file cannot say of it."""

    name: str
    item: ArmResource
    values: Values
    problems: list[str] = field(default_factory=list)


def machine_of(item: ArmResource, around: Surroundings) -> MachineReading | None:
    """Return a machine; None where its network is not a spoke of the region."""
    details: Mapping[str, Any] = item.properties.get("providerSpecificDetails") or {}
    identity = str(details.get("fabricObjectId") or "")
    machine = around.by_id.get(identity.lower())
    name = str(details.get("recoveryAzureVMName") or item.properties.get("friendlyName") or "")
    nics = [nic for nic in details.get("vmNics") or () if isinstance(nic, Mapping)]
    spoke = _spoke(nics, details, around)
    if spoke is None or not re.fullmatch(NAME_PATTERN, name):
        return None
    key, subnets = spoke
    reading = MachineReading(name=name, item=item, values={})
    interfaces = dict(_interface(nic, subnets, reading.problems) for nic in nics)
    reading.values = {
        "virtualMachineId": machine.id if machine else identity,
        "spoke": key,
        "networkInterfaces": interfaces,
        "disks": _disks(details, reading.problems),
        **_differing(details, machine, reading.problems),
        "group": around.groups.get(item.key),
        "consistency": details.get("multiVmGroupName") or None,
        "capacityReservationGroupId": details.get("recoveryCapacityReservationGroupId") or None,
    }
    return reading


def groups_of(plans: Iterable[ArmResource]) -> dict[str, int]:
    """Return the group of each item in recovery plans, by the item's id in lower case (SR-60)."""
    found: dict[str, int] = {}
    for plan in plans:
        groups = plan.properties.get("groups") or ()
        booting = (group for group in groups if group.get("groupType") == _BOOT)
        for number, group in enumerate(booting, start=1):
            for item in group.get("replicationProtectedItems") or ():
                found.setdefault(str(item.get("id") or "").lower(), number)
    return found


def _spoke(
    nics: Iterable[Mapping[str, Any]], details: Mapping[str, Any], around: Surroundings
) -> tuple[str, frozenset[str]] | None:
    networks = [str(nic.get(around.network_key) or "") for nic in nics]
    networks.append(str(details.get("selectedRecoveryAzureNetworkId") or ""))
    found = (around.spokes.get(network.lower()) for network in networks)
    return next(filter(None, found), None)


def _interface(
    nic: Mapping[str, Any], subnets: frozenset[str], problems: list[str]
) -> tuple[str, Values]:
    name = ResourceId.of(str(nic.get("sourceNicArmId") or "")).name
    configurations = [each for each in nic.get("ipConfigs") or () if isinstance(each, Mapping)]
    if len(configurations) > 1:
        problems.append(f"{name} has several addresses; the configuration says the first alone")
    first = next((each for each in configurations if each.get("isPrimary")), {})
    first = first or next(iter(configurations), {})
    here, there = (str(first.get(key) or "") for key in ("subnetName", "recoverySubnetName"))
    if here and there and here.lower() != there.lower():
        problems.append(
            f"{name} is in the subnet {here} and arrives in {there}: subnets are mapped by name "
            "(SR-09)"
        )
    subnet = there or here
    spelled = next((each for each in subnets if each.lower() == subnet.lower()), subnet)
    return name, {
        "subnet": spelled,
        "ipAddress": first.get("recoveryStaticIPAddress") or None,
        "testIPAddress": first.get("tfoStaticIPAddress") or None,
    }


def _disks(details: Mapping[str, Any], problems: list[str]) -> list[str] | None:
    """Return the disks that are replicated, where not all are."""
    left_out = [
        str(each.get("diskName") or each) if isinstance(each, Mapping) else str(each)
        for each in details.get("unprotectedDisks") or ()
    ]
    if not left_out:
        return None
    problems.append(f"{', '.join(sorted(left_out))} is not replicated: disks names the others")
    return [str(each.get("diskName")) for each in details.get("protectedManagedDisks") or ()]


def _differing(
    details: Mapping[str, Any], machine: ArmResource | None, problems: list[str]
) -> Values:
    """Return what is otherwise in the other region; all of it where the machine is unknown."""
    disks = list(details.get("protectedManagedDisks") or ())
    types = {str(each.get("recoveryTargetDiskAccountType") or "") for each in disks} - {""}
    sets = {str(each.get("recoveryDiskEncryptionSetId") or "") for each in disks}
    if len(types) > 1 or len(sets) > 1:
        problems.append(
            "its disks arrive as several types or with several encryption sets; the configuration "
            "gives a machine one"
        )
    size = details.get("recoveryAzureVMSize") or None
    hardware = machine.properties.get("hardwareProfile") if machine else None
    return {
        "size": None if hardware and hardware.get("vmSize") == size else size,
        "diskType": types.pop() if len(types) == 1 and types != _source_types(machine) else None,
        "diskEncryptionSetId": sets.pop() or None if len(sets) == 1 else None,
    }


def _source_types(machine: ArmResource | None) -> set[str]:
    """Return the types of a machine's disks; empty where they are not known."""
    storage: Mapping[str, Any] = (machine.properties if machine else {}).get("storageProfile") or {}
    disks = [storage.get("osDisk") or {}, *(storage.get("dataDisks") or ())]
    types = {(each.get("managedDisk") or {}).get("storageAccountType") for each in disks}
    return {str(each) for each in types if each}
