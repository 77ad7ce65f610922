"""Private files: mode 0600, directories 0700, and no symbolic link is followed.

Files with secrets, the journal and the lease are written through this module.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sparehub.simulator.private_files import open_private, private_directory

__all__ = ["open_private", "private_directory", "replace_private", "scratch_directory"]


def replace_private(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace a file atomically, by a rename; its directory is created.

    The text is written to ``NAME.new`` first. A file or symbolic link of that name is removed and
    not written through.

    Args:
        path: The file.
        content: Its new content.
        durable: Flush file and directory to the disk; a lease needs no flush, because it does not
            outlive the machine.

    Raises:
        OSError: The file cannot be written, and is unchanged.
    """
    private_directory(path.parent)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = open_private(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    if not durable:
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def scratch_directory(parent: Path) -> Iterator[Path]:
    """Create an empty private directory inside ``parent`` for the duration of a block.

    The directory of a killed process is removed by the next process that calls this: every process
    holds a lock on its directory, and the system releases the lock with the process.

    Raises:
        OSError: The directory cannot be created.
    """
    private_directory(parent)
    with _locked(parent):
        _remove_abandoned(parent)
        path = Path(tempfile.mkdtemp(dir=parent))
        private_directory(path)  # independent of the umask
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        with suppress(OSError):  # a file system without locks: no directory is removed late
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Remove the directories whose process has ended."""
    for path in parent.iterdir():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # its process is running
        finally:
            os.close(descriptor)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Lock a directory against other processes, where its file system has locks."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
