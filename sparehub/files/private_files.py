"""Private files: only their owner may read them, and no symbolic link is followed.

Whatever may hold a secret, or what an operation rests on, is written through this module.
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
    """Write a file whole or not at all; its directory is made.

    It is on the disk before this returns, unless it need not be ``durable``: a lease is of no use
    to anybody after the machine has failed.

    It is written beside its place, as ``NAME.new``. What was left there, a symbolic link included,
    is removed first and not written through.

    Raises:
        OSError: where it cannot be written; the file is then as it was.
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
    """Give an empty private directory inside ``parent``, and remove it at the end of a block.

    A process that is killed cannot remove its own: the next one to come here does. Each holds a
    lock on its directory, which the system takes away with the process.

    Raises:
        OSError: where none can be made.
    """
    private_directory(parent)
    with _locked(parent):
        _remove_abandoned(parent)
        path = Path(tempfile.mkdtemp(dir=parent))
        private_directory(path)  # whatever the umask took away
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        with suppress(OSError):  # a file system without locks: then nothing is ever removed late
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
            continue  # its process lives
        finally:
            os.close(descriptor)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold a directory against other processes, where its file system has locks."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
