"""Actions on a vault that change nothing in it: export of its jobs, refresh of its health."""

from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.types.base import ActionContext, JobDraft, StartedOperation
from sparehub.simulator.arm.types.recovery.state import durations


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
