"""Carries out a plan, step by step: intent, deployment, proof, outcome.

What was intended stands in the journal before anything is done, and every step can be begun again:
what it did already is found, and not done twice. So a run that ends anywhere is resumed by
beginning its first unfinished step again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.journal import JournalError
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.authorization_keys import issue, revoke
from sparehub.failover.steps.context import StepContext
from sparehub.failover.steps.key_checks import record_used
from sparehub.failover.steps.learned_routes import await_routes
from sparehub.failover.steps.nva_start import start_nva
from sparehub.failover.steps.preview_guard import check_preview
from sparehub.failover.steps.raise_bandwidth import BandwidthRaise
from sparehub.failover.steps.reconcile import (
    drop_missing,
    fence_for,
    import_orphans,
    reconcile_pending,
)
from sparehub.failover.steps.unreachable_region import UnreachableRegion, WithdrawnError
from sparehub.failover.steps.verify_step import verify_step
from sparehub.stacks.stack_file_edit import ACTIVATION, OVERRIDE, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import HalfwayError, SparehubError
from sparehub.topology.model.logical_names import REGION, keys_in
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.failover import region_after, region_at
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import Mode, PlanStep, StackChange, StepAction

_STATES = {
    StepAction.PROBE: "PREFLIGHT",
    StepAction.FENCE: "FENCING",
    StepAction.RAISE: "RAISING",
    StepAction.ISSUE: "ISSUING",
    StepAction.REVOKE: "REVOKING",
    StepAction.START: "STARTING",
}


class StoppedError(SparehubError):
    """Somebody asked the run to stop."""


@dataclass
class Executor:
    """One operation on both stacks, from wherever the journal says that it stands."""

    job: StepContext
    stop: Callable[[], bool]
    """Says whether somebody asked to stop: then no further step is begun."""
    _looked: dict[StackChange, frozenset[ResourceOperation]] = field(
        default_factory=dict, init=False
    )
    _prepared: bool = field(default=False, init=False)
    _read_again: set[str] = field(default_factory=set, init=False)

    def look_ahead(self) -> None:
        """Preview what is to be deployed, all of it before any of it is done.

        Where the operation is planned, the target's resources are read from Azure again: what
        somebody changed by hand shows.

        Raises:
            BlastRadiusError: where a deployment would write something else.
        """
        plan = self.job.plan
        # What comes later of a stack is looked at again in between.
        changes = [
            self._meant(step.change)
            for step in plan.steps
            if step.change and step.act is StepAction.SWITCH
        ]
        drift = {plan.target} if plan.mode is Mode.PLANNED else set()
        self._look(tuple(changes), drift, self.job.files.generation)

    def begin(self) -> None:
        """Write down that the operation begins, in the place of one that is under way.

        Both in one record: with a death between two of them nothing would be under way, half-way.
        """
        plan, underway = self.job.plan, self.job.ledger.open
        self.job.journal.append(
            "begin",
            self.job.identity,
            kind=plan.kind.value,
            mode=plan.mode.value,
            source=plan.source,
            target=plan.target,
            plan=plan.id,
            configuration=plan.configuration,
            generation=self.job.files.generation,
            generations=dict(self.job.files.before),
            raises=[asdict(each) for each in plan.raises],
            **self.job.accepted.document(),
            unproven=self.job.unproven,
            supersedes=underway.id if underway else "",
        )

    def go_on(self) -> None:
        """Carry out every step that is not done, and finish.

        Raises:
            HalfwayError: where a step cannot be finished; `sparehub resume` begins it again.
            WithdrawnError: where nothing could be fenced, and nothing was changed.
            LeaseError: where somebody else has taken over.
        """
        job = self.job
        for step in job.plan.steps:
            if step.id in job.operation.done:
                continue
            with self._halting(step):
                if self.stop():
                    raise StoppedError("stopped on request")
                self._prepare()
                self._carry_out(step)
        with self._halting(job.plan.steps[-1]):
            lost = UnreachableRegion(job)
            if job.plan.mode is Mode.UNPLANNED and not job.operation.answers and not lost.owed:
                lost.owe()
            job.write("finished")

    @contextmanager
    def _halting(self, step: PlanStep) -> Iterator[None]:
        """Turn whatever goes wrong into a halt, from which `resume` goes on."""
        try:
            yield
        except (LeaseError, WithdrawnError):
            raise
        except (SparehubError, OSError, KeyboardInterrupt) as error:
            raise self._halted(step, error) from None

    def _carry_out(self, step: PlanStep) -> None:
        job = self.job
        switched = "ACTIVATING" if step.change and step.change.stack == job.plan.target else ""
        job.write("intent", step=step.id, state=_STATES.get(step.act) or switched or "FENCING")
        found: dict[str, Any] = {}
        with job.progress.step(step):
            if step.act is StepAction.PROBE:
                found["answers"] = UnreachableRegion(job).responds()
            elif step.act is StepAction.FENCE and step.change:
                self._fence(step.change)
            elif step.act is StepAction.STAND_DOWN and step.change:
                found["left"] = self._stand_down(step.change)
            elif step.act is StepAction.START:
                found |= start_nva(job)
            elif step.connection and step.act is StepAction.ISSUE:
                found |= issue(job, step.connection)
                if found["authorization"]:
                    self.forget_looks(job.plan.target)
            elif step.connection:
                found |= revoke(job, step.connection)
            elif step.raises and step.change:
                raising = BandwidthRaise(job, step.change, step.raises, self._write, self.stop)
                found |= raising.outcome()
            elif step.change:
                self._switch(step.change)
        job.write("outcome", step=step.id, **found)

    def _fence(self, change: StackChange) -> None:
        """Disconnect a region by its own stack if it answered, and from outside if it does not."""
        lost = UnreachableRegion(self.job)
        if self.job.operation.answers:
            try:
                self._switch(change)
            except LeaseError:
                raise
            except SparehubError:
                if lost.responds():
                    raise
            else:
                return
        lost.fence()

    def _stand_down(self, change: StackChange) -> str:
        """Take down what the source keeps; return why that was left, empty where it was not.

        Unplanned, nothing of the source is waited for: `pulumi up` does it later, or the next
        operation.
        """
        job = self.job
        if job.plan.mode is Mode.PLANNED:
            self._switch(change)
            return ""
        if job.debts or not job.operation.answers:
            return "it does not answer"
        try:
            self._switch(change)
        except LeaseError:
            raise
        except SparehubError as error:
            if self.stop():
                raise
            job.progress.note(f"warning: left for `pulumi up --stack {change.stack}`: {error}")
            return str(error)
        return ""

    def _meant(self, change: StackChange) -> StackChange:
        """Return what disconnects a region as it stands, any other change as it is."""
        if not change.disconnected:
            return change
        return fence_for(
            disconnect(self.job.pair[change.stack]), self.job.stacks.snapshot(change.stack)
        )

    def _switch(self, planned: StackChange) -> None:
        job, name = self.job, planned.stack
        snapshot = self._settle(name)
        if self._take_in_strays(planned):
            self.forget_looks(name)
        change = self._meant(planned)
        job.files.count_up()
        if change not in self._looked:
            self._look((change,))
        self._spend_keys(change)
        job.journal.guard()
        values = {ACTIVATION: change.activation.value}
        if job.debts:
            debt = job.debts[0]
            filtered = f"filtered on-premises, {debt['ticket']}" if debt.get("ticket") else ""
            why = debt["reason"] or filtered or "fenced at its circuit"
            values[OVERRIDE] = f"{job.plan.source} is lost: {why} (sparehub finish-fence ends this)"
        set_values(job.directory, name, values)
        if self._looked.pop(change) or snapshot.activation != change.activation:
            self._deploy(change)
        region = region_after(job.pair, change)
        live = region_at(job.pair[name], Activation.ACTIVE)
        standing = job.stacks.snapshot(name)
        verify_step(region, live, standing, job.azure)
        if region.connections and name == job.plan.target:
            accepted = job.accepted.after(job.operation.accepted).unreached
            note = job.progress.note
            await_routes(job.azure, region, standing, note, self.stop, accepted=accepted)

    def _write(self, change: StackChange) -> None:
        """Deploy a stack as its file says, if that changes anything."""
        self._look((change,))
        if self._looked.pop(change):
            self._deploy(change)

    def _deploy(self, change: StackChange) -> None:
        """Deploy, and once more where that failed.

        What Azure made badly by one write it repairs by the next.
        """
        job = self.job
        try:
            job.stacks.up(change, job.progress.writes, job.identity)
        except LeaseError:
            raise
        except SparehubError as error:
            if self.stop():  # Pulumi was told to stop, too
                raise
            job.progress.note(f"once more, since this failed: {error}")
            reconcile_pending(job.stacks, job.azure, change.stack, job.progress.note)
            self._take_in_strays(change)
            self._look((change,))
            self._looked.pop(change)
            job.stacks.up(change, job.progress.writes, job.identity)

    def _take_in_strays(self, change: StackChange) -> bool:
        job, stack = self.job, change.stack
        live = region_at(job.pair[stack], Activation.ACTIVE)
        note = job.progress.note
        return import_orphans(job.stacks, job.azure, stack, live, change.operations, note)

    def _look(
        self, changes: tuple[StackChange, ...], drift: set[str] | None = None, generation: int = 0
    ) -> None:
        # A source that is disconnected first is live while one looks ahead. One that stays live is
        # what the target's own program will meet, which may refuse it by what was recorded.
        override = f"looking ahead: plan {self.job.plan.short}" if self.job.plan.conflict else ""
        self._looked |= check_preview(
            self.job.stacks,
            changes,
            Assumed(
                drift=frozenset(drift or ()),
                override=override,
                generation=generation,
                operation=self.job.identity,
            ),
            besides=self.job.ledger.unsettled,
        )

    def _spend_keys(self, change: StackChange) -> None:
        """Write down which keys a deletion of connections uses up."""
        job = self.job
        if any(each.verb is Verb.DELETE for each in change.operations):
            record_used(job.stacks, job.journal, job.pair[change.stack], job.operation.id)

    def _prepare(self) -> None:
        """Make the target fit to be connected before anything is disconnected."""
        job, stack = self.job, self.job.plan.target
        if self._prepared:
            return
        self._prepared = True
        snapshot, note = self._settle(stack), job.progress.note
        if drop_missing(job.stacks, job.azure, stack, snapshot, job.target, note):
            self.forget_looks(stack)
            snapshot = job.stacks.snapshot(stack)
        if not snapshot.deployed.connections:  # else it was connected already before the run died
            self._withhold(snapshot)

    def _settle(self, stack: str) -> Snapshot:
        """Bring what was begun of a stack to a known end; return what it then holds.

        Where the way leads back out of an operation that died in the middle of this stack, nobody
        would write again what that one wrote unrecorded: its peerings are read from Azure.
        """
        job, note = self.job, self.job.progress.note
        before = job.stacks.snapshot(stack)
        snapshot = (
            reconcile_pending(job.stacks, job.azure, stack, note) if before.pending else before
        )
        given_up = job.ledger.superseded
        if given_up and given_up.step.endswith(f"-{stack}") and stack not in self._read_again:
            self._read_again.add(stack)
            note(f"{stack}: its peerings are read again, since the {given_up.kind} stopped there")
            peerings = map(REGION.spoke_to_hub, keys_in(REGION.spoke_to_hub, snapshot.urns))
            job.stacks.refresh(stack, [snapshot.urns[name] for name in sorted(peerings)])
            snapshot = job.stacks.snapshot(stack)
        if snapshot != before:
            self.forget_looks(stack)
        return snapshot

    def forget_looks(self, stack: str) -> None:
        """Look again at a stack that is not what was looked at any more."""
        self._looked = {seen: found for seen, found in self._looked.items() if seen.stack != stack}

    def _withhold(self, snapshot: Snapshot) -> None:
        """Withhold the target's spokes where it was left without: Azure connects none else (ER-36).

        It was, where an operation died, or its region did not answer, before that was done.
        """
        job, stack = self.job, self.job.plan.target
        change = disconnect(job.pair[stack]).teardown
        wait = job.target.spokes_wait_for_connections
        if change is None or not wait or not snapshot.deployed.attached_spokes:
            return
        job.write("withholding", stack=stack)
        job.progress.note(f"{stack}: its spokes are withheld first: Azure connects none else")
        set_values(job.directory, stack, {ACTIVATION: Activation.STANDBY.value})
        self._look((change,))
        if self._looked.pop(change):
            self._deploy(change)
        self.forget_looks(stack)

    def _halted(self, step: PlanStep, error: BaseException) -> HalfwayError:
        job = self.job
        problem = str(error) or "interrupted"
        with suppress(JournalError):  # a full disk is a reason to halt, and is told below
            job.write("halted", step=step.id, problem=problem)
        done = ", ".join(job.operation.done) or "nothing"
        message = (
            f"stopped in {step.id}: {problem}\ndone so far: {done}; `sparehub resume` goes on from "
            f"here, and to go back instead: {step.undo}"
        )
        return HalfwayError(message)
