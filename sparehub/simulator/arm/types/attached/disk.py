"""Managed disks, as far as a machine and its replication need them."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import VIRTUAL_MACHINE
from sparehub.simulator.arm.types.attached.virtual_machine import DISK
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec

DEFAULT_SIZE = 30
"""Of a disk whose size is not known, in GiB: the simulator's choice."""
GIBIBYTE = 2**30


class Disk(ResourceType):
    """A managed disk; its content is not simulated."""

    name = DISK
    accepts: ClassVar[Spec] = {
        "creationData": dict,
        "diskIOPSReadWrite": int,
        "diskMBpsReadWrite": int,
        "diskSizeGB": int,
        "encryption": dict,
        "hyperVGeneration": str,
        "networkAccessPolicy": str,
        "osType": str,
        "publicNetworkAccess": str,
    }
    seconds = Durations(create=3, update=2, delete=2)
    has_location = True
    has_sku = True
    has_zones = True
    created_status = 202
    verb = "PutDiskOperation"

    def compute(self, write: Write) -> JsonObject:
        """Add size, state and id."""
        before = write.existing.properties if write.existing else {}
        size = write.properties.get("diskSizeGB") or before.get("diskSizeGB", DEFAULT_SIZE)
        return {
            "timeCreated": before.get("timeCreated", date_text(write.now)),
            "uniqueId": guid("disk", write.id.key),
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "creationData": {"createOption": "Empty"},
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            **write.properties,
            "diskSizeGB": size,
            "diskSizeBytes": size * GIBIBYTE,
        }

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the machine that has it."""
        del provisioned
        machines = transaction.referrers(resource.key, VIRTUAL_MACHINE)
        state = "Attached" if machines else "Unattached"
        return resource.properties | {"diskState": state}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete the disk of a machine."""
        for machine in transaction.referrers(resource.key, VIRTUAL_MACHINE):
            raise refusals.DISK_IN_USE(disk=resource.id.name, machine=machine.id.text)
