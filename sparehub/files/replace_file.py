"""Writes files of a user's project atomically."""

import errno
import os
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Replace the text of a file atomically; mode and owner stay.

    A symbolic link stays, and the file that it points at is replaced.

    Raises:
        OSError: The file cannot be written, or is read-only; it is unchanged.
    """
    target = path.resolve()
    old = target.stat() if target.exists() else None
    if old and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    new = _written(target, text)
    try:
        if old:
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.chown(new, old.st_uid, old.st_gid)
            new.chmod(old.st_mode & 0o7777)
        new.replace(target)
    except OSError:
        _remove(new)
        raise


def create_file(path: Path, text: str) -> None:
    """Write a new file.

    Raises:
        FileExistsError: The file exists already.
        OSError: The file cannot be written, and does not exist.
    """
    if path.is_symlink() or path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    new = _written(path, text)
    try:
        os.link(new, path)
    finally:
        _remove(new)


def _written(target: Path, text: str) -> Path:
    """Write a text to a temporary file beside the target, read it back, and return its path."""
    content = text.encode()
    new = target.with_name(f".{target.name}.new")
    new.unlink(missing_ok=True)  # from a killed process; a link is not followed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(new, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new.read_bytes() == content:
            return new
    except OSError:
        _remove(new)
        raise
    _remove(new)
    raise OSError(errno.EIO, os.strerror(errno.EIO), str(target))


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
