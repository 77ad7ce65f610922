"""A region that may be lost: asked once, fenced without its help, or written down as a debt."""

from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.failover.adapters.protocols import states_of
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.queries.probe import responds
from sparehub.failover.steps.context import StepContext
from sparehub.failover.steps.fencing import (
    CutError,
    Fence,
    FenceError,
    fences_for,
    set_fence,
    stands,
    undone,
)
from sparehub.stacks.stack_file_edit import ACTIVATION, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import UnreachableError
from sparehub.topology.planning.bgp_filters import on_premises_filters


class WithdrawnError(UnreachableError):
    """The operation was given up before anything was changed."""


@dataclass(frozen=True)
class UnreachableRegion:
    """The region that an unplanned operation leaves."""

    job: StepContext

    def responds(self) -> bool:
        """Ask whether it answers, within a bound.

        One whose state cannot be read counts as one that does not: its stack cannot be deployed.
        """
        job = self.job
        state = self._state()
        if isinstance(state, Unreadable):
            job.progress.note(f"{job.plan.source}: its stack cannot be used: {state.problem}")
            return False
        found = responds(job.azure, state)
        said = "answers" if found else "does not answer"
        job.progress.note(f"{job.plan.source} ({job.source.location}) {said}")
        return found

    def fence(self) -> None:
        """Fence it from outside; where that cannot be, owe it if somebody accepted that.

        Raises:
            WithdrawnError: where nobody accepted it.
            FenceError: where nobody did, and the region answered at first.
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
            **self._accepted.document(),
            fences=[each.document() for each in fences],
        )
        job.files.count_up()
        set_values(job.directory, job.plan.source, {ACTIVATION: Activation.STANDBY.value})

    def _fence_outside(self) -> None:
        job = self.job
        standing = tuple(each for each in self._begun() if stands(job.azure, each))
        try:
            fences = (*standing, *self._chosen(standing))
        except FenceError as error:
            job.progress.note(f"no fence is known: {error}")
            self._unfenced(error, self._left(standing))
            return
        if not fences:
            job.progress.note(f"{job.plan.source}: Azure says that it has no connection to fence")
        for each in (cut for fence in fences for cut in fence.cuts):
            job.progress.note(f"cut with it, accepted ({self._accepted.cut}): {each}")
        job.write("fences", fences=[fence.document() for fence in fences])
        job.files.count_up()
        for number, fence in enumerate(fences):
            try:
                set_fence(job.azure, fence, job.progress.note)
            except FenceError as error:
                job.progress.note(f"no fence holds: {error}")
                self._unfenced(error, self._left(fences[: number + error.acted]))
                return
            job.progress.note(f"fenced without the region: {fence.how} {fence.id}")
        self.owe(fences=fences)

    def _chosen(self, standing: tuple[Fence, ...]) -> list[Fence]:
        """Return the fences that are still to be set: who is on a circuit is asked anew each time.

        Raises:
            FenceError: where a connection has none.
        """
        job = self.job
        subscription, recorded = self._subscribed()
        cut = self._accepted.cut if job.plan.conflict else ""
        found = fences_for(job.azure, job.source, job.target, subscription, recorded, cut=cut)
        known = {each.id for each in standing}
        return [each for each in found if each.id not in known]

    def _left(self, fences: tuple[Fence, ...]) -> tuple[Fence, ...]:
        """Take fences back, since they hold all together or not; return those that may stand."""
        left = tuple(
            each for each in fences if not undone(self.job.azure, each, self.job.progress.note)
        )
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
        return tuple(Fence.of(each) for each in records[-1]) if records else ()

    def _unfenced(self, why: FenceError, left: tuple[Fence, ...] = ()) -> None:
        """Go on without a fence where that is accepted; ``left`` are those that may yet stand.

        Filters of on-premises routers that are in place are a fence, too.
        """
        job = self.job
        filters = on_premises_filters(job.source, job.target, self._prefixes())
        if not job.plan.conflict:
            self.owe(fences=left)
        elif self._accepted.ticket:
            job.progress.note(f"fenced on-premises: {self._accepted.ticket}\n{filters}")
            self.owe(fences=left)
        elif self._accepted.reason:
            job.progress.note(f"UNFENCED, accepted: {self._accepted.reason}\n{filters}")
            self.owe(unfenced=True, fences=left)
        elif left:
            stand = ", ".join(fence.id for fence in left)
            raise FenceError(  # something was changed: nothing to withdraw
                f"UNFENCED: {job.source.location} does not answer; of its fences these may stand, "
                f"and not all do: {stand}.\n{filters}\n\n`sparehub resume` tries again. "
                f"{_ways(why, 'sparehub resume ')}"
            )
        elif job.operation.answers:
            raise FenceError(  # it answered, and something was begun: nothing to withdraw
                f"UNFENCED: {job.source.location} stopped answering while it was disconnected.\n"
                f"{why}\n{filters}\n\n{_ways(why, 'sparehub resume ')}"
            )
        else:
            job.files.restore()
            job.write("withdrawn", problem="UNFENCED")
            raise WithdrawnError(
                f"UNFENCED: {job.source.location} does not answer and nothing outside it keeps it "
                f"from advertising; nothing was changed.\n{why}\n{filters}\n\n{_ways(why, '')}"
            )

    def _state(self) -> Snapshot | Unreadable:
        return states_of(self.job.stacks, (self.job.plan.source,))[self.job.plan.source]

    def _subscribed(self) -> tuple[str, Mapping[str, str] | None]:
        """Return the subscription of its circuits, and the ids that its stack recorded.

        Where its state cannot be read: what its file names, else the target's, maybe another.
        """
        job, state = self.job, self._state()
        if isinstance(state, Snapshot):
            return state.subscription, state.ids
        if named := job.pair[job.plan.source].config.subscription:
            return named, {}
        target = job.plan.target
        job.progress.note(f"its circuits are looked for in the subscription of {target}")
        return job.stacks.snapshot(target).subscription, None

    @property
    def _debt(self) -> str:
        return f"{self.job.operation.id}-{self.job.plan.source}"

    @property
    def _accepted(self) -> Accepted:
        return self.job.accepted.after(self.job.operation.accepted)

    def _prefixes(self) -> tuple[str, ...]:
        return tuple(str(prefix) for prefix in self.job.source.advertised_prefixes)


def _ways(why: FenceError, command: str) -> str:
    """Return how to go on, the safest way first; ``command`` is what the options belong to."""
    ways = [f"Once on-premises filters that: `{command}--fenced-on-premises TICKET`."]
    if isinstance(why, CutError):
        ways.append(f"To cut the others, too: `{command}--accept-cut REASON`.")
    ways.append(f"If you know that the region is dead: `{command}--accept-unfenced REASON`.")
    return " ".join(ways)
