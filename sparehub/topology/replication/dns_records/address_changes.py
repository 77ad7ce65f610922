"""Which machines arrive with another address, and what their records in DNS have to say then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sparehub.topology.config.dns import DnsConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import Machine, protected_stack, replication
from sparehub.topology.replication.dns_records.machine_addresses import (
    InterfaceAddress,
    MachineAddresses,
)
from sparehub.topology.replication.dns_records.record_sets import RecordSet, record_sets

_ANY = "-"
"""A subscription: the addresses do not depend on it."""


@dataclass(frozen=True, kw_only=True)
class AddressChanges:
    """What an operation changes for those that look up machines by name."""

    machines: tuple[MachineAddresses, ...]
    """Those with a record and an address that changes, by name."""
    dns: DnsConfig | None
    """``siteRecovery.dns``; None where no file says it."""
    record_sets: tuple[RecordSet, ...] = ()
    """The names of these machines, with the addresses of others that share a name."""
    subscription: str = ""
    """Of the private DNS zone; empty where no file says it."""

    @property
    def groups(self) -> frozenset[int]:
        """The recovery groups that have such a machine."""
        return frozenset(each.group for each in self.machines)

    @property
    def seconds(self) -> int:
        """How long resolvers keep an old address after a record was changed; 0 if unknown."""
        return self.dns.ttl_in_seconds if self.dns else 0

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What a recovery time assumes of records; nothing where no address changes."""
        if not self.machines:
            return ()
        names = ", ".join(each.machine for each in self.machines)
        if self.dns is None:
            text = (
                f"the address of {names} changes; for how long names lead to the old one is not "
                "counted: say siteRecovery.dns.ttlInSeconds"
            )
            return (text,)
        groups = ", ".join(map(str, sorted(self.groups)))
        text = (
            f"the records of {names} are changed once the machines are verified, and resolvers "
            f"keep the old ones for {self.seconds} s: counted for group {groups}"
        )
        return (text,)


def address_changes(pair: Mapping[str, Stack], source: str) -> AddressChanges:
    """Return which addresses change where the machines leave a stack's region.

    The address before is the one that the machine would get on the way back. That is the one at the
    same place of its subnet, since no file says which address a machine has today.
    """
    target = next(name for name in pair if name != source)
    away = replication(pair, source, _ANY)
    back = replication(pair, target, _ANY)
    if away is None or back is None:
        return AddressChanges(machines=(), dns=None)
    protected = protected_stack(pair)
    recovery = next(stack for stack in pair.values() if stack is not protected)
    said = recovery.config.region.site_recovery
    dns = said.dns if said else None
    found = [
        MachineAddresses(
            machine=machine.name,
            group=machine.group,
            interfaces=tuple(_interfaces(machine, back.machine(machine.name), pair, dns)),
            records=dns.records.get(machine.name, (machine.name,)) if dns else (machine.name,),
        )
        for machine in away.machines
    ]
    return AddressChanges(
        machines=tuple(each for each in found if each.changes),
        dns=dns,
        record_sets=tuple(record_sets(found)),
        subscription=(dns.subscription_id or recovery.config.subscription) if dns else "",
    )


def _interfaces(
    away: Machine, back: Machine, pair: Mapping[str, Stack], dns: DnsConfig | None
) -> Iterator[InterfaceAddress]:
    recorded = dns.network_interfaces.get(away.name) if dns else None
    before = {each.name: each.address for each in back.interfaces}
    for each in away.interfaces:
        now, then = before[each.name], each.address
        # Without an address in the file, Azure keeps it where it can, else it chooses one (SR-44).
        changes = now != then if then else _moves(pair, away.spoke, each.subnet)
        yield InterfaceAddress(
            interface=each.name,
            before=now,
            after=then,
            changes=changes,
            in_records=recorded is None or each.name in recorded,
        )


def _moves(pair: Mapping[str, Stack], spoke: str, subnet: str) -> bool:
    """Return whether a subnet has other addresses in the two regions."""
    prefixes = set()
    for stack in pair.values():
        networks = {each.key: each.virtual_network for each in stack.region.spokes}
        found = networks[spoke].subnet(subnet) if spoke in networks else None
        prefixes.add(found.address_prefix if found else None)
    return len(prefixes) > 1
