"""The state of a protected item at an instant, computed from stored instants (SR-42, SR-43).

Replication goes on after the operation that enables it has ended. Nothing is written meanwhile:
what an item shows follows from the instants that were stored when it was enabled, and from the
faults that are injected now. So a process that is killed loses nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.faults import Fault, FaultKind
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.recovery.state import durations

ITEM = (
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/"
    "replicationProtectedItems"
)
_STUCK_STEP = 60.0
"""At clock ``instant``: how far a read advances the clock while replication does not proceed."""
_STOPS_POINTS = (
    FaultKind.REPLICATION_BEHIND,
    FaultKind.AGENT_OFFLINE,
    FaultKind.CACHE_UNREACHABLE,
    FaultKind.REGION_DOWN,
)
_STOPS_COPY = (FaultKind.COPY_STUCK, *_STOPS_POINTS)


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
        """Whether the machine can fail over."""
        return self.name == "Protected"


_ENABLING = ItemState("UnprotectedStatesBegin", "Enabling protection", ())
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
    private = item.private
    if failed_over := private.get("failedOver"):
        found = _COMMITTED if failed_over["committed"] else _FAILED_OVER
    elif now < private["enabled"]:
        found = _ENABLING
    elif now < private["copied"] or _affecting(transaction, item, _STOPS_COPY, private["copied"]):
        found = _COPYING
    elif now < private["protected"]:
        found = _WAITING
    elif private.get("failoverFailed"):
        found = _FAILED
    elif "test" in private:
        found = _TESTING
    else:
        found = _PROTECTED
    if busy(item, now):
        return ItemState(found.name, found.description, (), found.active)
    return found


def busy(item: Resource, now: float) -> bool:
    """Return whether an operation of an item or a plan is in progress, or waits for a person."""
    scenario = item.private.get("scenario")
    return scenario is not None and (scenario["end"] is None or now < float(scenario["end"]))


def next_instant_of(transaction: Transaction, item: Resource, now: float) -> float | None:
    """Return the next instant at which the state changes by itself; None if it does not."""
    private = item.private
    if private.get("failedOver"):
        return None
    ahead = [at for at in (private["enabled"], private["copied"], private["protected"]) if at > now]
    if ahead:
        return float(min(ahead))
    stuck = _affecting(transaction, item, _STOPS_COPY, private["copied"])
    return now + _STUCK_STEP if stuck else None


def source_region(item: Resource) -> str:
    """Return the region in which the machine runs that is replicated."""
    return str(item.private["sourceRegion"])


def newest_point(transaction: Transaction, item: Resource, now: float) -> float | None:
    """Return the instant of the newest recovery point; None before there is one."""
    private = item.private
    until = private["failedOver"]["at"] if private.get("failedOver") else now
    stops = [fault.since for fault in _active(transaction, item, _STOPS_POINTS)]
    until = min([until, *stops])
    age = until - private["protected"]
    if now < private["protected"]:
        return None
    return float(
        private["protected"]
        + max(0.0, age // durations.POINT_INTERVAL) * (durations.POINT_INTERVAL)
    )


def recovery_points(
    transaction: Transaction, item: Resource, now: float, kept: float
) -> list[tuple[str, float]]:
    """Return id and instant of each recovery point that is kept, the newest first.

    Args:
        transaction: The store.
        item: The item.
        now: The instant, in simulated seconds.
        kept: How many seconds the policy keeps points; 0 keeps the newest only.

    """
    newest = newest_point(transaction, item, now)
    points: list[tuple[str, float]] = []
    at = newest
    while at is not None and at >= item.private["protected"]:
        if points and at < now - kept:
            break
        points.append((point_id(item, at), at))
        at -= durations.POINT_INTERVAL
    return points


def point_id(item: Resource, at: float) -> str:
    """Return the name of the recovery point of an instant."""
    return guid("recovery point", item.private["machine"]["id"].lower(), at)


def health(transaction: Transaction, item: Resource) -> list[JsonObject]:
    """Return what is wrong with the replication of an item, by the faults that affect it."""
    return [
        {"errorCode": code, "errorMessage": text}
        for fault in _active(transaction, item, _STOPS_COPY)
        for code, text in [_PROBLEMS[fault.kind]]
    ]


_PROBLEMS = {
    FaultKind.REPLICATION_BEHIND: ("153007", "No crash consistent recovery point is available."),
    FaultKind.AGENT_OFFLINE: ("151066", "The Mobility service does not send heartbeats."),
    FaultKind.CACHE_UNREACHABLE: ("151020", "The cache storage account cannot be reached."),
    FaultKind.REGION_DOWN: ("151066", "The Mobility service does not send heartbeats."),
    FaultKind.COPY_STUCK: ("153006", "The initial copy of the disks makes no progress."),
}
"""Codes are the simulator's choice among Microsoft's; no source quotes them for these causes."""


def _active(transaction: Transaction, item: Resource, kinds: Iterable[FaultKind]) -> list[Fault]:
    region = source_region(item)
    return [fault for fault in faults.injected(transaction) if fault.holds(kinds, region)]


def _affecting(
    transaction: Transaction, item: Resource, kinds: Iterable[FaultKind], until: float
) -> bool:
    """Return whether a fault of these kinds began before ``until`` and still holds."""
    return any(fault.since < until for fault in _active(transaction, item, kinds))
