"""Locks and replacements, so that two set-ups at once, or a killed one, do no harm."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.report import say


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Holds a directory against other set-ups, and waits for the one that has it."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another set-up that works in {directory}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives an empty directory to fill; when that went well, it takes the place of ``path``."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    remove(unfinished)  # of a set-up that was killed
    unfinished.mkdir()
    try:
        yield unfinished
        remove(path)
        unfinished.rename(path)
    finally:
        remove(unfinished)


def remove(path: Path) -> None:
    """Removes a file, a link or a directory, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
