"""The steps of a failover or failback: which there are, and in which order.

Addresses that both regions advertise: the source is disconnected before the target is connected
(ER-18, ER-19). Two circuits and routers that prefer one region (ER-23), or addresses that do not
overlap: the target is connected first, and no traffic is lost. Unplanned: no step waits for the
region of the source.
"""

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.errors import OptionsError
from sparehub.topology.model.live_regions import Advertisement, conflict, overlap
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.operations import operations, seconds
from sparehub.topology.planning.plan import Mode, PlanKind, PlanStep, StackChange, StepAction
from sparehub.topology.planning.steps.authorization_keys import (
    issue_steps,
    keyed_connections,
    revoke_steps,
)
from sparehub.topology.planning.steps.bandwidth import bandwidth_options
from sparehub.topology.planning.steps.nva_start import (
    is_started_at_failover,
    nva_assumptions,
    start_step,
)

PROBE_SECONDS = 30
"""The seconds that a probe waits for an answer of a region."""


class FailoverSteps:
    """The steps from the source, which traffic leaves, to the target.

    Attributes:
        overlap: prefixes of the target that share an address with the source.
        conflict: those that both regions must not advertise at the same time.
        activate_id: the id of the step after which the target is active.
        before: both regions at the start, by stack.
        after: the region after each step that changes one, by the step's id.
        options: steps that may be added once the target is active.
    """

    def __init__(self, source: Stack, target: Stack, depth: Depth | None = None) -> None:
        self._source, self._target = source, target
        back = PlanKind.FAILBACK if target.name == "secondary" else PlanKind.FAILOVER
        self._back = f"sparehub {back.value}"
        self._disconnection = disconnect(source)
        self._live = self._disconnection.live
        self._standby = switched(target, Activation.STANDBY, depth).region
        self._active = switched(target, Activation.ACTIVE, depth).region
        of_target, of_source = Advertisement.of(self._active), Advertisement.of(self._live)
        live_conflict = conflict(of_target, of_source)
        self.overlap = tuple(map(str, overlap(of_target, of_source)))
        self.conflict = tuple(map(str, live_conflict.prefixes)) if live_conflict else ()
        self.activate_id = f"activate-{target.name}"
        self.before = {source.name: self._live, target.name: self._standby}
        self.after = {
            f"fence-{source.name}": self._disconnection.fenced,
            self.activate_id: self._active,
            f"stand-down-{source.name}": self._disconnection.down,
        }
        self.options = tuple(
            bandwidth_options(target.name, self._live, self._active, self.activate_id)
        )
        self._raises: tuple[PlanStep, ...] = ()
        existing = keyed_connections(self._standby)
        self._keyed = tuple(key for key in keyed_connections(self._active) if key not in existing)

    def raise_bandwidth(self) -> None:
        """Turn the options into steps.

        Raises:
            OptionsError: where there is no option.
        """
        if not self.options:
            message = (
                f"--raise-bandwidth: {self._target.name} has no circuit of its own that carries "
                f"less than the largest of {self._source.name}: remove the option"
            )
            raise OptionsError(message)
        self._raises, self.options = self.options, ()
        self.after |= {step.id: self._active for step in self._raises}

    def assumed(self, mode: Mode) -> tuple[str, ...]:
        """Return assumptions about NVAs, and about circuits' records where a region may be lost."""
        kept = tuple(nva_assumptions(self._source.name, self._live, self._active))
        if mode is Mode.PLANNED:
            return kept
        return (record_assumption(self._live, self._active, fenced=bool(self.overlap)), *kept)

    def planned(self) -> tuple[PlanStep, ...]:
        """Return the steps of a planned operation, in which both regions answer.

        Authorizations are issued and an NVA is started first: nothing is disconnected for a target
        without a key or without its NVA.
        """
        started, issued = self._start(after=()), self._issue(after=())
        ready = (*_last_of(started), *_last_of(issued))
        if self.conflict:
            first = self._fence(after=ready)
            second = self._activate(after=(first.id,))
        else:
            second = self._activate(after=ready)
            first = self._fence(after=(second.id,))
        ordered = (first, second) if self.conflict else (second, first)
        teardown = self._stand_down(after=ordered[-1].id, needs=(self._source.name,))
        return (*started, *issued, *ordered, *self._raises, *teardown, *self._revoke())

    def unplanned(self) -> tuple[PlanStep, ...]:
        """Return the steps of an unplanned operation: none needs the source, which may be lost.

        Authorizations are issued and an NVA is started after the fence: where no fence succeeds,
        nothing has been written.
        """
        if not self.conflict:
            started, issued = self._start(after=()), self._issue(after=())
            first = (*started, *issued)
            activate = self._activate(after=(*_last_of(started), *_last_of(issued)))
            if not self.overlap:
                return (*first, activate, *self._raises, *self._revoke())
            probe = self._probe(after=(activate.id,))
            fence = self._fence_outside(after=(probe.id,))
            ordered = (*first, activate, probe, fence)
        else:
            probe = self._probe(after=())
            fence = self._fence_outside(after=(probe.id,))
            started, issued = self._start(after=(fence.id,)), self._issue(after=(fence.id,))
            ready = (*_last_of(started), *_last_of(issued))
            activate = self._activate(after=ready or (fence.id,))
            ordered = (probe, fence, *started, *issued, activate)
        teardown = self._stand_down(after=ordered[-1].id, needs=())
        return (*ordered, *self._raises, *teardown, *self._revoke())

    def _start(self, after: tuple[str, ...]) -> tuple[PlanStep, ...]:
        if not is_started_at_failover(self._active):
            return ()
        return (start_step(self._target.name, self._active.nva, after),)

    def _issue(self, after: tuple[str, ...]) -> tuple[PlanStep, ...]:
        return tuple(issue_steps(self._target.name, self._keyed, after))

    def _revoke(self) -> tuple[PlanStep, ...]:
        return tuple(revoke_steps(self._keyed, self.activate_id))

    def _fence(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._source.name
        return PlanStep(
            id=f"fence-{stack}",
            title=f"disconnect {stack} ({self._live.location}) from on-premises",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=after,
            precondition=f"{stack} is deployed active, and nothing else of it would change",
            action=_switch(stack, Activation.STANDBY),
            postcondition=f"{stack} has no connection that advertises its spokes",
            undo=self._back,
            seconds=seconds(self._live, self._disconnection.fenced),
            change=self._disconnection.fence,
        )

    def _activate(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._target.name
        free = f"{stack} is deployed on standby"
        if self.conflict:
            free = f"{self._source.name} does not advertise {', '.join(self.conflict)}"
        return PlanStep(
            id=self.activate_id,
            title=f"connect {stack} ({self._active.location}) to on-premises",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=after,
            precondition=(
                f"{free}; its circuits' records answer, in {record_locations(self._active)}"
            ),
            action=_switch(stack, Activation.ACTIVE),
            postcondition=(
                f"{stack} advertises {', '.join(map(str, self._active.advertised_prefixes))}"
            ),
            undo=self._back,
            seconds=seconds(self._standby, self._active),
            change=StackChange(
                stack=stack,
                activation=Activation.ACTIVE,
                operations=operations(self._standby, self._active),
            ),
        )

    def _stand_down(self, after: str, needs: tuple[str, ...]) -> tuple[PlanStep, ...]:
        """Return the teardown of what the source needs only while it is active, if anything."""
        change = self._disconnection.teardown
        if change is None:
            return ()
        stack = self._source.name
        return (
            PlanStep(
                id=f"stand-down-{stack}",
                title=f"tear down what {stack} needs only while it is active",
                act=StepAction.STAND_DOWN,
                needs=needs,
                after=(after,),
                precondition=f"{stack} is disconnected, and answers",
                action=f"pulumi up --stack {stack}",
                postcondition=f"{stack} is on standby, ready to be connected again",
                undo=self._back,
                seconds=seconds(self._disconnection.fenced, self._disconnection.down),
                change=change,
            ),
        )

    def _probe(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._source.name
        return PlanStep(
            id=f"probe-{stack}",
            title=f"probe whether {stack} ({self._live.location}) answers",
            act=StepAction.PROBE,
            needs=(),
            after=after,
            precondition="none",
            action=f"read the gateway of {stack}, for at most {PROBE_SECONDS} s",
            postcondition="it answers, or it does not",
            undo="nothing was changed",
            seconds=Duration(typical=PROBE_SECONDS, worst=PROBE_SECONDS),
        )

    def _fence_outside(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._source.name
        own = seconds(self._live, self._disconnection.fenced)
        outside = durations.PRIVATE_PEERING_UPDATE
        # ER-38: neither needs the gateway's region.
        return PlanStep(
            id=f"fence-{stack}",
            title=f"disconnect {stack} ({self._live.location}), if need be without its region",
            act=StepAction.FENCE,
            needs=(),
            after=after,
            precondition=(
                f"{stack} answers, or its circuits' records do, in {record_locations(self._live)}"
            ),
            action=(
                f"if {stack} answers: {_switch(stack, Activation.STANDBY)}; if not, through "
                f"{record_locations(self._live)}: revoke the authorization of its connection where "
                "that disconnects no other, or disable the private peering of a circuit that no "
                "other uses (ER-38; an MD5 key is not shown and may have to be set again); else "
                "--fenced-on-premises TICKET, --accept-cut REASON or --accept-unfenced REASON"
            ),
            postcondition=f"{stack} cannot advertise {', '.join(self.overlap)}, or an open item "
            "is recorded",
            undo="sparehub finish-fence, once the region is back",
            seconds=Duration.longest(own, outside),
            change=self._disconnection.fence,
        )


def _last_of(steps: tuple[PlanStep, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in steps[-1:])


def _switch(stack: str, activation: Activation) -> str:
    return (
        f"set activation {activation.value} and the next generation in Pulumi.{stack}.yaml, then "
        f"`pulumi up --stack {stack}`"
    )


def record_locations(region: Region) -> str:
    """Return the locations of the records of the circuits that a region is connected to."""
    locations = (
        circuit.location or f"the region of {circuit.key}'s record"
        for circuit in region.connected_circuits
    )
    return " and ".join(dict.fromkeys(locations)) or "no region"


def record_assumption(source: Region, target: Region, *, fenced: bool) -> str:
    """Return what an unplanned operation assumes about the locations of circuits' records.

    That Azure writes a circuit through the region of its record is an assumption:
    :mod:`sparehub.topology.rules.pair.records`.
    """
    writes = {"the fence at the circuit": source} if fenced else {}
    writes["the new connection"] = target
    through = {what: record_locations(region) for what, region in writes.items()}
    paths = ", ".join(f"{what} through {locations}" for what, locations in through.items())
    lost = [what for what, locations in through.items() if source.location in locations.split()]
    none = f"; with {source.location} down, not {' and not '.join(lost)}" if lost else ""
    return f"Azure writes a circuit through the region of its record: {paths}{none}"
