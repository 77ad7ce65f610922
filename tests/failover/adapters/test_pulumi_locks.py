"""Which locks of Pulumi are removed: those of commands that this boot and namespace started."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.adapters import pulumi_locks
from sparehub.failover.adapters.pulumi_locks import PulumiLocks, backend_directory
from sparehub.failover.journal import lease_holder
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.journal.lease_holder import Holder
from sparehub.files.private_files import replace_private

TAKES_A_LOCK = """
import json, os, pathlib, socket, sys, time
lock = {"pid": os.getpid(), "username": "u", "hostname": socket.gethostname()}
file = pathlib.Path(sys.argv[1])
file.with_suffix(".part").write_text(json.dumps(lock))
file.with_suffix(".part").rename(file)
time.sleep(60)
"""


class Backend:
    """A file backend with one stack, and what this host wrote down of its locks."""

    def __init__(self, path: Path) -> None:
        self.notes: list[str] = []
        self.places = (path / "one", path / "two")
        self.locks = PulumiLocks(path, "sparehub", self.places, self.notes.append)
        self.directory = path / ".pulumi/locks/organization/sparehub/primary"
        self.directory.mkdir(parents=True)

    def lock(self, name: str = "1.json", **more: Any) -> Path:
        """Let somebody take a lock."""
        content = {"hostname": socket.gethostname(), "pid": os.getpid(), "username": "u", **more}
        file = self.directory / name
        file.write_text(json.dumps(content))
        return file

    def record(self, file: Path, taker: Holder) -> None:
        """Write down that a lock is ours."""
        for place in self.places:
            place.mkdir(exist_ok=True)
            (place / pulumi_locks.FILE).write_text(json.dumps({file.name: vars(taker)}))

    def recorded(self) -> list[set[str]]:
        """Return the names of the locks that each place says are ours."""
        return [set(json.loads((each / pulumi_locks.FILE).read_text())) for each in self.places]

    def refused(self) -> str:
        with pytest.raises(LeaseError) as caught:
            self.locks.clear_dead(("primary",))
        assert caught.value.exit_code == 4
        assert self.notes == []
        return str(caught.value)


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    return Backend(tmp_path)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def child_with_a_lock(backend: Backend) -> "subprocess.Popen[bytes]":
    """Start a process that takes a lock, in the block that writes it down; return it alive."""
    child = subprocess.Popen([sys.executable, "-c", TAKES_A_LOCK, backend.directory / "1.json"])
    until((backend.places[1] / pulumi_locks.FILE).exists)
    return child


def test_the_lock_of_a_command_started_here_is_removed_once_it_is_dead(backend: Backend) -> None:
    """Written down in both places while it runs; until it has ended it is never removed."""
    with backend.locks.recorded("primary"), child_with_a_lock(backend) as child:
        assert backend.recorded() == [{"1.json"}, {"1.json"}]
        assert f"being deployed by u on {socket.gethostname()}" in backend.refused()
        child.kill()

    backend.locks.clear_dead(("primary",))
    assert list(backend.directory.iterdir()) == []
    (notes,) = backend.notes
    assert notes.startswith(
        f"primary: the lock of u on {socket.gethostname()}, process {child.pid} "
    )


def test_a_lock_that_is_not_written_down_is_never_removed(backend: Backend) -> None:
    """Its process may live in another container: what to do by hand is printed."""
    file = backend.lock(pid=2**22 + 1)

    assert "`pulumi cancel --stack primary`" in backend.refused()
    assert file.exists()


HERE = Holder.this_process()
DEAD = replace(HERE, started="0")


@pytest.mark.parametrize(
    "taker",
    [
        HERE,
        replace(DEAD, boot="another boot"),
        replace(DEAD, namespace="pid:[1]"),
        replace(DEAD, host="another-host"),
        replace(DEAD, boot="", namespace=""),
        replace(DEAD, started=""),
    ],
)
def test_a_lock_is_removed_only_if_its_process_is_known_to_be_gone(
    backend: Backend, taker: Holder
) -> None:
    """Another boot, another namespace, another host or an unknown one is not this one."""
    file = backend.lock()
    backend.record(file, taker)
    backend.refused()
    assert file.exists()

    backend.record(file, DEAD)
    backend.locks.clear_dead(("primary",))
    assert not file.exists()


def test_a_live_lock_beside_a_dead_one_stands(backend: Backend) -> None:
    """Whoever took it meanwhile keeps it."""
    dead, live = backend.lock("1.json"), backend.lock("2.json")
    backend.record(dead, DEAD)

    with pytest.raises(LeaseError):
        backend.locks.clear_dead(("primary",))
    assert live.exists()


def test_another_lock_is_not_taken_for_that_of_the_command(backend: Backend) -> None:
    """It stood before, or it is why the command was refused; its number may be the same."""
    with backend.locks.recorded("primary"):
        backend.lock("other.json", pid=1)
        child = child_with_a_lock(backend)
        child.kill()
        child.wait()
    assert backend.recorded() == [{"1.json"}, {"1.json"}]

    (backend.directory / "1.json").unlink()
    for place in backend.places:
        (place / pulumi_locks.FILE).unlink()

    def refused() -> None:
        with backend.locks.recorded("primary"):
            child = child_with_a_lock(backend)
            child.kill()
            child.wait()
            raise LeaseError("stack 'primary' is being deployed by another Pulumi")

    with pytest.raises(LeaseError):
        refused()
    assert backend.recorded() == [set(), set()]


class Watcher(threading.Thread):
    """A thread that watches for a lock, and writes it down only once its end is waited for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.writing = threading.Event()
        self.awaited = threading.Event()

    def join(self, timeout: float | None = None) -> None:
        self.awaited.set()
        super().join(timeout)


