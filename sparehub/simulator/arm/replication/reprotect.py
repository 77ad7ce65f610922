"""``switchprotection`` of a container: re-protection (SR-53 to SR-56), and ``remove``.

The item moves to the other fabric and container. At the end Azure deletes the machine on the side
that was left, and its interfaces; its disks stay, to be compared.
"""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import machines
from sparehub.simulator.arm.replication.failover import require
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.virtual_machine import is_running
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.state import (
    durations,
    egress,
    mappings,
    replicated_disks,
    replication,
)
from sparehub.simulator.arm.types.recovery.state.instants import set_instants
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.source_machine import discover, has_ipv6


def switch_protection(call: ActionContext) -> StartedOperation:
    """Start the re-protection of an item of a container."""
    store, properties = call.transaction, call.body.get("properties", {})
    details = properties.get("providerSpecificDetails", {})
    name = str(properties.get("replicationProtectedItemName", ""))
    item = store.get(call.resource.id.child(ITEM.rpartition("/")[2], name).key)
    if item is None:
        raise refusals.ITEM_MISSING(name=name)
    require(store, item, "SwitchProtection", call.now)
    target = mappings.stored(store, details.get("recoveryContainerId"), mappings.CONTAINER)
    own = mappings.stored(store, item.private["recoveryContainer"], mappings.CONTAINER)
    if target is None or own is None or target.key != call.resource.key:
        raise refusals.WRONG_CONTAINER(container=details.get("recoveryContainerId", ""))
    policy = str(details.get("policyId", ""))
    if mappings.container_mapping(store, own.id, target.id, policy) is None:
        raise refusals.NOT_MAPPED(source=own.id.name, target=target.id.name, policy=policy)
    group = details.get("recoveryResourceGroupId")
    if mappings.stored(store, group, RESOURCE_GROUP) is None:
        raise refusals.GROUP_MISSING(group=group)
    disks = details.get("vmManagedDisks", [])
    machine = store.get(item.private["failedOver"]["machine"].lower())
    if machine:
        replicated_disks.check(store, machine, disks, store.get(vault_of(item.id).key))
        if has_ipv6(store, machine):
            raise replicated_machines.IPV6(machine=machine.id.name)
    identity = own.id.child(ITEM.rpartition("/")[2], name)
    _refuse_taken(store, identity)
    return StartedOperation(
        seconds=durations.SWITCH,
        effect="switch",
        arguments={
            "item": item.key,
            "identity": identity.text,
            "policy": mappings.spelled(store, policy),
            "group": mappings.spelled(store, group),
            "disks": disks,
        },
        job=_job(item, identity),
        failure=_failure(store, item, disks, call.now),
        busy=(item.key,),  # others of the container go on
    )


def _refuse_taken(transaction: Transaction, identity: ResourceId) -> None:
    """Refuse to put an item in the place of another one of its name."""
    if transaction.get(identity.key):
        container = mappings.container_of(identity).text
        raise replicated_machines.ITEM_EXISTS(container=container, name=identity.name)


def _failure(
    transaction: Transaction, item: Resource, disks: list[JsonObject], now: float
) -> Refusal | None:
    """Return why re-protection will end Failed, if it will (SR-68, SR-79)."""
    for region in (replication.source_region(item), str(item.private["targetRegion"])):
        if faults.holding(transaction, FaultKind.REGION_DOWN, region):
            return refusals.REGION_NOT_AVAILABLE()
    machine = transaction.get(item.private["failedOver"]["machine"].lower())
    if machine is None or not is_running(machine, now):
        return replicated_machines.NOT_RUNNING(machine=item.private["machine"]["name"])
    if not egress.has_egress(transaction, machine, now):
        return refusals.NO_EGRESS_BACK(machine=machine.id.name)
    if faults.holding(transaction, FaultKind.CACHE_UNREACHABLE, str(item.private["targetRegion"])):
        account = disks[0].get("primaryStagingAzureStorageAccountId", "")
        return refusals.CACHE_ACCOUNT(account=account, problem="cannot be reached")
    return None


def _job(item: Resource, identity: ResourceId) -> JobDraft:
    committed = item.private["failedOver"]["committed"]
    whole = durations.SWITCH
    tasks = tuple(
        {"name": name, "friendlyName": friendly, "from": start, "to": end, "skipped": skipped}
        for name, friendly, start, end, skipped in (
            (
                "SwitchReplicationGroupProtectionPreflightTask",
                "Prerequisite check",
                0.5,
                2.5,
                False,
            ),
            ("CommitFailoverTask", "Committing failover", 2.5, 2.5, committed),
            ("DiscoverReplicaTask", "Discovering replica virtual machine", 2.5, 3.0, False),
            (
                "GetSwitchProtectionRequirementsTask",
                "Getting reprotection requirements",
                3.0,
                3.5,
                False,
            ),
            ("ProtectReplicaTask", "Reprotecting virtual machine (1)", 3.5, whole, False),
        )
    )
    return JobDraft(
        scenario="SwitchReplicationGroupProtection",
        friendly_name="Reprotect",
        target=item.private["machine"]["name"],
        target_type="ProtectionEntity",
        tasks=tasks,
        details={
            "instanceType": "SwitchProtectionJobDetails",
            "newReplicationProtectedItemId": capitalized(identity.text),
        },
    )


def finish_switch(context: EffectContext) -> None:
    """Move the item to the other container, and delete the machine that was left (SR-56)."""
    store, arguments = context.transaction, context.arguments
    item = store.get(arguments["item"])
    if item is None:
        return
    before = item.private
    machine = store.get(before["failedOver"]["machine"].lower())
    if machine is None:
        raise replicated_machines.NOT_RUNNING(machine=before["machine"]["name"])
    _refuse_taken(store, ResourceId(arguments["identity"]))
    found, disks = discover(store, machine), arguments["disks"]
    found["disks"] = replicated_disks.chosen(found["disks"], disks)
    left = store.get(before["machine"]["id"].lower())
    store.remove(item.key)
    container = item.id.parent
    moved = Resource(
        ResourceId(arguments["identity"]),
        {"properties": {}},
        item.sent,
        before
        | {
            "machine": found,
            "policy": arguments["policy"],
            "recoveryContainer": container.text if container else "",
            "recoveryGroup": arguments["group"],
            "recoverySubnet": None,
            "cache": disks[0].get("primaryStagingAzureStorageAccountId", "") if disks else "",
            "kept": [disk["id"].lower() for disk in before["machine"]["disks"]],
            "settings": {},
            "sourceRegion": before["targetRegion"],
            "targetRegion": before["sourceRegion"],
            "first": False,
            "failedOver": None,
            "scenario": None,
        },
        revision=store.next_revision(arguments["identity"].lower()),
        finishes_at=context.now,
    )
    moved.private.pop("tested", None)
    store.put(moved)
    store.set_references(moved.key, {found["id"].lower()})
    set_instants(store, moved)
    if left:
        machines.remove_left(store, context.writer, left)


def remove_item(call: ActionContext) -> StartedOperation:
    """Start the end of replication: ``POST .../remove`` of an item (SR-57)."""
    require(call.transaction, call.resource, "DisableProtection", call.now)
    return StartedOperation(
        seconds=durations.DISABLE,
        effect="remove",
        arguments={},
        job=JobDraft(
            scenario="DisableDr",
            friendly_name="Disable replication",
            target=call.resource.private["machine"]["name"],
            target_type="Vm",
        ),
    )


def finish_removal(context: EffectContext) -> None:
    """Remove what the operation was about."""
    if resource := context.transaction.get(context.arguments["target"]):
        context.writer.remove(resource)
