"""Machines that `sparehub init` writes: read from options, or from one answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sparehub.topology.errors import OptionsError

FORM = "NAME=VM_ID:SPOKE/SUBNET[:IP]"
_MACHINE = re.compile(
    r"(?P<name>[^=:/]+)=(?P<id>/[^:]+):(?P<spoke>[^/:]+)/(?P<subnet>[^/:]+)(?::(?P<address>[^:/]+))?"
)


@dataclass(frozen=True, kw_only=True)
class ReplicatedMachine:
    """A machine as the stack file says it; what it holds is checked in the finished file."""

    name: str
    virtual_machine_id: str
    spoke: str
    subnet: str
    address: str
    """Where it arrives; empty to leave it to Azure."""


@dataclass(frozen=True, kw_only=True)
class Replicated:
    """What is replicated from the region, and the account through which it is copied."""

    cache_storage_account: str
    machines: tuple[ReplicatedMachine, ...]


def read_machines(texts: Iterable[str]) -> tuple[ReplicatedMachine, ...]:
    """Return the machines that texts of the form ``NAME=VM_ID:SPOKE/SUBNET[:IP]`` describe.

    Raises:
        OptionsError: One is not of that form, or a name occurs twice.
    """
    machines: dict[str, ReplicatedMachine] = {}
    for text in texts:
        found = _MACHINE.fullmatch(text)
        if found is None:
            message = f"--replicate: {text!r} is not {FORM}; nothing was written"
            raise OptionsError(message)
        if found["name"] in machines:
            message = f"--replicate: {found['name']!r} occurs twice; nothing was written"
            raise OptionsError(message)
        machines[found["name"]] = ReplicatedMachine(
            name=found["name"],
            virtual_machine_id=found["id"],
            spoke=found["spoke"],
            subnet=found["subnet"],
            address=found["address"] or "",
        )
    return tuple(machines.values())
