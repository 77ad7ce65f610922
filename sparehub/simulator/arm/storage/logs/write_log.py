"""The log: every write that reached Azure Resource Manager, and its outcome."""

from dataclasses import dataclass

from sparehub.simulator.arm.storage.transaction import Transaction


@dataclass(frozen=True)
class LogLine:
    """One ARM write and its outcome."""

    at: float
    method: str
    path: str
    status: int
    operation: str
    seconds: float
    outcome: str


def append(transaction: Transaction, line: LogLine) -> None:
    """Append to the log."""
    transaction.connection.execute(
        "INSERT INTO log (at, method, path, status, operation, seconds, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            line.at,
            line.method,
            line.path,
            line.status,
            line.operation,
            line.seconds,
            line.outcome,
        ],
    )


def read(transaction: Transaction) -> list[LogLine]:
    """Return the log in order of start."""
    rows = transaction.connection.execute(
        "SELECT at, method, path, status, operation, seconds, outcome"
        " FROM log ORDER BY at, sequence"
    )
    return [LogLine(*row) for row in rows]
