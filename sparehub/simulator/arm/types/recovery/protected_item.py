"""Protected items: machines that are replicated (SR-39 to SR-57)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import VIRTUAL_MACHINE
from sparehub.simulator.arm.types.attached.virtual_machine import is_running
from sparehub.simulator.arm.types.base import Durations, JobDraft, UnchangedError, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery import item_settings
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import (
    durations,
    egress,
    item_reading,
    item_view,
    replicated_disks,
)
from sparehub.simulator.arm.types.recovery.state.instants import set_instants
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM, state_of
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    container_mapping,
    container_of,
    fabric_of,
    region_of,
    spelled,
    stored,
)
from sparehub.simulator.arm.types.recovery.state.source_machine import discover, has_ipv6


class ProtectedItem(ReplicationType):
    """A machine that is replicated from the region of its fabric to another one."""

    name = ITEM
    accepts: ClassVar[Spec] = {
        "policyId": str,
        "protectableItemId": str,
        "providerSpecificDetails": {
            "instanceType": str,
            "fabricObjectId": str,
            "recoveryContainerId": str,
            "recoveryResourceGroupId": str,
            "recoveryAzureNetworkId": str,
            "recoverySubnetName": str,
            "recoveryCapacityReservationGroupId": str,
            "multiVmGroupName": str,
            "vmManagedDisks": [
                {
                    "diskId": str,
                    "primaryStagingAzureStorageAccountId": str,
                    "recoveryResourceGroupId": str,
                    "recoveryReplicaDiskAccountType": str,
                    "recoveryTargetDiskAccountType": str,
                    "recoveryDiskEncryptionSetId": str,
                }
            ],
        },
    }
    patches: ClassVar[Spec] = item_settings.SCHEMA
    seconds = Durations(create=durations.ENABLE, update=durations.UPDATE, delete=durations.PURGE)
    scenario = ("EnableDr", "Enable replication")
    deletion_scenario = ("PurgeDr", "Disable replication")
    target_type = "Vm"

    def keeps_failed(self, method: str) -> bool:
        """Return whether enabling has failed: the item is there then, and is to be deleted."""
        return method == "PUT"

    def job(self, write: Write) -> JobDraft | None:
        """Return the job: enabling replication, or an update of the machine's properties."""
        if write.method != "PATCH":
            return super().job(write)
        task = {
            "name": "UpdateVmPropertiesTask",
            "friendlyName": "Update the virtual machine properties",
            "from": 1.0,
            "to": durations.UPDATE,
        }
        machine = write.existing.private["machine"]["name"] if write.existing else ""
        return JobDraft(
            scenario="UpdateVmProperties",
            friendly_name="Update the virtual machine",
            target=machine,
            target_type="ProtectionEntity",
            tasks=(task,),
        )

    def check(self, write: Write) -> None:
        """Refuse what cannot be replicated; one that is replicated already stays (SR-31).

        Raises:
            Refusal: Something that the item needs is missing, or of another region.
            UnchangedError: The machine is protected already.

        """
        if write.method == "PATCH":
            if write.existing:
                item_settings.check(write.transaction, write.existing, write.properties, write.now)
            return
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
        if machine is None:
            raise refusals.MACHINE_MISSING(machine=_details(write).get("fabricObjectId", ""))
        other = protecting(write.transaction, machine.id.text)
        if write.existing and (other is None or other.key != write.existing.key):
            known = write.existing.private["machine"]["id"]
            raise refusals.ITEM_TAKEN(name=write.id.name, machine=known)
        if other:
            _refuse_not_enabled(write, other)
            shown = refusals.ALREADY_PROTECTED(machine=machine.id.name)
            raise UnchangedError(shown, self.job(write))
        _check_regions(write, machine)
        vault = write.transaction.get(vault_of(write.id).key)
        sent = _details(write).get("vmManagedDisks", [])
        replicated_disks.check(write.transaction, machine, sent, vault)
        if has_ipv6(write.transaction, machine):
            raise replicated_machines.IPV6(machine=machine.id.name)

    def dependencies(self, write: Write) -> list[Resource]:
        """Refer to the machine, by which the item is found."""
        if write.method == "PATCH" and write.existing:
            keys = write.transaction.references(write.existing.key)
            return [found for key in keys if (found := write.transaction.get(key))]
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
        return [machine] if machine else []

    def starts_after(self, write: Write) -> list[Resource]:
        """Return what the item is replicated by: it must be there before (SR-28)."""
        store, details = write.transaction, _details(write)
        target = stored(store, details.get("recoveryContainerId"), CONTAINER)
        if write.method == "PATCH" or target is None:
            return []
        policy = str(write.properties.get("policyId", ""))
        mapping = container_mapping(store, container_of(write.id), target.id, policy)
        return [target, mapping] if mapping else [target]

    def failure(self, write: Write) -> Refusal | None:
        """Let enabling fail: region down, machine stopped, or no way out for its agent."""
        if write.method == "PATCH":
            return None
        region = region_of(write.transaction, fabric_of(write.id))
        if faults.holding(write.transaction, FaultKind.REGION_DOWN, region):
            return refusals.REGION_NOT_AVAILABLE()
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
        if machine and not is_running(machine, write.now):
            return replicated_machines.NOT_RUNNING(machine=machine.id.name)
        if machine and not egress.has_egress(write.transaction, machine, write.now):
            return refusals.NO_EGRESS()
        if faults.holding(write.transaction, FaultKind.CACHE_UNREACHABLE, region):
            return refusals.CACHE_ACCOUNT(account=_cache(write), problem="cannot be reached")
        return None

    def compute(self, write: Write) -> JsonObject:
        """Return nothing: what a GET shows follows from private state and the instant."""
        del write
        return {}

    def private(self, write: Write) -> JsonObject:
        """Return what is known of the machine, and what PATCHes have set."""
        if write.method == "PATCH" and write.existing:
            return write.existing.private | {
                "settings": item_settings.after(write.existing, write.properties)
            }
        return enabled(write.transaction, write.id, write.properties)

    def after_put(self, write: Write, resource: Resource) -> None:
        """Store the instants at which replication goes on after the operation (SR-42)."""
        if write.method != "PATCH":
            set_instants(write.transaction, resource)

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the item at an instant."""
        del listed
        return item_view.show(transaction, resource, now)

    def restore(self, transaction: Transaction, resource: Resource, shown: JsonObject) -> None:
        """Take machine, target and state from what a GET shows."""
        resource.private |= item_reading.read(shown["properties"])
        transaction.put(resource)


def enabled(transaction: Transaction, identity: ResourceId, properties: JsonObject) -> JsonObject:
    """Return the private state of an item that is being enabled."""
    details = properties.get("providerSpecificDetails", {})
    machine = stored(transaction, details.get("fabricObjectId"), VIRTUAL_MACHINE)
    found: JsonObject = {"id": "", "name": "", "disks": []}
    if machine:
        found = discover(transaction, machine)
    sent = details.get("vmManagedDisks", [])
    target = spelled(transaction, details.get("recoveryContainerId"))
    source_region = region_of(transaction, fabric_of(identity))
    target_region = region_of(transaction, fabric_of(ResourceId(target)))
    group = spelled(
        transaction,
        details.get("recoveryResourceGroupId")
        or (sent[0].get("recoveryResourceGroupId") if sent else None),
    )
    settings: JsonObject = {}
    if network := details.get("recoveryAzureNetworkId"):
        settings["selectedRecoveryAzureNetworkId"] = network
    return {
        "machine": found | {"disks": replicated_disks.chosen(found["disks"], sent)},
        "policy": spelled(transaction, properties.get("policyId")),
        "recoveryContainer": target,
        "recoveryGroup": group,
        "recoverySubnet": details.get("recoverySubnetName"),
        "cache": sent[0].get("primaryStagingAzureStorageAccountId", "") if sent else "",
        "group": details.get("multiVmGroupName", ""),
        "settings": settings,
        "sourceRegion": source_region,
        "targetRegion": target_region,
        "firstRegion": source_region,
        "firstTarget": target_region,
        "first": True,
        "failedOver": None,
    }


def protecting(transaction: Transaction, machine: str) -> Resource | None:
    """Return the item that replicates a machine, or that has failed over to it."""
    items = transaction.referrers(machine.lower(), ITEM)
    return items[0] if items else None


def _details(write: Write) -> JsonObject:
    details: JsonObject = write.properties.get("providerSpecificDetails", {})
    return details


def _cache(write: Write) -> str:
    disks = _details(write).get("vmManagedDisks", [])
    return str(disks[0].get("primaryStagingAzureStorageAccountId", "")) if disks else ""


def _check_regions(write: Write, machine: Resource) -> None:
    """Refuse a fabric of another region, a container of the same one, a vault at the source."""
    store, fabric = write.transaction, fabric_of(write.id)
    region = region_of(store, fabric)
    if machine.document.get("location") != region:
        raise refusals.WRONG_FABRIC(
            machine=machine.id.text,
            region=machine.document.get("location"),
            fabric=fabric.name,
            location=region,
        )
    target = stored(store, _details(write).get("recoveryContainerId"), CONTAINER)
    if target is None or fabric_of(target.id).key == fabric.key:
        raise refusals.WRONG_CONTAINER(container=_details(write).get("recoveryContainerId", ""))
    vault = store.get(vault_of(write.id).key)
    if vault and vault.document.get("location") == region:
        raise refusals.VAULT_REGION(region=region)
    policy = str(write.properties.get("policyId", ""))
    if container_mapping(store, container_of(write.id), target.id, policy) is None:
        raise refusals.NOT_MAPPED(
            source=container_of(write.id).name, target=target.id.name, policy=policy
        )
    group = _details(write).get("recoveryResourceGroupId")
    if stored(store, group, RESOURCE_GROUP) is None:
        raise refusals.GROUP_MISSING(group=group)


def _refuse_not_enabled(write: Write, item: Resource) -> None:
    """Refuse to enable again what failed to be enabled: it is removed first."""
    if "enablingFailed" in item.private:
        state = state_of(write.transaction, item, write.now)
        raise refusals.NOT_ALLOWED(
            operation="EnableDr",
            name=item.id.name,
            state=state.name,
            allowed=", ".join(state.operations),
        )
