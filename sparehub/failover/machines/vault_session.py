"""The vault of a session's pair, and the direction that its machines are replicated in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record
from sparehub.failover.machines.waiting import JobWait
from sparehub.failover.session import Session
from sparehub.site_recovery.vault import Vault
from sparehub.topology.azure.durations import FIRST_PROTECTION, SECOND_PROTECTION
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Replication, replicates, replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import is_reversed

_NO_MACHINES = (
    "no machine is replicated by these stack files: write region.replicate.machines into the file "
    "of the region that is protected, and region.siteRecovery into the other one"
)


@dataclass(frozen=True, kw_only=True)
class VaultSession:
    """The vault, and both directions."""

    session: Session
    vault: Vault
    away: Replication
    """From the protected region to the one that takes over."""
    back: Replication

    def leaving(self, source: str) -> Replication:
        """Return the direction that leaves a stack's region."""
        return self.away if self.away.source == source else self.back

    def in_force(self) -> Replication:
        """Return the direction that the machines are replicated in now.

        Raises:
            VaultError: where the vault cannot be read.
        """
        return self.direction_of(self.vault.contents().items)

    def direction_of(self, items: Iterable[ProtectedItem]) -> Replication:
        """Return the direction that the items of the vault are replicated in."""
        return self.back if is_reversed(self.away, items) else self.away

    def wait(self, answer: Callable[[str], str] | None = None) -> JobWait:
        """Return how the session waits for jobs; ``answer`` does a manual action."""
        return JobWait(
            vault=self.vault,
            note=self.session.progress.note,
            stop=self.session.stop,
            answer=answer,
        )


def open_vault(session: Session) -> VaultSession:
    """Return the vault of a session's pair; nothing is read.

    Raises:
        PreflightError: where no machine is replicated, or neither stack was deployed.
    """
    if not replicates(session.pair):
        raise PreflightError(_NO_MACHINES)
    subscription = session.subscription
    if not subscription:
        raise PreflightError("neither stack is deployed: `pulumi up` of both makes the vault first")
    names = sorted(session.pair, key=lambda name: not session.pair[name].config.region.replicate)
    directions = [
        replication(session.pair, name, subscription, session.journal_state.source_addresses)
        for name in names
    ]
    away, back = directions
    if away is None or back is None:
        raise PreflightError(_NO_MACHINES)
    return VaultSession(
        session=session,
        vault=Vault(session.azure.client, away.vault, session.azure.guard),
        away=away,
        back=back,
    )


def protection_seconds(records: Iterable[Record], *, again: bool = False) -> float:
    """Return how long a machine takes until it is Protected: measured before, else recorded.

    ``again``: after a re-protection, which compares disks that are there already.
    """
    measured = [
        float(record.data["seconds"])
        for record in records
        if record.event == JournalEvent.MACHINE_PROTECTED
        and bool(record.data.get("again")) is again
    ]
    known = SECOND_PROTECTION if again else FIRST_PROTECTION
    return median(measured) if measured else float(known.typical)
