"""Which steps move the traffic from one region to the other, decided from two configurations.

Overlapping addresses: the source is disconnected before the target is connected (ER-18, ER-19).
Two circuits and routers that prefer one region (ER-23), or addresses that do not overlap: the
target is connected first and nothing is lost. Unplanned: nothing waits for the source's region.
"""

from collections.abc import Mapping
from typing import Any

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import OptionsError
from sparehub.topology.model.live_regions import Advertisement, conflict, overlap
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.authorization_keys import (
    issue_steps,
    keyed_connections,
    revoke_steps,
)
from sparehub.topology.planning.bandwidth import bandwidth_options
from sparehub.topology.planning.circuit_records import record_assumption, record_locations
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.nva_start import is_started_at_failover, nva_assumptions, start_step
from sparehub.topology.planning.operations import operations, seconds
from sparehub.topology.planning.plan import (
    UNKNOWN_PROGRAM,
    Mode,
    Plan,
    PlanKind,
    PlanStep,
    Program,
    RecoveryTime,
    StackChange,
    StepAction,
    critical_path,
)
from sparehub.topology.planning.traffic_impact import with_traffic_impact

PROBE_SECONDS = 30
"""How long a region is asked whether it still answers."""
_TURNED = ("activation", "disconnected", "generation", "override_interlock")
"""What a run turns in a stack file, and a plan therefore does not rest on."""


def plan(  # noqa: PLR0913 - what is planned, and of what
    primary: Stack,
    secondary: Stack,
    kind: PlanKind,
    mode: Mode = Mode.PLANNED,
    *,
    raise_bandwidth: bool = False,
    program: Program = UNKNOWN_PROGRAM,
) -> Plan:
    """Return the steps of a failover or failback, whatever the switches of both stacks say.

    Raises:
        ConfigurationError: where a region cannot be built at another depth or activation.
        OptionsError: where there is no bandwidth to raise.
    """
    source, target = (primary, secondary) if kind is PlanKind.FAILOVER else (secondary, primary)
    sides = _Sides(source, target)
    if raise_bandwidth:
        sides.raise_bandwidth()
    steps = sides.planned() if mode is Mode.PLANNED else sides.unplanned()
    steps = with_traffic_impact(steps, sides.before, sides.after, sides.activate_id)
    elapsed, path = critical_path(steps, sides.activate_id)
    return Plan(
        kind=kind,
        mode=mode,
        source=source.name,
        target=target.name,
        conflict=sides.conflict,
        steps=steps,
        options=sides.options,
        recovery=RecoveryTime(
            seconds=elapsed,
            critical_path=path,
            warm=_at_depth(source, target, mode, Depth.GATEWAY),
            cold=_at_depth(source, target, mode, Depth.NETWORK),
        ),
        assumptions=(
            *_assumptions(mode, any(step.act is StepAction.ISSUE for step in steps)),
            *sides.assumed(mode),
        ),
        configurations={
            each.name: configuration_values(each.config) for each in (primary, secondary)
        },
        program=program,
    )


def _at_depth(source: Stack, target: Stack, mode: Mode, depth: Depth) -> Duration:
    sides = _Sides(source, target, depth)
    steps = sides.planned() if mode is Mode.PLANNED else sides.unplanned()
    return critical_path(steps, sides.activate_id)[0]


