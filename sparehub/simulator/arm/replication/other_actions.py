"""Actions beside failover, test and re-protection: another recovery point, removal, refresh."""

from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.replication.failover import chosen_point, failure, require
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.containers import Container
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.mappings import CONTAINER_MAPPING


def apply_recovery_point(call: ActionContext) -> StartedOperation:
    """Start a change of the recovery point of a failover that is not committed (SR-52).

    The content of disks is not simulated, so the machine stays as it is. Neither the duration nor
    the name of the job is recorded: those of a failover are taken.
    """
    require(call.transaction, call.resource, "ChangePit", call.now)
    wanted = call.body.get("properties", {}).get("recoveryPointId")
    if not wanted:
        raise refusals.POINT_MISSING(point="in the request")
    details = {"providerSpecificDetails": {"recoveryPointId": wanted}}
    point = chosen_point(call.transaction, call.resource, details, call.now)
    return StartedOperation(
        seconds=durations.FAILOVER,
        effect="change point",
        arguments={"point": point},
        job=JobDraft(
            scenario="ChangePit",
            friendly_name="Change recovery point",
            target=call.resource.private["machine"]["name"],
            target_type="ProtectionEntity",
        ),
        failure=failure(call.transaction, call.resource, shutdown=False),
    )


def finish_change(context: EffectContext) -> None:
    """Store the recovery point from which the machine now comes."""
    item = context.transaction.get(context.arguments["target"])
    if item and item.private.get("failedOver"):
        point = context.arguments["point"]
        item.private["failedOver"] |= {"point": point["id"], "pointTime": point["time"]}
        context.transaction.touch(item)


def reprotect_unmanaged(call: ActionContext) -> StartedOperation:
    """Refuse ``reProtect``, which knows unmanaged disks only (SR-53)."""
    del call
    raise refusals.DISKS_MISSING()  # noqa: RSE102  an entry of the catalogue is called


def remove(call: ActionContext, kind: type[ReplicationType]) -> StartedOperation:
    """Start a removal that does what DELETE does; refuse one of what is in use (SR-80).

    Microsoft's client calls it ``begin_delete``, and DELETE ``begin_purge``.
    """
    removed = kind()
    removed.check_delete(call.transaction, call.resource)
    return StartedOperation(
        seconds=kind.seconds.delete,
        effect="remove",
        arguments={},
        job=removed.draft(kind.deletion_scenario, call.resource.id.name),
    )


def remove_container(call: ActionContext) -> StartedOperation:
    """Start the removal of a container, which has no DELETE (SR-36); refuse a mapped one."""
    store, container = call.transaction, call.resource
    users = store.children(container.key, CONTAINER_MAPPING)
    users += store.referrers(container.key, CONTAINER_MAPPING)
    for mapping in users:
        raise refusals.IN_USE(id=container.id.text, user=mapping.id.text)
    return remove(call, Container)


def export_jobs(call: ActionContext) -> StartedOperation:
    """Start an export of a vault's jobs; nothing is written to a storage account."""
    if call.argument.lower() != "export":
        raise refusals.ITEM_MISSING(name=call.argument)
    return StartedOperation(
        seconds=durations.REFRESH_HEALTH,
        effect="nothing",
        arguments={},
        job=JobDraft(
            scenario="ExportJobs", friendly_name="Export jobs", target="", target_type="Vault"
        ),
        path="replicationJobs",
    )


def refresh_health(call: ActionContext) -> StartedOperation:
    """Start a refresh of a vault's health, which is computed at each read (recorded)."""
    del call
    task = {
        "name": "RefreshFailoverHealthTask",
        "friendlyName": "Refreshing failover health",
        "from": 0.0,
        "to": durations.REFRESH_HEALTH,
    }
    return StartedOperation(
        seconds=durations.REFRESH_HEALTH,
        effect="nothing",
        arguments={},
        job=JobDraft(
            scenario="RefreshVaultHealth",
            friendly_name="Refresh vault health",
            target="",
            target_type="Vault",
            tasks=(task,),
        ),
        path="replicationVaultHealth",
    )
