"""Where Pulumi keeps a stack's state and locks, and whose locks are dead."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.lease import LeaseError
from sparehub.failover.settling import backend_directory, clear_dead_locks


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


class Unlocked:
    """Notes what is unlocked."""

    def __init__(self) -> None:
        self.stacks: list[str] = []

    def unlock(self, stack: str) -> None:
        """Note it."""
        self.stacks.append(stack)


@pytest.mark.parametrize(
    ("lock", "dead"),
    [
        ({"timestamp": "2020-01-02T03:04:05.123456789+01:00"}, True),
        ({"timestamp": "2099-01-02T03:04:05.123456789Z"}, False),
        ({}, False),
        ({"hostname": "another-host", "timestamp": "2020-01-02T03:04:05Z"}, False),
        ({"pid": 2**22 + 1}, True),
    ],
)
def test_a_lock_is_dead_with_the_process_that_wrote_it(
    tmp_path: Path, lock: dict[str, Any], *, dead: bool
) -> None:
    """A process that began after the lock was written has only the same number."""
    locks = tmp_path / ".pulumi/locks/organization/sparehub/primary"
    locks.mkdir(parents=True)
    content = {"hostname": socket.gethostname(), "pid": os.getpid(), "username": "u", **lock}
    (locks / "1.json").write_text(json.dumps(content))
    stacks, told = Unlocked(), list[str]()

    def clear() -> None:
        clear_dead_locks(stacks, tmp_path, "sparehub", ("primary",), told.append)  # type: ignore[arg-type]

    if dead:
        clear()
        assert stacks.stacks == ["primary"]
    else:
        with pytest.raises(LeaseError, match="is being deployed by u on"):
            clear()
        assert stacks.stacks == told == []
