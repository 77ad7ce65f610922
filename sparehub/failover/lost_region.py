"""A region that may be lost: asked once, fenced without its help, or written down as a debt."""

from dataclasses import dataclass

from sparehub.failover.fences import Fence, FenceError, fences_for, set_fence, undone
from sparehub.failover.job import Job
from sparehub.failover.port import states_of
from sparehub.failover.probe import answers
from sparehub.failover.snapshot import Snapshot, Unreadable
from sparehub.failover.switch import ACTIVATION, set_values
from topology.errors import UnreachableError
from topology.filters import on_premises_filters
from topology.words import Activation


class WithdrawnError(UnreachableError):
    """The operation was given up before anything was changed."""


@dataclass(frozen=True)
class LostRegion:
    """The region that an unplanned operation leaves."""

    job: Job

    def answers(self) -> bool:
        """Ask whether it answers, within a bound.

        One whose state cannot be read counts as one that does not: its stack cannot be deployed.
        """
        job = self.job
        state = self._state()
        if isinstance(state, Unreadable):
            job.progress.note(f"{job.plan.source}: its stack cannot be used: {state.problem}")
            return False
        found = answers(job.azure, state)
        said = "answers" if found else "does not answer"
        job.progress.note(f"{job.plan.source} ({job.source.location}) {said}")
        return found

    def fence(self) -> None:
        """Fence it from outside; where that cannot be, owe it if somebody accepted that.

        :raises WithdrawnError: where nobody accepted it.
        :raises FenceError: where nobody did, and the region answered at first.
        """
        job = self.job
        if not self.owed:
            self._fence_outside()
        set_values(job.directory, job.plan.source, {ACTIVATION: Activation.STANDBY.value})

    @property
    def owed(self) -> bool:
        """Whether its disconnection is owed, or was, and was done meanwhile."""
        return bool(self.job.debts) or any(
            record.event == "cleared" and record.data["id"] == self._debt
            for record in self.job.journal.records
        )

    def owe(self, *, unfenced: bool = False, fences: tuple[Fence, ...] = ()) -> None:
        """Write down that it is still to be disconnected, and let its file say what is meant."""
        job = self.job
        job.write(
            "debt",
            id=self._debt,
            stack=job.plan.source,
            target=job.plan.target,
            generation=job.operation.generation,
            unfenced=unfenced,
            prefixes=list(self._prefixes()),
            reason=self._reason(),
            fences=[each.document() for each in fences],
        )
        job.files.count_up()
        set_values(job.directory, job.plan.source, {ACTIVATION: Activation.STANDBY.value})

    def _fence_outside(self) -> None:
        job = self.job
        try:
            fences = self._begun() or tuple(
                fences_for(job.azure, job.source, job.target, self._subscribed())
            )
        except FenceError as error:
            job.progress.note(f"no fence is known: {error}")
            self._unfenced()
            return
        job.write("fences", fences=[fence.document() for fence in fences])
        job.files.count_up()
        for number, fence in enumerate(fences):
            try:
                set_fence(job.azure, fence)
            except FenceError as error:
                job.progress.note(f"no fence holds: {error}")
                self._unfenced(self._left(fences[: number + error.acted]))
                return
            job.progress.note(f"fenced without the region: {fence.how} {fence.id}")
        self.owe(fences=fences)

    def _left(self, fences: tuple[Fence, ...]) -> tuple[Fence, ...]:
        """Take fences back, since they hold all together or not; return those that may stand."""
        left = tuple(each for each in fences if not undone(self.job.azure, each))
        if not left:
            self.job.write("fences", fences=[])
        return left

    def _begun(self) -> tuple[Fence, ...]:
        """Return the fences that this operation was setting when it died: one may stand."""
        records = [
            record.data["fences"]
            for record in self.job.journal.records
            if record.event == "fences" and record.operation == self.job.operation.id
        ]
        return tuple(Fence(**each) for each in records[-1]) if records else ()

    def _unfenced(self, left: tuple[Fence, ...] = ()) -> None:
        """Go on without a fence where that is accepted; ``left`` are those that may yet stand."""
        job = self.job
        filters = on_premises_filters(job.source, job.target, self._prefixes())
        conflict = bool(job.plan.conflict)
        if conflict and not self._reason() and left:
            stand = ", ".join(fence.id for fence in left)
            raise FenceError(  # something was changed: nothing to withdraw
                f"UNFENCED: {job.source.location} does not answer; of its fences these may stand, "
                f"and not all do: {stand}.\n{filters}\n\n`sparehub resume` tries again; if you "
                "know that the region is dead: `sparehub resume --accept-unfenced REASON`"
            )
        if conflict and not self._reason() and job.operation.answers:
            raise FenceError(  # it answered, and something was begun: nothing to withdraw
                f"UNFENCED: {job.source.location} stopped answering while it was disconnected.\n"
                f"{filters}\n\nThen: `sparehub resume --accept-unfenced REASON`"
            )
        if conflict and not self._reason():
            job.files.restore()
            job.write("withdrawn", problem="UNFENCED")
            message = (
                f"UNFENCED: {job.source.location} does not answer and nothing outside it keeps it "
                f"from advertising; nothing was changed.\n{filters}\n\nOnce on-premises filters "
                "that, or if you know that the region is dead: --accept-unfenced REASON"
            )
            raise WithdrawnError(message)
        if conflict:
            job.progress.note(f"UNFENCED, accepted: {self._reason()}\n{filters}")
        self.owe(unfenced=conflict, fences=left)

    def _state(self) -> Snapshot | Unreadable:
        return states_of(self.job.stacks, (self.job.plan.source,))[self.job.plan.source]

    def _subscribed(self) -> Snapshot:
        """Return what names the subscription of its circuits: its state, or the target's.

        The target's where its own cannot be read; what does not stand there is no fence.
        """
        state, target = self._state(), self.job.plan.target
        if isinstance(state, Snapshot):
            return state
        self.job.progress.note(f"its circuits are looked for in the subscription of {target}")
        return self.job.stacks.snapshot(target)

    @property
    def _debt(self) -> str:
        return f"{self.job.operation.id}-{self.job.plan.source}"

    def _reason(self) -> str:
        return self.job.reason or self.job.operation.reason

    def _prefixes(self) -> tuple[str, ...]:
        return tuple(str(prefix) for prefix in self.job.source.advertised_prefixes)
