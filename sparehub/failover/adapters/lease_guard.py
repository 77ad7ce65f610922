"""Pulumi and Azure behind the lease: each write first checks that nobody else has taken over.

The journal checks its lease before each record. Between two records may be minutes, in which a
suspended process can lose the lease. So the lease is checked again right before each write.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sparehub.azure.answers import Account, Answer, Azure
from sparehub.failover.adapters.protocols import Assumed, Stacks
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import StackChange

if TYPE_CHECKING:
    from sparehub.azure.client import ArmClient


@dataclass(frozen=True)
class GuardedStacks:
    """Both stacks; a write raises LeaseError where somebody else has taken over."""

    stacks: Stacks
    guard: Callable[[], object]
    """Raises LeaseError where somebody else has taken over."""
    recorded: Callable[[str], AbstractContextManager[object]] = nullcontext
    """Surrounds each command of Pulumi that locks a stack."""
    _writes: Counter[str] = field(default_factory=Counter, init=False)

    def revision(self, stack: str) -> int:
        """Return how often a stack was written: a preview is valid for one revision only."""
        return self._writes[stack]

    def snapshot(self, stack: str) -> Snapshot:
        """Return what a stack recorded."""
        return self.stacks.snapshot(stack)

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        """Return what each stack recorded."""
        return self.stacks.snapshots(stacks)

    def previews(
        self, changes: tuple[StackChange, ...], assumed: Assumed
    ) -> list[frozenset[ResourceOperation]]:
        """Return what each change would write."""
        return self.stacks.previews(changes, assumed)

    def up(
        self, change: StackChange, report: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        """Deploy a stack."""
        with self._locking(change.stack):
            self.stacks.up(change, report, operation)

    def adopt(self, stack: str, pending: Pending, identity: ResourceId) -> None:
        """Import a resource that a run created before it died."""
        with self._locking(stack):
            self.stacks.adopt(stack, pending, identity)

    def import_resources(
        self, stack: str, entries: Sequence[Mapping[str, Any]], urns: Mapping[str, str]
    ) -> None:
        """Import resources that somebody else has made."""
        with self._locking(stack):
            self.stacks.import_resources(stack, entries, urns)

    def record_inputs(self, change: StackChange, names: Sequence[str]) -> None:
        """Record the inputs that the last preview of a change has of imported resources."""
        with self._locking(change.stack):
            self.stacks.record_inputs(change, names)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read some of a stack's resources from Azure again."""
        with self._locking(stack):
            self.stacks.refresh(stack, urns)

    def forget_pending(self, stack: str) -> None:
        """Remove the pending operations of a stack."""
        with self._locking(stack):
            self.stacks.forget_pending(stack)

    def secret(self, stack: str, path: str) -> str:
        """Return a secret of a stack file, decrypted."""
        return self.stacks.secret(stack, path)

    def set_secret(self, stack: str, path: str, value: str) -> None:
        """Put a secret into a stack file, encrypted."""
        self._begin_write(stack)
        self.stacks.set_secret(stack, path, value)

    def _begin_write(self, stack: str) -> None:
        self.guard()
        self._writes[stack] += 1

    @contextmanager
    def _locking(self, stack: str) -> Iterator[None]:
        self._begin_write(stack)
        with self.recorded(stack):
            yield


@dataclass(frozen=True)
class GuardedAzure:
    """Azure; a write raises LeaseError where somebody else has taken over."""

    azure: Azure
    guard: Callable[[], object]
    """Raises LeaseError where somebody else has taken over."""

    @property
    def client(self) -> "ArmClient":
        """The client itself, for one of Microsoft's management clients beside it.

        Who writes by it has to call the guard before.
        """
        from sparehub.azure.client import ArmClient  # noqa: PLC0415 - it takes half a second

        if not isinstance(self.azure, ArmClient):
            raise TypeError("only a client of Azure Resource Manager has a vault")
        return self.azure

    @property
    def name(self) -> str:
        """The subscription or simulator that is written to, for a person."""
        return self.azure.name

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        """Send one request."""
        if method != "GET":
            self.guard()
        return self.azure.send(method, path, body, timeout, etag)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a POST and wait for its result."""
        self.guard()
        return self.azure.act(path, body)

    def wait(self, seconds: float) -> None:
        """Let some seconds of this Azure's clock pass."""
        self.azure.wait(seconds)

    def account(self, subscription: str) -> Account:
        """Return who is signed in to a subscription."""
        return self.azure.account(subscription)
