"""Protected items: machines that are replicated (SR-39 to SR-57)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal, UnchangedError
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import VIRTUAL_MACHINE
from sparehub.simulator.arm.types.base import Deleter, Durations, JobDraft, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations, egress, item_view
from sparehub.simulator.arm.types.recovery.state.instants import set_instants
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM, state_of
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    container_mapping,
    container_of,
    fabric_of,
    region_of,
    stored,
)
from sparehub.simulator.arm.types.recovery.state.source_machine import discover
from sparehub.simulator.arm.types.storage.storage_account import (
    STORAGE_ACCOUNT,
    cache_problem,
)

_UNSUPPORTED_SKUS = ("UltraSSD_LRS",)


_ADDRESSES: Spec = {
    "ipConfigName": str,
    "isPrimary": bool,
    "isSeletedForFailover": bool,
    **{
        f"{prefix}{name}": kind
        for prefix in ("recovery", "tfo")
        for name, kind in (
            ("SubnetName", str),
            ("StaticIPAddress", str),
            ("PublicIPAddressId", str),
            ("LBBackendAddressPoolIds", [str]),
        )
    },
}
_INTERFACE: Spec = {
    "nicId": str,
    "ipConfigs": [_ADDRESSES],
    "selectionType": str,
    "enableAcceleratedNetworkingOnRecovery": bool,
    "enableAcceleratedNetworkingOnTfo": bool,
    "recoveryNetworkSecurityGroupId": str,
    "recoveryNicName": str,
    "recoveryNicResourceGroupName": str,
    "reuseExistingNic": bool,
    "tfoNetworkSecurityGroupId": str,
    "tfoRecoveryNicName": str,
    "tfoRecoveryNicResourceGroupName": str,
    "tfoReuseExistingNic": bool,
}


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
    patches: ClassVar[Spec] = {
        "properties": {
            "recoveryAzureVMName": str,
            "recoveryAzureVMSize": str,
            "selectedRecoveryAzureNetworkId": str,
            "selectedTfoAzureNetworkId": str,
            "licenseType": str,
            "vmNics": [_INTERFACE],
            "providerSpecificDetails": {
                "instanceType": str,
                "tfoAzureVMName": str,
                "recoveryCapacityReservationGroupId": str,
            },
        }
    }
    seconds = Durations(create=durations.ENABLE, update=durations.UPDATE, delete=durations.PURGE)
    scenario = ("EnableDr", "Enable replication")
    deletion_scenario = ("PurgeDr", "Disable replication")
    target_type = "Vm"

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
            _check_update(write)
            return
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
        if machine is None:
            raise refusals.MACHINE_MISSING(machine=_details(write).get("fabricObjectId", ""))
        if write.existing or protecting(write.transaction, machine.id.text):
            raise UnchangedError(refusals.ALREADY_PROTECTED(machine=machine.id.name))
        _check_regions(write, machine)
        _check_disks(write, machine)

    def dependencies(self, write: Write) -> list[Resource]:
        """Refer to the machine, by which the item is found."""
        if write.method == "PATCH" and write.existing:
            keys = write.transaction.references(write.existing.key)
            return [found for key in keys if (found := write.transaction.get(key))]
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
        return [machine] if machine else []

    def failure(self, write: Write) -> Refusal | None:
        """Let enabling fail where the source's region is down, or its agent has no way out."""
        if write.method == "PATCH":
            return None
        region = region_of(write.transaction, fabric_of(write.id))
        if faults.holding(write.transaction, FaultKind.REGION_DOWN, region):
            return refusals.REGION_NOT_AVAILABLE()
        machine = stored(write.transaction, _details(write).get("fabricObjectId"), VIRTUAL_MACHINE)
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
            return write.existing.private | {"settings": _settings(write)}
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
        resource.private |= item_view.read(shown["properties"])
        transaction.put(resource)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the machine of a test that was not cleaned up; the source stays."""
        del transaction, resource, deleter


def enabled(transaction: Transaction, identity: ResourceId, properties: JsonObject) -> JsonObject:
    """Return the private state of an item that is being enabled."""
    details = properties.get("providerSpecificDetails", {})
    machine = stored(transaction, details.get("fabricObjectId"), VIRTUAL_MACHINE)
    found: JsonObject = {"id": "", "name": "", "disks": []}
    if machine:
        found = discover(transaction, machine)
    sent = details.get("vmManagedDisks", [])
    wanted = {str(disk.get("diskId", "")).lower() for disk in sent}
    disks = [disk for disk in found["disks"] if not wanted or disk["id"].lower() in wanted]
    target = details.get("recoveryContainerId", "")
    source_region = region_of(transaction, fabric_of(identity))
    target_region = region_of(transaction, fabric_of(ResourceId(target)))
    group = details.get("recoveryResourceGroupId") or (
        sent[0].get("recoveryResourceGroupId", "") if sent else ""
    )
    settings: JsonObject = {}
    if network := details.get("recoveryAzureNetworkId"):
        settings["selectedRecoveryAzureNetworkId"] = network
    return {
        "machine": found | {"disks": disks},
        "policy": properties.get("policyId", ""),
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
    if container_mapping(store, container_of(write.id), target.id.text, policy) is None:
        raise refusals.NOT_MAPPED(
            source=container_of(write.id).name, target=target.id.name, policy=policy
        )
    group = _details(write).get("recoveryResourceGroupId")
    if stored(store, group, RESOURCE_GROUP) is None:
        raise refusals.GROUP_MISSING(group=group)


def _check_disks(write: Write, machine: Resource) -> None:
    """Refuse disks that the machine does not have, and a cache account that cannot be used."""
    store = write.transaction
    sent = _details(write).get("vmManagedDisks", [])
    if not sent:
        raise refusals.NO_DISKS(machine=machine.id.name)
    known = {disk["id"].lower(): disk for disk in discover(store, machine)["disks"]}
    for disk in sent:
        identity = str(disk.get("diskId", ""))
        if identity.lower() not in known or store.get(identity.lower()) is None:
            raise refusals.DISK_MISSING(machine=machine.id.name, disk=identity)
        if known[identity.lower()]["sku"] in _UNSUPPORTED_SKUS:
            raise refusals.DISK_UNPROTECTABLE(disk=identity, sku=known[identity.lower()]["sku"])
        account = stored(store, disk.get("primaryStagingAzureStorageAccountId"), STORAGE_ACCOUNT)
        vault = store.get(vault_of(write.id).key)
        problem = cache_problem(store, account, str(machine.document["location"]), vault)
        if problem:
            raise refusals.CACHE_ACCOUNT(
                account=disk.get("primaryStagingAzureStorageAccountId", ""), problem=problem
            )


def _check_update(write: Write) -> None:
    """Refuse an update of a machine that is not protected yet (SR-44)."""
    item = write.existing
    if item and write.now < item.private["protected"] and not item.private["failedOver"]:
        state = state_of(write.transaction, item, write.now)
        raise refusals.NOT_ALLOWED(
            operation="UpdateVmProperties",
            name=item.id.name,
            state=state.name,
            allowed=", ".join(state.operations),
        )


def _settings(write: Write) -> JsonObject:
    """Return the settings after an update: what is sent replaces what there was of its name."""
    before: JsonObject = write.existing.private["settings"] if write.existing else {}
    sent = dict(write.properties)
    details = sent.pop("providerSpecificDetails", {})
    interfaces = {
        str(nic.get("nicId", "")): {
            **{name: value for name, value in nic.items() if name not in ("nicId", "ipConfigs")},
            "configurations": {
                str(found.get("ipConfigName", "")): found for found in nic.get("ipConfigs", [])
            },
        }
        for nic in sent.pop("vmNics", [])
    }
    details.pop("instanceType", None)
    nics: JsonObject = before.get("nics", {})
    settings: JsonObject = {**before, **sent, **details, "nics": nics | interfaces}
    return settings
