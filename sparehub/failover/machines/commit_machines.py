"""Commits machines that were failed over: the choice of recovery point ends (SR-52)."""

from functools import partial

from sparehub.failover.adapters.confirmation import ask
from sparehub.failover.machines.azure_machines import DEALLOCATED, MachineError, power_state
from sparehub.failover.machines.fail_over import MachinesError
from sparehub.failover.machines.posting import post
from sparehub.failover.machines.vault_session import VaultSession, open_vault
from sparehub.failover.machines.waiting import all_done
from sparehub.failover.session import Session
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.plan import Mode
from sparehub.topology.replication.direction import Machine, replicates
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine


def commit_machines(session: Session, *, yes: bool) -> list[str]:
    """Commit every machine that waits for it; return their names.

    A commit that a run has begun which died is waited for.

    Raises:
        PreflightError: where a source machine of a planned operation still runs.
        MachinesError: naming those that could not be committed; the others are.
    """
    if not replicates(session.pair):
        return []
    opened = open_vault(session)
    items = items_by_machine(opened.away, opened.vault.contents().items)
    waiting = {name: item for name, item in items.items() if item.awaits_commit}
    begun = {name: item for name, item in items.items() if item.is_being_committed}
    jobs = [(item.scenario_job, f"{name}: commit") for name, item in begun.items()]
    if not waiting and not begun:
        return []
    _refuse_running_sources(session, opened, waiting)
    names = ", ".join([*waiting, *begun])
    session.progress.note(f"a commit ends the choice of recovery point of {names}")
    if waiting and not yes:
        ask(f"commit {names}?")
    problems: list[str] = []
    for name, item in waiting.items():
        send = partial(opened.vault.commit, item.id)
        try:
            job = post(session.journal.append, send, machine=name, action="commit")
        except VaultError as error:
            problems.append(f"{name}: {error}")
            continue
        jobs.append((job, f"{name}: commit"))
    problems += all_done(opened.wait(), jobs)
    if problems:
        raise MachinesError(f"{'; '.join(problems)}. `sparehub commit` tries these again")
    session.progress.note(f"{names}: committed")
    return [*waiting, *begun]


def _refuse_running_sources(
    session: Session, opened: VaultSession, waiting: dict[str, ProtectedItem]
) -> None:
    """Refuse to commit while a source machine of a planned operation is not deallocated.

    After an unplanned one their region may not answer; they are an open item.

    Raises:
        PreflightError: naming each.
    """
    last = session.journal_state.last
    if last is None or last.mode != Mode.PLANNED:
        return
    running = [
        machine.name
        for name in waiting
        if _runs(session, machine := opened.leaving(last.source).machine(name))
    ]
    if running:
        raise PreflightError(
            f"{', '.join(running)} still run in {session.locations[last.source]}: stop them first, "
            "so that only one copy is left"
        )


def _runs(session: Session, machine: Machine) -> bool:
    try:
        return power_state(session.azure, machine.id) not in {DEALLOCATED, ""}
    except MachineError:
        return False  # its region does not answer
