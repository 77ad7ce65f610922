"""Journals as runs leave them, at moments of a test's own choosing."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sparehub.failover.journal.journal import FILE, Record
from sparehub.failover.journal.open_items import Fence

Event = tuple[float, str, str, dict[str, Any]]
"""Seconds after noon, operation, event, data."""
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PEERING = Fence(how="privatePeering", id="/subscriptions/s/erc-hong-kong/peerings/p")
PREFIXES = ["10.10.10.0/24", "10.1.0.0/24"]
OPEN_ITEM = "failover-9-primary"


def at(seconds: float) -> str:
    """Return a moment as the journal says it."""
    return (NOON + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def records(*events: Event, project: str = "sparehub") -> tuple[Record, ...]:
    """Return the chain of records, after the one that names the project."""
    first: Event = (0, "", "journal", {"project": project})
    found: list[Record] = []
    for seconds, operation, event, data in (first, *events):
        record = Record(
            sequence=len(found),
            at=at(seconds),
            epoch=1,
            operation=operation,
            event=event,
            data=data,
            previous=found[-1].hash if found else "",
        )
        found.append(record.sealed())
    return tuple(found)


def write(home: Path, found: Iterable[Record]) -> Path:
    """Write records as the journal of a home; return the file."""
    (home / "journal").mkdir(parents=True, exist_ok=True)
    file = home / "journal" / FILE
    file.write_bytes(b"".join(record.line() for record in found))
    return file


def begin(seconds: float, operation: str, mode: str, configuration: str, reason: str = "") -> Event:
    """Return the record with which a failover, or a failback, begins."""
    kind = operation.partition("-")[0]
    source, target = ("primary", "secondary") if kind == "failover" else ("secondary", "primary")
    data = {
        "kind": kind,
        "mode": mode,
        "source": source,
        "target": target,
        "plan": "p",
        "configuration": configuration,
        "reason": reason,
    }
    return (seconds, operation, "begin", data)


def step(start: float, end: float, operation: str, name: str, **found: Any) -> list[Event]:
    """Return the records of a step that is done."""
    return [
        (start, operation, "intent", {"step": name, "state": "FENCING"}),
        (end, operation, "outcome", {"step": name, **found}),
    ]


def planned(configuration: str, start: float = 0) -> list[Event]:
    """Return a failover that finished after 271.5 s and was committed."""
    name = "failover-1"
    return [
        begin(start, name, "planned", configuration),
        *step(start, start + 90.2, name, "fence-primary"),
        *step(start + 90.5, start + 271.5, name, "activate-secondary"),
        (start + 271.5, name, "finished", {}),
        (start + 500, name, "committed", {}),
    ]


def unplanned(configuration: str, start: float = 1000, *, fenced: bool = False) -> list[Event]:
    """Return a failover from a region that did not answer, and the open item that it left."""
    name = "failover-9"
    fences = [PEERING.document()] if fenced else []
    item = {
        "id": OPEN_ITEM,
        "stack": "primary",
        "target": "secondary",
        "unfenced": not fenced,
        "prefixes": PREFIXES,
        "reason": "" if fenced else "it burnt down",
        "fences": fences,
    }
    return [
        begin(start, name, "unplanned", configuration, "" if fenced else "it burnt down"),
        *step(start, start + 30, name, "probe-primary", answers=False),
        (start + 30, name, "intent", {"step": "fence-primary", "state": "FENCING"}),
        (start + 31, name, "fences", {"fences": [PEERING.document()]}),
        *([] if fenced else [(start + 40, name, "fences", {"fences": []})]),
        (start + 41, name, "debt", item),
        (start + 41, name, "outcome", {"step": "fence-primary"}),
        *step(start + 41, start + 222, name, "activate-secondary"),
        (start + 222, name, "finished", {}),
    ]


def cleared(seconds: float = 4600) -> Event:
    """Return what ``finish-fence`` writes."""
    return (seconds, "", "cleared", {"id": OPEN_ITEM})
