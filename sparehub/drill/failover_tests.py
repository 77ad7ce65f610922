"""The test failover of every machine, group after group, and what each came up from.

Item by item: the test of a recovery plan takes one network only (SR-48). What was accepted is seen
in the vault, so that a run which died is repeated by running it again, and no test is sent twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from sparehub.azure.answers import NOT_FOUND
from sparehub.failover.journal.drill_record import TEST, DrillMachine, DrillRecord
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.posting import Record
from sparehub.failover.machines.waiting import POLL, JobError, JobWait, all_done
from sparehub.site_recovery.job import Job, azure_time
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.steps.drill_steps import AT_ONCE
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import Operation, ProtectedItem
from sparehub.topology.replication.reconcile import differences, items_by_machine

_TESTED = "WaitingForCompletion"


@dataclass
class FailoverTests:
    """One run: the vault, the direction that is tested, and what was found and done."""

    vault: Vault
    direction: Replication
    record: Record
    wait: JobWait
    drill: DrillRecord | None = None
    """What earlier runs of the same drill have recorded."""
    _jobs: dict[str, Job] = field(default_factory=dict)
    """By machine: the job of its test, once it has ended."""

    def refuse_unready(self) -> None:
        """Refuse to begin while a machine cannot be tested; nothing is written.

        Raises:
            PreflightError: naming every machine, and why.
            VaultError: where the vault cannot be read.
        """
        items = self.items()
        problems = [
            f"{machine.name} {why}"
            for machine in self.direction.machines
            if (why := self._unready(machine, items.get(machine.name)))
        ]
        if problems:
            raise PreflightError(
                f"the failover of these machines cannot be tested: {'; '.join(problems)}"
            )

    def run(self) -> list[str]:
        """Test every machine; return what went wrong, empty where nothing did.

        After a group that went wrong the next ones are not begun: they need it.

        Raises:
            StillWaitingError: where somebody asked to stop, or a job does not end.
            VaultError: where the vault cannot be read.
        """
        problems = self._set_all()
        machines = sorted(self.direction.machines, key=lambda each: (each.group, each.name))
        for number, group in groupby(machines, key=lambda each: each.group):
            if problems:
                self.wait.note(f"group {number} is not begun")
                continue
            of_group = tuple(group)
            for begin in range(0, len(of_group), AT_ONCE):
                problems += self._test(of_group[begin : begin + AT_ONCE])
        return problems

    def items(self) -> dict[str, ProtectedItem]:
        """Return the item of each machine, as the vault shows it now."""
        return items_by_machine(self.direction, self.vault.contents().items)

    def _unready(self, machine: Machine, item: ProtectedItem | None) -> str:
        begun = self.drill.intended if self.drill else frozenset()
        if item is None:
            return "is not replicated: `sparehub replicate`"
        if item.is_failed_over or item.container != self.direction.container:
            return f"is not replicated from {self.direction.source_location} now"
        if item.awaits_cleanup and (item.test_state != _TESTED or machine.name not in begun):
            return f"has an earlier test that is left ({item.test_state}): `sparehub drill stop`"
        if item.scenario and not (item.scenario == Operation.TEST and machine.name in begun):
            return f"is busy: {item.scenario}"
        if not (item.scenario or item.awaits_cleanup or item.allows(Operation.TEST)):
            return f"is not ready: {item.description or item.state}"
        return ""

    def _set_all(self) -> list[str]:
        """Set networks and addresses of a test where they differ from the files (SR-44)."""
        jobs, problems = [], []
        for machine, _ in self._differing():
            item = self.items()[machine.name]
            body = requests.settings(machine, item, test_network=True)
            self.record(
                JournalEvent.REPLICATION_INTENDED, machine=machine.name, action="set for a test"
            )
            try:
                job = self.vault.update(item.id, body)
            except VaultError as error:
                if not error.was_lost:  # else the next reading shows whether it was accepted
                    problems.append(f"{machine.name}: network of the test: {error}")
                continue
            self.record(
                JournalEvent.REPLICATION_POSTED,
                machine=machine.name,
                action="set for a test",
                job=job,
            )
            jobs.append((job, f"{machine.name}: network of the test"))
        problems += all_done(self.wait, jobs)
        if not problems:
            problems += [
                f"{machine.name}: Azure keeps {'; '.join(differing)}: run the command again"
                for machine, differing in self._differing()
            ]
        return problems

    def _differing(self) -> Iterator[tuple[Machine, tuple[str, ...]]]:
        items = self.items()
        for machine in self.direction.machines:
            item = items[machine.name]
            if item.scenario or item.awaits_cleanup:
                continue  # it is being tested, with what was set
            if differing := differences(machine, item, test_network=True):
                yield machine, differing

    def _test(self, batch: tuple[Machine, ...]) -> list[str]:
        """Test some machines at the same time; return what went wrong."""
        jobs, problems = self._begin(batch)
        for name, identity in jobs.items():
            try:
                self._jobs[name] = self.wait.until_done(identity, f"{name}: test failover")
            except JobError as error:
                problems[name] = str(error)
        for machine in batch:
            if machine.name not in problems:
                self._record(machine)
        return list(problems.values())

    def _begin(self, batch: tuple[Machine, ...]) -> tuple[dict[str, str], dict[str, str]]:
        """Send each test that was not sent; return the jobs that go on, and what was refused."""
        jobs: dict[str, str] = {}
        problems: dict[str, str] = {}
        lost: set[str] = set()
        todo = list(batch)
        while todo:
            items = self.items()
            for machine in tuple(todo):
                name, item = machine.name, items[machine.name]
                job = self._job_of(name, item)
                if job or item.awaits_cleanup:
                    if job:
                        jobs[name] = job
                    if item.awaits_cleanup and item.test_state != _TESTED:
                        problems[name] = f"{name}: the test failed: `sparehub drill stop`"
                elif not item.allows(Operation.TEST):
                    problems[name] = f"{name}: cannot be tested now: {item.description}"
                else:
                    job = self._post(machine, item, problems, lost)
                    if not job and name not in problems:
                        continue  # no answer: it is looked at again
                    jobs |= {name: job} if job else {}
                todo.remove(machine)
            if todo:
                self.vault.azure.wait(POLL)
        return jobs, problems

    def _job_of(self, name: str, item: ProtectedItem) -> str:
        """Return the job of a test that was sent and goes on; empty where there is none."""
        if item.scenario == Operation.TEST and item.scenario_job:
            return item.scenario_job
        posted = self.drill.posted.get(name, "") if self.drill else ""
        if not posted or item.awaits_cleanup:
            return ""
        try:  # its item may show it later than the job does
            return posted if self.vault.job(posted).goes_on else ""
        except VaultError as error:
            if error.status == NOT_FOUND:  # jobs are not kept for ever
                return ""
            raise

    def _post(
        self, machine: Machine, item: ProtectedItem, problems: dict[str, str], lost: set[str]
    ) -> str:
        """Send the test of one machine, between two records; return its job.

        After an answer that was lost the item is read before it is sent once more.
        """
        name = machine.name
        self.record(JournalEvent.REPLICATION_INTENDED, machine=name, action=TEST)
        try:
            job = self.vault.test_failover(item.id, requests.test_failover(machine.test_network))
        except VaultError as error:
            if not error.was_lost or name in lost:
                problems[name] = f"{name}: test failover: {error}"
            else:
                lost.add(name)
                self.wait.note(f"{name}: test failover: {error}; it is looked at again")
            return ""
        self.record(JournalEvent.REPLICATION_POSTED, machine=name, action=TEST, job=job)
        self.wait.note(f"{name}: its failover is being tested")
        return job

    def _record(self, machine: Machine) -> None:
        """Record what a machine came up from and how long it took, once."""
        if self.drill and machine.name in self.drill.machines:
            return
        job = self._jobs.get(machine.name)
        if job is None:  # it had ended before this run
            last = self.vault.last_jobs(Operation.TEST).get(machine.name)
            job = self.vault.job(last.id) if last else None
        point = _point(job, machine.name) if job else ""
        age = None
        if job and point and job.started:
            age = (azure_time(job.started) - azure_time(point)).total_seconds()
        tested = DrillMachine(
            machine=machine.name,
            group=machine.group,
            job=job.id if job else "",
            begun=azure_time(job.started).isoformat() if job and job.started else "",
            seconds=job.seconds if job else None,
            point=azure_time(point).isoformat() if point else "",
            age=age,
            objective=self.direction.recovery_point_objective(machine),
        )
        self.record(JournalEvent.DRILL_MACHINE, **asdict(tested))
        self.wait.note(f"{machine.name}: {_shown(tested)}")


def _point(job: Job, machine: str) -> str:
    """Return the time of the recovery point that a machine came up from (SR-50)."""
    details: list[Mapping[str, Any]] = list(job.details.get("protectedItemDetails") or ())
    own = (each for each in details if str(each.get("name")).lower() == machine.lower())
    found = next(own, details[0] if len(details) == 1 else {})
    return str(found.get("recoveryPointTime") or "")


def _shown(tested: DrillMachine) -> str:
    took = "" if tested.seconds is None else f"up after {tested.seconds:.0f} s, "
    age = "of an unknown age" if tested.age is None else f"{tested.age / 60:.0f} min old"
    stale = f"; the objective is {tested.objective} min" if tested.is_stale else ""
    return f"{took}from a recovery point {age}{stale}"
