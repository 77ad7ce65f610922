"""The steps that move machines: quiesce, recovery points, failover, verification.

The machines are failed over by their recovery plan, while the network is switched. A planned
operation first waits for a recovery point of each machine that is newer than the moment at which
nothing was written any more. Each source machine is read as deallocated before the target is
connected: two copies of a machine must not be reached at the same time (SR-47).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.config.enums import NetworkOrder
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Mode, PlanStep, StepAction
from sparehub.topology.planning.steps.drill_steps import clean_up_step
from sparehub.topology.replication.direction import replicates
from sparehub.topology.replication.plan_actions import manual_actions

DISARM = "disarm-recovery-plan"
QUIESCE = "quiesce"
STILL_QUIESCED = "still-quiesced"
"""What is confirmed where a planned operation goes on after a halt: nothing was started again."""
AWAIT_POINTS = "await-recovery-points"
FAIL_OVER = "fail-over-machines"
STOP_SOURCES = "stop-source-machines"
AWAIT_MACHINES = "await-machines"
VERIFY = "verify-machines"
_PREPARING = (StepAction.START, StepAction.ISSUE)
"""What precedes the machines: nothing is stopped for a target without a key or its NVA."""
_ENDING = (StepAction.STAND_DOWN, StepAction.REVOKE)
"""What follows once the target carries the traffic."""
_END = ""
_MINUTE = 60
_READ = Duration(typical=30, worst=60)
"""Seconds of a few reads for each machine: a guess."""
_POINT = 300
"""Seconds between two crash-consistent recovery points (SR-35)."""


@dataclass(frozen=True, kw_only=True)
class MachineSteps:
    """The steps of an operation that leaves ``source``, with the machines of its region."""

    source: Stack
    target: Stack
    machines: int
    groups: int
    """Of the recovery plan."""
    order: NetworkOrder
    point_wait: int
    """Seconds that a planned operation waits for newer recovery points at most."""
    plan_name: str
    actions: tuple[str, ...]
    """The names of the manual actions of the recovery plan."""
    cleans: bool = False
    """Whether tests that are left are cleaned up first, which block a failover (SR-43)."""

    def beside(self, network: Sequence[PlanStep], *, planned: bool) -> tuple[PlanStep, ...]:
        """Return the steps of the network with those of the machines among them.

        Args:
            network: the steps of the network, in the order of execution.
            planned: whether the source answers, so that its machines can be shut down.
        """
        fence, activate = f"fence-{self.source.name}", f"activate-{self.target.name}"
        ids = [step.id for step in network]
        first = next(identity for identity in ids if identity in {fence, activate})
        parallel = self.order is not NetworkOrder.BEFORE
        arrive = [self._await(shutdown=planned and parallel), self._verify(activate)]
        if not parallel:
            arrive[:0] = self._start(after=(activate,), shutdown=False, cleans=not planned)
        new: dict[str, list[PlanStep]] = defaultdict(list)
        waits: dict[str, tuple[str, ...]] = {}
        if planned:
            ready = tuple(step.id for step in network if step.act in _PREPARING)
            clean = self._clean_up(after=ready)
            begin = [*clean, *self._quiesce(after=tuple(step.id for step in clean) or ready)]
            if parallel:
                begin.append(self._fail_over(after=(AWAIT_POINTS,), shutdown=True))
            new[first] += begin
            new[activate].append(self._stop_sources(after=(begin[-1].id,), deallocate=not parallel))
            waits = {fence: (begin[-1].id,), activate: (STOP_SOURCES,)}
        elif parallel:
            fenced = (fence,) if first == fence else ()
            start = self._start(after=fenced, shutdown=False, cleans=True)
            new[ids[ids.index(fence) + 1] if fenced else ids[0]] += start
            # The steps are carried out one after the other.
            waits = {activate: tuple(step.id for step in start[:-1])}
        new[next((step.id for step in network if step.act in _ENDING), _END)] += arrive
        ordered: list[PlanStep] = [*self.disarm()]
        for step in network:
            ordered += new[step.id]
            ordered.append(replace(step, after=(*step.after, *waits.get(step.id, ()))))
        return (*ordered, *new[_END])

    def disarm(self) -> tuple[PlanStep, ...]:
        """Return the step after which the recovery plan switches no network; none without it."""
        if self.order is not NetworkOrder.RUNBOOK:
            return ()
        step = self._step(
            DISARM,
            f"take the runbook out of the recovery plan {self.plan_name}",
            StepAction.DISARM,
            after=(),
            precondition="the recovery plan does not run",
            action=f"PATCH {self.plan_name} without the runbook and its manual action (SR-60)",
            postcondition="the recovery plan switches no network: Sparehub does",
            undo="`sparehub replicate` puts it back",
            seconds=_READ,
        )
        return (step,)

    def _start(
        self, after: tuple[str, ...], *, shutdown: bool, cleans: bool
    ) -> tuple[PlanStep, ...]:
        """Return the clean-up of tests, if it is wanted, and the begin of the failover."""
        clean = self._clean_up(after) if cleans else ()
        ready = tuple(step.id for step in clean) or after
        return (*clean, self._fail_over(ready, shutdown=shutdown))

    def _clean_up(self, after: tuple[str, ...]) -> tuple[PlanStep, ...]:
        return (clean_up_step(self.target.name, after),) if self.cleans else ()

    def _quiesce(self, after: tuple[str, ...]) -> tuple[PlanStep, ...]:
        """Return the steps until nothing is lost by a failover."""
        return (
            self._step(
                QUIESCE,
                f"stop what writes on the machines of {self.source.name}",
                StepAction.QUIESCE,
                after=after,
                precondition=f"{self.machines} machines are Protected",
                action="the hooks before this step; without one, a person says that it is done",
                postcondition="nothing is written any more; the time is in the journal",
                undo="start the applications again",
                seconds=NO_TIME,
                confirms=(QUIESCE,),
            ),
            self._step(
                AWAIT_POINTS,
                "wait for a recovery point of each machine that is newer",
                StepAction.POINTS,
                after=(QUIESCE,),
                precondition="nothing is written any more",
                action=(
                    f"read the recovery points, for at most {self.point_wait // _MINUTE} min; "
                    "--accept-loss REASON goes on without"
                ),
                postcondition="a failover loses nothing that was written before",
                undo="start the applications again",
                seconds=Duration(typical=_POINT, worst=self.point_wait),
            ),
        )

    def _fail_over(self, after: tuple[str, ...], *, shutdown: bool) -> PlanStep:
        """Return the step that starts the failover of every machine."""
        return self._step(
            FAIL_OVER,
            f"start the failover of {self.machines} machines by the recovery plan",
            StepAction.FAIL_OVER,
            after=(*after, *(step.id for step in self.disarm())),
            precondition="no test failover waits for its clean-up (SR-43)",
            action=(
                f"POST {self.plan_name}/unplannedFailover, sourceSiteOperations "
                f"{'Required' if shutdown else 'NotRequired'} (SR-47)"
            ),
            postcondition="the job of the recovery plan is in the journal",
            undo=f"the machines come up in {self.target.region.location}; fail them back later",
            seconds=NO_TIME,
            needs=self._source_needed(shutdown),
            confirms=(STILL_QUIESCED,),
        )

    def _stop_sources(self, after: tuple[str, ...], *, deallocate: bool) -> PlanStep:
        """Return the step after which no source machine runs; the job stops them, or Sparehub."""
        how = "deallocate each source machine, then read" if deallocate else "read"
        return self._step(
            STOP_SOURCES,
            f"make sure that no machine of {self.source.name} runs",
            StepAction.STOP_SOURCES,
            after=after,
            precondition=f"{self.source.region.location} answers",
            action=f"{how} the power state of each source machine until it is deallocated",
            postcondition="each source machine is deallocated",
            undo="start the source machines again, if none was failed over",
            seconds=durations.SOURCE_SHUTDOWN,
            needs=(self.source.name,),
        )

    def _await(self, *, shutdown: bool) -> PlanStep:
        """Return the step that waits for the machines in the target."""
        whole = durations.MACHINE_FAILOVER + durations.RECOVERY_GROUP * (self.groups - 1)
        if shutdown:
            whole += durations.SOURCE_SHUTDOWN
        return self._step(
            AWAIT_MACHINES,
            f"wait for the machines in {self.target.region.location}, group after group",
            StepAction.AWAIT_MACHINES,
            after=(FAIL_OVER,),
            precondition="the failover has started",
            action="read the job; a manual action of the recovery plan is asked for",
            postcondition=f"every machine runs in {self.target.region.location}",
            undo="`sparehub commit`, `failback --prepare` and a failback",
            seconds=whole,
            confirms=self.actions,
        )

    def _verify(self, activate: str) -> PlanStep:
        """Return the step that verifies each machine."""
        return self._step(
            VERIFY,
            "verify each machine: region, power state, subnet and address",
            StepAction.VERIFY_MACHINES,
            after=(activate, AWAIT_MACHINES),
            precondition="the machines are there, and the region is connected",
            action="read each item, machine and network interface",
            postcondition="each machine runs where the files want it",
            undo="`sparehub commit`, `failback --prepare` and a failback",
            seconds=_READ,
        )

    def _source_needed(self, shutdown: bool) -> tuple[str, ...]:  # noqa: FBT001 - of the step
        return (self.source.name, self.target.name) if shutdown else (self.target.name,)

    def _step(  # noqa: PLR0913 - the fields of a step
        self,
        identity: str,
        title: str,
        act: StepAction,
        *,
        after: tuple[str, ...],
        precondition: str,
        action: str,
        postcondition: str,
        undo: str,
        seconds: Duration,
        needs: tuple[str, ...] = (),
        confirms: tuple[str, ...] = (),
    ) -> PlanStep:
        return PlanStep(
            id=identity,
            title=title,
            act=act,
            needs=needs,
            after=after,
            precondition=precondition,
            action=action,
            postcondition=postcondition,
            undo=undo,
            seconds=seconds,
            confirms=confirms,
        )


def machine_steps(source: Stack, target: Stack) -> MachineSteps | None:
    """Return the steps of the machines of a pair; None where no machine is replicated."""
    pair = {stack.name: stack for stack in (source, target)}
    if not replicates(pair):
        return None
    protected = next(stack for stack in pair.values() if stack.config.region.replicate)
    takes_over = target if protected is source else source
    replicate, recovery = protected.config.region.replicate, takes_over.config.region.site_recovery
    if replicate is None or recovery is None:
        return None
    groups = {machine.group for machine in replicate.machines.values()}
    return MachineSteps(
        source=source,
        target=target,
        machines=len(replicate.machines),
        groups=max(groups),
        order=recovery.network,
        point_wait=recovery.recovery_point_wait_in_minutes * _MINUTE,
        plan_name=recovery.recovery_plan.name,
        actions=tuple(manual_actions(recovery.recovery_plan)),
    )


def machine_assumptions(
    machines: MachineSteps | None, mode: Mode, *, moved: bool
) -> tuple[str, ...]:
    """Return what a plan assumes of replicated machines; ``moved``: whether it moves them."""
    if machines is None:
        return ()
    if not moved:
        return ("--network-only: the replicated machines stay where they are, on purpose",)
    lost = (
        "the time that it takes to stop the applications is not counted",
        "the machines are small: a larger one was not recorded (SR-58)",
    )
    if mode is Mode.PLANNED:
        return lost
    return (
        lost[1],
        "what was written after the newest recovery point of a machine is lost",
        f"the machines of {machines.source.name} may still run: `sparehub finish-fence` stops them",
    )
