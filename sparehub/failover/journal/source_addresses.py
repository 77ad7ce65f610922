"""The addresses that machines have in the protected region: those of their way back (SR-55)."""

from collections.abc import Callable, Mapping
from typing import Any

from sparehub.failover.journal.events import JournalEvent
from sparehub.topology.replication.direction import Replication, SourceAddresses
from sparehub.topology.replication.protected_item import ProtectedItem


def record_source_addresses(
    record: Callable[..., object],
    direction: Replication,
    items: Mapping[str, ProtectedItem],
) -> None:
    """Record the addresses of machines that are about to leave the protected region.

    On the way back nothing is recorded: what the machines have there are the recovery addresses,
    which are in the file. A machine that has been failed over already is left out.

    Args:
        record: writes one record of the journal.
        direction: that the machines are failed over in.
        items: by machine, as they are before it.

    """
    if direction.back:
        return
    addresses = {
        name: {nic.name: nic.source_address for nic in item.interfaces if nic.source_address}
        for name, item in items.items()
        if not item.is_failed_over
    }
    if known := {name: found for name, found in addresses.items() if found}:
        record(JournalEvent.ADDRESSES_RECORDED, addresses=known)


def with_addresses(before: SourceAddresses, data: Mapping[str, Any]) -> SourceAddresses:
    """Return the known addresses after one more record: the latest one of a machine counts."""
    return {**before, **data["addresses"]}
