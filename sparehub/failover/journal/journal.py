"""The journal: what was intended and what came of it, kept so that a dead run can be resumed.

Append-only, one JSON record a line, each flushed to the disk before anything is done, each with the
hash of the one before. It lies in two places, of which one may fail. A last record that is cut off
was never acted upon and is dropped; any other damage is refused.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import load_json
from sparehub.files.private_files import open_private, replace_private
from sparehub.topology.errors import PreflightError

FILE = "journal.jsonl"
NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""Errors of reading that say that no copy is there, not that it cannot be read."""
_OPENING = "journal"  # the event of the first record, which names the project


@dataclass(frozen=True, kw_only=True)
class Record:
    """One line. ``operation`` is the id of a failover, empty for what belongs to none."""

    sequence: int
    at: str
    epoch: int
    operation: str
    event: str
    data: dict[str, Any]
    previous: str
    hash: str = ""

    def sealed(self) -> "Record":
        """Return the record with the hash of everything else that it says."""
        return replace(self, hash=self.digest())

    def digest(self) -> str:
        """Return the hash that belongs to the record."""
        content = {**asdict(self), "hash": ""}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def line(self) -> bytes:
        """Return the record as it is written."""
        return json.dumps(asdict(self), separators=(",", ":")).encode() + b"\n"


class JournalError(PreflightError):
    """Journal or lease is damaged, of another project, or cannot be kept: nothing is done."""


class Journal:
    """The records of one project; ``guard`` is called before each is written."""

    def __init__(self, places: Sequence[Path], project: str, note: Callable[[str], None]) -> None:
        """Read what each place holds; a place that lags behind is brought up at the next write.

        Raises:
            JournalError: where a copy is damaged, or belongs to another project.
        """
        self._files = tuple(place / FILE for place in places)
        self._project = project
        self._note = note
        self._failed: set[Path] = set()
        self._behind = True
        self.guard: Callable[[], int] = lambda: 0
        """Says the epoch to write under; raises where somebody else has taken over."""
        self.records = self._agreed()

    @property
    def epoch(self) -> int:
        """The highest epoch that anything was written under."""
        return max((record.epoch for record in self.records), default=0)

    def append(self, event: str, operation: str = "", **data: Any) -> Record:  # noqa: ANN401 - JSON
        """Write one record to the disk, in at least one place, and return it.

        Raises:
            JournalError: where it can be written nowhere: then nothing may be done, either.
        """
        epoch = self.guard()
        if not self.records:
            self._write(self._next(_OPENING, "", epoch, {"project": self._project}))
        return self._write(self._next(event, operation, epoch, data))

    def _next(self, event: str, operation: str, epoch: int, data: dict[str, Any]) -> Record:
        last = self.records[-1] if self.records else None
        return Record(
            sequence=last.sequence + 1 if last else 0,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            epoch=epoch,
            operation=operation,
            event=event,
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
                    f"{file} and its copy tell different stories: find out which one is right, "
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
    """Return the records of one copy, without a last one that was cut off.

    Raises:
        JournalError: where it is damaged, or cannot be read: it may say more than its copy.
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
    *lines, _cut_off = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            record = Record(**load_json(line))
        except (ValueError, TypeError):
            record = None
        previous = records[-1].hash if records else ""
        if record is None or record.previous != previous or record.hash != record.digest():
            message = (
                f"{file} is damaged in line {number}; nothing was done. If its copy is whole, "
                "move this one away: it will be made again"
            )
            raise JournalError(message)
        records.append(record)
    return tuple(records)


def write_line(file: Path, line: bytes) -> None:
    """Add a line to a file, on the disk before this returns."""
    descriptor = open_private(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(file: Path, records: tuple[Record, ...]) -> None:
    """Make a copy say what the records say, at one stroke; it never loses one by that.

    Raises:
        JournalError: where it says more by now.
    """
    content = b"".join(each.line() for each in records)
    if file.exists() and file.read_bytes() == content:
        return
    if len(_read(file)) > len(records):
        message = f"{file} has grown since it was read: somebody else is at work; try again"
        raise JournalError(message)
    replace_private(file, content)
