"""Questions about both stacks: what they recorded, what their files say, whether regions answer."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from sparehub.failover.adapters.stack_snapshot import Unreadable
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.observed_connections import (
    is_connected_outside,
    is_left_outside,
    observe,
)
from sparehub.failover.queries.probe import responds
from sparehub.failover.queries.state_and_keys import locations_of, named_keepers
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.errors import InterlockError, UnreachableError
from sparehub.topology.model.pair import in_order
from sparehub.topology.planning.hook_places import misplaced_hooks
from sparehub.topology.planning.rights.state_and_keys import misplaced
from sparehub.topology.rules.checks import check_all
from sparehub.topology.rules.suppressions import without_suppressed


def states_can_be_read(situation: PreflightContext) -> Iterator[Objection]:
    """Without the target's state nothing can be deployed; the source's may be lost with it."""
    for name, state in situation.states.items():
        if isinstance(state, Unreadable):
            left = name == situation.plan.source
            refuses = Refuses.PLANNED if left else Refuses.EVERY
            yield Objection(text=state.problem, refuses=refuses, stack=name)


def stacks_are_deployed(situation: PreflightContext) -> Iterator[Objection]:
    """What was never deployed can neither be left nor take over."""
    for name, snapshot in situation.snapshots.items():
        if not snapshot.activation:
            text = f"stack {name!r} was never deployed: `pulumi up --stack {name}` first"
            yield Objection(text=text, stack=name)


def stacks_stand_where_the_plan_begins(situation: PreflightContext) -> Iterator[Objection]:
    """The source is active, the target is not, and both files say what is deployed."""
    plan, live = situation.plan, situation.activations
    source, target = plan.source, plan.target
    if live[source] == live[target] == Activation.ACTIVE and plan.conflict:
        text = (
            f"both stacks say that they are active, which must not be: put {target!r} on standby "
            f"first (`pulumi config set activation standby --stack {target}` and `pulumi up "
            f"--stack {target}`)"
        )
        yield Objection(text=text, error=InterlockError)
    # A halted operation in the other direction left them in between: that is what to answer.
    if situation.journal_state.open:
        return
    if live[source] != Activation.ACTIVE:
        where = f"{target!r} is" if live[target] == Activation.ACTIVE else "no stack is"
        text = (
            f"{source!r} is not active, {where}: there is nothing to {plan.kind.value} from; "
            "`sparehub status` shows the present state"
        )
        yield Objection(text=text)
    for name, stack in situation.pair.items():
        if stack.config.activation != live[name]:
            text = (
                f"the file of stack {name!r} says {stack.config.activation.value!r}, and "
                f"{live[name]!r} is deployed: `pulumi up --stack {name}`, or put the file right"
            )
            yield Objection(text=text, stack=name)


def nothing_was_switched_outside(situation: PreflightContext) -> Iterator[Objection]:
    """The target is not connected already, by what no stack and no journal knows."""
    plan, snapshots = situation.plan, situation.snapshots
    if situation.journal_state.open or plan.target not in snapshots:
        return
    target = observe(situation.azure, situation.pair[plan.target], snapshots[plan.target])
    if not is_connected_outside(target):
        return
    left = snapshots.get(plan.source)
    if left and not is_left_outside(observe(situation.azure, situation.pair[plan.source], left)):
        return
    yield Objection(
        text=(
            f"{plan.target} is connected and {plan.source} is not, which no stack records: the "
            "network was switched outside of Sparehub. `sparehub resume --adopt` brings both "
            "stacks to that"
        ),
        hint="`sparehub status`",
    )


def files_follow_the_rules(situation: PreflightContext) -> Iterator[Objection]:
    """Errors of `sparehub check`; a failover does not deploy those of the region that is left."""
    stacks = list(situation.pair.values())
    findings, _ = without_suppressed(check_all(stacks), stacks)
    errors = [each for each in findings if each.severity == "error"]
    left = situation.plan.source if situation.unplanned else ""
    for refuses, found in (
        (Refuses.EVERY, [each for each in errors if each.stack != left]),
        (Refuses.PLANNED, [each for each in errors if each.stack == left]),
    ):
        if found:
            listed = tuple(f"  {each.stack} {each.path}: {each.message}" for each in found)
            yield Objection(text="the stack files are wrong", listed=listed, refuses=refuses)


def nothing_is_half_written(situation: PreflightContext) -> Iterator[Objection]:
    """No operation of Pulumi is pending; a failover under way reconciles its own."""
    if situation.journal_state.open:
        return
    for name, snapshot in situation.snapshots.items():
        begun = ", ".join(each.name for each in snapshot.pending)
        if begun:
            text = (
                f"stack {name!r} was interrupted while it wrote {begun}: `sparehub resume` "
                "reconciles that"
            )
            left = name == situation.plan.source
            refuses = Refuses.PLANNED if left else Refuses.EVERY
            yield Objection(text=text, refuses=refuses, stack=name)


def regions_answer(situation: PreflightContext) -> Iterator[Objection]:
    """Every region that a step of the plan writes to."""
    plan = situation.plan
    for name in dict.fromkeys(name for step in plan.steps for name in step.needs):
        snapshot = situation.snapshots.get(name)
        if snapshot and not responds(situation.azure, snapshot):
            hint = "; for a region that is lost: --unplanned" if name == plan.source else ""
            location = situation.pair[name].region.location
            text = f"{name} ({location}) does not answer; nothing was changed{hint}"
            yield Objection(text=text, error=UnreachableError, stack=name)


def hooks_can_be_run(situation: PreflightContext) -> Iterator[Objection]:
    """Each belongs to a step that exists, and its program is there; said where a region is lost."""
    misplaced = misplaced_hooks(*in_order([*situation.pair.values()]))
    if listed := tuple(f"  {stack.name} {each.path}: {each.message}" for stack, each in misplaced):
        text = "hooks would be left out"
        yield Objection(text=text, listed=listed, refuses=Refuses.PLANNED)
    hooks = [step.hook for step in situation.plan.steps if step.hook and situation.runs_hooks]
    for hook in hooks:
        if hook.command and not _program(hook.command[0], situation.directory):
            text = f"hook {hook.name}: there is no program {hook.command[0]}"
            hint = _where(hook, situation.directory)
            yield Objection(text=text, hint=hint, refuses=Refuses.PLANNED)


def _program(name: str, directory: Path) -> str | None:
    """Return the program that a command starts; with a slash it is looked for in the project."""
    return shutil.which(str(directory.absolute() / name) if "/" in name else name)


def _where(hook: HookConfig, directory: Path) -> str:
    if hook.command and "/" in hook.command[0]:
        return f"it is looked for in {directory.absolute()}, and must be executable"
    return "it is looked for on PATH; one of the project is written ./name"


def state_and_keys_outlive_a_region(situation: PreflightContext) -> Iterator[Objection]:
    """Neither Pulumi's state nor the key of its secrets lies in one of the two regions."""
    kept = named_keepers(situation.directory, situation.pair)
    if not kept:
        return
    regions = {name: stack.region.location for name, stack in situation.pair.items()}
    for text in misplaced(kept, locations_of(situation.azure, kept), regions):
        yield Objection(text=text, refuses=Refuses.NONE)
