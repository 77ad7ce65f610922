"""What Azure deletes at the end of a re-protection: machines and interfaces that are left (SR-56).

https://learn.microsoft.com/azure/site-recovery/azure-to-azure-how-to-reprotect: the disks stay.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.machines.azure_machines import RUNNING, power_state, read_machine
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.reprotection import MachineStage, Stage


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """A machine of the region that is left, which Azure will delete, and its interfaces."""

    machine: str
    id: ResourceId
    interfaces: tuple[ResourceId, ...]
    runs: bool
    """Whether it runs, so that it may have written something since the failover."""

    @property
    def ids(self) -> tuple[ResourceId, ...]:
        """Everything that is deleted."""
        return (self.id, *self.interfaces)

    def document(self) -> dict[str, Any]:
        """Return it under the keys of ``--json``."""
        return {
            "machine": self.machine,
            "id": str(self.id),
            "networkInterfaces": [str(each) for each in self.interfaces],
            "runs": self.runs,
        }

    def __str__(self) -> str:
        interfaces = ", ".join(each.name for each in self.interfaces) or "no network interface"
        return f"{self.machine}: {self.id} with {interfaces}"


def read_deletions(azure: Azure, found: Iterable[MachineStage]) -> tuple[Deletion, ...]:
    """Return what is deleted with the machines that are to be re-protected; nothing is written.

    A machine that is gone already is left out.

    Raises:
        MachineError: where one cannot be read.
    """
    return tuple(_deletions(azure, found))


def _deletions(azure: Azure, found: Iterable[MachineStage]) -> Iterator[Deletion]:
    for each in found:
        if each.stage is not Stage.SWITCH or each.item is None:
            continue
        left = read_machine(azure, each.item.machine_id)
        if left is not None:
            yield Deletion(
                machine=each.machine.name,
                id=left.id,
                interfaces=left.interfaces,
                runs=power_state(azure, left.id) == RUNNING,
            )


def refuse_deployed(deletions: Iterable[Deletion], states: Mapping[str, Snapshot]) -> None:
    """Refuse to have something deleted that one of our stacks manages.

    Raises:
        PreflightError: naming each resource and its stack.
    """
    managed = {
        identity: f"{name} of stack {stack}"
        for stack, state in states.items()
        for name, identity in state.ids.items()
    }
    found = [
        f"  {identity} is {managed[identity]}"
        for each in deletions
        for identity in each.ids
        if identity in managed
    ]
    if found:
        listed = "\n".join(found)
        raise PreflightError(
            "at the end of a re-protection Azure deletes the machines that are left (SR-56), and "
            "these belong to Pulumi; nothing was done. Take them out of the program and, by "
            f"`pulumi state delete`, out of the state:\n{listed}"
        )


def refuse_unnamed(deletions: Iterable[Deletion], named: Iterable[str], way: Replication) -> None:
    """Refuse to have a machine deleted that was not named in ``--confirm-deletion``.

    Raises:
        PreflightError: naming every machine, and what is missing.
    """
    names = set(named)
    listed = [*deletions]
    if any(each.machine not in names for each in listed):
        lines = "\n".join(f"  {each}" for each in listed)
        wanted = ",".join(each.machine for each in listed)
        raise PreflightError(
            f"at the end Azure deletes these machines in {way.target_location}; nothing was done. "
            f"--confirm-deletion {wanted} confirms that:\n{lines}"
        )
