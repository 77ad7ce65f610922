"""What `sparehub replicate` would do: the vault and the machines are read, nothing is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.failover.machines.azure_machines import (
    AzureMachine,
    Disk,
    MachineError,
    read_interface,
    read_machine,
)
from sparehub.site_recovery.vault import Contents, Vault, VaultError
from sparehub.topology.azure.site_recovery_limits import controller_problem, disk_type_problem
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import (
    MachineNeed,
    Need,
    items_by_machine,
    needs,
    plan_differs,
    unwanted,
)

_ENABLES = (Need.ENABLE, Need.ENABLE_AGAIN)


@dataclass(frozen=True, kw_only=True)
class ReplicationPreview:
    """What has to be done until the vault holds what the files want."""

    needs: tuple[MachineNeed, ...]
    sources: Mapping[str, AzureMachine]
    """By name: the machines that are to be enabled, as Azure has them."""
    standing: frozenset[ResourceId]
    """The test networks that exist."""
    writes_plan: bool
    unwanted: tuple[ProtectedItem, ...]
    """Items of the pair whose machine is not in the files; they are left alone."""
    runbooks: tuple[str, ...] = ()
    """What differs of the runbooks that switch the network."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be done."""
        written = self.writes_plan or self.runbooks
        return not written and all(each.need is Need.NOTHING for each in self.needs)

    def document(self) -> dict[str, Any]:
        """Return it under the keys of ``sparehub replicate --json``."""
        return {
            "machines": [
                {
                    "name": each.machine.name,
                    "need": each.need.name.lower(),
                    "state": each.item.state if each.item else None,
                    "percent": each.item.percent if each.item else None,
                    "item": str(each.item.id) if each.item else None,
                    "differences": list(each.differences),
                }
                for each in self.needs
            ],
            "recoveryPlan": "write" if self.writes_plan else "nothing",
            "runbooks": list(self.runbooks),
            "notInFiles": [item.machine for item in self.unwanted],
        }


def preview_replication(
    vault: Vault, replication: Replication, contents: Contents | None = None
) -> ReplicationPreview:
    """Read the vault and the machines, and return what has to be done.

    Raises:
        PreflightError: naming everything that forbids it.
        VaultError: where the vault cannot be read.
    """
    contents = contents or vault.contents()
    standing = _standing(vault.azure, replication)
    wanted = needs(replication, contents.items, standing)
    enabled = [each.machine for each in wanted if each.need in _ENABLES]
    if enabled:
        require_containers(vault, replication)
    sources = _sources(vault.azure, replication, enabled)
    items = items_by_machine(replication, contents.items)
    return ReplicationPreview(
        needs=wanted,
        sources=sources,
        standing=standing,
        writes_plan=plan_differs(replication, items, vault.plan(replication.plan)),
        unwanted=unwanted(replication, contents.items),
    )


def chosen_disks(machine: Machine, source: AzureMachine) -> tuple[Disk, ...]:
    """Return the disks of a machine that are to be replicated."""
    names = {name.lower() for name in machine.disks}
    return tuple(disk for disk in source.disks if not names or disk.id.name.lower() in names)


def _standing(azure: Azure, replication: Replication) -> frozenset[ResourceId]:
    networks = {machine.test_network for machine in replication.machines}
    return frozenset(network for network in networks if azure.send("GET", str(network)).accepted)


def require_containers(vault: Vault, replication: Replication) -> None:
    """Refuse to replicate machines before the stacks have made what they are replicated by.

    Raises:
        PreflightError: naming what is missing.
    """
    for what in (replication.policy, replication.container, replication.target_container):
        answer = vault.azure.send("GET", str(what))
        if answer.status == NOT_FOUND:
            message = (
                f"{what.name} is not in the vault {vault.name}: `pulumi up` of both stacks makes "
                "it, the protected region first. If the portal made the vault, `sparehub adopt` "
                "takes its names over"
            )
            raise PreflightError(message)
        if not answer.accepted:
            raise VaultError(str(what), answer.problem, status=answer.status)


def _sources(
    azure: Azure, replication: Replication, machines: list[Machine]
) -> dict[str, AzureMachine]:
    """Return the machines that are to be enabled.

    Raises:
        PreflightError: naming every machine that cannot be replicated, and why.
    """
    found, problems = {}, []
    for machine in machines:
        try:
            source = read_machine(azure, machine.id)
            if source is None:
                problems.append(f"{machine.name}: there is no machine {machine.id}")
                continue
            problems += _problems(azure, replication, machine, source)
            found[machine.name] = source
        except MachineError as error:
            problems.append(f"{machine.name}: {error}")
    if problems:
        raise PreflightError("\n".join(problems))
    return found


def _problems(
    azure: Azure, replication: Replication, machine: Machine, source: AzureMachine
) -> Iterator[str]:
    if source.location.lower() != replication.source_location:
        yield (
            f"{machine.name} is in {source.location}, and {replication.source_location} is "
            "replicated: virtualMachineId names another machine"
        )
    if problem := controller_problem(source.controller):
        yield f"{machine.name}: {problem}"
    there = {disk.id.name.lower() for disk in source.disks}
    for name in machine.disks:
        if name.lower() not in there:
            yield f"{machine.name} has no disk {name}: it has {', '.join(sorted(there))}"
    for disk in chosen_disks(machine, source):
        if problem := disk_type_problem(disk.type):
            yield f"{machine.name}: {disk.id.name}: {problem}"
    interfaces = {identity.name.lower(): identity for identity in source.interfaces}
    for wanted in machine.interfaces:
        identity = interfaces.get(wanted.name.lower())
        if identity is None:
            yield (
                f"{machine.name} has no network interface {wanted.name}: it has "
                f"{', '.join(sorted(interfaces))}"
            )
            continue
        subnet = read_interface(azure, identity).subnet
        if subnet.name.lower() != wanted.subnet.lower():
            yield (
                f"{machine.name}: {wanted.name} is in {subnet.name}, and the file says "
                f"{wanted.subnet}: Site Recovery looks for a subnet of the same name (SR-09)"
            )
