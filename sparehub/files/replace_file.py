"""Writes files of a person's project: whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Write a text in the place of a file, at one stroke; mode and owner stay.

    Where a symbolic link stands, what it points at is replaced, and the link stays.

    Raises:
        OSError: where it cannot be written, or may not be; nothing was changed then.
    """
    target = path.resolve()
    there = target.stat() if target.exists() else None
    if there and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    new = _written(target, text)
    try:
        if there:
            if (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.chown(new, there.st_uid, there.st_gid)
            new.chmod(there.st_mode & 0o7777)
        new.replace(target)
    except OSError:
        _remove(new)
        raise


def create_file(path: Path, text: str) -> None:
    """Write a new file.

    Raises:
        FileExistsError: where there is one already.
        OSError: where it cannot be written; no part of it is left then.
    """
    if path.is_symlink() or path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    new = _written(path, text)
    try:
        os.link(new, path)
    finally:
        _remove(new)


def _written(target: Path, text: str) -> Path:
    """Write a text beside its place, read it again, and return where."""
    content = text.encode()
    new = target.with_name(f".{target.name}.new")
    new.unlink(missing_ok=True)  # of a process that was killed; a link is not followed
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
