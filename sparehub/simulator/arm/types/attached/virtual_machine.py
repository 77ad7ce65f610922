"""Virtual machines, as far as a running network interface needs one (RT-21)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as names
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage import outages
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.outages import DELETED, STOPPED, Outage
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import (
    NETWORK_INTERFACE,
    VIRTUAL_MACHINE,
)
from sparehub.simulator.arm.types.base import ActionContext, Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import OpenObject, Reference, Spec

DISK = "Microsoft.Compute/disks"
_ATTACH = "Attach"
_RUNNING = "running"
_DISK = OpenObject(
    {
        "name": str,
        "lun": int,
        "createOption": str,
        "diskSizeGB": int,
        "managedDisk": OpenObject({"id": str, "storageAccountType": str}),
    }
)


class VirtualMachine(ResourceType):
    """A virtual machine. Its settings are stored, not simulated; a new one runs."""

    name = VIRTUAL_MACHINE
    accepts: ClassVar[Spec] = {
        "availabilitySet": dict,
        "diagnosticsProfile": dict,
        "hardwareProfile": {"vmSize": str},
        "licenseType": str,
        "networkProfile": {
            "networkInterfaces": [
                Reference(NETWORK_INTERFACE, same_region=True, more={"properties": dict})
            ]
        },
        "osProfile": dict,
        "priority": str,
        "securityProfile": dict,
        "storageProfile": OpenObject({"osDisk": _DISK, "dataDisks": [_DISK]}),
    }
    # Recorded in azure-xplat-cli (2017): 94 s to create, 63 s to delete; update taken as deletion.
    seconds = Durations(create=94, update=63, delete=63)
    has_location = True
    has_zones = True
    state_during_write = "Creating"
    verb = "PutVirtualMachineOperation"

    def check(self, write: Write) -> None:
        """Refuse a machine without an interface, interfaces of another one, and wrong disks."""
        _check_disks(write)
        interfaces = write.properties.get("networkProfile", {}).get("networkInterfaces", [])
        if not interfaces:
            raise refusals.MACHINE_INTERFACE(id=write.id.text)
        for interface in interfaces:
            for other in write.transaction.referrers(interface["id"].lower(), VIRTUAL_MACHINE):
                if other.key != write.id.key:
                    raise refusals.INTERFACE_IN_USE(id=interface["id"], user=other.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Add its id; a password is not shown."""
        before = write.existing.properties if write.existing else {}
        shown: JsonObject = {
            "vmId": guid(write.id.key),
            "timeCreated": before.get("timeCreated", date_text(write.now)),
        } | write.properties
        if "storageProfile" in shown:
            shown["storageProfile"] = _with_disks(write, shown["storageProfile"])
        if "osProfile" in shown:
            profile = shown["osProfile"]
            shown["osProfile"] = {
                name: value for name, value in profile.items() if name != "adminPassword"
            }
        return shown

    def dependencies(self, write: Write) -> list[Resource]:
        """Need the disks that are attached for as long as the machine exists."""
        found = [
            write.transaction.get(str(disk.get("managedDisk", {}).get("id", "")).lower())
            for disk in _disks(write.properties)
        ]
        return [disk for disk in found if disk]

    def after_put(self, write: Write, resource: Resource) -> None:
        """Make the disks that come of an image or are empty, as Azure does."""
        store = write.transaction
        made = set()
        for disk in _disks(resource.properties):
            identity = str(disk.get("managedDisk", {}).get("id", ""))
            if (
                identity
                and store.get(identity.lower()) is None
                and disk.get("createOption") != _ATTACH
            ):
                sku = {"name": disk["managedDisk"].get("storageAccountType", "Premium_LRS")}
                body = {"location": write.location, "sku": sku, "properties": _disk_body(disk)}
                write.children.put(ResourceId(identity), body)
                made.add(identity.lower())
        if made:
            store.set_references(resource.key, {*store.references(resource.key), *made})

    def private(self, write: Write) -> JsonObject:
        """Let a new machine run."""
        return write.existing.private if write.existing else {"power": _RUNNING}

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Remember when the machine went: what replicates it makes no recovery point any more."""
        at = resource.deleted_at or deleter.now
        outages.end(transaction, resource.key, STOPPED, at)
        outages.record(transaction, resource.key, Outage(DELETED, at))


def _check_disks(write: Write) -> None:
    """Refuse a disk whose name cannot be part of an id, or whose id is not one of a disk."""
    for disk in _disks(write.properties):
        name, identity = disk.get("name"), disk.get("managedDisk", {}).get("id")
        if name is not None and not ResourceType.name_pattern.fullmatch(name):
            raise names.NAME_INVALID(name=name, longest=ResourceType.longest_name)
        target = parse(identity) if identity is not None else None
        if target and not (isinstance(target, ResourceId) and target.type.lower() == DISK.lower()):
            raise names.REFERENCE_TYPE_WRONG(
                reference=identity, expected=DISK, path="properties.storageProfile"
            )


def _disks(properties: JsonObject) -> list[JsonObject]:
    """Return the system disk and the data disks."""
    profile = properties.get("storageProfile", {})
    return [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])]


def _with_disks(write: Write, profile: JsonObject) -> JsonObject:
    """Return a storage profile whose managed disks have the names and ids that Azure gives them.

    A disk of a storage account (``vhd``) is none; a machine without a system disk gets none.
    """
    given = dict(profile)
    if system := given.get("osDisk"):
        suffix = guid("disk", write.id.key).replace("-", "")
        given["osDisk"] = _named(write, system, f"{write.id.name}_OsDisk_1_{suffix}")
    if data := given.get("dataDisks"):
        given["dataDisks"] = [
            _named(write, disk, f"{write.id.name}_DataDisk_{disk.get('lun', number)}")
            for number, disk in enumerate(data)
        ]
    return given


def _named(write: Write, disk: JsonObject, name: str) -> JsonObject:
    if "vhd" in disk:
        return disk
    managed = dict(disk.get("managedDisk") or {})
    own = str(disk.get("name") or managed.get("id", "").rpartition("/")[2] or name)
    managed.setdefault("id", f"{write.id.group.text}/providers/{DISK}/{own}")
    return {"name": own, "caching": "None", **disk, "managedDisk": managed}


def _disk_body(disk: JsonObject) -> JsonObject:
    size = {"diskSizeGB": disk["diskSizeGB"]} if "diskSizeGB" in disk else {}
    return {"creationData": {"createOption": disk.get("createOption", "Empty")}} | size


def is_running(machine: Resource, now: float) -> bool:
    """Return whether a machine is provisioned and runs."""
    made = machine.failure is None and machine.finishes_at <= now
    return made and machine.private["power"] == _RUNNING


def set_power(call: ActionContext, power: str) -> None:
    """Start or stop a machine."""
    switch(call.transaction, call.resource, power, call.now)


def switch(transaction: Transaction, machine: Resource, power: str, at: float) -> None:
    """Start or stop a machine; remember when it was stopped."""
    running, runs = machine.private.get("power") == _RUNNING, power == _RUNNING
    if runs:
        outages.end(transaction, machine.key, STOPPED, at)
    elif running:
        outages.record(transaction, machine.key, Outage(STOPPED, at))
    machine.private["power"] = power
    transaction.touch(machine)


def instance_view(call: ActionContext) -> JsonObject:
    """Return the state of a machine, as ``GET .../instanceView`` shows it."""
    power = call.resource.private["power"]
    shown = power.removeprefix("power")
    return {
        "statuses": [
            {
                "code": "ProvisioningState/succeeded",
                "level": "Info",
                "displayStatus": "Provisioning succeeded",
            },
            {"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {shown}"},
        ]
    }


def machine_of(transaction: Transaction, interface: Resource) -> Resource | None:
    """Return the machine that an interface belongs to."""
    machines = transaction.referrers(interface.key, VIRTUAL_MACHINE)
    return machines[0] if machines else None
