"""The run of a re-protection: switch each machine, wait until Protected, set what is lost by it.

A loop of reading, deciding and writing. How far a machine is, is seen in the vault, so that a run
which died is repeated by running it again, and no machine is switched twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from sparehub.azure.answers import NOT_FOUND
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.azure_machines import MachineError, read_machine
from sparehub.failover.machines.posting import Record, post
from sparehub.failover.machines.replication.recovery_plan import delete_plan
from sparehub.failover.machines.replication.replicate import ReplicationError, Replicator
from sparehub.failover.machines.replication.replication_preview import chosen_disks
from sparehub.failover.machines.waiting import DEADLINE, POLL, JobWait, StillWaitingError
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.azure.site_recovery_limits import MACHINES_ENABLED_AT_ONCE
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reprotection import MachineStage, Stage, stages

SWITCH = "switch"
"""What the journal calls the write that re-protects a machine."""


@dataclass
class Reprotector:
    """One run: the vault, the new direction, and what was found and done."""

    vault: Vault
    way: Replication
    """The direction that the machines are replicated in afterwards."""
    old: Replication
    """The direction that they were failed over in."""
    record: Record
    wait: JobWait
    expected: float
    """Seconds that a machine is expected to take until it is Protected."""
    command: str
    """What goes on after an interruption."""
    posted: Mapping[str, str] = field(default_factory=dict)
    """By machine: the job of the last switch that an earlier run has recorded."""
    _jobs: dict[str, str] = field(default_factory=dict)
    _switched: set[str] = field(default_factory=set)
    """Machines whose job has ended clean: their item appears in the other container."""
    _lost: set[str] = field(default_factory=set)
    """Machines whose switch was not answered."""
    _failed: dict[str, str] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Write until nothing is left to be done.

        Raises:
            ReplicationError: naming every machine that could not be re-protected; the others are.
            StillWaitingError: where somebody asked to stop, or nothing moves any more.
            JobError: where a recovery plan cannot be written or deleted.
            VaultError: where the vault cannot be read.
        """
        names = [machine.name for machine in self.way.machines]
        self.record(JournalEvent.REPROTECTION_BEGUN, machines=names, source=self.way.source)
        self._switch_all()
        self._replicate()
        self._delete_old_plan()
        self.record(JournalEvent.REPROTECTION_ENDED, failed=sorted(self._failed))
        if self._failed:
            problems = "\n".join(self._failed.values())
            raise ReplicationError(f"{problems}\n`{self.command}` tries these again")

    def _switch_all(self) -> None:
        """Re-protect machines, ten at once, until the item of each is in the other container."""
        idle = 0.0
        while True:
            found = self._stages()
            self._find_jobs(found)
            self._check_jobs()
            left = [each for each in found if self._is_open(each)]
            if not left:
                return
            moved = self._post_next(left)
            idle = 0.0 if moved else idle + POLL
            self._refuse_to_wait_on(left, idle)
            if not moved:
                self.vault.azure.wait(POLL)

    def _stages(self) -> tuple[MachineStage, ...]:
        return stages(self.way, self.vault.contents().items)

    def _is_open(self, each: MachineStage) -> bool:
        name = each.machine.name
        if name in self._failed:
            return False
        if each.stage is Stage.REFUSED:
            shown = each.item.description if each.item else ""
            self._fail(name, f"{name}: Azure does not allow to re-protect it now ({shown})")
            return False
        return each.stage in (Stage.SWITCH, Stage.BUSY)

    def _find_jobs(self, found: tuple[MachineStage, ...]) -> None:
        """Find the jobs of an earlier run, and of a switch whose answer was lost."""
        for each in found:
            name, item = each.machine.name, each.item
            if item is None or name in {*self._jobs, *self._switched, *self._failed}:
                continue
            if each.stage is Stage.BUSY and item.scenario_job:
                self._jobs[name] = item.scenario_job
            elif each.stage is Stage.SWITCH and self._goes_on(job := self.posted.get(name, "")):
                self._jobs[name] = job

    def _goes_on(self, job: str) -> bool:
        """Return whether a recorded job goes on: its item may show that later than the job does."""
        try:
            return bool(job) and self.vault.job(job).goes_on
        except VaultError as error:
            if error.status == NOT_FOUND:  # jobs are not kept for ever
                return False
            raise

    def _check_jobs(self) -> None:
        """Note the jobs that have ended: a clean one moves the item."""
        for name, identity in list(self._jobs.items()):
            job = self.vault.job(identity)
            if job.goes_on:
                self._show(name, job.current_task)
                continue
            del self._jobs[name]
            if job.is_clean:
                self._switched.add(name)
                self.wait.note(f"{name}: is replicated to {self.way.target_location} again")
            else:
                self._fail(name, f"{name}: re-protection: {job.problem}")

    def _show(self, name: str, task: str) -> None:
        if task and self._shown.get(name) != task:
            self._shown[name] = task
            self.wait.note(f"  {name}: {task}")

    def _post_next(self, left: list[MachineStage]) -> bool:
        """Send the next switches; return whether one was accepted."""
        moved = False
        for each in left:
            name = each.machine.name
            if name in {*self._jobs, *self._switched} or each.stage is not Stage.SWITCH:
                continue
            if len(self._jobs) >= MACHINES_ENABLED_AT_ONCE:
                break
            if each.item:
                moved = self._switch(each, each.item) or moved
        return moved

    def _switch(self, each: MachineStage, item: ProtectedItem) -> bool:
        """Send the switch of one machine, between two records; return whether it was accepted.

        After an answer that was lost the item is read before it is sent once more.
        """
        machine = each.machine
        try:
            runs = read_machine(self.vault.azure, arrived(each, item))
        except MachineError as error:
            return self._fail(machine.name, f"{machine.name}: {error}")
        if runs is None:
            return self._fail(
                machine.name, f"{machine.name}: there is no machine {arrived(each, item)}"
            )
        disks = [disk.id for disk in chosen_disks(machine, runs)]
        body = requests.switch_protection(self.way, machine, item, disks)
        about = {"machine": machine.name, "action": SWITCH, "source": self.way.source}
        send = partial(self.vault.switch_protection, item.container, body)
        try:
            job = post(self.record, send, **about)
        except VaultError as error:
            if not error.was_lost or machine.name in self._lost:
                return self._fail(machine.name, f"{machine.name}: re-protection: {error}")
            self._lost.add(machine.name)
            self.wait.note(f"{machine.name}: re-protection: {error}; it is looked at again")
            return False
        self._jobs[machine.name] = job
        self.wait.note(f"{machine.name}: is being re-protected to {self.way.target_location}")
        return True

    def _fail(self, name: str, problem: str) -> bool:
        self._failed[name] = problem
        self.wait.note(problem)
        return False

    def _refuse_to_wait_on(self, left: list[MachineStage], idle: float) -> None:
        names = ", ".join(each.machine.name for each in left)
        if self.wait.stop():
            raise StillWaitingError(
                f"stopped on request; the re-protection of {names} is not done: `{self.command}` "
                "goes on"
            )
        if idle >= DEADLINE:
            raise StillWaitingError(
                f"{names}: not re-protected after {DEADLINE / 60:.0f} minutes: look at the jobs of "
                f"the vault {self.vault.name}, then `{self.command}` again"
            )

    def _replicate(self) -> None:
        """Wait until what was switched is Protected; set its addresses, write the plan (SR-55)."""
        moved = tuple(each.machine for each in self._stages() if each.stage is Stage.SWITCHED)
        if not moved:
            return
        replicator = Replicator(
            vault=self.vault,
            replication=replace(self.way, machines=moved),
            record=self.record,
            wait=self.wait,
            expected=self.expected,
            again=True,
            command=self.command,
        )
        try:
            replicator.run()
        except ReplicationError as error:
            for problem in str(error).splitlines():
                self._failed[problem.partition(":")[0]] = problem

    def _delete_old_plan(self) -> None:
        """Delete the plan of the old direction, once no item of the machines is there any more.

        Only the plan of the direction in force stays: Azure calls both directions the same (SR-54).
        """
        there = [
            each.machine.name
            for each in self._stages()
            if each.item and each.item.container != self.way.container
        ]
        if not there:
            delete_plan(self.vault, self.old, self.wait, self.record)
        elif self.vault.plan(self.old.plan) is not None:
            self.wait.note(f"recovery plan {self.old.plan.name} stays: {', '.join(there)}")


def arrived(each: MachineStage, item: ProtectedItem) -> ResourceId:
    """Return the machine that runs after the failover; as the vault shows it, where it does."""
    return item.arrived if item.arrived.names else each.machine.id
