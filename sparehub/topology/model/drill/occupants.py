"""What is in the test networks of a drill: of a test failover, or somebody else's.

A test failover makes ``{machine}-test`` with ``{interface}-test`` in the group where the machines
arrive (SR-49), and its clean-up deletes them. Anything else stays until its owner removes it, and
Azure deletes no subnet with something in it (VN-17).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sparehub.topology.config.resource_ids import ResourceId

_INTERFACE = "microsoft.network/networkinterfaces"
_TEST = "-test"


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """Something with an address in a test network."""

    place: str  # spoke and subnet, as in spoke1/app
    id: ResourceId
    machine: ResourceId | None = None  # of an interface that is attached to one

    def __str__(self) -> str:
        return f"{self.id.names[0] if self.id.names else self.id} in {self.place}"


@dataclass(frozen=True, kw_only=True)
class ReplicatedMachines:
    """What a test failover can have made: the replicated machines, and where they arrive."""

    resource_group: str
    interfaces: Mapping[str, Collection[str]]  # names of a machine's interfaces, by its name


class Occupants(NamedTuple):
    """Those that Site Recovery's clean-up deletes, and those that it does not."""

    of_test: tuple[Occupant, ...]
    of_others: tuple[Occupant, ...]


def classify(found: Iterable[Occupant], machines: ReplicatedMachines | None) -> Occupants:
    """Return whose each thing is; all of them are somebody else's where nothing is replicated.

    Args:
        found: what is in the test networks.
        machines: those that the drill fails over; None where the files name none.
    """
    names = _names(machines) if machines else {}
    group = machines.resource_group.lower() if machines else ""
    of_test: list[Occupant] = []
    of_others: list[Occupant] = []
    for each in found:
        (of_test if _is_of_test(each, group, names) else of_others).append(each)
    return Occupants(tuple(of_test), tuple(of_others))


def _names(machines: ReplicatedMachines) -> Mapping[str, frozenset[str]]:
    """Return the names of test machines by those of their interfaces, in lower case."""
    names: dict[str, set[str]] = {}
    for machine, interfaces in machines.interfaces.items():
        for interface in interfaces:
            test = names.setdefault(f"{interface}{_TEST}".lower(), set())
            test.add(f"{machine}{_TEST}".lower())
    return {interface: frozenset(test) for interface, test in names.items()}


def _is_of_test(each: Occupant, group: str, names: Mapping[str, frozenset[str]]) -> bool:
    identity = each.id
    if identity.type.lower() != _INTERFACE or identity.resource_group.lower() != group:
        return False
    machines = names.get(identity.name.lower(), frozenset())
    # The clean-up deletes machine and interface one after the other: an interface may be left.
    return bool(machines) and (each.machine is None or each.machine.name.lower() in machines)
