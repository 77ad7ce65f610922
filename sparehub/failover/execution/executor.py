"""Executes a plan step by step: intent to the journal, act, verification, outcome.

The intent is in the journal before anything is done, and every step is idempotent: what was done
already is found, and not done twice. So a run that died anywhere is resumed by repeating its first
unfinished step.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import JournalError
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.machines.fail_over import MachineFailover
from sparehub.failover.machines.source_machines import record_running_sources
from sparehub.failover.steps.hooks.hook_step import run_hook
from sparehub.failover.steps.keys.authorization_keys import issue, revoke
from sparehub.failover.steps.nva_start import start_nva
from sparehub.failover.steps.raise_bandwidth import BandwidthRaise
from sparehub.failover.steps.stack_switch import StackSwitch
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.failover.steps.unreachable_region import UnreachableRegion, WithdrawnError
from sparehub.topology.errors import HalfwayError, SparehubError
from sparehub.topology.planning.plan import Mode, PlanStep, StackChange, StepAction

_STATES = {
    StepAction.PROBE: "PREFLIGHT",
    StepAction.FENCE: "FENCING",
    StepAction.RAISE: "RAISING",
    StepAction.ISSUE: "ISSUING",
    StepAction.REVOKE: "REVOKING",
    StepAction.START: "STARTING",
    **dict.fromkeys((StepAction.QUIESCE, StepAction.POINTS), "QUIESCING"),
    **dict.fromkeys((StepAction.FAIL_OVER, StepAction.AWAIT_MACHINES), "MOVING"),
    **dict.fromkeys((StepAction.STOP_SOURCES, StepAction.VERIFY_MACHINES), "MOVING"),
    StepAction.HOOK: "HOOK",
    StepAction.CLEAN_UP: "CLEANING",
    StepAction.DISARM: "DISARMING",
}
_OF_MACHINES = (
    StepAction.CLEAN_UP,
    StepAction.DISARM,
    StepAction.QUIESCE,
    StepAction.POINTS,
    StepAction.FAIL_OVER,
    StepAction.STOP_SOURCES,
    StepAction.AWAIT_MACHINES,
    StepAction.VERIFY_MACHINES,
)


class StoppedError(SparehubError):
    """Somebody asked the run to stop."""


@dataclass
class Executor:
    """One operation on both stacks, from wherever the journal says that it stopped."""

    context: StepContext
    _switch: StackSwitch = field(init=False)
    adopts: ClassVar[bool] = False
    """Whether somebody else has switched the network."""

    def __post_init__(self) -> None:
        self._switch = StackSwitch(self.context)

    def preview(self) -> None:
        """Preview every switch of the plan before anything is done.

        Raises:
            UnexpectedChangesError: where a deployment would write something else.
        """
        self._switch.preview_plan()

    def begin(self, confirmed: Mapping[str, Mapping[str, str]]) -> None:
        """Record that the operation begins, and which one under way it supersedes.

        Both in one record: a death between two records would leave no operation under way.

        Args:
            confirmed: what is confirmed as done already (``JournaledOperation.confirmed``).
        """
        context, plan = self.context, self.context.plan
        underway = context.session.journal_state.open
        context.session.journal.append(
            JournalEvent.BEGUN,
            context.identity,
            kind=plan.kind.value,
            mode=plan.mode.value,
            source=plan.source,
            target=plan.target,
            plan=plan.id,
            configuration=plan.configuration,
            generation=context.files.generation,
            generations=dict(context.files.before),
            raises=[asdict(raised) for raised in plan.raises],
            **context.accepted.document(),
            unproven=context.unproven,
            declared=context.declared,
            network_only=context.network_only,
            clean_drill=plan.cleans_tests,
            confirmed=confirmed,
            adopted=self.adopts,
            supersedes=underway.id if underway else "",
        )

    def execute(self) -> None:
        """Execute every step that is not done, and finish.

        Raises:
            HalfwayError: where a step cannot be finished; `sparehub resume` repeats it.
            WithdrawnError: where nothing could be fenced, and nothing was changed.
            LeaseError: where somebody else has taken over.
        """
        context, plan = self.context, self.context.plan
        for step in plan.steps:
            if step.id in context.operation.done:
                continue
            with self._halting(step):
                if context.session.stop():
                    raise StoppedError("stopped on request")
                self._prepare()
                self._execute(step)
        with self._halting(plan.steps[-1]):
            self._leave_source()
            if plan.mode is Mode.UNPLANNED and plan.moves_machines:
                record_running_sources(context)
            context.write(JournalEvent.FINISHED)

    def _prepare(self) -> None:
        """Make the target ready before anything is disconnected."""
        self._switch.prepare_target()

    def _leave_source(self) -> None:
        """Record a source that does not answer as one that is still to be disconnected."""
        context = self.context
        source = UnreachableRegion(context)
        unreachable = context.plan.mode is Mode.UNPLANNED and not context.operation.answers
        if unreachable and not source.is_recorded:
            source.record_open_item()

    @contextmanager
    def _halting(self, step: PlanStep) -> Iterator[None]:
        """Turn a failure into a halt, which `resume` goes on from."""
        try:
            yield
        except (LeaseError, WithdrawnError):
            raise
        except (SparehubError, OSError, KeyboardInterrupt) as error:
            raise self._halted(step, error) from None

    def _execute(self, step: PlanStep) -> None:
        context, stack = self.context, step.change.stack if step.change else ""
        state = _STATES.get(step.act) or ("ACTIVATING" if stack == context.plan.target else "")
        context.write(JournalEvent.INTENDED, step=step.id, state=state or "FENCING")
        with context.session.progress.step(step):
            outcome = self._outcome(step)
        context.write(JournalEvent.COMPLETED, step=step.id, **outcome)

    def _outcome(self, step: PlanStep) -> dict[str, Any]:
        """Do what a step is for, a hook's included; return what the journal records of it."""
        return run_hook(self.context, step) if step.hook else self._act(step)

    def _act(self, step: PlanStep) -> dict[str, Any]:  # noqa: PLR0911 - one return an action
        """Do what a step is for; return what the journal records of its outcome."""
        context = self.context
        if step.act in _OF_MACHINES:
            return dict(MachineFailover.of(context).perform(step))
        if step.act is StepAction.PROBE:
            return {"answers": UnreachableRegion(context).responds()}
        if step.act is StepAction.FENCE and step.change:
            return self._fence(step.change)
        if step.act is StepAction.STAND_DOWN and step.change:
            return {"left": self._stand_down(step.change)}
        if step.act is StepAction.START:
            return start_nva(context)
        if step.connection and step.act is StepAction.ISSUE:
            return issue(context, step.connection)
        if step.connection:
            return revoke(context, step.connection)
        if step.raises and step.change:
            deploy = self._switch.deploy_file
            return BandwidthRaise(context, step.change, step.raises, deploy).outcome()
        if step.change:
            self._switch.switch(step.change)
        return {}

    def _fence(self, change: StackChange) -> dict[str, Any]:
        """Disconnect a region by its own stack if it responded, and from outside if it does not."""
        region = UnreachableRegion(self.context)
        if self.context.operation.answers:
            try:
                self._switch.switch(change)
            except LeaseError:
                raise
            except SparehubError:
                if region.responds():
                    raise
            else:
                return {}
        region.fence()
        return {}

    def _stand_down(self, change: StackChange) -> str:
        """Remove what the source does not keep on standby; return why not, empty where it was.

        An unplanned operation does not wait for the source: a later `pulumi up`, or the next
        operation, removes it.
        """
        context = self.context
        if context.plan.mode is Mode.PLANNED:
            self._switch.switch(change)
            return ""
        if context.open_items or not context.operation.answers:
            return "it does not answer"
        try:
            self._switch.switch(change)
        except LeaseError:
            raise
        except SparehubError as error:
            if context.session.stop():
                raise
            context.note(f"warning: `pulumi up --stack {change.stack}` has to finish this: {error}")
            return str(error)
        return ""

    def _halted(self, step: PlanStep, error: BaseException) -> HalfwayError:
        context = self.context
        problem = str(error) or "interrupted"
        with suppress(JournalError):  # a full disk is a reason to halt; the message says so
            context.write(JournalEvent.HALTED, step=step.id, problem=problem)
        done = ", ".join(context.operation.done) or "nothing"
        message = (
            f"stopped in {step.id}: {problem}\ndone so far: {done}; `sparehub resume` goes on from "
            f"here, and to go back instead: {step.undo}"
        )
        return HalfwayError(message)
