"""The plan of a failover or failback, decided from two configurations alone.

``steps.network_steps`` has the steps and their order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import OptionsError
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.recovery.vault_loss import vault_loss
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.group_times import expected_objectives, group_times, with_records
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
from sparehub.topology.planning.runbook.serial_time import serial_time
from sparehub.topology.planning.steps.hooks import hooks_of, with_hooks, with_hooks_after
from sparehub.topology.planning.steps.machine_steps import (
    VERIFY,
    MachineSteps,
    machine_assumptions,
    machine_steps,
)
from sparehub.topology.planning.steps.network_steps import FailoverSteps
from sparehub.topology.planning.traffic_impact import with_traffic_impact
from sparehub.topology.replication.dns_records.address_changes import address_changes
from sparehub.topology.replication.objectives import recovery_groups

_CHANGED_BY_RUNS = ("activation", "disconnected", "generation", "override_interlock")
"""Keys of a stack file that a run changes, so that a plan does not depend on them."""


def plan(  # noqa: PLR0913 - the two stacks and the options of a plan
    primary: Stack,
    secondary: Stack,
    kind: PlanKind,
    mode: Mode = Mode.PLANNED,
    *,
    raise_bandwidth: bool = False,
    network_only: bool = False,
    clean_drill: bool = False,
    program: Program = UNKNOWN_PROGRAM,
) -> Plan:
    """Return the plan of a failover or failback; the activations in the files do not matter.

    ``network_only`` leaves machines alone that Site Recovery replicates; ``clean_drill`` first
    cleans up tests of their failover that are left.

    Raises:
        ConfigurationError: where a region cannot be built at another depth or activation, or both
            files have a hook of the same name.
        OptionsError: where there is no bandwidth to raise, or no machine whose test is left.
    """
    source, target = (primary, secondary) if kind is PlanKind.FAILOVER else (secondary, primary)
    failover = FailoverSteps(source, target)
    if raise_bandwidth:
        failover.raise_bandwidth()
    replicated = machine_steps(source, target)
    machines = None if network_only else replicated
    if clean_drill:
        if machines is None:
            raise OptionsError("--clean-drill: this operation moves no machines")
        machines = replace(machines, cleans=True)
    hooks = hooks_of(source, target, kind, mode)
    disarmed = replicated.disarm() if replicated and network_only else ()
    steps = with_hooks((*disarmed, *steps_of(failover, machines, mode)), hooks)
    steps = with_traffic_impact(steps, failover.before, failover.after, failover.activate_id)
    loss = vault_loss({stack.name: stack for stack in (primary, secondary)})
    last = _last(steps, failover, machines)
    elapsed, path = critical_path(steps, last)
    groups = recovery_groups({stack.name: stack for stack in (primary, secondary)})
    times = group_times(steps, last, groups.objectives) if groups and machines else {}
    changes = address_changes({stack.name: stack for stack in (primary, secondary)}, source.name)
    times = with_records(times, changes)
    made = Plan(
        kind=kind,
        mode=mode,
        source=source.name,
        target=target.name,
        conflict=failover.conflict,
        steps=steps,
        options=failover.options,
        recovery=RecoveryTime(
            seconds=elapsed,
            critical_path=path,
            warm=_at_depth(source, target, machines, mode, hooks, Depth.GATEWAY),
            cold=_at_depth(source, target, machines, mode, hooks, Depth.NETWORK),
            groups=times,
        ),
        assumptions=(
            *_assumptions(mode, any(step.act is StepAction.ISSUE for step in steps)),
            *failover.assumed(mode),
            *machine_assumptions(replicated, mode, moved=machines is not None),
            *((loss.meaning,) if loss else ()),
            *(changes.assumptions if machines else ()),
            *_hook_assumptions(step.hook for step in steps if step.hook),
        ),
        configurations={
            stack.name: configuration_values(stack.config) for stack in (primary, secondary)
        },
        program=program,
        objectives=expected_objectives(groups, times) if groups and times else (),
    )
    if machines is None or not machines.disarm():
        return made
    # The portal starts the unplanned way, as the runbook does.
    unplanned = made if mode is Mode.UNPLANNED else plan(primary, secondary, kind, Mode.UNPLANNED)
    portal = unplanned.recovery.portal or serial_time(unplanned).total
    return replace(made, recovery=replace(made.recovery, portal=portal))


def steps_of(
    failover: FailoverSteps, machines: MachineSteps | None, mode: Mode
) -> tuple[PlanStep, ...]:
    """Return the steps of the network, and of the machines where these are moved; no hooks."""
    planned = mode is Mode.PLANNED
    network = failover.planned() if planned else failover.unplanned()
    return machines.beside(network, planned=planned) if machines else network


def _last(steps: Sequence[PlanStep], failover: FailoverSteps, machines: MachineSteps | None) -> str:
    """Return the step at whose end the target carries the traffic, the hooks after it included."""
    return with_hooks_after(steps, VERIFY if machines else failover.activate_id)


def _at_depth(  # noqa: PLR0913, PLR0917 - what a plan is made of
    source: Stack,
    target: Stack,
    machines: MachineSteps | None,
    mode: Mode,
    hooks: tuple[HookConfig, ...],
    depth: Depth,
) -> Duration:
    """Return the recovery time with the standby at another depth."""
    failover = FailoverSteps(source, target, depth)
    steps = with_hooks(steps_of(failover, machines, mode), hooks)
    return critical_path(steps, _last(steps, failover, machines))[0]


def _hook_assumptions(hooks: Iterable[HookConfig]) -> Iterator[str]:
    """Yield which hooks say nothing of their duration."""
    guessed = [hook.name for hook in hooks if hook.expected_in_seconds is None]
    if guessed:
        yield f"the duration of {', '.join(guessed)} is a guess: say expectedInSeconds"


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
    """Return the region after a change."""
    return region_at(pair[change.stack], change.activation, disconnected=change.disconnected)


def configuration_values(config: StackConfig) -> dict[str, Any]:
    """Return the values of a stack file as plain data, under its own keys.

    Authorization keys, which are secrets, and the keys that a run changes are left out.
    """
    return config.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude={*_CHANGED_BY_RUNS}
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
