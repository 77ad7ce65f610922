"""Asynchronous operations in the store: pending and finished ones, by the id that is polled."""

import json
import math
from dataclasses import dataclass
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Transaction


@dataclass(frozen=True)
class AsyncOperation:
    """An operation that a client may poll; it is pending until it finishes.

    Its two times are the columns ``begins`` and ``ends`` of the table, in simulated seconds.
    """

    finishes_at: float
    """Infinite while it waits for a person."""
    deletion: bool = False
    failure: JsonObject | None = None
    """The error that it ends with, if it fails."""
    starts_at: float = 0.0
    result: Any = None
    """The result of an action."""
    warning: JsonObject | None = None
    """The error that it shows although it succeeds (SR-31)."""
    cancelled: bool = False
    """Whether a person has ended it (SR-31)."""


def read(transaction: Transaction, operation: str) -> AsyncOperation | None:
    """Return an operation by its id."""
    row = transaction.connection.execute(
        "SELECT begins, ends, deletion, failure, result, warning, cancelled"
        " FROM operations WHERE id = ?",
        [operation],
    ).fetchone()
    if row is None:
        return None
    starts_at, finishes_at, deletion, failure, result, warning, cancelled = row
    return AsyncOperation(
        math.inf if finishes_at is None else finishes_at,
        starts_at=starts_at,
        deletion=bool(deletion),
        failure=json.loads(failure) if failure else None,
        result=json.loads(result) if result else None,
        warning=json.loads(warning) if warning else None,
        cancelled=bool(cancelled),
    )


def record(transaction: Transaction, identity: str, operation: AsyncOperation) -> None:
    """Record an operation that a client may poll."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            identity,
            operation.starts_at,
            None if math.isinf(operation.finishes_at) else operation.finishes_at,
            int(operation.deletion),
            json.dumps(operation.failure) if operation.failure else None,
            json.dumps(operation.result) if operation.result is not None else None,
            json.dumps(operation.warning) if operation.warning else None,
            int(operation.cancelled),
        ],
    )
