"""Asynchronous operations as they are stored: SQL about what a client may poll."""

import json
from dataclasses import dataclass
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Transaction


@dataclass(frozen=True)
class AsyncOperation:
    """An operation that a client may poll."""

    ends: float
    deletion: bool = False
    failure: JsonObject | None = None
    """The error that it ends with, if it fails."""
    begins: float = 0.0
    result: Any = None
    """What it is polled for, of an action."""


def read(transaction: Transaction, operation: str) -> AsyncOperation | None:
    """Return what is known of an operation."""
    row = transaction.connection.execute(
        "SELECT begins, ends, deletion, failure, result FROM operations WHERE id = ?", [operation]
    ).fetchone()
    if row is None:
        return None
    begins, ends, deletion, failure, result = row
    return AsyncOperation(
        ends,
        begins=begins,
        deletion=bool(deletion),
        failure=json.loads(failure) if failure else None,
        result=json.loads(result) if result else None,
    )


def record(transaction: Transaction, operation: str, progress: AsyncOperation) -> None:
    """Record an operation that a client may poll."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO operations VALUES (?, ?, ?, ?, ?, ?)",
        [
            operation,
            progress.begins,
            progress.ends,
            int(progress.deletion),
            json.dumps(progress.failure) if progress.failure else None,
            json.dumps(progress.result) if progress.result is not None else None,
        ],
    )
