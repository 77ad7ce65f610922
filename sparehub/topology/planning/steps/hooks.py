"""Hooks as steps of a plan: which there are, where they are in the order, how long they take.

A hook before a step waits for what the step waits for, and the step waits for the hook. A hook
after a step is waited for by what waits for the step. Several hooks at one side of a step run one
after the other: those of the region that is left first, each region's in the order of its file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import HookFailure
from sparehub.topology.config.hooks import HookConfig, repeated_names
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Mode, Plan, PlanKind, PlanStep, StepAction

HOOKS = "region.hooks"
"""The key in the stack file."""
_MACHINE = 60
"""Seconds of a command or a request whose file names none: a guess."""
_PERSON = 300
"""Seconds until a person has done and confirmed something: a guess."""


def hooks_of(source: Stack, target: Stack, kind: PlanKind, mode: Mode) -> tuple[HookConfig, ...]:
    """Return the hooks of both regions that are for this kind and mode of operation.

    Raises:
        ConfigurationError: where both files have a hook of the same name.
    """
    found = (*source.config.region.hooks, *target.config.region.hooks)
    if repeated := repeated_names(hook.name for hook in found):
        message = f"{repeated[0]!r} is a hook of {source.name} and of {target.name}: rename one"
        raise ConfigurationError([Problem(HOOKS, message)], target.name)
    return tuple(hook for hook in found if hook.applies(kind, mode))


def with_hooks(steps: Sequence[PlanStep], hooks: Iterable[HookConfig]) -> tuple[PlanStep, ...]:
    """Return the steps with the hooks among them; a hook whose step is not there is left out."""
    listed = tuple(hooks)
    ordered: list[PlanStep] = []
    stands_for: dict[str, str] = {}
    """By step: the last hook after it, for which everything waits that waits for the step."""
    for step in steps:
        waits = tuple(stands_for.get(earlier, earlier) for earlier in step.after)
        for hook in (each for each in listed if each.before == step.id):
            ordered.append(hook_step(hook, after=waits, undo=step.undo))
            waits = (ordered[-1].id,)
        ordered.append(replace(step, after=waits))
        for hook in (each for each in listed if each.after == step.id):
            last = stands_for.get(step.id, step.id)
            ordered.append(hook_step(hook, after=(last,), undo=step.undo))
            stands_for[step.id] = ordered[-1].id
    return tuple(ordered)


def with_hooks_after(steps: Sequence[PlanStep], identity: str) -> str:
    """Return the id of the last hook after a step; the step's own where it has none."""
    after = [step.id for step in steps if step.hook and step.hook.after == identity]
    return after[-1] if after else identity


def hook_step(hook: HookConfig, after: tuple[str, ...], undo: str) -> PlanStep:
    """Return the step of a hook; ``undo`` is that of the step that it belongs to."""
    side = "before" if hook.before else "after"
    return PlanStep(
        id=f"hook-{hook.name}",
        title=f"{hook.name}, {side} {hook.step}: {_what(hook)}",
        act=StepAction.HOOK,
        needs=(),
        after=after,
        precondition="none: it may have run already, and must bear to be run again",
        action=_what(hook),
        postcondition=_done(hook),
        undo=f"{undo} (what the hook did is not undone)",
        seconds=_seconds(hook),
        hook=hook,
        effect="not known: the hook's own",
    )


def is_hooked(plan: Plan, step: str) -> bool:
    """Return whether a hook comes before a step of a plan."""
    return any(each.hook and each.hook.before == step for each in plan.steps)


def halts(hook: HookConfig, mode: Mode) -> bool:
    """Return whether an operation stops where the hook fails.

    Without ``onFailure`` a planned one does, and an unplanned one, which is to restore what is
    lost, does not.
    """
    if hook.on_failure is None:
        return mode is Mode.PLANNED
    return hook.on_failure is HookFailure.HALT


def confirmable(plan: Plan) -> tuple[str, ...]:
    """Return the names of what somebody may confirm as done with ``--confirm NAME=NOTE``."""
    return tuple(
        name for step in plan.steps for name in ((step.hook.name,) if step.hook else step.confirms)
    )


def _what(hook: HookConfig) -> str:
    if hook.command:
        return f"run {' '.join(hook.command)}"
    if hook.http:
        return f"{hook.http.method} {hook.http.url}"
    return f"a person confirms: {hook.manual}"


def _done(hook: HookConfig) -> str:
    if hook.command:
        return "the command ended with code 0"
    if hook.http:
        return f"the answer had status {' or '.join(map(str, hook.http.expect))}"
    return "it is confirmed, and the journal says by whom"


def _seconds(hook: HookConfig) -> Duration:
    worst = hook.timeout_in_seconds
    assumed = _PERSON if hook.manual else _MACHINE
    expected = hook.expected_in_seconds
    return Duration(typical=min(assumed, worst) if expected is None else expected, worst=worst)
