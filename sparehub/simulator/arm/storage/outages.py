"""Outages in the store: when something did not work that replication needs.

An injected fault, or a machine that does not run, is an outage as long as it lasts. It stays in the
store afterwards: no recovery point was made meanwhile, and none may appear later.
"""

import math
from dataclasses import dataclass

from sparehub.simulator.arm.storage.transaction import Transaction

STOPPED = "machine-stopped"
DELETED = "machine-deleted"


@dataclass(frozen=True)
class Outage:
    """An outage, in simulated seconds."""

    kind: str
    """A kind of fault, or one of a machine."""
    since: float
    until: float = math.inf
    """Infinite while it lasts."""

    @property
    def lasts(self) -> bool:
        """Whether it has not ended yet."""
        return self.until == math.inf


def record(transaction: Transaction, subject: str, outage: Outage) -> None:
    """Store an outage of a machine, by its key, or of a region; empty: of all regions."""
    transaction.outages.clear()
    transaction.connection.execute(
        "INSERT INTO outages (subject, kind, since, until) VALUES (?, ?, ?, ?)",
        [subject, outage.kind, outage.since, None if outage.lasts else outage.until],
    )


def end(transaction: Transaction, subject: str, kind: str, at: float) -> None:
    """End an outage, if it lasts."""
    transaction.outages.clear()
    transaction.connection.execute(
        "UPDATE outages SET until = ? WHERE subject = ? AND kind = ? AND until IS NULL",
        [at, subject, kind],
    )


def of(transaction: Transaction, region: str, machine: str = "") -> list[Outage]:
    """Return the outages of a region and of a machine, by its key, in the order they began."""
    if (region, machine) not in transaction.outages:
        rows = transaction.connection.execute(
            "SELECT kind, since, until FROM outages WHERE subject IN ('', ?, ?) ORDER BY since",
            [region, machine],
        )
        transaction.outages[region, machine] = [
            Outage(kind, since, math.inf if until is None else until) for kind, since, until in rows
        ]
    return transaction.outages[region, machine]
