"""Carries out a plan, step by step: intent, deployment, proof, outcome.

What was intended stands in the journal before anything is done, and every step can be begun again:
what it did already is found, and not done twice. So a run that ends anywhere is resumed by
beginning its first unfinished step again.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sparehub.azure import Azure
from sparehub.fences import Fence, FenceError, fences_for, remove_fence, set_fence
from sparehub.journal import Journal, JournalError
from sparehub.lease import LeaseError
from sparehub.ledger import Ledger
from sparehub.ledger import Operation as Underway
from sparehub.probe import answers
from sparehub.progress import Progress
from sparehub.proof import prove
from sparehub.settling import settle
from sparehub.snapshot import Snapshot
from sparehub.stacks_port import Stacks
from sparehub.switch import ACTIVATION, OVERRIDE, set_value
from topology.changes import Operation, Verb, operations
from topology.errors import (
    HalfwayError,
    PreflightError,
    SparehubError,
    UnreachableError,
)
from topology.failover import region_at
from topology.filters import on_premises_filters
from topology.pair import Stack
from topology.plan import Act, Change, Mode, Plan, Step
from topology.words import Activation

_STATES = {Act.PROBE: "PREFLIGHT", Act.FENCE: "FENCING"}


class BlastRadiusError(PreflightError):
    """A deployment would write something that the step does not expect."""


class StoppedError(SparehubError):
    """Somebody asked the run to stop."""


@dataclass
class Run:
    """One operation on both stacks, from wherever the journal says that it stands."""

    stacks: Stacks
    azure: Azure
    directory: Path
    journal: Journal
    plan: Plan
    pair: Mapping[str, Stack]
    progress: Progress
    stop: Callable[[], bool]
    """Says whether somebody asked to stop: then no further step is begun."""
    reason: str = ""
    """Why a region that cannot be fenced is accepted; empty where nobody does."""
    _looked_at: dict[str, frozenset[Operation]] = field(default_factory=dict, init=False)

    def look_ahead(self, done: tuple[str, ...] = (), *, drift: bool) -> None:
        """Preview what is still to be deployed, all of it before any of it is done.

        With ``drift`` the target's resources are read from Azure again: what somebody changed by
        hand shows.

        :raises BlastRadiusError: where a deployment would write something else.
        """
        ahead = [
            (step, step.change)
            for step in self.plan.steps
            if step.change and step.act is Act.SWITCH and step.id not in done
        ]
        # A stack that is deployed twice is looked at again in between.
        first = {change.stack: (step, change) for step, change in reversed(ahead)}
        self._preview(
            [first[name] for name in first],
            frozenset({self.plan.target}) if drift else frozenset(),
        )

    def begin(self, identity: str) -> None:
        """Write down that the operation begins."""
        self.journal.append(
            "begin",
            identity,
            kind=self.plan.kind.value,
            mode=self.plan.mode.value,
            source=self.plan.source,
            target=self.plan.target,
            plan=self.plan.id,
            configuration=self.plan.configuration,
            reason=self.reason,
        )

    def go_on(self) -> None:
        """Carry out every step that is not done, and finish.

        :raises HalfwayError: where a step cannot be finished; `sparehub resume` begins it again.
        :raises UnreachableError: where nothing could be fenced: the operation is withdrawn.
        :raises LeaseError: where somebody else has taken over.
        """
        for step in self.plan.steps:
            if step.id in self._operation.done:
                continue
            try:
                if self.stop():
                    raise StoppedError("stopped on request")
                self._carry_out(step)
            except (LeaseError, UnreachableError):
                raise
            except (SparehubError, KeyboardInterrupt) as error:
                raise self._halted(step, error) from None
        if self.plan.mode is Mode.UNPLANNED and not self._debts():
            self._owe(unfenced=False, fences=[])
        self.journal.append("finished", self._operation.id)

    # -- steps -------------------------------------------------------------------------------

    def _carry_out(self, step: Step) -> None:
        state = _STATES.get(step.act) or (
            "ACTIVATING" if step.change and step.change.stack == self.plan.target else "FENCING"
        )
        self.journal.append("intent", self._operation.id, step=step.id, state=state)
        found: dict[str, bool] = {}
        with self.progress.step(step):
            match step.act:
                case Act.SWITCH:
                    self._switch(step)
                case Act.PROBE:
                    found["answers"] = self._probe()
                case Act.FENCE:
                    self._fence(step)
        self.journal.append("outcome", self._operation.id, step=step.id, **found)

    def _switch(self, step: Step) -> None:
        change = step.change
        if change is None:
            raise AssertionError(step.id)
        snapshot = settle(self.stacks, self.azure, change.stack, self.progress.note)
        if step.id not in self._looked_at:
            self._preview([(step, change)], frozenset())
        set_value(self.directory, change.stack, ACTIVATION, change.activation.value)
        if debts := self._debts():
            why = debts[0]["reason"] or "fenced at its circuit"
            text = f"{self.plan.source} is lost: {why} (sparehub finish-fence ends this)"
            set_value(self.directory, change.stack, OVERRIDE, text)
        if self._looked_at.pop(step.id) or snapshot.activation != change.activation:
            self._deploy(step, change)
        stack = self.pair[change.stack]
        region = region_at(stack, change.activation, change.depth)
        prove(region, self.stacks.snapshot(change.stack), self.azure)

    def _deploy(self, step: Step, change: Change) -> None:
        """Deploy, and once more where that failed.

        What Azure made badly by one write it repairs by the next.
        """
        depth = self.pair[change.stack].config.region.standby.depth
        try:
            self.stacks.up(change, depth, self.progress.writes)
        except LeaseError:
            raise
        except SparehubError as error:
            self.progress.note(f"once more, since this failed: {error}")
            settle(self.stacks, self.azure, change.stack, self.progress.note)
            self.journal.guard()
            self._preview([(step, change)], frozenset())
            self._looked_at.pop(step.id)
            self.stacks.up(change, depth, self.progress.writes)

    def _preview(self, ahead: list[tuple[Step, Change]], drift: frozenset[str]) -> None:
        changes = tuple(change for _, change in ahead)
        pretend = f"looking ahead: plan {self.plan.id}"
        for (step, change), found in zip(
            ahead, self.stacks.previews(changes, drift=drift, pretend=pretend), strict=True
        ):
            allowed = change.operations | {
                # What was made badly, or while its maker died, is written again.
                Operation(Verb.UPDATE, each.type, each.name)
                for each in change.operations
                if each.verb is Verb.CREATE
            }
            if unexpected := sorted(found - allowed):
                listed = ", ".join(f"{each.verb.value} {each.name}" for each in unexpected)
                message = (
                    f"deploying {change.stack!r} would also {listed}, which is no part of "
                    f"{step.id}: somebody changed the configuration without deploying it, or "
                    f"Azure by hand. Put that right first: `pulumi preview --diff --refresh "
                    f"--stack {change.stack}`"
                )
                raise BlastRadiusError(message)
            self._looked_at[step.id] = found

    # -- a region that may be lost -----------------------------------------------------------

    def _probe(self) -> bool:
        region = region_at(self.pair[self.plan.source], Activation.ACTIVE)
        found = answers(self.azure, self.stacks.snapshot(self.plan.source))
        said = "answers" if found else "does not answer"
        self.progress.note(f"{self.plan.source} ({region.location}) {said}")
        return found

    def _fence(self, step: Step) -> None:
        if self._operation.answers:
            self._switch(step)
            return
        if not self._debts():
            self._fence_outside()
        set_value(self.directory, self.plan.source, ACTIVATION, Activation.STANDBY.value)

    def _fence_outside(self) -> None:
        """Fence a region without asking it, or write down that nobody could."""
        source = region_at(self.pair[self.plan.source], Activation.ACTIVE)
        target = region_at(self.pair[self.plan.target], Activation.ACTIVE)
        snapshot = self.stacks.snapshot(self.plan.source)
        try:
            fences = self._known_fences() or fences_for(self.azure, source, target, snapshot)
            self._set_fences(fences)
        except FenceError as error:
            self.progress.note(f"no fence holds: {error}")
            self._unfenced(source.location, on_premises_filters(source, target, self._prefixes()))
            return
        self._owe(unfenced=False, fences=fences)

    def _known_fences(self) -> list[Fence]:
        """Return the fences that this operation was setting when it died: one may stand."""
        records = [
            record.data["fences"]
            for record in self.journal.records
            if record.event == "fences" and record.operation == self._operation.id
        ]
        return [Fence(**each) for each in records[-1]] if records else []

    def _set_fences(self, fences: list[Fence]) -> None:
        """Set all fences, or none."""
        listed = [fence.document() for fence in fences]
        self.journal.append("fences", self._operation.id, fences=listed)
        for number, fence in enumerate(fences):
            try:
                set_fence(self.azure, fence)
            except FenceError:
                for each in fences[:number]:
                    remove_fence(self.azure, each, self.progress.note)
                self.journal.append("fences", self._operation.id, fences=[])
                raise
            self.progress.note(f"fenced without the region: {fence.how} {fence.id}")

    def _unfenced(self, location: str, filters: str) -> None:
        conflict = bool(self.plan.conflict)
        reason = self.reason or self._operation.reason
        if conflict and not reason:
            self.journal.append("withdrawn", self._operation.id, problem="UNFENCED")
            message = (
                f"UNFENCED: {location} does not answer and nothing outside it keeps it from "
                f"advertising; nothing was changed.\n{filters}\n\nOnce on-premises filters that, "
                "or if you know that the region is dead: --accept-unfenced REASON"
            )
            raise UnreachableError(message)
        if conflict:
            self.progress.note(f"UNFENCED, accepted: {reason}\n{filters}")
        self._owe(unfenced=conflict, fences=[])

    def _owe(self, *, unfenced: bool, fences: list[Fence]) -> None:
        self.journal.append(
            "debt",
            self._operation.id,
            id=f"{self._operation.id}-{self.plan.source}",
            stack=self.plan.source,
            target=self.plan.target,
            unfenced=unfenced,
            prefixes=list(self._prefixes()),
            reason=self.reason or self._operation.reason,
            fences=[each.document() for each in fences],
        )
        set_value(self.directory, self.plan.source, ACTIVATION, Activation.STANDBY.value)

    def _prefixes(self) -> tuple[str, ...]:
        source = region_at(self.pair[self.plan.source], Activation.ACTIVE)
        return tuple(str(prefix) for prefix in source.advertised_prefixes)

    # -- where it stands ---------------------------------------------------------------------

    @property
    def _operation(self) -> Underway:
        underway = Ledger.of(self.journal.records).open
        if underway is None:
            raise AssertionError("no operation is under way")
        return underway

    def _debts(self) -> list[dict[str, object]]:
        debts = Ledger.of(self.journal.records).debts
        return [each for each in debts if each["stack"] == self.plan.source]

    def _halted(self, step: Step, error: BaseException) -> HalfwayError:
        problem = str(error) or "interrupted"
        with suppress(JournalError):  # a full disk is a reason to halt, and is told below
            self.journal.append("halted", self._operation.id, step=step.id, problem=problem)
        done = ", ".join(self._operation.done) or "nothing"
        message = (
            f"stopped in {step.id}: {problem}\ndone so far: {done}; `sparehub resume` goes on from "
            f"here, and to go back instead: {step.undo}"
        )
        return HalfwayError(message)


def stand_down(
    run_stacks: Stacks, azure: Azure, stack: Stack, directory: Path, progress: Progress
) -> Snapshot:
    """Deploy a region that is back as standing by, and return what it then holds.

    :raises BlastRadiusError: where that would write anything else.
    :raises SparehubError: where it cannot be done, or does not come out as it should.
    """
    live, down = (region_at(stack, each) for each in (Activation.ACTIVE, Activation.STANDBY))
    settle(run_stacks, azure, stack.name, progress.note)
    change = Change(
        stack=stack.name,
        activation=Activation.STANDBY,
        depth=down.depth,
        operations=operations(live, down),
    )
    set_value(directory, stack.name, ACTIVATION, Activation.STANDBY.value)
    (found,) = run_stacks.previews((change,), drift=frozenset(), pretend="")
    if unexpected := sorted(found - change.operations):
        listed = ", ".join(f"{each.verb.value} {each.name}" for each in unexpected)
        message = f"deploying {stack.name!r} would also {listed}; put that right first"
        raise BlastRadiusError(message)
    run_stacks.up(change, down.depth, progress.writes)
    after = run_stacks.snapshot(stack.name)
    prove(down, after, azure)
    return after
