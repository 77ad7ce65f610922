"""Which steps a hook may name: those of a failover or failback that the hook is for."""

from collections.abc import Iterator
from typing import NamedTuple

from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.errors import Problem
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import steps_of
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.planning.steps.hooks import HOOKS
from sparehub.topology.planning.steps.machine_steps import machine_steps
from sparehub.topology.planning.steps.network_steps import FailoverSteps


class _Ids(NamedTuple):
    """The steps of one kind and mode of operation, options included; no hooks."""

    kind: PlanKind
    mode: Mode
    steps: tuple[str, ...]


def misplaced_hooks(primary: Stack, secondary: Stack) -> Iterator[tuple[Stack, Problem]]:
    """Yield the hooks whose step is in no plan that they are for, with their stack."""
    named = [
        (stack, number, hook)
        for stack in (primary, secondary)
        for number, hook in enumerate(stack.config.region.hooks)
    ]
    plans = [*_plans(primary, secondary)] if named else []
    for stack, number, hook in named:
        known = dict.fromkeys(
            step for plan in plans if hook.applies(plan.kind, plan.mode) for step in plan.steps
        )
        if hook.step not in known:
            key = "before" if hook.before else "after"
            yield stack, Problem(f"{HOOKS}[{number}].{key}", _unknown(hook, [*known]))


def _plans(primary: Stack, secondary: Stack) -> Iterator[_Ids]:
    for kind, source, target in (
        (PlanKind.FAILOVER, primary, secondary),
        (PlanKind.FAILBACK, secondary, primary),
    ):
        failover = FailoverSteps(source, target)
        machines = machine_steps(source, target)
        for mode in Mode:
            steps = (*steps_of(failover, machines, mode), *failover.options)
            yield _Ids(kind, mode, tuple(step.id for step in steps))


def _unknown(hook: HookConfig, known: list[str]) -> str:
    return (
        f"{hook.name} would never run: no plan that it is for has a step {hook.step!r}; there are "
        f"{', '.join(known)}"
    )
