"""Whether a worker of Automation is present, which runs the jobs of runbooks.

A worker holds a lock of the operating system on a file beside the store. The system releases the
lock when the process ends, also when it is killed, so that nobody waits for a worker that is gone.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.private_files import open_private

_FILE = "automation-worker.lock"
_ATTEMPTS, _PAUSE = 50, 0.01
"""A request that looks whether a worker is present holds the lock for an instant."""


@contextmanager
def registered(directory: Path) -> Iterator[bool]:
    """Be the worker of a store for the block; yields False where it has another one already."""
    descriptor = open_private(directory / _FILE, os.O_RDWR | os.O_CREAT)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def is_present(transaction: Transaction) -> bool:
    """Return whether the store has a worker."""
    (_, _, path) = transaction.connection.execute("PRAGMA database_list").fetchone()
    try:
        descriptor = os.open(Path(path).with_name(_FILE), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _locked(descriptor: int) -> bool:
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False
