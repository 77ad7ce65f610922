"""The addresses of one machine before and after an operation."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class InterfaceAddress:
    """The address of a network interface before and after; empty where the files do not say it."""

    interface: str
    before: str
    after: str
    changes: bool
    """Whether the address after is another one, also where the files do not say which."""
    in_records: bool = True
    """Whether the machine's records have its address."""


@dataclass(frozen=True, kw_only=True)
class MachineAddresses:
    """A machine with the addresses of all of its interfaces, and its records in DNS."""

    machine: str
    group: int
    """Of the recovery plan."""
    interfaces: tuple[InterfaceAddress, ...]
    records: tuple[str, ...]
    """Relative to the zone."""

    @property
    def recorded(self) -> tuple[InterfaceAddress, ...]:
        """The interfaces whose addresses are in its records."""
        return tuple(each for each in self.interfaces if each.in_records)

    @property
    def changes(self) -> bool:
        """Whether a record of it has to change."""
        return bool(self.records) and any(each.changes for each in self.recorded)

    @property
    def known(self) -> bool:
        """Whether the files say every address that its records have afterwards."""
        return all(each.after for each in self.recorded)

    @property
    def after(self) -> tuple[str, ...]:
        """The addresses that its records have to have, each once."""
        return tuple(dict.fromkeys(each.after for each in self.recorded if each.after))
