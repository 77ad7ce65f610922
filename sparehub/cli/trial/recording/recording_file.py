"""The file of a trial's recording: complete JSON after every exchange, also if killed in between.

The format is that of `sparehub.simulator.replay.recording`.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.files.private_files import open_private, private_directory
from sparehub.topology.errors import SparehubError

RECORDING = "recording.json"
_END = b"\n]}]}\n"


class UnwritableRecordingError(SparehubError):
    """The recording cannot be written."""


@dataclass
class PendingRecording:
    """Exchanges of which no file is written yet."""

    exchanges: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, exchange: Mapping[str, Any]) -> None:
        """Keep an exchange."""
        self.exchanges.append(exchange)

    def write(self, path: Path, name: str) -> None:
        """Write them as one recording.

        Raises:
            UnwritableRecordingError: The file exists, or cannot be written.
        """
        file = RecordingFile.begin(path, name, "")
        for exchange in self.exchanges:
            file.add(exchange)


@dataclass
class RecordingFile:
    """A file that one exchange after the other is added to."""

    path: Path
    _last: Mapping[str, Any] | None = None
    _begins: int = 0
    """Where the last exchange begins in the file."""
    _ends: int = field(default=0)
    """Where the end of the document begins."""

    @classmethod
    def begin(cls, path: Path, name: str, note: str) -> "RecordingFile":
        """Make the file of one recording.

        Raises:
            UnwritableRecordingError: It exists, or cannot be written.
        """
        head = json.dumps({"source": name, "note": note})[:-1]
        text = f'{head}, "recordings": [{{"name": {json.dumps(name)}, "exchanges": ['.encode()
        try:
            private_directory(path.parent)
            descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(descriptor, "wb") as file:
                file.write(text + _END)
        except OSError as error:
            raise UnwritableRecordingError(
                f"{path} cannot be written ({error.strerror}): name another directory with -o"
            ) from None
        return cls(path, _begins=len(text), _ends=len(text))

    def add(self, exchange: Mapping[str, Any]) -> None:
        """Add an exchange; one that repeats the last one is counted there.

        Raises:
            UnwritableRecordingError: The disk is full.
        """
        last = self._last
        if last is not None and exchange["method"] == "GET" and _same(last, exchange):
            at = self._begins
            date = exchange["headers"].get("date")
            exchange = {**last, "repeated": last.get("repeated", 1) + 1}
            exchange |= {"last_date": date} if date else {}
        else:
            at = self._ends
        first = at == self._begins and (last is None or not self._has_before)
        text = (b"\n" if first else b",\n") + json.dumps(exchange).encode()
        try:
            with self.path.open("r+b") as file:
                file.seek(at)
                file.write(text + _END)
                file.truncate()
        except OSError as error:
            raise UnwritableRecordingError(
                f"{self.path} cannot be written ({error.strerror})"
            ) from None
        self._has_before = not first
        self._last, self._begins, self._ends = exchange, at, at + len(text)

    _has_before: bool = False
    """Whether an exchange is before the last one."""


def _same(last: Mapping[str, Any], exchange: Mapping[str, Any]) -> bool:
    return all(last[key] == exchange[key] for key in ("method", "path", "status", "response"))
