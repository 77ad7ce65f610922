"""``switchprotection`` of a container: re-protection (SR-53 to SR-56), and ``remove``.

The item moves to the other fabric and container. At the end Azure deletes the machine on the side
that was left, and its interfaces; its disks stay, to be compared.
"""

from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication.failover import require
from sparehub.simulator.arm.replication.trial_failover import remove_machine
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.state import durations, egress, item_state, mappings
from sparehub.simulator.arm.types.recovery.state.instants import set_instants
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.source_machine import discover
from sparehub.simulator.arm.types.storage.storage_account import STORAGE_ACCOUNT, cache_problem


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
    if mappings.container_mapping(store, own.id, target.id.text, policy) is None:
        raise refusals.NOT_MAPPED(source=own.id.name, target=target.id.name, policy=policy)
    group = details.get("recoveryResourceGroupId")
    if mappings.stored(store, group, RESOURCE_GROUP) is None:
        raise refusals.GROUP_MISSING(group=group)
    cache = _check_cache(call, item, details.get("vmManagedDisks", []))
    identity = own.id.child(ITEM.rpartition("/")[2], name)
    return StartedOperation(
        seconds=durations.SWITCH,
        effect="switch",
        arguments={
            "item": item.key,
            "identity": identity.text,
            "policy": policy,
            "group": group,
            "cache": cache,
        },
        job=_job(item, identity),
        failure=_failure(store, item, call.now),
        also=(item.key,),
    )


def _check_cache(call: ActionContext, item: Resource, disks: list[dict[str, str]]) -> str:
    """Return the cache account; refuse disks without one of the other region (SR-53)."""
    if not disks:
        raise refusals.NO_DISKS(machine=item.private["machine"]["name"])
    vault = call.transaction.get(vault_of(item.id).key)
    text = str(disks[0].get("primaryStagingAzureStorageAccountId", ""))
    account = mappings.stored(call.transaction, text, STORAGE_ACCOUNT)
    problem = cache_problem(call.transaction, account, str(item.private["targetRegion"]), vault)
    if problem:
        raise refusals.CACHE_ACCOUNT(account=text, problem=problem)
    return text


def _failure(transaction: Transaction, item: Resource, now: float) -> Refusal | None:
    """Return why re-protection will end Failed, if it will (SR-68, SR-79)."""
    for region in (item_state.source_region(item), str(item.private["targetRegion"])):
        if faults.holding(transaction, FaultKind.REGION_DOWN, region):
            return refusals.REGION_NOT_AVAILABLE()
    machine = transaction.get(item.private["failedOver"]["machine"].lower())
    if machine and not egress.has_egress(transaction, machine, now):
        return refusals.NO_EGRESS_BACK(machine=machine.id.name)
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
    found = discover(store, machine) if machine else before["machine"]
    source = before["machine"]["id"]
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
            "cache": arguments["cache"],
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
    if machine:
        remove_machine(context, source, disks=False)


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
