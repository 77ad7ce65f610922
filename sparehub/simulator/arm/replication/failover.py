"""``unplannedFailover`` and ``failoverCommit`` of an item (SR-47, SR-52).

"Planned" is the same action with ``sourceSiteOperations: Required``: the source is shut down
first. Without it the source goes on running, with the same name and address.
"""

from collections.abc import Callable

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import machines
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.virtual_machine import switch
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.policy import kept_seconds
from sparehub.simulator.arm.types.recovery.state import durations, item_state, replication
from sparehub.simulator.arm.types.recovery.state.arrival import Arrival

DIRECTION = "PrimaryToRecovery"


def unplanned_failover(call: ActionContext) -> StartedOperation:
    """Start the failover of one item."""
    properties = call.body.get("properties", {})
    require(call.transaction, call.resource, "UnplannedFailover", call.now)
    require_direction(properties, call.resource)
    shutdown = shuts_down(properties)
    point = chosen_point(call.transaction, call.resource, properties, call.now)
    seconds = durations.FAILOVER + (durations.SHUTDOWN if shutdown else 0.0)
    return StartedOperation(
        seconds=seconds,
        effect="failover",
        arguments={"items": [call.resource.key], "points": [point], "shutdown": shutdown},
        job=_job(call.resource, shutdown),
        failure=failure(call.transaction, call.resource, shutdown=shutdown),
        warning=warning(call.transaction, call.resource),
    )


def require_direction(properties: JsonObject, target: Resource) -> None:
    """Refuse the other direction: a way back is a failover of the item that has moved (SR-54)."""
    direction = str(properties.get("failoverDirection", DIRECTION))
    if direction != DIRECTION:
        raise refusals.NOT_ALLOWED(
            operation=direction,
            name=target.id.name,
            state="active in the primary",
            allowed=DIRECTION,
        )


def warning(transaction: Transaction, item: Resource) -> JsonObject | None:
    """Return the error that a failover shows although it succeeds, if it does (SR-31)."""
    target = str(item.private["targetRegion"])
    if not faults.holding(transaction, FaultKind.WARNING, target):
        return None
    return refusals.RENAMED(machine=item.private["machine"]["name"]).error


def shuts_down(properties: JsonObject) -> bool:
    """Return whether a failover shuts the source down (SR-47)."""
    return str(properties.get("sourceSiteOperations", "NotRequired")).lower() == "required"


def require(transaction: Transaction, item: Resource, operation: str, now: float) -> None:
    """Refuse an operation that the item's state does not allow (SR-43)."""
    state = item_state.state_of(transaction, item, now)
    if operation not in state.operations:
        raise refusals.NOT_ALLOWED(
            operation=operation,
            name=item.id.name,
            state=state.name,
            allowed=", ".join(state.operations) or "nothing",
        )


def chosen_point(
    transaction: Transaction, item: Resource, properties: JsonObject, now: float
) -> JsonObject:
    """Return the recovery point that is used: the one that is named, or the newest.

    Raises:
        Refusal: There is no such point.

    """
    wanted = str(properties.get("providerSpecificDetails", {}).get("recoveryPointId") or "")
    newest = replication.newest_point(transaction, item, now)
    if not wanted and newest is not None:
        return {"id": replication.point_id(item, newest), "time": newest}
    kept = kept_seconds(transaction.get(item.private["policy"].lower()))
    for name, at in replication.recovery_points(transaction, item, now, kept):
        if wanted.rpartition("/")[2] == name:
            return {"id": name, "time": at}
    raise refusals.POINT_MISSING(point=wanted or "yet")


def failure(transaction: Transaction, item: Resource, *, shutdown: bool) -> Refusal | None:
    """Return why a failover will end Failed, if it will (SR-25, SR-79)."""
    target = str(item.private["targetRegion"])
    source = replication.source_region(item)
    if shutdown and faults.holding(transaction, FaultKind.REGION_DOWN, source):
        return refusals.REGION_NOT_AVAILABLE()
    if faults.holding(transaction, FaultKind.REGION_DOWN, target):
        return refusals.REGION_NOT_AVAILABLE()
    if shutdown and transaction.get(item.private["machine"]["id"].lower()) is None:
        return replicated_machines.SHUTDOWN(machine=item.private["machine"]["name"])
    if faults.holding(transaction, FaultKind.CAPACITY, target):
        return refusals.CAPACITY(region=target)
    if faults.holding(transaction, FaultKind.ADDRESS_TAKEN, target):
        nics = item.private["machine"]["nics"]
        address = nics[0]["configurations"][0]["address"] if nics else ""
        return refusals.ADDRESS_TAKEN(address=address)
    return None


