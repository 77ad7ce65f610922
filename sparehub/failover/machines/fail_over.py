"""The machines' steps of a failover or failback: quiesce, points, failover, verification.

Each step is repeated as a whole where a run died in it. So each reads the vault before it writes:
what was accepted already is found, and a machine is failed over once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sparehub.failover.journal.source_addresses import record_source_addresses
from sparehub.failover.machines.arrival import arrival_problems
from sparehub.failover.machines.azure_machines import DEALLOCATED, deallocate, power_state
from sparehub.failover.machines.clean_up_tests import CleanUpError, clean_up_tests
from sparehub.failover.machines.replication.recovery_plan import disarm_plan, write_plan
from sparehub.failover.machines.vault_session import VaultSession, open_vault
from sparehub.failover.machines.waiting import (
    DEADLINE,
    POLL,
    JobError,
    JobWait,
    StillWaitingError,
)
from sparehub.failover.steps.hooks.confirmation import confirmed
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import Mode, PlanStep, StepAction
from sparehub.topology.planning.steps.hooks import is_hooked
from sparehub.topology.planning.steps.machine_steps import (
    AWAIT_MACHINES,
    AWAIT_POINTS,
    FAIL_OVER,
    QUIESCE,
    STILL_QUIESCED,
    STOP_SOURCES,
)
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import Operation, ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine, plan_differs

_PATIENCE = 3600
"""Seconds that an answer is waited for."""
_SHORT = "%Y-%m-%d %H:%M:%S"


class RecoveryPointError(SparehubError):
    """A machine has no recovery point that is newer than the quiesce."""


class MachinesError(SparehubError):
    """Machines cannot be failed over, or did not arrive; names each."""


@dataclass(frozen=True)
class MachineFailover:
    """The steps of one operation."""

    context: StepContext
    opened: VaultSession
    direction: Replication
    wait: JobWait

    @classmethod
    def of(cls, context: StepContext) -> "MachineFailover":
        """Return the steps of an operation."""

        def answer(action: str) -> str:
            name, _, instructions = action.partition(": ")
            return confirmed(context, name, instructions or name, _PATIENCE)["note"]

        opened = open_vault(context.session)
        return cls(context, opened, opened.leaving(context.plan.source), opened.wait(answer))

    def perform(self, step: PlanStep) -> Mapping[str, Any]:  # noqa: PLR0911 - one return a step
        """Do what a step is for; return what the journal records of its outcome.

        Raises:
            SparehubError: where it cannot be finished; `sparehub resume` repeats it.
        """
        match step.act:
            case StepAction.CLEAN_UP:
                return self._clean_up()
            case StepAction.DISARM:
                return self._disarm()
            case StepAction.QUIESCE:
                return self._quiesced()
            case StepAction.POINTS:
                return self._await_points(step)
            case StepAction.FAIL_OVER:
                return self._fail_over()
            case StepAction.STOP_SOURCES:
                return self._stop_sources()
            case StepAction.AWAIT_MACHINES:
                return self._await_machines()
            case _:
                return self._verify()

    @property
    def _planned(self) -> bool:
        return self.context.plan.mode is Mode.PLANNED

    @property
    def _loss_accepted(self) -> str:
        return self.context.all_accepted.loss

    def _items(self) -> dict[str, ProtectedItem]:
        return items_by_machine(self.direction, self.opened.vault.contents().items)

    def _clean_up(self) -> Mapping[str, Any]:
        """Clean up every test that is left; an unplanned operation goes on without a machine.

        Raises:
            CleanUpError: where a test of a planned operation is still there.
        """
        record, operation = self.context.session.journal.append, self.context.operation.id
        vault = self.opened.vault
        try:
            seconds = clean_up_tests(vault, self._items(), self.wait, record, operation)
        except (CleanUpError, StillWaitingError, VaultError) as error:
            if self._planned or self.context.session.stop():
                raise
            self.context.note(f"warning: {error}")
            return {"problem": str(error)}
        return {"cleaned": seconds}

    def _disarm(self) -> Mapping[str, Any]:
        """Take the runbook out of the recovery plan: the network is never switched by two.

        An unplanned operation goes on where the vault does not answer: nobody can start the plan
        then. It is disarmed before its failover is started, or not started at all.

        Raises:
            SparehubError: where a planned operation cannot do it.
        """
        record = self.context.session.journal.append
        try:
            was = disarm_plan(self.opened.vault, self.direction, self.wait, record)
        except (JobError, StillWaitingError, VaultError) as error:
            if self._planned or self.context.session.stop():
                raise
            self.context.note(f"warning: the recovery plan is not disarmed: {error}")
            return {"problem": str(error)}
        if was:
            self.context.note(
                f"recovery plan {self.direction.plan.name}: starts no runbook any more; "
                "`sparehub replicate` puts it back"
            )
        return {}

    def _quiesced(self) -> Mapping[str, Any]:
        """Note Azure's time: only a recovery point after it has everything that was written."""
        if not is_hooked(self.context.plan, QUIESCE):
            question = (
                f"Stop what writes on the machines of {self.direction.source}: nothing that is "
                "written after this is kept."
            )
            confirmed(self.context, QUIESCE, question, _PATIENCE)
        at = self.opened.vault.contents().at
        self.context.note(f"nothing is written any more since {at:{_SHORT}} (Azure's time)")
        return {"quiesced": at.isoformat()}

    def _await_points(self, step: PlanStep) -> Mapping[str, Any]:
        """Wait until every machine has a recovery point that is newer than the quiesce.

        Raises:
            RecoveryPointError: where one has none in time, and nobody accepts the loss.
        """
        quiesced = datetime.fromisoformat(self.context.operation.quiesced)
        waited = 0.0
        while True:
            old = dict(self._older_points(quiesced))
            if not old:
                return {}
            listed = ", ".join(f"{name} ({_time(point)})" for name, point in old.items())
            if self._loss_accepted:
                self.context.note(f"accepted ({self._loss_accepted}): older points of {listed}")
                return {"older": {name: _time(point) for name, point in old.items()}}
            if self.context.session.stop():
                raise StillWaitingError("stopped on request")
            if waited >= step.seconds.worst:
                raise RecoveryPointError(
                    f"no recovery point after {quiesced:{_SHORT}} within "
                    f"{step.seconds.worst / 60:.0f} min: {listed}; no machine was failed over. "
                    "`sparehub resume` waits again, `sparehub resume --accept-loss REASON` goes on "
                    "without"
                )
            self.context.note(f"  waiting for a recovery point of {', '.join(old)}")
            self.opened.vault.azure.wait(POLL)
            waited += POLL

    def _older_points(self, quiesced: datetime) -> Iterator[tuple[str, datetime | None]]:
        for name, item in self._items().items():
            if self._has_moved(item):
                continue
            point = self.opened.vault.newest_point(item)
            if point is None or point <= quiesced:
                yield name, point

    def _fail_over(self) -> Mapping[str, Any]:
        """Start the failover by the recovery plan, once.

        An unplanned operation switches the network also where the vault does not take it: the step
        that waits for the machines names them, and `sparehub resume` fails them over there.

        Raises:
            SparehubError: where a planned operation cannot start it.
        """
        try:
            return self._start()
        except (JobError, VaultError) as error:
            if self._planned:
                raise
            self.context.note(f"warning: no machine is failed over yet: {error}")
            return {"job": "", "machines": self._all_names(), "problem": str(error)}

    def _all_names(self) -> list[str]:
        return [machine.name for machine in self.direction.machines]

    def _start(self) -> Mapping[str, Any]:
        """Start the failover by the recovery plan; say what is lost of each machine.

        Raises:
            MachinesError: where machines cannot be failed over now.
            VaultError: where the vault refuses it, or does not answer.
        """
        contents = self.opened.vault.contents()
        items = items_by_machine(self.direction, contents.items)
        if begun := self._begun(items):
            return begun
        ready = {name: item for name, item in items.items() if self._can_move(item)}
        self._refuse_unready(items, ready)
        if not ready:  # the step that waits for them names them, and tries again
            return {"job": "", "machines": self._all_names()}
        self._require_still_quiesced()
        loss = self._loss(ready, contents.at)
        record_source_addresses(self.context.session.journal.append, self.direction, items)
        self._require_plan(ready)
        shutdown = self.context.plan.step(FAIL_OVER).needs[0] == self.direction.source
        body = requests.plan_failover(shutdown=shutdown)
        for last in (False, False, True):
            try:
                job = self.opened.vault.fail_over_plan(self.direction.plan, body)
            except VaultError as error:
                self.context.note(f"{error}: whether it was accepted is read from the machines")
                if found := self._begun(self._items()):
                    return {**found, "loss": loss}
                if last or not error.was_lost:
                    raise
                self.opened.vault.azure.wait(POLL)
            else:
                break
        return {"job": job, "machines": sorted(ready), "loss": loss}

    def _require_still_quiesced(self) -> None:
        """Ask whether the applications were started again while the operation was halted.

        Raises:
            UnconfirmedError: where nobody says that they were not, and no loss is accepted.
        """
        operation = self.context.operation
        halted = {AWAIT_POINTS, FAIL_OVER} & set(operation.halted)
        if not self._planned or not halted or self._loss_accepted:
            return
        question = (
            f"The operation was halted. Since {operation.quiesced} nothing may have been written "
            f"on the machines of {self.direction.source}. Was nothing started again? If it was, "
            "stop it and give --accept-loss REASON: what has no recovery point is lost."
        )
        confirmed(self.context, STILL_QUIESCED, question, _PATIENCE)

    def _begun(self, items: Mapping[str, ProtectedItem]) -> Mapping[str, Any]:
        """Return the failover that an earlier run has begun; empty where none has."""
        here = {name: each for name, each in items.items() if self._is_of_direction(each)}
        moving = {
            name: item
            for name, item in here.items()
            if item.is_failed_over or item.scenario == Operation.FAILOVER
        }
        if not moving:
            return {}
        jobs = [item.scenario_job for item in moving.values() if item.scenario_job]
        self.context.note(f"the failover of {', '.join(moving)} was begun already")
        # One that did not arrive is of the same failover, and is tried again.
        left = [name for name, item in here.items() if item.allows(Operation.FAILOVER)]
        return {"job": jobs[0] if jobs else "", "machines": sorted({*moving, *left})}

    def _is_of_direction(self, item: ProtectedItem) -> bool:
        """Return whether an item is replicated in this direction, and not in the other one."""
        return item.container == self.direction.container

    def _has_moved(self, item: ProtectedItem) -> bool:
        return item.is_failed_over and self._is_of_direction(item)

    def _can_move(self, item: ProtectedItem) -> bool:
        return item.allows(Operation.FAILOVER) and self._is_of_direction(item)

    def _refuse_unready(
        self, items: Mapping[str, ProtectedItem], ready: Mapping[str, ProtectedItem]
    ) -> None:
        """Name the machines that cannot be failed over; a planned operation is refused for one."""
        unready = [
            f"{machine.name} ({_state(items.get(machine.name))})"
            for machine in self.direction.machines
            if machine.name not in ready
        ]
        if not unready:
            return
        if self._planned and not self._loss_accepted:
            raise MachinesError(
                f"not ready for a failover: {', '.join(unready)}; no machine was failed over"
            )
        self.context.note(f"warning: not failed over: {', '.join(unready)}")

    def _loss(self, ready: Mapping[str, ProtectedItem], now: datetime) -> dict[str, float]:
        """Return the age of each machine's newest point in seconds; an unplanned run says it."""
        ages: dict[str, float] = {}
        for name, item in ready.items():
            try:
                point = self.opened.vault.newest_point(item)
            except VaultError as error:
                self.context.note(f"warning: {error}")
                continue
            if point is None:
                continue
            age = now - point
            ages[name] = age.total_seconds()
            if not self._planned:
                self.context.note(
                    f"{name}: comes up as of {point:{_SHORT}}; {_minutes(age)} are lost"
                )
        return ages

    def _require_plan(self, ready: Mapping[str, ProtectedItem]) -> None:
        """Write the recovery plan where it is not that of the machines that can be failed over."""
        vault, record = self.opened.vault, self.context.session.journal.append
        if plan_differs(self.direction, ready, vault.plan(self.direction.plan)):
            write_plan(vault, self.direction, ready, self.wait, record)

    def _stop_sources(self) -> Mapping[str, Any]:
        """Read every source machine as deallocated; deallocate it where no job does.

        A machine that the job has left where it is runs on: it has no other copy. It is failed over
        again where this step was halted before.

        Raises:
            MachinesError: naming those that still run, or did not arrive.
        """
        job_id = self.context.operation.job
        if not job_id:
            # Once the failover has begun, one that has no other copy runs on.
            begun = FAIL_OVER in self.context.operation.done
            only = self._left(self._items()) if begun else []
            for name in self._running():
                if name not in only:
                    deallocate(self.context.session.azure, self.direction.machine(name).id)
            return {"stayed": only} if only else {}
        waited, problem = 0.0, ""
        if not self.opened.vault.job(job_id).goes_on:
            problem = self._try_again(STOP_SOURCES)
        while running := self._running():
            if self.context.session.stop():
                raise StillWaitingError("stopped on request")
            job = self.opened.vault.job(job_id)
            ended = not job.goes_on and bool(waited or job.problem)
            if ended and (left := self._left(self._items())):
                self._accept_left(left, problem or job.problem)
                if set(running) <= set(left):
                    return {"stayed": left}
            if ended or waited >= DEADLINE:
                listed = ", ".join(f"{name} ({state})" for name, state in running.items())
                raise MachinesError(
                    f"still running in {self.direction.source_location}: {listed}. Stop them, "
                    "then `sparehub resume`: two copies must not be reached at the same time"
                )
            self.opened.vault.azure.wait(POLL)
            waited += POLL
        return {}

    def _running(self) -> dict[str, str]:
        """Return the power state of each source machine that is not deallocated, by name."""
        azure = self.context.session.azure
        states = {each.name: power_state(azure, each.id) for each in self._moved()}
        return {name: state for name, state in states.items() if state not in {DEALLOCATED, ""}}

    def _moved(self) -> tuple[Machine, ...]:
        """Return the machines that the operation fails over."""
        names, machines = set(self.context.operation.machines), self.direction.machines
        return tuple(each for each in machines if each.name in names) if names else machines

    def _await_machines(self) -> Mapping[str, Any]:
        """Wait for the job of the recovery plan; fail over again what did not arrive.

        Raises:
            MachinesError: naming every machine that did not arrive.
        """
        what, job_id = f"recovery plan {self.direction.plan.name}", self.context.operation.job
        problem = ""
        if job_id:
            job = self.wait.until_ended(job_id, what)
            problem = "" if job.is_clean else job.problem
        problem = self._try_again(AWAIT_MACHINES) or problem
        if left := self._left(self._items()):
            self._accept_left(left, problem)
            return {"problem": problem, "lost": left}
        if problem:
            self.context.note(f"warning: {what}: {problem}")
        return {"problem": problem}

    def _accept_left(self, left: list[str], problem: str) -> None:
        """Go on without machines that did not arrive, if somebody accepts that.

        Raises:
            MachinesError: where nobody does.
        """
        listed = f"did not arrive: {', '.join(left)}; {problem or 'no reason is shown'}"
        if self._loss_accepted:
            self.context.note(f"accepted ({self._loss_accepted}): {listed}")
            return
        raise MachinesError(
            f"{listed}. `sparehub resume` tries these again, `sparehub resume --accept-loss REASON`"
            " goes on without them"
        )

    def _left(self, items: Mapping[str, ProtectedItem]) -> list[str]:
        return [
            machine.name
            for machine in self._moved()
            if not (item := items.get(machine.name)) or not self._has_moved(item)
        ]

    def _try_again(self, step: str) -> str:
        """Fail over again what did not arrive, if a step was halted; return why that failed.

        The job of the recovery plan has ended: until then it may still reach a later group.
        """
        if step not in self.context.operation.halted or self._loss_accepted:
            return ""
        problem, items = "", self._items()
        for name in self._left(items):
            if name in items:
                problem = self._fail_over_again(name) or problem
        return problem

    def _fail_over_again(self, name: str) -> str:
        """Fail one machine over that did not arrive; return why that failed, if it did."""
        item = self._items()[name]
        if item.scenario == Operation.FAILOVER and item.scenario_job:  # of a run that died
            return self._failure(item.scenario_job, name)
        if not item.allows(Operation.FAILOVER):
            return ""
        body = requests.failover(shutdown=self._planned)
        return self._failure(self.opened.vault.fail_over(item.id, body), name)

    def _failure(self, job: str, name: str) -> str:
        """Wait for the failover of one machine; return why it failed, if it did."""
        ended = self.wait.until_ended(job, f"{name}: failover")
        return "" if ended.is_clean else f"{name}: {ended.problem}"

    def _verify(self) -> Mapping[str, Any]:
        """Verify that each machine runs where the files want it.

        Raises:
            VerificationError: naming every machine that does not.
        """
        items = self._items()
        azure = self.context.session.azure
        moved = [each for each in self._moved() if each.name not in self._lost(items)]
        problems = [
            problem
            for machine in moved
            for problem in arrival_problems(azure, machine, items.get(machine.name))
        ]
        if problems and not self._loss_accepted:
            raise VerificationError("; ".join(problems))
        for problem in problems:
            self.context.note(f"accepted ({self._loss_accepted}): {problem}")
        self.context.note(
            f"{len(moved)} machines run in {self.direction.target_location}: `sparehub commit` "
            "commits them, and ends the choice of recovery point"
        )
        return {"verified": [machine.name for machine in moved]}

    def _lost(self, items: Mapping[str, ProtectedItem]) -> list[str]:
        return self._left(items) if self._loss_accepted else []


def _state(item: ProtectedItem | None) -> str:
    if item is None:
        return "not replicated"
    if item.awaits_cleanup:
        return "a test failover is not cleaned up"
    return item.description or item.state


def _time(point: datetime | None) -> str:
    return f"{point:{_SHORT}}" if point else "none"


def _minutes(age: timedelta) -> str:
    return f"the last {age.total_seconds() / 60:.0f} min"
