"""Virtual machines as Azure has them: power state, disks, and where their interfaces are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import NOT_FOUND, Answer, Azure, properties_of
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError

DEALLOCATED = "PowerState/deallocated"
RUNNING = "PowerState/running"
UNKNOWN = "PowerState/unknown"
"""Not Azure's: the machine is there, and no power state is shown."""
_POWER = "PowerState/"
_TIMEOUT = 60.0
"""Seconds."""


class MachineError(SparehubError):
    """A machine is missing, cannot be read, or is not as it has to be."""


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A managed disk of a machine."""

    id: ResourceId
    type: str
    """``Premium_LRS``; empty where the machine does not show it."""


@dataclass(frozen=True, kw_only=True)
class Interface:
    """A network interface of a machine: its primary address configuration."""

    id: ResourceId
    subnet: ResourceId
    address: str


@dataclass(frozen=True, kw_only=True)
class AzureMachine:
    """A virtual machine."""

    id: ResourceId
    location: str
    size: str
    controller: str
    """``NVMe`` or ``SCSI``; empty where Azure shows none, which is SCSI."""
    disks: tuple[Disk, ...]
    interfaces: tuple[ResourceId, ...]


def read_machine(azure: Azure, identity: ResourceId) -> AzureMachine | None:
    """Return a machine; None where there is none.

    https://learn.microsoft.com/rest/api/compute/virtual-machines/get

    Raises:
        MachineError: where it cannot be read.
    """
    answer = azure.send("GET", str(identity))
    if answer.status == NOT_FOUND:
        return None
    _require(answer, identity)
    properties = answer.properties
    storage: Mapping[str, Any] = properties.get("storageProfile") or {}
    disks = [storage.get("osDisk") or {}, *(storage.get("dataDisks") or ())]
    network: Mapping[str, Any] = properties.get("networkProfile") or {}
    return AzureMachine(
        id=ResourceId.of(str(answer.body.get("id") or identity)),
        location=str(answer.body.get("location") or ""),
        size=str((properties.get("hardwareProfile") or {}).get("vmSize") or ""),
        controller=str(storage.get("diskControllerType") or ""),
        disks=tuple(map(_disk, filter(_managed, disks))),
        interfaces=tuple(
            ResourceId.of(str(each.get("id"))) for each in network.get("networkInterfaces") or ()
        ),
    )


def read_interface(azure: Azure, identity: ResourceId) -> Interface:
    """Return a network interface.

    https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/get

    Raises:
        MachineError: where it cannot be read.
    """
    answer = azure.send("GET", str(identity))
    _require(answer, identity)
    configurations = [
        properties_of(each) for each in answer.properties.get("ipConfigurations") or ()
    ]
    primary = next(
        (each for each in configurations if each.get("primary")),
        configurations[0] if configurations else {},
    )
    return Interface(
        id=identity,
        subnet=ResourceId.of(str((primary.get("subnet") or {}).get("id") or "")),
        address=str(primary.get("privateIPAddress") or ""),
    )


def power_state(azure: Azure, identity: ResourceId, timeout: float = _TIMEOUT) -> str:
    """Return the power state of a machine, as ``PowerState/running``; empty without a machine.

    A machine that shows none may run: https://learn.microsoft.com/azure/virtual-machines/states-billing

    Raises:
        MachineError: where it cannot be read.
    """
    answer = azure.send("GET", f"{identity}/instanceView", timeout=timeout)
    if answer.status == NOT_FOUND:
        return ""
    _require(answer, identity)
    codes = (str(each.get("code") or "") for each in answer.body.get("statuses") or ())
    return next((code for code in codes if code.startswith(_POWER)), UNKNOWN)


def deallocate(azure: Azure, identity: ResourceId) -> None:
    """Stop a machine and release its hardware; a machine that is stopped stays so.

    https://learn.microsoft.com/rest/api/compute/virtual-machines/deallocate

    Raises:
        MachineError: where Azure refuses it, or the machine is not deallocated afterwards.
    """
    answer = azure.act(f"{identity}/deallocate")
    if not answer.accepted and answer.status != NOT_FOUND:
        raise MachineError(f"{identity.name} cannot be stopped: {answer.problem}")
    state = power_state(azure, identity)
    if state not in {DEALLOCATED, ""}:
        raise MachineError(f"{identity.name} does not stop: Azure shows {state}")


def _managed(disk: Mapping[str, Any]) -> bool:
    return bool((disk.get("managedDisk") or {}).get("id"))


def _disk(disk: Mapping[str, Any]) -> Disk:
    managed = disk.get("managedDisk") or {}
    return Disk(
        id=ResourceId.of(str(managed["id"])), type=str(managed.get("storageAccountType") or "")
    )


def _require(answer: Answer, identity: ResourceId) -> None:
    if not answer.accepted:
        raise MachineError(f"{identity} cannot be read: {answer.problem}")