def _job(item: Resource, shutdown: bool) -> JobDraft:  # noqa: FBT001  one caller
    start = durations.SHUTDOWN if shutdown else 1.0
    tasks = (
        _task("UnplannedFailoverPreflightChecksTask", "Prerequisites check for failover", 0, 1),
        {
            **_task("ShutdownVmOnPrimaryForUFO", "Shutting down the virtual machine", 1, start),
            "skipped": not shutdown,
        },
        {
            **_task("SyncLatestChanges", "Synchronizing the latest changes", start, start),
            "skipped": True,  # recorded so, also with Required (SR-47)
        },
        _task("StartFailoverTask", "Start failover", start, start + durations.FAILOVER - 40),
        _task(
            "StartReplicaVmTask",
            "Start the replica virtual machine",
            start + durations.FAILOVER - 40,
            start + durations.FAILOVER,
        ),
    )
    return JobDraft(
        scenario="UnplannedFailover",
        friendly_name="Failover",
        target=item.private["machine"]["name"],
        target_type="ProtectionEntity",
        tasks=tasks,
        details={"instanceType": "FailoverJobDetails", "protectedItemDetails": []},
    )


def _task(name: str, friendly: str, start: float, end: float) -> JsonObject:
    return {"name": name, "friendlyName": friendly, "from": float(start), "to": float(end)}


def for_each(
    context: EffectContext,
    finish: Callable[[EffectContext, Resource, JsonObject], None],
    fail: Callable[[EffectContext, Resource], None],
) -> JsonObject | None:
    """Finish an operation for each of its items; one that cannot does not stop the others.

    Args:
        context: The operation.
        finish: Changes one item, with its recovery point where the operation uses one.
        fail: Leaves one item in the state of an operation that failed.

    Returns:
        The error of the first item that could not, if there is one.

    """
    store, first = context.transaction, None
    keys = context.arguments["items"]
    points = context.arguments.get("points") or [{}] * len(keys)
    for key, point in zip(keys, points, strict=True):
        if item := store.get(key):
            try:
                with store.attempt():
                    finish(context, item, point)
            except Refusal as refusal:
                first = first or refusal.error
                if left := store.get(key):
                    fail(context, left)
    return first


def finish_failover(context: EffectContext) -> JsonObject | None:
    """Make the machines in the other region; shut the sources down where that was asked for."""
    return for_each(context, _fail_over, _mark_failed)


def _fail_over(context: EffectContext, item: Resource, point: JsonObject) -> None:
    if context.arguments["shutdown"]:
        _deallocate(context.transaction, item, context.now)
    machine = machines.make(Arrival(context.transaction, item), context.writer)[0]
    source = item.private["machine"]["id"].lower()
    context.transaction.set_references(item.key, {source, machine.lower()})
    item.private.pop("failoverFailed", None)
    item.private["failedOver"] = {
        "machine": machine,
        "at": context.now,
        "point": point["id"],
        "pointTime": point["time"],
        "committed": False,
    }
    context.transaction.touch(item)


def _mark_failed(context: EffectContext, item: Resource) -> None:
    item.private["failoverFailed"] = True
    context.transaction.touch(item)


def fail_failover(context: EffectContext) -> None:
    """Leave items as they were, in the state of a failover that failed (SR-52)."""
    for key in context.arguments["items"]:
        if item := context.transaction.get(key):
            _mark_failed(context, item)


def _deallocate(transaction: Transaction, item: Resource, at: float) -> None:
    machine = transaction.get(item.private["machine"]["id"].lower())
    if machine is None:
        raise replicated_machines.SHUTDOWN(machine=item.private["machine"]["name"])
    switch(transaction, machine, "deallocated", at)


def commit(call: ActionContext) -> StartedOperation:
    """Start the commit of a failover: the choice of recovery point ends (SR-52)."""
    require(call.transaction, call.resource, "Commit", call.now)
    return StartedOperation(
        seconds=durations.COMMIT,
        effect="commit",
        arguments={"items": [call.resource.key]},
        job=JobDraft(
            scenario="CommitFailover",
            friendly_name="Commit",
            target=call.resource.private["machine"]["name"],
            target_type="ProtectionEntity",
            tasks=(_task("VmCommitFailover", "Committing failover", 1, durations.COMMIT),),
        ),
    )


def finish_commit(context: EffectContext) -> None:
    """Commit the failover of items."""
    for key in context.arguments["items"]:
        item = context.transaction.get(key)
        if item and item.private.get("failedOver"):
            item.private["failedOver"]["committed"] = True
            context.transaction.touch(item)
