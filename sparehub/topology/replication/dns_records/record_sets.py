"""The record sets that change: by name, with the addresses of every machine of that name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparehub.topology.replication.dns_records.machine_addresses import MachineAddresses


@dataclass(frozen=True, kw_only=True)
class RecordSet:
    """A name, and the addresses that it has to lead to afterwards."""

    name: str
    """Relative to the zone."""
    addresses: tuple[str, ...]
    """Each once."""
    machines: tuple[str, ...]
    """All machines of this name, also those whose address stays."""
    unknown: tuple[str, ...] = ()
    """The machines of which no file says an address: the record set cannot be replaced then."""


def record_sets(machines: Sequence[MachineAddresses]) -> Iterator[RecordSet]:
    """Yield each name of a machine whose address changes, once.

    Names are compared without regard to case (RFC 1035, section 2.3.3).

    Args:
        machines: all that the operation moves, also those whose address stays.
    """
    named: dict[str, list[MachineAddresses]] = {}
    spelled: dict[str, str] = {}
    for machine in machines:
        for name in {each.lower(): each for each in machine.records}.values():
            spelled.setdefault(name.lower(), name)
            named.setdefault(name.lower(), []).append(machine)
    for key, found in named.items():
        if any(each.changes for each in found):
            addresses = (address for each in found for address in each.after)
            yield RecordSet(
                name=spelled[key],
                addresses=tuple(dict.fromkeys(addresses)),
                machines=tuple(each.machine for each in found),
                unknown=tuple(each.machine for each in found if not each.known),
            )
