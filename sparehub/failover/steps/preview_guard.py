"""Previews a deployment, and refuses writes that its step does not expect."""

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
    """Return what each change would write; refuse what is unexpected.

    Args:
        stacks: What is previewed.
        changes: The changes that the steps make.
        assumed: What the previews assume.
        besides: Further expected writes, with their stack: what an earlier operation left.

    Raises:
        UnexpectedChangesError: naming what is unexpected.
    """
    previews = dict(zip(changes, stacks.previews(changes, assumed), strict=True))
    for change, operations in previews.items():
        allowed = change.operations | {
            # What is in state Failed, or was created by a run that died, is written again.
            ResourceOperation(Verb.UPDATE, operation.type, operation.name)
            for operation in change.operations
            if operation.verb is Verb.CREATE
        }
        allowed |= {operation for stack, operation in besides if stack == change.stack}
        # What a drill that died half-way did not finish does not refuse a failover.
        writes = {write for write in operations if write.name not in DRILL}
        if unexpected := sorted(writes - allowed):
            listed = ", ".join(f"{write.verb.value} {write.name}" for write in unexpected)
            message = (
                f"deploying {change.stack!r} would also {listed}, which is not part of this step: "
                "somebody changed the configuration without deploying it, or Azure by hand. Put "
                f"that right first: `pulumi preview --diff --refresh --stack {change.stack}`"
            )
            raise UnexpectedChangesError(message)
    return previews
