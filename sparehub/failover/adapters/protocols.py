"""The protocol through which an operation uses Pulumi; ``pulumi_stacks`` implements it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot, Unreadable
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import StackChange


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What a preview assumes."""

    drift: frozenset[str] = frozenset()
    """Stacks whose resources are read from Azure again, so that drift shows."""
    override: str = ""
    """Why the interlock is overridden: the other region is still live at the preview."""
    generation: int = 0
    """The generation that the stack files will have at the deployment; 0: unchanged."""
    operation: str = ""
    """The id of the failover or failback that deploys; Pulumi holds the deployment to it."""


AS_THEY_ARE = Assumed()
"""Files and Azure as they are."""


class Stacks(Protocol):
    """Both stacks: their state, what a deployment would do to them, and deployments."""

    def snapshot(self, stack: str) -> Snapshot:
        """Return what a stack recorded."""

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        """Return what each stack recorded."""

    def previews(
        self, changes: tuple[StackChange, ...], assumed: Assumed
    ) -> list[frozenset[ResourceOperation]]:
        """Return what each change would write."""

    def up(
        self, change: StackChange, report: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        """Deploy a stack; ``report`` is called with each write."""

    def adopt(self, stack: str, pending: Pending, identity: ResourceId) -> None:
        """Import a resource that a run created before it died."""

    def import_resources(
        self, stack: str, entries: Sequence[Mapping[str, Any]], urns: Mapping[str, str]
    ) -> None:
        """Import resources that somebody else has made."""

    def record_inputs(self, change: StackChange, names: Sequence[str]) -> None:
        """Record the inputs that the last preview of a change has of imported resources."""

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read some of a stack's resources from Azure again."""

    def forget_pending(self, stack: str) -> None:
        """Remove the pending operations of a stack."""

    def secret(self, stack: str, path: str) -> str:
        """Return a secret of a stack file, decrypted."""

    def set_secret(self, stack: str, path: str, value: str) -> None:
        """Put a secret into a stack file, encrypted."""


def states_of(stacks: Stacks, names: Sequence[str]) -> dict[str, Snapshot | Unreadable]:
    """Return what each stack recorded, or why that cannot be read."""
    try:
        return dict(stacks.snapshots(names))
    except PreflightError:  # of one of them: the others are read one by one
        return {name: _state(stacks, name) for name in names}


def _state(stacks: Stacks, name: str) -> Snapshot | Unreadable:
    try:
        return stacks.snapshot(name)
    except PreflightError as error:
        return Unreadable(str(error))
