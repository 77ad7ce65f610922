"""Files and directories that only their owner may read, from their first byte on."""

import errno
import os
from pathlib import Path
from stat import S_ISLNK

FILE_MODE = 0o600
DIRECTORY_MODE = 0o700


def private_directory(path: Path) -> None:
    """Make a directory, and every missing one above it, for its owner only.

    One that is there already is closed to others; those above it stay as they are.

    Raises:
        OSError: It cannot be made, or belongs to somebody else.

    """
    missing = [parent for parent in path.parents if not parent.exists()]
    for directory in (*reversed(missing), path):
        directory.mkdir(DIRECTORY_MODE, exist_ok=True)
        if directory.stat().st_mode & 0o777 != DIRECTORY_MODE:
            directory.chmod(DIRECTORY_MODE)


def open_private(path: Path, flags: int) -> int:
    """Open a file for its owner only, and return its descriptor; refuse a symbolic link.

    The mode of a file that is there already is put right before anything is written to it.

    Args:
        path: The file.
        flags: Those of ``os.open``: how to open it, and whether to make it.

    Raises:
        OSError: It cannot be opened, is a symbolic link, or belongs to somebody else.

    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        if os.fstat(descriptor).st_mode & 0o777 != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def close_to_others(path: Path) -> None:
    """Make an existing file private, without opening it.

    Raises:
        FileNotFoundError: It is not there.
        OSError: It is a symbolic link, or belongs to somebody else.

    """
    mode = path.lstat().st_mode
    if S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if mode & 0o777 != FILE_MODE:
        path.chmod(FILE_MODE)
