"""``sparehub replicate --off``: ends the replication of machines, in Azure's order (SR-80).

First the recovery plan, then the items. What stands still (mappings, policy, fabrics, vault) is of
the stacks: `pulumi destroy` removes it afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.posting import Record, post
from sparehub.failover.machines.replication.recovery_plan import delete_plan, write_plan
from sparehub.failover.machines.replication.replicate import ReplicationError
from sparehub.failover.machines.waiting import JobWait, all_done
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.errors import PreflightError, UnknownNameError
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine, unwanted


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The items whose replication is to end."""

    items: tuple[ProtectedItem, ...]
    removes_plan: bool
    """Whether no machine is left for the recovery plan."""


def preview_ending(vault: Vault, replication: Replication, names: Sequence[str] = ()) -> Ending:
    """Return the items of some machines; of all in the files where none is named.

    Raises:
        UnknownNameError: where a machine has no item in the pair's containers.
        PreflightError: where a test of one waits for its clean-up.
        VaultError: where the vault cannot be read.
    """
    contents = vault.contents()
    ours = items_by_machine(replication, contents.items)
    others = {item.machine: item for item in unwanted(replication, contents.items)}
    known = {**others, **ours}
    for name in names:
        if name not in known:
            raise UnknownNameError("machine", name, sorted(known))
    chosen = [known[name] for name in names] if names else list(ours.values())
    if waiting := [item.machine for item in chosen if item.awaits_cleanup]:
        raise PreflightError(
            f"a test failover of {', '.join(waiting)} is not cleaned up: `sparehub drill stop`"
        )
    left = [item for item in ours.values() if item not in chosen]
    return Ending(items=tuple(chosen), removes_plan=not left)


def end_replication(
    vault: Vault, replication: Replication, ending: Ending, wait: JobWait, record: Record
) -> None:
    """Remove the recovery plan, or these machines from it; then the items.

    Raises:
        ReplicationError: naming every machine whose replication could not be ended.
        VaultError: where the recovery plan cannot be changed.
    """
    names = [item.machine for item in ending.items]
    record(JournalEvent.REPLICATION_BEGUN, machines=names, source=replication.source, off=True)
    _leave_plan(vault, replication, ending, wait, record)
    jobs, problems = [], []
    for item in ending.items:
        send = partial(vault.disable, item.id)
        try:
            job = post(record, send, machine=item.machine, action="disable")
        except VaultError as error:
            problems.append(f"{item.machine}: {error}")
            continue
        jobs.append((job, f"{item.machine}: end of replication"))
    problems += all_done(wait, jobs)
    record(JournalEvent.REPLICATION_ENDED, failed=problems, off=True)
    if problems:
        raise ReplicationError("\n".join(problems))


def _leave_plan(
    vault: Vault, replication: Replication, ending: Ending, wait: JobWait, record: Record
) -> None:
    if vault.plan(replication.plan) is None:
        return
    if not ending.removes_plan:
        items = items_by_machine(replication, vault.contents().items)
        left = {name: item for name, item in items.items() if item not in ending.items}
        write_plan(vault, replication, left, wait, record)
        return
    delete_plan(vault, replication, wait, record)
