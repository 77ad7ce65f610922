"""Faults that a test orders: which write meets which, the same in every run.

A fault counts the ARM writes that match it (by region and type) and strikes those after the first
``after``, ``count`` of them. A region that is down answers reads with 503, too. Faults are in the
store, and so they hold for all processes on it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from sparehub.simulator.arm.http_messages import TransportFault
from sparehub.simulator.arm.storage.transaction import Transaction


class FaultKind(StrEnum):
    """What goes wrong."""

    REGION_DOWN = "region-down"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    FAILED = "failed"
    LOST_RESPONSE = "lost-response"
    TRANSPORT = "transport"


TRANSPORT: tuple[int | TransportFault, ...] = (
    500,
    502,
    504,
    TransportFault.RESET,
    TransportFault.TRUNCATED,
    TransportFault.SLOW,
)
"""What a transport fault does in turn: a status, or what becomes of the answer."""


class FaultScope(NamedTuple):
    """What a request is about, as far as a fault asks; empty where that cannot be told."""

    type: str
    region: str


@dataclass(frozen=True)
class Order:
    """What a fault is to strike."""

    kind: str
    """One of :class:`FaultKind`."""
    region: str = ""
    """Where; empty: anywhere. A region that is down has to be named."""
    type: str = ""
    """On what resource type, such as ``virtualNetworkGateways``; empty: on any."""
    after: int = 0
    """How many matching ARM writes pass before."""
    count: int | None = None
    """How many are struck then. None: one; for a region that is down, all until cleared."""


@dataclass(frozen=True)
class Fault:
    """One ordered fault."""

    id: int
    kind: FaultKind
    region: str
    """Empty: any."""
    type: str
    """The resource type in lower case, with or without its namespace; empty: any."""
    after: int
    count: int | None
    """None: until cleared."""
    seen: int
    """Matching writes so far."""

    @property
    def turn(self) -> int:
        """How many writes it has struck, the present one included."""
        return self.seen - self.after

    def matches(self, fault_scope: FaultScope) -> bool:
        """Return whether a write on a resource of a type, in a region, counts."""
        named = fault_scope.type.lower()
        of_type = self.type in ("", named, named.partition("/")[2])
        return of_type and self.region in ("", fault_scope.region)

    def strikes(self, seen: int) -> bool:
        """Return whether the write with this number is struck."""
        last = None if self.count is None else self.after + self.count
        return seen > self.after and (last is None or seen <= last)


def add(transaction: Transaction, order: Order) -> None:
    """Order a fault."""
    once = order.count is None and order.kind != FaultKind.REGION_DOWN
    transaction.connection.execute(
        "INSERT INTO faults (kind, region, type, after, count, seen) VALUES (?, ?, ?, ?, ?, 0)",
        [order.kind, order.region, order.type, order.after, 1 if once else order.count],
    )


def ordered(transaction: Transaction) -> list[Fault]:
    """Return the faults in the order in which they were added."""
    rows = transaction.connection.execute(
        "SELECT id, kind, region, type, after, count, seen FROM faults ORDER BY id"
    )
    return [Fault(row[0], FaultKind(row[1]), *row[2:]) for row in rows]


def clear(transaction: Transaction) -> None:
    """Take all faults back."""
    transaction.connection.execute("DELETE FROM faults")


def strike(
    transaction: Transaction, fault_scope: FaultScope, needed: FaultScope | None, *, lasting: bool
) -> Fault | None:
    """Count a write; return the first fault that strikes it.

    A region that is down also strikes a write that has what is ``needed`` in it. A write that is
    not ``lasting`` is done when it is answered: no operation of it can fail.
    """
    struck = None
    for fault in ordered(transaction):
        can = lasting or fault.kind is not FaultKind.FAILED
        aims = [fault_scope]
        if needed and fault.kind is FaultKind.REGION_DOWN:
            aims.append(needed)
        if can and any(map(fault.matches, aims)):
            seen = fault.seen + 1
            transaction.connection.execute(
                "UPDATE faults SET seen = ? WHERE id = ?", [seen, fault.id]
            )
            if struck is None and fault.strikes(seen):
                struck = replace(fault, seen=seen)
    return struck


def down(transaction: Transaction, fault_scope: FaultScope) -> bool:
    """Return whether a read of a region is not answered."""
    return any(
        fault.kind is FaultKind.REGION_DOWN
        and fault.matches(fault_scope)
        and fault.strikes(fault.seen + 1)
        for fault in ordered(transaction)
    )