class _Sides:
    """The region that is left and the one that takes over, in each state that they pass."""

    def __init__(self, source: Stack, target: Stack, depth: Depth | None = None) -> None:
        self._source, self._target = source, target
        back = PlanKind.FAILBACK if target.name == "secondary" else PlanKind.FAILOVER
        self._back = f"sparehub {back.value}"
        self._leaving = disconnect(source)
        self._live = self._leaving.live
        self._waiting = region_at(target, Activation.STANDBY, depth)
        self._taken = region_at(target, Activation.ACTIVE, depth)
        ours, theirs = Advertisement.of(self._taken), Advertisement.of(self._live)
        found = conflict(ours, theirs)
        self.overlap = tuple(map(str, overlap(ours, theirs)))
        self.conflict = tuple(map(str, found.prefixes)) if found else ()
        self.activate_id = f"activate-{target.name}"
        self.before = {source.name: self._live, target.name: self._waiting}
        self.after = {
            f"fence-{source.name}": self._leaving.fenced,
            self.activate_id: self._taken,
            f"stand-down-{source.name}": self._leaving.down,
        }
        self.options = tuple(
            bandwidth_options(target.name, self._live, self._taken, self.activate_id)
        )
        """What may be done besides, once the target is live."""
        self._raises: tuple[PlanStep, ...] = ()
        standing = keyed_connections(self._waiting)
        self._keyed = tuple(each for each in keyed_connections(self._taken) if each not in standing)

    def raise_bandwidth(self) -> None:
        """Make steps of the options.

        Raises:
            OptionsError: where there are none.
        """
        if not self.options:
            message = (
                f"--raise-bandwidth: {self._target.name} has no circuit of its own that carries "
                f"less than the largest of {self._source.name}: leave the option out"
            )
            raise OptionsError(message)
        self._raises, self.options = self.options, ()
        self.after |= {step.id: self._taken for step in self._raises}

    def assumed(self, mode: Mode) -> tuple[str, ...]:
        """Return what is assumed of NVAs, and of circuits' records where a region may be lost."""
        kept = tuple(nva_assumptions(self._source.name, self._live, self._taken))
        if mode is Mode.PLANNED:
            return kept
        return (record_assumption(self._live, self._taken, fenced=bool(self.overlap)), *kept)

    def planned(self) -> tuple[PlanStep, ...]:
        """Return the steps where both regions answer.

        New authorizations come first, and an NVA that is off: nothing is disconnected for a target
        that has no key, or whose spokes would be cut.
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
        """Return the steps where the source may be lost: none of them needs it.

        New authorizations come behind the fence, and so does an NVA that is off: where none holds,
        nothing was written.
        """
        if not self.conflict:
            started, issued = self._start(after=()), self._issue(after=())
            made = (*started, *issued)
            activate = self._activate(after=(*_last_of(started), *_last_of(issued)))
            if not self.overlap:
                return (*made, activate, *self._raises, *self._revoke())
            probe = self._probe(after=(activate.id,))
            fence = self._fence_outside(after=(probe.id,))
            ordered = (*made, activate, probe, fence)
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
        if not is_started_at_failover(self._taken):
            return ()
        return (start_step(self._target.name, self._taken.nva, after),)

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
            seconds=seconds(self._live, self._leaving.fenced),
            change=self._leaving.fence,
        )

    def _activate(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._target.name
        free = f"{stack} is deployed on standby"
        if self.conflict:
            free = f"{self._source.name} does not advertise {', '.join(self.conflict)}"
        return PlanStep(
            id=self.activate_id,
            title=f"connect {stack} ({self._taken.location}) to on-premises",
            act=StepAction.SWITCH,
            needs=(stack,),
            after=after,
            precondition=(
                f"{free}; its circuits' records answer, in {record_locations(self._taken)}"
            ),
            action=_switch(stack, Activation.ACTIVE),
            postcondition=(
                f"{stack} advertises {', '.join(map(str, self._taken.advertised_prefixes))}"
            ),
            undo=self._back,
            seconds=seconds(self._waiting, self._taken),
            change=StackChange(
                stack=stack,
                activation=Activation.ACTIVE,
                operations=operations(self._waiting, self._taken),
            ),
        )

    def _stand_down(self, after: str, needs: tuple[str, ...]) -> tuple[PlanStep, ...]:
        """Return what the source gives up once the target is live, if anything."""
        change = self._leaving.teardown
        if change is None:
            return ()
        stack = self._source.name
        return (
            PlanStep(
                id=f"stand-down-{stack}",
                title=f"take down what {stack} keeps only while it is live",
                act=StepAction.STAND_DOWN,
                needs=needs,
                after=(after,),
                precondition=f"{stack} is disconnected, and answers",
                action=f"pulumi up --stack {stack}",
                postcondition=f"{stack} stands by, ready to be connected again",
                undo=self._back,
                seconds=seconds(self._leaving.fenced, self._leaving.down),
                change=change,
            ),
        )

    def _probe(self, after: tuple[str, ...]) -> PlanStep:
        stack = self._source.name
        return PlanStep(
            id=f"probe-{stack}",
            title=f"ask {stack} ({self._live.location}) whether it answers",
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
        own = seconds(self._live, self._leaving.fenced)
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
                "that cuts nobody else, or disable the private peering of a circuit that nobody "
                "else uses (ER-38; an MD5 key is not shown and may have to be set again); else "
                "--fenced-on-premises TICKET, --accept-cut REASON or --accept-unfenced REASON"
            ),
            postcondition=f"{stack} cannot advertise {', '.join(self.overlap)}, or a debt is kept",
            undo="sparehub finish-fence, once the region is back",
            seconds=Duration.longest(own, outside),
            change=self._leaving.fence,
        )


def _last_of(steps: tuple[PlanStep, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in steps[-1:])


def region_at(
    stack: Stack,
    activation: Activation,
    depth: Depth | None = None,
    *,
    disconnected: bool = False,
) -> Region:
    """Return a stack's region at an activation (:func:`sparehub.topology.model.pair.switched`)."""
    return switched(stack, activation, depth, disconnected=disconnected).region


def region_after(pair: Mapping[str, Stack], change: StackChange) -> Region:
    """Return the region that a change leaves."""
    return region_at(pair[change.stack], change.activation, disconnected=change.disconnected)


def configuration_values(config: StackConfig) -> dict[str, Any]:
    """Return what a stack file says, in plain data, under its own keys.

    Left out are authorization keys, which are secrets, and the keys that a run itself turns.
    """
    return config.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={*_TURNED})


def _switch(stack: str, activation: Activation) -> str:
    return (
        f"set activation {activation.value} and the next generation in Pulumi.{stack}.yaml, then "
        f"`pulumi up --stack {stack}`"
    )


def _assumptions(mode: Mode, keyed: bool) -> tuple[str, ...]:  # noqa: FBT001 - of the plan
    return (
        "durations are those recorded from the real service, few and some years old",
        "the run's own time is not counted: under half a minute, minutes with hundreds of spokes",
        (
            f"routes of on-premises are there within {durations.BGP_HOLD.worst} s after "
            "the last step (ER-31); that is not counted"
        ),
        *(
            ("authorization keys are taken for used up; one that is good takes no time",)
            if keyed
            else ()
        ),
        *(
            ("the region that is left may not answer: it is asked once and never waited for",)
            if mode is Mode.UNPLANNED
            else ()
        ),
    )
