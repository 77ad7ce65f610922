"""What is in the repository: text that somebody wrote or a tool was asked for, and no run data."""

import shutil
import subprocess

import pytest

from tests.configurations import ROOT

RUN_DATA = (".db", ".sqlite", ".sqlite-shm", ".sqlite-wal", ".log", ".jsonl", ".new", ".pyc")


def tracked() -> list[str]:
    """Return the path of every file that git tracks."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for path in listed.stdout.decode().split("\0") if (ROOT / path).is_file()]


def test_no_run_data_is_tracked() -> None:
    """No database, log, journal or home of a run, by their names."""
    assert [
        path
        for path in tracked()
        if path.endswith(RUN_DATA) or path.startswith((".sparehub/", ".pulumi/"))
    ] == []


def test_every_tracked_file_is_text() -> None:
    """A database under any name holds NUL bytes, or is not UTF-8."""

    def is_text(content: bytes) -> bool:
        try:
            return "\0" not in content.decode()
        except UnicodeDecodeError:
            return False

    assert [path for path in tracked() if not is_text((ROOT / path).read_bytes())] == []
    assert not is_text(b"SQLite format 3\0")
