"""``unplannedFailover`` and ``failoverCommit`` of an item (SR-47, SR-52).

"Planned" is the same action with ``sourceSiteOperations: Required``: the source is shut down
first. Without it the source goes on running, with the same name and address.
"""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import machines
from sparehub.simulator.arm.replication.machines import Arrival
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.state import durations, item_state

_DIRECTION = "PrimaryToRecovery"


def unplanned_failover(call: ActionContext) -> StartedOperation:
    """Start the failover of one item."""
    properties = call.body.get("properties", {})
    require(call.transaction, call.resource, "UnplannedFailover", call.now)
    if properties.get("failoverDirection", _DIRECTION) != _DIRECTION:
        raise refusals.NOT_ALLOWED(
            operation=str(properties["failoverDirection"]),
            name=call.resource.id.name,
            state="active in the primary",
            allowed=_DIRECTION,
        )
    shutdown = shuts_down(properties)
    point = chosen_point(call.transaction, call.resource, properties, call.now)
    seconds = durations.FAILOVER + (durations.SHUTDOWN if shutdown else 0.0)
    region = item_state.source_region(call.resource)
    target = str(call.resource.private["targetRegion"])
    name = call.resource.private["machine"]["name"]
    warned = faults.holding(call.transaction, FaultKind.WARNING, target)
    return StartedOperation(
        seconds=seconds,
        effect="failover",
        arguments={"items": [call.resource.key], "points": [point], "shutdown": shutdown},
        job=_job(call.resource, shutdown),
        failure=failure(call.transaction, call.resource, shutdown=shutdown, region=region),
        warning=refusals.RENAMED(machine=name).error if warned else None,
    )


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
    newest = item_state.newest_point(transaction, item, now)
    if not wanted and newest is not None:
        return {"id": item_state.point_id(item, newest), "time": newest}
    kept = max(1.0, now)
    for name, at in item_state.recovery_points(transaction, item, now, kept):
        if wanted.rpartition("/")[2] == name:
            return {"id": name, "time": at}
    raise refusals.POINT_MISSING(point=wanted or "yet")


def failure(
    transaction: Transaction, item: Resource, *, shutdown: bool, region: str
) -> Refusal | None:
    """Return why a failover will end Failed, if it will (SR-25, SR-79)."""
    target = str(item.private["targetRegion"])
    if shutdown and faults.holding(transaction, FaultKind.REGION_DOWN, region):
        return refusals.REGION_NOT_AVAILABLE()
    if faults.holding(transaction, FaultKind.REGION_DOWN, target):
        return refusals.REGION_NOT_AVAILABLE()
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


def finish_failover(context: EffectContext) -> None:
    """Make the machines in the other region; shut the sources down where that was asked for."""
    for key, point in zip(context.arguments["items"], context.arguments["points"], strict=True):
        item = context.transaction.get(key)
        if item is None:
            continue
        if context.arguments["shutdown"]:
            _deallocate(context.transaction, item)
        machine = machines.make(Arrival(context.transaction, item), context.writer)
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


def fail_failover(context: EffectContext) -> None:
    """Leave items as they were, in the state of a failover that failed (SR-52)."""
    for key in context.arguments["items"]:
        if item := context.transaction.get(key):
            item.private["failoverFailed"] = True
            context.transaction.touch(item)


def _deallocate(transaction: Transaction, item: Resource) -> None:
    machine = transaction.get(item.private["machine"]["id"].lower())
    if machine:
        machine.private["power"] = "deallocated"
        transaction.touch(machine)


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
