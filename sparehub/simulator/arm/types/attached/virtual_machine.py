"""Virtual machines, as far as a running network interface needs one (RT-21)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import (
    NETWORK_INTERFACE,
    VIRTUAL_MACHINE,
)
from sparehub.simulator.arm.types.base import ActionContext, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec


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
        "storageProfile": dict,
    }
    # Recorded in azure-xplat-cli (2017): 94 s to create, 63 s to delete; update taken as deletion.
    seconds = Durations(create=94, update=63, delete=63)
    has_location = True
    has_zones = True
    state_during_write = "Creating"
    verb = "PutVirtualMachineOperation"

    def check(self, write: Write) -> None:
        """Refuse a machine without an interface, and interfaces of another one."""
        interfaces = write.properties.get("networkProfile", {}).get("networkInterfaces", [])
        if not interfaces:
            raise refusals.MACHINE_INTERFACE(id=write.id.text)
        for interface in interfaces:
            for other in write.transaction.referrers(interface["id"].lower(), VIRTUAL_MACHINE):
                if other.key != write.id.key:
                    raise refusals.INTERFACE_IN_USE(id=interface["id"], user=other.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Add its id; a password is not shown."""
        shown: JsonObject = {"vmId": guid(write.id.key)} | write.properties
        if "osProfile" in shown:
            profile = shown["osProfile"]
            shown["osProfile"] = {
                name: value for name, value in profile.items() if name != "adminPassword"
            }
        return shown

    def private(self, write: Write) -> JsonObject:
        """Let a new machine run."""
        return write.existing.private if write.existing else {"power": "running"}


def is_running(machine: Resource, now: float) -> bool:
    """Return whether a machine is provisioned and runs."""
    made = machine.failure is None and machine.finishes_at <= now
    return made and machine.private["power"] == "running"


def set_power(call: ActionContext, power: str) -> None:
    """Start or stop a machine."""
    call.resource.private["power"] = power
    call.transaction.touch(call.resource)


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
