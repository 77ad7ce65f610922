"""A write to a vault between two records: that it is about to be sent, and its job."""

from collections.abc import Callable

from sparehub.failover.journal.events import JournalEvent

Record = Callable[..., object]
"""Writes one record of the journal: its event, and its data."""


def post(record: Record, send: Callable[[], str], **about: str) -> str:
    """Send a write and return its job; ``about`` is in both records.

    Raises:
        VaultError: where the vault refuses it, or no answer came: only the first record is there.
        LeaseError: where somebody else has taken over.
    """
    record(JournalEvent.REPLICATION_INTENDED, **about)
    job = send()
    record(JournalEvent.REPLICATION_POSTED, **about, job=job)
    return job
