"""The journal: a write-ahead log of each operation, from which a run that died is resumed.

Append-only, one JSON record a line. Each record is flushed to the disk before anything is done, and
holds the hash of the previous one. There are two copies, of which one may fail. A truncated last
record is ignored, since nothing was done after it; any other damage is refused.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sparehub.failover.journal.events import JournalEvent
from sparehub.files.bounded_loading import load_json
from sparehub.files.private_files import open_private, replace_private
from sparehub.output import Note
from sparehub.topology.errors import PreflightError

FILE = "journal.jsonl"
NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""Errors of reading that say that no copy exists, not that it cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One line of the journal."""

    sequence: int
    at: str
    """When it was written: ISO 8601, UTC, milliseconds."""
    epoch: int
    """The fencing token of the lease that it was written under."""
    operation: str
    """The id of a failover or failback; empty where the record belongs to neither."""
    event: str
    """A :class:`JournalEvent`, or the event of a later version."""
    data: dict[str, Any]
    previous: str
    """The hash of the previous record."""
    hash: str = ""

    def sealed(self) -> "Record":
        """Return the record with the hash of its other fields."""
        return replace(self, hash=self.digest())

    def digest(self) -> str:
        """Return the SHA-256 hash of every other field."""
        content = {**asdict(self), "hash": ""}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def line(self) -> bytes:
        """Return the record as it is written to the file."""
        return json.dumps(asdict(self), separators=(",", ":")).encode() + b"\n"


class JournalError(PreflightError):
    """Journal or lease is damaged, of another project, or cannot be written: nothing is done."""


def no_lease() -> int:
    """Return epoch 0: the guard of a session that writes nothing."""
    return 0


class Journal:
    """The records of one project."""

    def __init__(
        self,
        directories: Sequence[Path],
        project: str,
        note: Note,
        guard: Callable[[], int] = no_lease,
    ) -> None:
        """Read both copies; one that lags behind is completed at the next write.

        Args:
            directories: Where the copies are.
            project: The Pulumi project that the journal belongs to.
            note: Prints a line for a person.
            guard: Called before each write. Returns the epoch of the lease, the fencing token that
                the record is written with; raises LeaseError where somebody else has taken over.

        Raises:
            JournalError: where a copy is damaged, or belongs to another project.
        """
        self._files = tuple(directory / FILE for directory in directories)
        self._project = project
        self._note = note
        self._failed: set[Path] = set()
        self._behind = True
        self.guard = guard
        self.records = self._agreed()

    @property
    def epoch(self) -> int:
        """The highest epoch of any record."""
        return max((record.epoch for record in self.records), default=0)

    def append(self, event: JournalEvent, operation: str = "", **data: Any) -> Record:  # noqa: ANN401 - JSON
        """Write one record to the disk, to at least one copy, and return it.

        Raises:
            JournalError: where neither copy can be written: then nothing may be done, either.
            LeaseError: where somebody else has taken over.
        """
        epoch = self.guard()
        if not self.records:
            opened = {"project": self._project}
            self._write(self._next(JournalEvent.OPENED, "", epoch, opened))
        return self._write(self._next(event, operation, epoch, data))

    def _next(
        self, event: JournalEvent, operation: str, epoch: int, data: dict[str, Any]
    ) -> Record:
        last = self.records[-1] if self.records else None
        return Record(
            sequence=last.sequence + 1 if last else 0,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            epoch=epoch,
            operation=operation,
            event=event.value,
            data=data,
            previous=last.hash if last else "",
        ).sealed()

    def _write(self, record: Record) -> Record:
        problems = []
        for file in self._files:
            try:
                if self._behind or file in self._failed:
                    _replace(file, self.records)
                    self._failed.discard(file)
                write_line(file, record.line())
            except OSError as error:
                problems.append(f"{file}: {error.strerror}")
                if file not in self._failed:
                    self._note(f"warning: the journal cannot be written in {problems[-1]}")
                self._failed.add(file)
        if len(problems) == len(self._files):
            listed = "; ".join(problems)
            message = f"the journal can be written nowhere, so nothing is done ({listed})"
            raise JournalError(message)
        self._behind = False
        self.records = (*self.records, record)
        return record

    def _agreed(self) -> tuple[Record, ...]:
        """Return the longest copy; the others must be its beginning."""
        copies = {file: _read(file) for file in self._files}
        longest = max(copies.values(), key=len)
        for file, records in copies.items():
            if records != longest[: len(records)]:
                message = (
                    f"{file} and its copy contradict each other: find out which one is right, "
                    "and move the other away"
                )
                raise JournalError(message)
        if longest and longest[0].data.get("project") != self._project:
            message = (
                f"{self._files[0]} is the journal of the project "
                f"{longest[0].data.get('project')!r}, not of {self._project!r}: "
                "name this project's own home in SPAREHUB_HOME"
            )
            raise JournalError(message)
        return longest


def _read(file: Path) -> tuple[Record, ...]:
    """Return the records of one copy, without a truncated last one.

    Raises:
        JournalError: where it is damaged, or cannot be read: it may hold more than the other copy.
    """
    try:
        content = file.read_bytes()
    except NOT_THERE:
        return ()
    except OSError as error:
        message = (
            f"{file} cannot be read ({error.strerror}), so nothing is done; make it readable, or "
            "name another home in SPAREHUB_HOME if it lies in this one"
        )
        raise JournalError(message) from None
    records: list[Record] = []
    *lines, _truncated = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            record = Record(**load_json(line))
        except (ValueError, TypeError):
            record = None
        previous = records[-1].hash if records else ""
        if record is None or record.previous != previous or record.hash != record.digest():
            message = (
                f"{file} is damaged in line {number}; nothing was done. If its copy is intact, "
                "move this one away: it will be written again"
            )
            raise JournalError(message)
        records.append(record)
    return tuple(records)


def write_line(file: Path, line: bytes) -> None:
    """Append a line to a file; it is flushed to the disk before this returns."""
    descriptor = open_private(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(file: Path, records: tuple[Record, ...]) -> None:
    """Replace a copy by the records, atomically; a copy never loses a record by that.

    Raises:
        JournalError: where it holds more records meanwhile.
    """
    content = b"".join(record.line() for record in records)
    if file.exists() and file.read_bytes() == content:
        return
    if len(_read(file)) > len(records):
        message = f"{file} has grown since it was read: another run is writing it; try again"
        raise JournalError(message)
    replace_private(file, content)
