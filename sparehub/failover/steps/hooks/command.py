"""Runs the command of a hook: no shell, a process group of its own, a time-out."""

import os
import select
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LAST_LINES = 10
"""Lines of output that a message shows."""
_LINE = 2000
"""Bytes of a line; a longer one is cut into several."""
_CHUNK = 65536
_POLL = 0.1
"""Seconds between two looks at whether the command has ended: a child may hold its output open."""
_GRACE = 5.0
"""Seconds from the request to end until the process group is killed."""


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a command ended; ``code`` is None where the time ran out, negative for a signal."""

    code: int | None
    last_lines: tuple[str, ...]


def run_command(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    seconds: float,
    report: Callable[[str], None],
) -> CommandResult:
    """Run a command and report each line of its output, which is both of its streams.

    A program whose name has a slash is looked for in the directory. Where the time runs out, or
    the run is interrupted, its whole process group is ended.

    Raises:
        OSError: where it cannot be started.
    """
    deadline = time.monotonic() + seconds
    process = subprocess.Popen(  # noqa: S603 - the stack file's command, without a shell
        list(command),
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    lines = _Lines(report)
    with process.stdout as stream:
        try:
            while process.poll() is None and time.monotonic() < deadline:
                lines.read(stream.fileno(), min(_POLL, max(deadline - time.monotonic(), 0)))
            code = process.poll()
        finally:
            if process.poll() is None:
                _end_group(process)
        while lines.read(stream.fileno(), 0):
            pass
    lines.end()
    return CommandResult(code=code, last_lines=tuple(lines.last))


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ask the process group to end, then kill it: children that ignore the request, too."""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


@dataclass
class _Lines:
    """Cuts output into lines."""

    report: Callable[[str], None]
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    _rest: bytes = b""
    _at_end: bool = False

    def read(self, stream: int, seconds: float) -> bool:
        """Wait for output at most some seconds; return whether there was any."""
        if self._at_end:
            time.sleep(seconds)
            return False
        if not select.select([stream], [], [], seconds)[0]:
            return False
        chunk = os.read(stream, _CHUNK)
        self._at_end = not chunk
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._add(line)
        if len(self._rest) > _LINE:
            self.end()
        return bool(chunk)

    def end(self) -> None:
        """Report what has no line end."""
        if self._rest:
            self._add(self._rest)
        self._rest = b""

    def _add(self, line: bytes) -> None:
        for start in range(0, max(len(line), 1), _LINE):
            text = line[start : start + _LINE].decode(errors="replace").rstrip()
            self.report(text)
            self.last.append(text)
