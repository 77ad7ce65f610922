"""The locks of Pulumi's file backend: which of them a command of this host left behind.

Pulumi's lock names a process, a user and a host, which a living process in another container may
have, too. So each lock that a command started here takes is written down, with the process that
took it as this PID namespace knows it. Only such a lock is removed, once that process is gone.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.journal.lease_holder import Holder, ancestors
from sparehub.files.bounded_loading import load_json, read_bounded
from sparehub.files.private_files import replace_private

FILE = "pulumi-locks.json"
_LOOKED = 0.05
"""Seconds between two looks for the lock of a command that has just begun."""


def backend_directory(backend: str, project: Path) -> Path | None:
    """Return the directory of a file backend, found as Pulumi finds it; None for any other.

    What follows ``file://`` is a path, never a host: ``~`` is the home, and what is relative begins
    at the project, where Pulumi runs:
    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    scheme, separator, rest = backend.partition("://")
    if scheme != "file" or not separator:
        return None
    path = Path(unquote(rest.partition("?")[0]))
    if path.parts[:1] == ("~",):
        path = Path.home().joinpath(*path.parts[1:])
    return project.absolute() / path


@dataclass(frozen=True)
class PulumiLocks:
    """The locks of one project in a file backend, and where they are written down."""

    state: Path
    project: str
    places: Sequence[Path]
    note: Callable[[str], None]

    @contextmanager
    def recorded(self, stack: str) -> Iterator[None]:
        """Write down the lock that a Pulumi command takes which is run in this block."""
        others = {file.name for file, _ in self._locks(stack)}
        ours: list[str] = []
        done = threading.Event()
        watching = threading.Thread(
            target=self._record_ours, args=(stack, others, ours, done), daemon=True
        )
        watching.start()

        def stop_watching() -> None:
            done.set()
            watching.join()

        try:
            yield
        except LeaseError:
            # Another lock refused the command: what was written down may be that one, if its
            # process has the same number in another namespace.
            stop_watching()
            self._write_without(ours)
            raise
        finally:
            stop_watching()

    def clear_dead(self, stacks: Sequence[str]) -> None:
        """Remove the locks that commands of this host left behind when they died.

        Raises:
            LeaseError: where any other lock stands, or one whose process is alive.
        """
        takers = self._takers()
        for stack in stacks:
            for file, lock in self._locks(stack):
                who = (
                    f"{lock.get('username', 'somebody')} on {lock.get('hostname', 'some host')}, "
                    f"process {lock.get('pid', 'unknown')}"
                )
                taker = takers.get(file.name)
                if taker is None or not taker.is_gone():
                    message = (
                        f"stack {stack!r} is being deployed by {who}; wait for it to end (if it is "
                        f"certain that it has died: `pulumi cancel --stack {stack}`)"
                    )
                    raise LeaseError(message)
                self._remove(file, stack)
                self.note(f"{stack}: the lock of {who} is removed: that process is gone")

    def _remove(self, file: Path, stack: str) -> None:
        # Not by `pulumi cancel`, which removes every lock: one may have been taken meanwhile.
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            message = (
                f"{file}, the lock of a Pulumi that is gone, cannot be removed "
                f"({error.strerror}): `pulumi cancel --stack {stack}`"
            )
            raise LeaseError(message) from None

    def _record_ours(
        self, stack: str, others: set[str], ours: list[str], done: threading.Event
    ) -> None:
        """Wait for a new lock that a descendant of this process takes, and write it down."""
        if not Holder.this_process().is_comparable:
            return
        while True:
            for file, lock in self._locks(stack):
                if file.name not in others and (taker := _taken_by_a_child(lock)):
                    ours.append(file.name)
                    self._write({**self._takers(), file.name: taker})
                    return
            if done.wait(_LOOKED):
                return

    def _write(self, takers: Mapping[str, Holder]) -> None:
        """Write down who took each lock that stands; a warning where no place takes it."""
        standing = {each.name for each in self._directory("").rglob("*.json")}
        said = {name: asdict(each) for name, each in takers.items() if name in standing}
        problems = []
        for place in self.places:
            try:
                replace_private(place / FILE, json.dumps(said).encode())
            except OSError as error:
                problems.append(f"{place}: {error.strerror}")
        if len(problems) == len(self.places):
            listed = "; ".join(problems)
            self.note(f"warning: Pulumi's lock can be written down nowhere ({listed})")

    def _write_without(self, names: Sequence[str]) -> None:
        if names:
            self._write({k: each for k, each in self._takers().items() if k not in names})

    def _takers(self) -> Mapping[str, Holder]:
        """Return who took each lock that is written down, by the name of its file."""
        found: dict[str, Holder] = {}
        for place in self.places:
            try:
                said = load_json(read_bounded(place / FILE))
                found |= {str(name): Holder(**each) for name, each in said.items()}
            except (OSError, ValueError, TypeError, AttributeError):
                continue  # a lock that nothing is known of is not removed
        return found

    def _locks(self, stack: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield each lock of a stack, with its file."""
        for file in sorted(self._directory(stack).glob("*.json")):
            try:
                lock = load_json(read_bounded(file))
            except (OSError, ValueError):
                continue  # gone meanwhile, or half written: Pulumi itself refuses then
            yield file, lock if isinstance(lock, dict) else {}

    def _directory(self, stack: str) -> Path:
        """Return where Pulumi keeps a stack's locks: `pkg/backend/diy/lock.go` of pulumi/pulumi."""
        return self.state / ".pulumi" / "locks" / "organization" / self.project / stack


def _taken_by_a_child(lock: Mapping[str, Any]) -> Holder | None:
    """Return the process that took a lock, where it is alive and descends from this one."""
    process = lock.get("pid")
    if lock.get("hostname") != socket.gethostname() or not isinstance(process, int):
        return None
    taker = Holder.of(process)  # before its parents are read: a later process has other ones
    return taker if os.getpid() in ancestors(process) and taker.started else None
