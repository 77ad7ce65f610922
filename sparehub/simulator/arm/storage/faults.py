"""Injected faults in the store: which write a fault applies to, the same in every run.

A fault counts the ARM writes that match it (by region and type). It applies to ``count`` of them,
after the first ``after``. A region that is down answers reads with 503, too. Faults are stored, so
that they apply to every process on the store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from sparehub.simulator.arm.http_messages import TransportFault
from sparehub.simulator.arm.storage import outages
from sparehub.simulator.arm.storage.outages import Outage
from sparehub.simulator.arm.storage.transaction import Transaction


class FaultKind(StrEnum):
    """The kinds of faults."""

    REGION_DOWN = "region-down"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    FAILED = "failed"
    LOST_RESPONSE = "lost-response"
    TRANSPORT = "transport"
    REPLICATION_BEHIND = "replication-behind"
    COPY_STUCK = "copy-stuck"
    AGENT_OFFLINE = "agent-offline"
    CACHE_UNREACHABLE = "cache-unreachable"
    TEST_LEFT = "test-left"
    ADDRESS_TAKEN = "address-taken"
    CAPACITY = "capacity"
    WARNING = "succeeded-with-error"


CONDITIONS = frozenset(
    [
        FaultKind.REPLICATION_BEHIND,
        FaultKind.COPY_STUCK,
        FaultKind.AGENT_OFFLINE,
        FaultKind.CACHE_UNREACHABLE,
        FaultKind.TEST_LEFT,
        FaultKind.ADDRESS_TAKEN,
        FaultKind.CAPACITY,
        FaultKind.WARNING,
    ]
)
"""Faults of Site Recovery: they hold until they are cleared, and no write is counted."""
LASTING = CONDITIONS | {FaultKind.REGION_DOWN}
"""Faults that hold for a time, and not for a number of writes."""

TRANSPORT: tuple[int | TransportFault, ...] = (
    500,
    502,
    504,
    TransportFault.RESET,
    TransportFault.TRUNCATED,
    TransportFault.SLOW,
)
"""What a transport fault does in turn: a status, or a disturbed answer."""


class FaultScope(NamedTuple):
    """Type and region of a request, by which faults match; empty where unknown."""

    type: str
    region: str


@dataclass(frozen=True)
class FaultRequest:
    """A fault to inject."""

    kind: str
    """One of :class:`FaultKind`."""
    region: str = ""
    """Where; empty: anywhere. A region that is down has to be named."""
    type: str = ""
    """On what resource type, such as ``virtualNetworkGateways``; empty: on any."""
    after: int = 0
    """How many matching ARM writes pass first."""
    count: int | None = None
    """How many it then applies to. None: one; of a region that is down, all until cleared."""


@dataclass(frozen=True)
class Fault:
    """An injected fault."""

    id: int
    kind: FaultKind
    region: str
    """Empty: any."""
    type: str
    """The resource type in lower case, or the last parts of its name; empty: any."""
    after: int
    count: int | None
    """None: until cleared."""
    seen: int
    """Matching writes so far."""
    since: float = 0.0
    """When it was injected, in simulated seconds."""

    def holds(self, kinds: Iterable[str], region: str) -> bool:
        """Return whether it is of one of these kinds and holds in a region."""
        return self.kind in kinds and self.region in ("", region) and self.applies(self.seen + 1)

    @property
    def turn(self) -> int:
        """How many writes it has applied to, the present one included."""
        return self.seen - self.after

    def matches(self, fault_scope: FaultScope) -> bool:
        """Return whether a write on a resource of a type, in a region, counts."""
        named = fault_scope.type.lower()
        of_type = self.type in ("", named, named.partition("/")[2], named.rpartition("/")[2])
        return of_type and self.region in ("", fault_scope.region)

    def applies(self, seen: int) -> bool:
        """Return whether the fault applies to the write with this number."""
        last = None if self.count is None else self.after + self.count
        return seen > self.after and (last is None or seen <= last)


def add(transaction: Transaction, order: FaultRequest, now: float) -> None:
    """Inject a fault at an instant."""
    count = 1 if order.count is None and order.kind not in LASTING else order.count
    transaction.connection.execute(
        "INSERT INTO faults (kind, region, type, after, count, seen, since)"
        " VALUES (?, ?, ?, ?, ?, 0, ?)",
        [order.kind, order.region, order.type, order.after, count, now],
    )


def holding(transaction: Transaction, kind: FaultKind, region: str) -> bool:
    """Return whether a fault of a kind holds in a region."""
    return any(fault.holds((kind,), region) for fault in injected(transaction))


def injected(transaction: Transaction) -> list[Fault]:
    """Return the faults in the order in which they were added."""
    rows = transaction.connection.execute(
        "SELECT id, kind, region, type, after, count, seen, since FROM faults ORDER BY id"
    )
    return [Fault(row[0], FaultKind(row[1]), *row[2:]) for row in rows]


def clear(transaction: Transaction, now: float) -> None:
    """Remove all faults; those that held until now stay in the store as outages."""
    for fault in injected(transaction):
        if fault.kind in LASTING and fault.applies(fault.seen + 1):
            outages.record(transaction, fault.region, Outage(fault.kind, fault.since, now))
    transaction.connection.execute("DELETE FROM faults")


def count_write(
    transaction: Transaction,
    fault_scope: FaultScope,
    linked_scope: FaultScope | None,
    *,
    asynchronous: bool,
) -> Fault | None:
    """Count a write against every fault that matches it; return the first that applies to it.

    Args:
        transaction: The store.
        fault_scope: Type and region of the resource that is written.
        linked_scope: Type and region of another resource that the write has to reach; a region
            that is down applies to it as well.
        asynchronous: Whether the write continues after its answer; only then can it still fail.

    """
    applied = None
    for fault in injected(transaction):
        if fault.kind in CONDITIONS:
            continue
        can = asynchronous or fault.kind is not FaultKind.FAILED
        scopes = [fault_scope]
        if linked_scope and fault.kind is FaultKind.REGION_DOWN:
            scopes.append(linked_scope)
        if can and any(map(fault.matches, scopes)):
            seen = fault.seen + 1
            transaction.connection.execute(
                "UPDATE faults SET seen = ? WHERE id = ?", [seen, fault.id]
            )
            if applied is None and fault.applies(seen):
                applied = replace(fault, seen=seen)
    return applied


def is_down(transaction: Transaction, fault_scope: FaultScope) -> bool:
    """Return whether a region that is down answers a read with 503."""
    return any(
        fault.kind is FaultKind.REGION_DOWN
        and fault.matches(fault_scope)
        and fault.applies(fault.seen + 1)
        for fault in injected(transaction)
    )
