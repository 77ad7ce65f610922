"""The progress of replication at an instant: copy, recovery points, and what is wrong (SR-42).

Replication goes on after the operation that enables it has ended. Nothing is written meanwhile:
progress follows from the instants that were stored when it was enabled, and from outages. While
an outage lasts there is no progress and no recovery point.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage import faults, outages
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.outages import DELETED, STOPPED, Outage
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.recovery.state import durations

_STOPS_POINTS = frozenset(
    [
        FaultKind.REPLICATION_BEHIND,
        FaultKind.AGENT_OFFLINE,
        FaultKind.CACHE_UNREACHABLE,
        FaultKind.REGION_DOWN,
        DELETED,
        STOPPED,
    ]
)
_STOPS_COPY = _STOPS_POINTS | {FaultKind.COPY_STUCK}
_STOPS_HEARTBEAT = _STOPS_POINTS - {FaultKind.REPLICATION_BEHIND, FaultKind.CACHE_UNREACHABLE}
_SILENT = "The Mobility service does not send heartbeats."
_PROBLEMS = {
    FaultKind.REPLICATION_BEHIND: ("153007", "No crash consistent recovery point is available."),
    FaultKind.AGENT_OFFLINE: ("151066", _SILENT),
    FaultKind.CACHE_UNREACHABLE: ("151020", "The cache storage account cannot be reached."),
    FaultKind.REGION_DOWN: ("151066", _SILENT),
    FaultKind.COPY_STUCK: ("153006", "The initial copy of the disks makes no progress."),
    DELETED: ("150019", "The virtual machine does not exist any more."),
    STOPPED: ("150019", "The virtual machine is not running."),
}
"""Codes are the simulator's choice among Microsoft's; no source quotes them for these causes."""


@dataclass(frozen=True)
class Progress:
    """When replication gets on; None: not as long as an outage lasts, or never."""

    enabled: float
    copied: float | None
    protected: float | None
    """When the first recovery point is made."""


def progress_of(transaction: Transaction, item: Resource) -> Progress:
    """Return when the replication of an item gets on."""
    private = item.private
    enabled = private["enabled"]
    if "enablingFailed" in private:
        return Progress(enabled, None, None)
    stops = _outages(transaction, item, _STOPS_COPY)
    copied = _delayed(enabled, private["copied"] - enabled, stops)
    if copied is None:
        return Progress(enabled, None, None)
    stops = [stop for stop in stops if stop.kind in _STOPS_POINTS]
    first = _delayed(copied, private["protected"] - private["copied"], stops)
    return Progress(enabled, copied, first)


def _delayed(start: float, seconds: float, stops: list[Outage]) -> float | None:
    """Return when something has gone on for so many seconds, outages not counted."""
    at, left = start, seconds
    for stop in stops:
        if stop.until <= at:
            continue
        if stop.since >= at + left:
            break
        left -= max(0.0, stop.since - at)
        at = stop.until
    return at + left if at < math.inf else None


def source_region(item: Resource) -> str:
    """Return the region in which the machine runs that is replicated."""
    return str(item.private["sourceRegion"])


def newest_point(transaction: Transaction, item: Resource, now: float) -> float | None:
    """Return the instant of the newest recovery point; None before there is one."""
    return next(_points(transaction, item, now), None)


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
    points: list[tuple[str, float]] = []
    for at in _points(transaction, item, now):
        if points and at < now - kept:
            break
        points.append((point_id(item, at), at))
    return points


def _points(transaction: Transaction, item: Resource, now: float) -> Iterator[float]:
    """Yield the instants of the recovery points, the newest first.

    One is made every five minutes after the first; computed by its number, so that its instant,
    and with it its name, stays the same.
    """
    failed_over = item.private.get("failedOver")
    until = failed_over["at"] if failed_over else now
    first = progress_of(transaction, item).protected
    if first is None or until < first:
        return
    stops = _outages(transaction, item, _STOPS_POINTS)
    number = int((until - first) // durations.POINT_INTERVAL)
    while number >= 0:
        at = first + durations.POINT_INTERVAL * number
        stop = next((stop for stop in stops if stop.since < at <= stop.until), None)
        if stop is None:
            yield at
            number -= 1
        else:
            before = int((stop.since - first) // durations.POINT_INTERVAL)
            number = min(number - 1, before)


def point_id(item: Resource, at: float) -> str:
    """Return the name of the recovery point of an instant."""
    return guid("recovery point", item.private["machine"]["id"].lower(), at)


def last_heartbeat(transaction: Transaction, item: Resource, now: float) -> float:
    """Return when the agent of the machine was last heard of."""
    stops = _outages(transaction, item, _STOPS_HEARTBEAT)
    return min([now, *(stop.since for stop in stops if stop.lasts)])


def health(transaction: Transaction, item: Resource) -> list[JsonObject]:
    """Return what is wrong with the replication of an item now."""
    if failure := item.private.get("enablingFailed"):
        error = {"errorCode": failure["code"], "errorMessage": failure["message"]}
        return [error | {"since": item.private["enabled"]}]
    return [
        {"errorCode": code, "errorMessage": text, "since": stop.since}
        for stop in _outages(transaction, item, _STOPS_COPY)
        if stop.lasts
        for code, text in [_PROBLEMS[stop.kind]]
    ]


def _outages(transaction: Transaction, item: Resource, kinds: Collection[str]) -> list[Outage]:
    """Return the outages of these kinds, past and present, in the order in which they began.

    Those of the machine count until it has failed over: the one that is replicated is then left
    behind. A machine that went before it was replicated was another one of the same name.
    """
    region = source_region(item)
    found = [
        Outage(fault.kind, fault.since)
        for fault in faults.injected(transaction)
        if fault.holds(kinds, region)
    ]
    machine = "" if item.private.get("failedOver") else item.private["machine"]["id"].lower()
    found += [
        outage
        for outage in outages.of(transaction, region, machine)
        if outage.kind != DELETED or outage.since >= item.private["enabled"]
    ]
    return sorted(
        (outage for outage in found if outage.kind in kinds), key=lambda outage: outage.since
    )
