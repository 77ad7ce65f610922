"""The state of a protected item at an instant: it follows from its replication (SR-42, SR-43)."""

from dataclasses import dataclass

from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.recovery.state.replication import Progress, progress_of

ITEM = (
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/"
    "replicationProtectedItems"
)
_STUCK_STEP = 60.0
"""At clock ``instant``: how far a read advances the clock while replication does not proceed."""


@dataclass(frozen=True)
class ItemState:
    """What an item shows of its state."""

    name: str
    description: str
    operations: tuple[str, ...]
    """``allowedOperations``."""
    active: str = "Primary"
    """``activeLocation``."""

    @property
    def protected(self) -> bool:
        """Whether the machine has a recovery point, and has not failed over."""
        return self.name in ("Protected", "UnplannedFailoverCompletionFailed")


_ENABLING = ItemState("UnprotectedStatesBegin", "Enabling protection", ())
_NOT_ENABLED = ItemState(
    "EnableProtectionFailed", "Enabling protection failed", ("DisableProtection",)
)
"""No source names this state: neither recording nor page shows it."""
_COPYING = ItemState(
    "InitialReplicationInProgress", "Initial replication is in progress", ("DisableProtection",)
)
_WAITING = ItemState(
    "InitialReplicationRecoveryCompletionPending",
    "Waiting for first recovery point",
    ("DisableProtection",),
)
_PROTECTED = ItemState(
    "Protected", "Protected", ("UnplannedFailover", "DisableProtection", "TestFailover")
)
_TESTING = ItemState("Protected", "Protected", ("DisableProtection", "TestFailoverCleanup"))
_FAILED_OVER = ItemState(
    "UnplannedFailoverCommitPendingStatesBegin",
    "Failover completed",
    ("Commit", "ChangePit", "DisableProtection", "SwitchProtection"),
    "Recovery",
)
_COMMITTED = ItemState(
    "UnplannedFailoverStatesBegin",
    "Failover committed",
    ("DisableProtection", "SwitchProtection"),
    "Recovery",
)
_FAILED = ItemState(
    "UnplannedFailoverCompletionFailed",
    "Failover failed",
    ("UnplannedFailover", "DisableProtection"),
)


def state_of(transaction: Transaction, item: Resource, now: float) -> ItemState:
    """Return the state of an item."""
    found = _state(transaction, item, now)
    if busy(item, now):
        return ItemState(found.name, found.description, (), found.active)
    return found


def _state(transaction: Transaction, item: Resource, now: float) -> ItemState:
    private = item.private
    if failed_over := private.get("failedOver"):
        return _COMMITTED if failed_over["committed"] else _FAILED_OVER
    progress = progress_of(transaction, item)
    if progress.protected is None or now < progress.protected:
        return _unprotected(item, progress, now)
    if private.get("failoverFailed"):
        return _FAILED
    return _TESTING if "test" in private else _PROTECTED


def _unprotected(item: Resource, progress: Progress, now: float) -> ItemState:
    """Return the state of an item that has no recovery point yet."""
    if now < progress.enabled:
        return _ENABLING
    if "enablingFailed" in item.private:
        return _NOT_ENABLED
    return _COPYING if progress.copied is None or now < progress.copied else _WAITING


def busy(item: Resource, now: float) -> bool:
    """Return whether an operation of an item or a plan is in progress, or waits for a person."""
    scenario = item.private.get("scenario")
    return scenario is not None and (scenario["end"] is None or now < float(scenario["end"]))


def next_instant_of(transaction: Transaction, item: Resource, now: float) -> float | None:
    """Return the next instant at which the state changes by itself; None if it does not."""
    if item.private.get("failedOver"):
        return None
    progress = progress_of(transaction, item)
    instants = (progress.enabled, progress.copied, progress.protected)
    if ahead := [at for at in instants if at is not None and at > now]:
        return min(ahead)
    if "enablingFailed" in item.private:
        return None
    return now + _STUCK_STEP if None in instants else None
