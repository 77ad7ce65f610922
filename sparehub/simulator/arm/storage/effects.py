"""Effects in the store: what operations change when they finish, each carried out once.

An action of Site Recovery goes on for minutes and takes effect at its end. The effect is stored
with the operation, so that a process that is killed in between loses nothing: the next request
after its instant carries it out, in the transaction that removes it.
"""

import json
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Transaction


@dataclass(frozen=True)
class PendingEffect:
    """An effect that is due at an instant, in simulated seconds."""

    sequence: int
    due: float
    name: str
    arguments: JsonObject


def schedule(transaction: Transaction, due: float, name: str, arguments: JsonObject) -> None:
    """Store an effect."""
    transaction.connection.execute(
        "INSERT INTO effects (due, name, arguments) VALUES (?, ?, ?)",
        [due, name, json.dumps(arguments)],
    )


def due_effects(transaction: Transaction, now: float) -> list[PendingEffect]:
    """Return the effects that are due by ``now``, in the order of their instants."""
    rows = transaction.connection.execute(
        "SELECT sequence, due, name, arguments FROM effects WHERE due <= ? ORDER BY due, sequence",
        [now],
    )
    return [PendingEffect(row[0], row[1], row[2], json.loads(row[3])) for row in rows]


def next_due(transaction: Transaction) -> float | None:
    """Return the instant of the earliest effect, if there is one."""
    (due,) = transaction.connection.execute("SELECT min(due) FROM effects").fetchone()
    return None if due is None else float(due)


def discard(transaction: Transaction, effect: PendingEffect) -> None:
    """Remove an effect that has been carried out."""
    transaction.connection.execute("DELETE FROM effects WHERE sequence = ?", [effect.sequence])