def test_a_lock_being_written_down_when_the_command_is_refused_is_taken_out(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the block waits for the writing, which would come last otherwise."""
    watchers: list[Watcher] = []

    def watcher(**options: Any) -> Watcher:
        watchers.append(Watcher(**options))
        return watchers[0]

    def write_late(file: Path, content: bytes) -> None:
        if threading.current_thread() is watchers[0]:
            watchers[0].writing.set()
            watchers[0].awaited.wait()
        replace_private(file, content)

    monkeypatch.setattr(threading, "Thread", watcher)
    monkeypatch.setattr(pulumi_locks, "replace_private", write_late)
    command = [sys.executable, "-c", TAKES_A_LOCK, str(backend.directory / "1.json")]

    def refused() -> None:
        with backend.locks.recorded("primary"), subprocess.Popen(command) as child:
            assert watchers[0].writing.wait(300)
            child.kill()
            raise LeaseError("stack 'primary' is being deployed by another Pulumi")

    with pytest.raises(LeaseError):
        refused()
    watchers[0].join()
    assert backend.recorded() == [set(), set()]


def test_without_proc_no_lock_is_written_down(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On macOS nothing says which process a number means: `pulumi cancel` is for a person."""
    monkeypatch.setattr(lease_holder, "_PROC", tmp_path / "no proc")
    with backend.locks.recorded("primary"):
        backend.lock()
    assert not any(place.exists() for place in backend.places)
    backend.refused()


def test_a_lock_that_no_place_takes_is_warned_of(backend: Backend) -> None:
    """The command is under way by then; after a kill its lock is for a person to remove."""
    for place in backend.places:
        place.write_text("no directory")
    with backend.locks.recorded("primary"):
        child = subprocess.Popen([sys.executable, "-c", TAKES_A_LOCK, backend.directory / "1.json"])
        until(lambda: bool(backend.notes))
        child.kill()
        child.wait()
    (warning,) = backend.notes
    assert warning.startswith("warning: Pulumi's lock can be written down nowhere (")
    assert warning.count("File exists") == 2


def test_a_file_backend_is_where_pulumi_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `~` and from the project on, too; a cloud's is nowhere on this disk."""
    monkeypatch.setenv("HOME", "/home/somebody")
    assert {
        backend: str(backend_directory(backend, Path("/project")))
        for backend in (
            "file:///state",
            "file:///a%20state?metadata=skip",
            "file://~",
            "file://~/state",
            "file://state",
            "file://./state",
            "file://../state",
            "s3://bucket/state",
            "https://api.pulumi.com",
        )
    } == {
        "file:///state": "/state",
        "file:///a%20state?metadata=skip": "/a state",
        "file://~": "/home/somebody",
        "file://~/state": "/home/somebody/state",
        "file://state": "/project/state",
        "file://./state": "/project/state",
        "file://../state": "/project/../state",
        "s3://bucket/state": "None",
        "https://api.pulumi.com": "None",
    }
