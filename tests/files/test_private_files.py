"""Private files: mode 0600 from the first byte, no symbolic link followed, no leftovers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from stat import S_IMODE

import pytest

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.lease import Lease
from sparehub.failover.journal.lease_holder import Holder
from sparehub.files.home import Home
from sparehub.files.private_files import (
    open_private,
    private_directory,
    replace_private,
    scratch_directory,
)


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Sets an umask that a shell may have."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_file_is_private_before_it_holds_a_byte(tmp_path: Path) -> None:
    """Independent of the umask."""
    descriptor = open_private(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    os.close(descriptor)

    assert mode(tmp_path / "file") == 0o600


def test_a_file_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    """Journals of earlier versions were readable by everybody."""
    file = tmp_path / "file"
    file.write_text("before")
    file.chmod(0o644)
    os.close(open_private(file, os.O_WRONLY | os.O_APPEND))

    assert (mode(file), file.read_text()) == (0o600, "before")


def test_a_symbolic_link_is_not_opened(tmp_path: Path) -> None:
    """Its target is unchanged, and so is the mode."""
    other = tmp_path / "other"
    other.write_text("somebody's")
    other.chmod(0o644)
    (tmp_path / "file").symlink_to(other)
    with pytest.raises(OSError, match="symbolic link"):
        open_private(tmp_path / "file", os.O_WRONLY | os.O_CREAT)

    assert (mode(other), other.read_text()) == (0o644, "somebody's")


def test_directories_are_private_and_those_above_stay(tmp_path: Path) -> None:
    """Only the last directory is made private; one above may be a home directory."""
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        private_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)

    assert [mode(tmp_path / name) for name in (".", "a", "a/b")] == [0o755, 0o700, 0o700]


def test_a_directory_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    """An earlier version created it with the umask's mode."""
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal").chmod(0o755)
    private_directory(tmp_path / "journal")

    assert mode(tmp_path / "journal") == 0o700


@pytest.mark.usefixtures("umask")
def test_a_file_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    """Its directory is created; no temporary file remains."""
    file = tmp_path / "new" / "lease.json"
    replace_private(file, b"1")
    replace_private(file, b"2")

    assert (mode(file), file.read_bytes()) == (0o600, b"2")
    assert [path.name for path in file.parent.iterdir()] == ["lease.json"]


def test_a_link_in_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    """It is removed, and its target is unchanged."""
    other = tmp_path / "other"
    other.write_text("somebody's")
    (tmp_path / "lease.json.new").symlink_to(other)
    replace_private(tmp_path / "lease.json", b"ours")

    assert other.read_text() == "somebody's"
    assert (tmp_path / "lease.json").read_bytes() == b"ours"
    assert not (tmp_path / "lease.json").is_symlink()


def test_a_failed_write_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is reported by fsync."""
    file = tmp_path / "file"
    replace_private(file, b"before")

    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_private(file, b"after")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"before")]


@pytest.mark.usefixtures("umask")
def test_a_scratch_directory_is_private_and_removed_at_the_end(tmp_path: Path) -> None:
    """Also after an exception in the block."""
    parent = tmp_path / "scratch"
    with ExitStack() as kept:
        kept.enter_context(pytest.raises(KeyboardInterrupt))
        path = kept.enter_context(scratch_directory(parent))
        (path / "secret").touch()
        assert (path.parent, mode(path), mode(parent)) == (parent, 0o700, 0o700)
        raise KeyboardInterrupt

    assert list(parent.iterdir()) == []


def test_the_scratch_directory_of_a_killed_process_is_removed_by_the_next(tmp_path: Path) -> None:
    """That of a running process is not."""
    program = (
        "import sys; from pathlib import Path; from sparehub.files.private_files import *\n"
        "with scratch_directory(Path(sys.argv[1])) as path:\n"
        "    (path / 'secret').write_text('clear'); print(path, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        abandoned = Path(child.stdout.readline().strip())
        with scratch_directory(tmp_path):
            assert (abandoned / "secret").exists()
        child.send_signal(signal.SIGKILL)
        child.wait()
    with scratch_directory(tmp_path) as current:
        assert list(tmp_path.iterdir()) == [current]


@pytest.mark.usefixtures("umask")
def test_journal_and_lease_are_private(tmp_path: Path) -> None:
    """Every file in the directory, and the directory."""
    directory = tmp_path / "journal"
    lease = Lease.take([directory], print, epoch=0, holder=Holder.this_process())
    Journal([directory], "sparehub", print).append(JournalEvent.BEGUN, "failover-0")
    lease.release()

    assert {path.name: mode(path) for path in directory.iterdir()} == {
        "journal.jsonl": 0o600,
        "lease.json": 0o600,
        "lease.lock": 0o600,
    }
    assert mode(directory) == 0o700


@pytest.mark.parametrize("name", ["lease.json.new", "journal.jsonl.new", "lease.lock"])
def test_a_link_beside_journal_and_lease_is_not_followed(tmp_path: Path, name: str) -> None:
    """Another user of a shared directory could have created it."""
    place, other = tmp_path / "journal", tmp_path / "other"
    place.mkdir()
    other.write_text("somebody's")
    (place / name).symlink_to(other)
    places = [place, tmp_path / "second"]  # one that is refused is one that fails
    Lease.take(places, print, epoch=0, holder=Holder.this_process())
    Journal([place], "sparehub", print).append(JournalEvent.BEGUN, "failover-0")

    assert other.read_text() == "somebody's"


@pytest.mark.usefixtures("umask")
def test_a_home_is_private(tmp_path: Path) -> None:
    """The home and the directories in it."""
    home = Home(tmp_path / "home")
    home.prepare()

    names = ("", "state", "pulumi", "simulator", "bin")
    assert {mode(home.path / name) for name in names} == {0o700}
