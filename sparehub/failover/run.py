"""Carries out a plan, step by step: intent, deployment, proof, outcome.

What was intended stands in the journal before anything is done, and every step can be begun again:
what it did already is found, and not done twice. So a run that ends anywhere is resumed by
beginning its first unfinished step again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from sparehub.failover.blast_radius import look
from sparehub.failover.job import Job
from sparehub.failover.journal import JournalError
from sparehub.failover.keys import keyed, renew, spend
from sparehub.failover.lease import LeaseError
from sparehub.failover.lost_region import LostRegion, WithdrawnError
from sparehub.failover.outcome import prove
from sparehub.failover.raising import Raising
from sparehub.failover.settling import settle, take_in_strays
from sparehub.failover.switch import ACTIVATION, OVERRIDE, set_value
from topology.changes import Operation, Verb
from topology.errors import HalfwayError, SparehubError
from topology.failover import region_after, region_at
from topology.plan import Act, Change, Mode, Step
from topology.words import Activation

_STATES = {Act.PROBE: "PREFLIGHT", Act.FENCE: "FENCING", Act.RAISE: "RAISING"}


class StoppedError(SparehubError):
    """Somebody asked the run to stop."""


@dataclass
class Run:
    """One operation on both stacks, from wherever the journal says that it stands."""

    job: Job
    stop: Callable[[], bool]
    """Says whether somebody asked to stop: then no further step is begun."""
    _looked: dict[Change, frozenset[Operation]] = field(default_factory=dict, init=False)
    _keys_looked_at: bool = field(default=False, init=False)

    def look_ahead(self) -> None:
        """Preview what is to be deployed, all of it before any of it is done.

        Where the operation is planned, the target's resources are read from Azure again: what
        somebody changed by hand shows.

        :raises BlastRadiusError: where a deployment would write something else.
        """
        plan = self.job.plan
        changes = [step.change for step in plan.steps if step.change and step.act is Act.SWITCH]
        # A stack that is deployed twice is looked at again in between.
        first = {change.stack: change for change in reversed(changes)}
        drift = {plan.target} if plan.mode is Mode.PLANNED else set()
        self._look(tuple(first.values()), drift)

    def begin(self, identity: str) -> None:
        """Write down that the operation begins, in the place of one that is under way.

        Both in one record: with a death between two of them nothing would be under way, half-way.
        """
        plan, underway = self.job.plan, self.job.ledger.open
        self.job.journal.append(
            "begin",
            identity,
            kind=plan.kind.value,
            mode=plan.mode.value,
            source=plan.source,
            target=plan.target,
            plan=plan.id,
            configuration=plan.configuration,
            raises=[asdict(each) for each in plan.raises],
            reason=self.job.reason,
            supersedes=underway.id if underway else "",
        )

    def go_on(self) -> None:
        """Carry out every step that is not done, and finish.

        :raises HalfwayError: where a step cannot be finished; `sparehub resume` begins it again.
        :raises WithdrawnError: where nothing could be fenced, and nothing was changed.
        :raises LeaseError: where somebody else has taken over.
        """
        job = self.job
        for step in job.plan.steps:
            if step.id in job.operation.done:
                continue
            with self._halting(step):
                if self.stop():
                    raise StoppedError("stopped on request")
                self._renew_keys()
                self._carry_out(step)
        with self._halting(job.plan.steps[-1]):
            lost = LostRegion(job)
            if job.plan.mode is Mode.UNPLANNED and not job.operation.answers and not lost.owed:
                lost.owe()
            job.write("finished")

    @contextmanager
    def _halting(self, step: Step) -> Iterator[None]:
        """Turn whatever goes wrong into a halt, from which `resume` goes on."""
        try:
            yield
        except (LeaseError, WithdrawnError):
            raise
        except (SparehubError, OSError, KeyboardInterrupt) as error:
            raise self._halted(step, error) from None

    def _carry_out(self, step: Step) -> None:
        job = self.job
        switched = "ACTIVATING" if step.change and step.change.stack == job.plan.target else ""
        job.write("intent", step=step.id, state=_STATES.get(step.act) or switched or "FENCING")
        found: dict[str, Any] = {}
        with job.progress.step(step):
            if step.act is Act.PROBE:
                found["answers"] = LostRegion(job).answers()
            elif step.act is Act.FENCE and step.change:
                self._fence(step.change)
            elif step.raises and step.change:
                raising = Raising(job, step.change, step.raises, self._write, self.stop)
                found |= raising.outcome()
            elif step.change:
                self._switch(step.change)
        job.write("outcome", step=step.id, **found)

    def _fence(self, change: Change) -> None:
        """Disconnect a region by its own stack if it answered, and from outside if it does not."""
        lost = LostRegion(self.job)
        if self.job.operation.answers:
            try:
                self._switch(change)
            except LeaseError:
                raise
            except SparehubError:
                if lost.answers():
                    raise
            else:
                return
        lost.fence()

    def _switch(self, change: Change) -> None:
        job, name = self.job, change.stack
        snapshot = settle(job.stacks, job.azure, name, job.progress.note)
        if self._take_in_strays(change) or change not in self._looked:
            self._look((change,))
        self._spend_keys(change)
        job.journal.guard()
        set_value(job.directory, name, ACTIVATION, change.activation.value)
        if job.debts:
            why = job.debts[0]["reason"] or "fenced at its circuit"
            text = f"{job.plan.source} is lost: {why} (sparehub finish-fence ends this)"
            set_value(job.directory, name, OVERRIDE, text)
        if self._looked.pop(change) or snapshot.activation != change.activation:
            self._deploy(change)
        region = region_after(job.pair, change)
        live = region_at(job.pair[name], Activation.ACTIVE)
        prove(region, live, job.stacks.snapshot(name), job.azure)

    def _write(self, change: Change) -> None:
        """Deploy a stack as its file says, if that changes anything."""
        self._look((change,))
        if self._looked.pop(change):
            self._deploy(change)

    def _deploy(self, change: Change) -> None:
        """Deploy, and once more where that failed.

        What Azure made badly by one write it repairs by the next.
        """
        job = self.job
        try:
            job.stacks.up(change, job.progress.writes)
        except LeaseError:
            raise
        except SparehubError as error:
            if self.stop():  # Pulumi was told to stop, too
                raise
            job.progress.note(f"once more, since this failed: {error}")
            settle(job.stacks, job.azure, change.stack, job.progress.note)
            self._take_in_strays(change)
            self._look((change,))
            self._looked.pop(change)
            job.stacks.up(change, job.progress.writes)

    def _take_in_strays(self, change: Change) -> bool:
        job, stack = self.job, change.stack
        live = region_at(job.pair[stack], Activation.ACTIVE)
        note = job.progress.note
        return take_in_strays(job.stacks, job.azure, stack, live, change.operations, note)

    def _look(self, changes: tuple[Change, ...], drift: set[str] | None = None) -> None:
        pretend = f"looking ahead: plan {self.job.plan.id}"
        self._looked |= look(
            self.job.stacks,
            changes,
            drift=drift or (),
            pretend=pretend,
            besides=self.job.ledger.unsettled,
        )

    def _spend_keys(self, change: Change) -> None:
        """Write down which keys a deletion of connections uses up."""
        job = self.job
        if any(each.verb is Verb.DELETE for each in change.operations):
            spend(job.stacks, job.journal, job.pair[change.stack], job.operation.id)

    def _renew_keys(self) -> None:
        """Replace what is used up before anything is disconnected."""
        job = self.job
        if self._keys_looked_at:
            return
        self._keys_looked_at = True
        stack = job.pair[job.plan.target]
        if not keyed(job.target) or job.stacks.snapshot(stack.name).deployed.connections:
            return  # without a key, or made by one already before the run died
        if renew(
            job.stacks,
            job.azure,
            stack,
            job.target,
            job.ledger.spent,
            f"sparehub-{job.operation.id}",
            job.progress.note,
        ):
            # The target was looked at with the old key in its file.
            self._looked = {
                change: found
                for change, found in self._looked.items()
                if change.stack != stack.name
            }

    def _halted(self, step: Step, error: BaseException) -> HalfwayError:
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
