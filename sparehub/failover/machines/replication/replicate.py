"""``sparehub replicate``: brings the items of the vault to what the files want.

A loop of reading, deciding and writing: what is done is seen in the vault, so that a run which died
is repeated by running it again, and nothing is enabled twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.posting import Record, post
from sparehub.failover.machines.replication.recovery_plan import write_plan
from sparehub.failover.machines.replication.replication_preview import (
    ReplicationPreview,
    chosen_disks,
    preview_replication,
)
from sparehub.failover.machines.waiting import DEADLINE, POLL, JobWait, StillWaitingError, all_done
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.azure.site_recovery_limits import MACHINES_ENABLED_AT_ONCE
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import MachineNeed, Need, items_by_machine

_ENABLING = "UnprotectedStatesBegin"


class ReplicationError(SparehubError):
    """Machines could not be brought to what the files say; names each."""


@dataclass
class Replicator:
    """One run: the vault, a direction, and what was found and done."""

    vault: Vault
    replication: Replication
    record: Record
    wait: JobWait
    expected: float
    """Seconds that a machine is expected to take until it is Protected."""
    again: bool = False
    """Whether the machines were re-protected, which is measured apart."""
    command: str = "sparehub replicate"
    """What goes on after an interruption."""
    _jobs: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By machine: the job of the last write, and what it does."""
    _failed: dict[str, str] = field(default_factory=dict)
    _begun: dict[str, float] = field(default_factory=dict)
    """By machine: Azure's time, in Unix seconds, at which it was first seen unprotected."""
    _shown: dict[str, str] = field(default_factory=dict)
    _set_once: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Write until nothing is left to be done.

        Raises:
            ReplicationError: naming every machine that could not be replicated; the others are.
            StillWaitingError: where somebody asked to stop, or nothing moves any more.
        """
        self.record(
            JournalEvent.REPLICATION_BEGUN,
            machines=[machine.name for machine in self.replication.machines],
            source=self.replication.source,
        )
        idle = 0.0
        while True:
            preview = self._look()
            open_needs = [each for each in preview.needs if self._is_open(each)]
            if not open_needs:
                break
            moved = self._act(preview, open_needs)
            idle = 0.0 if moved else idle + POLL
            self._refuse_to_wait_on(open_needs, idle)
            if not moved:
                self.vault.azure.wait(POLL)
        self._write_plan()
        self.record(JournalEvent.REPLICATION_ENDED, failed=sorted(self._failed))
        if self._failed:
            raise ReplicationError("\n".join(self._failed.values()))

    def _look(self) -> ReplicationPreview:
        contents = self.vault.contents()
        preview = preview_replication(self.vault, self.replication, contents)
        now = contents.at.timestamp()
        for each in preview.needs:
            name = each.machine.name
            if each.item and not each.item.is_protected:
                self._begun.setdefault(name, now)
                self._show(each.item, now - self._begun[name])
            elif each.item and name in self._begun:
                seconds = now - self._begun.pop(name)
                self.record(
                    JournalEvent.MACHINE_PROTECTED,
                    machine=name,
                    seconds=round(seconds),
                    again=self.again,
                )
                self.wait.note(f"{name}: Protected after {seconds / 60:.0f} min")
        return preview

    def _show(self, item: ProtectedItem, elapsed: float) -> None:
        percent = "" if item.percent is None else f" {item.percent} %"
        line = f"{item.machine}: {item.description}{percent}"
        if self._shown.get(item.machine) == line:
            return
        self._shown[item.machine] = line
        left = max(self.expected - elapsed, 0) / 60
        self.wait.note(f"{line}, {elapsed / 60:.0f} min, about {left:.0f} min left")

    def _is_open(self, need: MachineNeed) -> bool:
        return need.need is not Need.NOTHING and need.machine.name not in self._failed

    def _act(self, preview: ReplicationPreview, open_needs: list[MachineNeed]) -> bool:
        """Send the next writes and wait for short ones; return whether anything was done."""
        self._check_jobs()
        busy = sum(
            each.item is not None and each.item.state == _ENABLING for each in open_needs
        ) + sum(each.item is None and each.machine.name in self._jobs for each in open_needs)
        moved = False
        settings: list[tuple[str, str]] = []
        for each in open_needs:
            name = each.machine.name
            if name in self._failed:
                continue
            if each.need is Need.SET and each.item:
                settings += self._set(preview, each, each.item)
                moved = True
            elif each.need is Need.ENABLE_AGAIN and each.item and name not in self._jobs:
                moved = self._remove_failed(name, each.item) or moved
            elif each.need is Need.ENABLE and name not in self._jobs:
                if busy >= MACHINES_ENABLED_AT_ONCE:
                    continue
                busy += 1
                moved = True
                self._enable(preview, each)
        for problem in all_done(self.wait, settings):
            self._failed[problem.partition(":")[0]] = problem
        return moved

    def _set(
        self, preview: ReplicationPreview, need: MachineNeed, item: ProtectedItem
    ) -> list[tuple[str, str]]:
        """Send the addresses of a machine, once; return the job, if Azure has accepted it."""
        machine = need.machine
        if machine.name in self._set_once:
            differing = "; ".join(need.differences)
            self._failed[machine.name] = f"{machine.name}: Azure keeps {differing}"
            return []
        self._set_once.add(machine.name)
        body = requests.settings(
            machine, item, test_network=machine.test_network in preview.standing
        )
        job = self._send(machine.name, "set", lambda: self.vault.update(item.id, body))
        return [(job, f"{machine.name}: addresses")] if job else []

    def _enable(self, preview: ReplicationPreview, need: MachineNeed) -> None:
        machine = need.machine
        disks = [disk.id for disk in chosen_disks(machine, preview.sources[machine.name])]
        body = requests.enable(self.replication, machine, disks)
        item = self._item_id(machine.name)
        job = self._send(machine.name, "enable", lambda: self.vault.enable(item, body))
        if job:
            self._jobs[machine.name] = (job, f"{machine.name}: enable replication")
            self.wait.note(f"{machine.name}: replication is being enabled")

    def _remove_failed(self, name: str, item: ProtectedItem) -> bool:
        job = self._send(name, "remove", lambda: self.vault.disable(item.id))
        for problem in all_done(
            self.wait, [(job, f"{name}: remove the failed item")] if job else []
        ):
            self._failed[name] = problem
        return bool(job)

    def _item_id(self, name: str) -> ResourceId:
        return self.replication.container.child("replicationProtectedItems", name)

    def _send(self, machine: str, action: str, send: Callable[[], str]) -> str:
        """Send a write once, between two records; return its job, empty where it failed.

        An answer that was lost is not a failure: the next reading of the vault shows the result.
        """
        try:
            return post(self.record, send, machine=machine, action=action)
        except VaultError as error:
            if not error.was_lost:
                self._failed[machine] = f"{machine}: {action}: {error}"
            else:
                self.wait.note(f"{machine}: {action}: {error}; it is looked at again")
            return ""

    def _check_jobs(self) -> None:
        """Note the jobs that have failed, or succeeded with an error (SR-31)."""
        for name, (job_id, what) in list(self._jobs.items()):
            job = self.vault.job(job_id)
            if job.goes_on:
                continue
            del self._jobs[name]
            if not job.is_clean:
                self._failed[name] = f"{what}: {job.problem}"
                self.wait.note(self._failed[name])

    def _refuse_to_wait_on(self, open_needs: list[MachineNeed], idle: float) -> None:
        """Stop on request, or where no machine has moved on within the deadline."""
        names = ", ".join(each.machine.name for each in open_needs)
        if self.wait.stop():
            raise StillWaitingError(
                f"stopped on request; {names} are copied by Azure meanwhile, and "
                f"`{self.command}` goes on"
            )
        if idle >= DEADLINE:
            raise StillWaitingError(
                f"{names}: not Protected after {DEADLINE / 60:.0f} minutes: look at the health of "
                f"these machines in the vault {self.vault.name}, then `{self.command}` again"
            )

    def _write_plan(self) -> None:
        """Write the recovery plan, of the machines that are Protected."""
        preview = preview_replication(self.vault, self.replication)
        if not preview.writes_plan:
            return
        items: Mapping[str, ProtectedItem] = items_by_machine(
            self.replication, self.vault.contents().items
        )
        ready = {name: item for name, item in items.items() if item.is_protected}
        write_plan(self.vault, self.replication, ready, self.wait, self.record)
