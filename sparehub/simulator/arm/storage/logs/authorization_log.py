"""The log of authorizations: every action that Azure checked, of reads as well as of writes.

It is a file, one JSON document a line, and off until one is named: a read changes nothing in the
store, and several processes append to it at once.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sparehub.simulator.arm.storage.transaction import Transaction

_FILE = "access: log of authorizations"


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """One action that was checked at a scope."""

    action: str
    scope: str
    permitted: bool
    linked: bool = False
    """Whether a write only refers to the scope."""
    principal: str = ""
    """The managed identity that asked; empty for the client."""


def start(transaction: Transaction, file: Path | None) -> None:
    """Log to a file from now on; None: no more."""
    transaction.set(_FILE, "" if file is None else os.fspath(file.absolute()))


def append(transaction: Transaction, checked: Authorization) -> None:
    """Append to the log, if there is one; a line is written by one call, whoever else writes."""
    if file := transaction.setting(_FILE, ""):
        line = json.dumps(asdict(checked)) + "\n"
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)


def read(file: Path) -> list[Authorization]:
    """Return what was logged, in order; nothing where no action was checked yet."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Authorization(**json.loads(line)) for line in lines]
