"""The recovery plan of a direction: written, disarmed, deleted; each write between two records."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sparehub.failover.machines.posting import Record, post
from sparehub.failover.machines.waiting import JobWait
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.errors import SparehubError
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.plan_actions import running_scenario, starts_runbook
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine


class PlanRunsError(SparehubError):
    """A recovery plan runs that is armed: the network must not be switched by two."""


def plan_runs(replication: Replication, scenario: str) -> str:
    """Return in words that the recovery plan of a direction runs."""
    return (
        f"the recovery plan {replication.plan.name} runs ({scenario}), and no operation of "
        "Sparehub started it: it may switch the network at this moment"
    )


def write_plan(
    vault: Vault,
    replication: Replication,
    items: Mapping[str, ProtectedItem],
    wait: JobWait,
    record: Record,
) -> None:
    """Write the recovery plan of some machines, and wait until it is saved.

    Raises:
        JobError: where it cannot be saved.
        VaultError: where the vault refuses it.
    """
    body: dict[str, Any] = requests.plan(replication, items)
    exists = vault.plan(replication.plan) is not None
    name = replication.plan.name
    send = partial(vault.write_plan, replication.plan, body, exists=exists)
    job = post(record, send, machine="", action="plan")
    wait.until_done(job, f"recovery plan {name}")
    wait.note(f"recovery plan {name}: {len(items)} machines")


def delete_plan(vault: Vault, replication: Replication, wait: JobWait, record: Record) -> None:
    """Delete the recovery plan of a direction, if there is one, and wait until it is gone.

    Raises:
        JobError: where it cannot be deleted.
        VaultError: where the vault refuses it.
    """
    plan = replication.plan
    if vault.plan(plan) is None:
        return
    try:
        job = post(record, partial(vault.delete_plan, plan), machine="", action="delete plan")
    except VaultError as error:
        if not error.was_lost or vault.plan(plan) is not None:
            raise
        return
    wait.until_done(job, f"recovery plan {plan.name}: removal")


def disarm_plan(vault: Vault, replication: Replication, wait: JobWait, record: Record) -> bool:
    """Take the runbook out of the recovery plan of a direction; return whether it was there.

    The plan then has the machines of the files that can be in it, and the actions of the file.

    Raises:
        PlanRunsError: where it runs: somebody else started it.
        JobError: where it cannot be saved.
        VaultError: where the vault refuses it, or does not answer.
    """
    runbook, recorded = replication.start_runbook, vault.plan(replication.plan)
    if runbook is None or not starts_runbook(recorded, runbook):
        return False
    if running := running_scenario(recorded):
        raise PlanRunsError(
            f"{plan_runs(replication, running)}; complete it in the portal, then "
            "`sparehub resume --adopt` takes over what it did"
        )
    found = items_by_machine(replication, vault.contents().items)
    here = {name: item for name, item in found.items() if item.container == replication.container}
    write_plan(vault, replication.disarmed(), here, wait, record)
    return True
