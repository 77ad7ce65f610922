"""Looks at what a deployment would write, and refuses what its step does not expect."""

from collections.abc import Iterable

from sparehub.failover.adapters.protocols import Assumed, Stacks
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.logical_names import DRILL
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import StackChange


class UnexpectedChangesError(PreflightError):
    """A deployment would write something that the step does not expect."""


def check_preview(
    stacks: Stacks,
    changes: tuple[StackChange, ...],
    assumed: Assumed,
    *,
    besides: Iterable[tuple[str, ResourceOperation]] = (),
) -> dict[StackChange, frozenset[ResourceOperation]]:
    """Return what each change would write, once nothing of it is unexpected.

    ``besides`` are writes that a stack may need from before.

    Raises:
        UnexpectedChangesError: naming what is unexpected.
    """
    found = stacks.previews(changes, assumed)
    looked = dict(zip(changes, found, strict=True))
    for change, operations in looked.items():
        allowed = change.operations | {
            # What was made badly, or while its maker died, is written again.
            ResourceOperation(Verb.UPDATE, each.type, each.name)
            for each in change.operations
            if each.verb is Verb.CREATE
        }
        # What a drill that died half-way left to be done is no reason against a failover.
        ours = {each for each in operations if each.name not in DRILL}
        allowed |= {each for stack, each in besides if stack == change.stack}
        if unexpected := sorted(ours - allowed):
            listed = ", ".join(f"{each.verb.value} {each.name}" for each in unexpected)
            message = (
                f"deploying {change.stack!r} would also {listed}, which is no part of this step: "
                "somebody changed the configuration without deploying it, or Azure by hand. Put "
                f"that right first: `pulumi preview --diff --refresh --stack {change.stack}`"
            )
            raise UnexpectedChangesError(message)
    return looked
