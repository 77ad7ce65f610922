"""Pulumi and Azure, written to only while nobody else has taken over.

The journal asks before each record; between two records lie minutes, in which a sleeping process
may lose its lease. So it is asked again right before each write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Account, Answer, Azure
from sparehub.failover.adapters.protocols import Assumed, Stacks
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import StackChange


@dataclass(frozen=True)
class GuardedStacks:
    """Both stacks; ``guard`` raises LeaseError where somebody else has taken over.

    ``recorded`` surrounds each command of Pulumi that locks a stack.
    """

    stacks: Stacks
    guard: Callable[[], object]
    recorded: Callable[[str], AbstractContextManager[object]] = nullcontext

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
        self, change: StackChange, tell: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        """Deploy a stack."""
        with self._locking(change.stack):
            self.stacks.up(change, tell, operation)

    def adopt(self, stack: str, pending: Pending, identity: str) -> None:
        """Bring into the state what was made while its maker died."""
        with self._locking(stack):
            self.stacks.adopt(stack, pending, identity)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read some of a stack's resources from Azure again."""
        with self._locking(stack):
            self.stacks.refresh(stack, urns)

    def forget_pending(self, stack: str) -> None:
        """Strike out the begun writes of a stack."""
        with self._locking(stack):
            self.stacks.forget_pending(stack)

    def secret(self, stack: str, place: str) -> str:
        """Return a secret of a stack file, decrypted."""
        return self.stacks.secret(stack, place)

    def set_secret(self, stack: str, place: str, value: str) -> None:
        """Put a secret into a stack file, encrypted."""
        self.guard()
        self.stacks.set_secret(stack, place, value)

    @contextmanager
    def _locking(self, stack: str) -> Iterator[None]:
        self.guard()
        with self.recorded(stack):
            yield


@dataclass(frozen=True)
class GuardedAzure:
    """Azure; ``guard`` raises LeaseError where somebody else has taken over."""

    azure: Azure
    guard: Callable[[], object]

    @property
    def name(self) -> str:
        """What is written to, for a person."""
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
