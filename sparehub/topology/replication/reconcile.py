"""What `sparehub replicate` has to do: the machines of the files against the items of the vault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.requests import plan_groups

_FAILED = "Failed"


class Need(StrEnum):
    """What a machine needs until it is as the files want it."""

    NOTHING = "nothing"
    ENABLE = "enable"
    ENABLE_AGAIN = "remove the failed item, then enable"
    WAIT = "wait until Protected"
    SET = "set addresses and networks"


@dataclass(frozen=True, kw_only=True)
class MachineNeed:
    """A machine, its item where it has one, and what is to be done."""

    machine: Machine
    item: ProtectedItem | None
    need: Need
    differences: tuple[str, ...] = ()
    """What differs from the files, in words."""


def find_item(
    replication: Replication, machine: Machine, items: Iterable[ProtectedItem]
) -> ProtectedItem | None:
    """Return the item of a machine, on whichever side the machine is.

    By the machine's id; by its name only within the two containers of the pair. An item's own id
    changes with each re-protection (SR-54), so it is never remembered.
    """
    known = list(items)
    for item in known:
        if {item.machine_id, item.arrived} & {machine.id, machine.arrives}:
            return item
    ours = (replication.container, replication.target_container)
    same_name = (
        item
        for item in known
        if item.machine.lower() == machine.name.lower()
        and item.container in ours
        and not item.machine_id.names  # else it is another machine of the same name
    )
    return next(same_name, None)


def items_by_machine(
    replication: Replication, items: Iterable[ProtectedItem]
) -> dict[str, ProtectedItem]:
    """Return the item of each machine that has one, by the machine's name."""
    known = tuple(items)
    found = {each.name: find_item(replication, each, known) for each in replication.machines}
    return {name: item for name, item in found.items() if item}


def is_reversed(replication: Replication, items: Iterable[ProtectedItem]) -> bool:
    """Return whether the machines are replicated the other way: all items are in its container."""
    found = items_by_machine(replication, items).values()
    return bool(found) and all(item.container == replication.target_container for item in found)


def needs(
    replication: Replication, items: Sequence[ProtectedItem], standing: frozenset[ResourceId]
) -> tuple[MachineNeed, ...]:
    """Return what each machine of a direction needs.

    Args:
        replication: the direction.
        items: all of the vault.
        standing: those test networks that exist.

    Raises:
        PreflightError: where a machine cannot be brought to what the files want; it names all.

    """
    found = items_by_machine(replication, items)
    problems = [
        problem
        for machine in replication.machines
        if (item := found.get(machine.name)) and (problem := _problem(replication, machine, item))
    ]
    if problems:
        raise PreflightError("\n".join(problems))
    return tuple(
        _need(machine, found.get(machine.name), machine.test_network in standing)
        for machine in replication.machines
    )


def _problem(replication: Replication, machine: Machine, item: ProtectedItem) -> str:
    if item.is_failed_over:
        return (
            f"{machine.name} is failed over and replicates nothing: `sparehub commit`, then "
            "`sparehub failback --prepare` re-protects it"
        )
    if item.container != replication.container:
        return (
            f"{machine.name} is replicated from {item.container}, not from "
            f"{replication.source_location}: end that replication first, or write its vault's id "
            "in siteRecovery.vault"
        )
    if item.policy != replication.policy:
        return (
            f"{machine.name} is replicated by the policy {item.policy.name}, not by "
            f"{replication.policy.name}: its owner has to end that, in the vault {item.id.top.name}"
        )
    missing = _missing_interfaces(machine, item)
    if missing and item.is_protected:
        return (
            f"{machine.name} has no network interface {', '.join(missing)}: it has "
            f"{', '.join(nic.name for nic in item.interfaces)}"
        )
    return ""


def _missing_interfaces(machine: Machine, item: ProtectedItem) -> list[str]:
    there = {nic.name.lower() for nic in item.interfaces}
    return [each.name for each in machine.interfaces if each.name.lower() not in there]


def _need(machine: Machine, item: ProtectedItem | None, test_network: bool) -> MachineNeed:  # noqa: FBT001 - of the machine
    if item is None:
        return MachineNeed(machine=machine, item=None, need=Need.ENABLE)
    if not item.is_protected and item.state.endswith(_FAILED):
        return MachineNeed(machine=machine, item=item, need=Need.ENABLE_AGAIN)
    if not item.is_protected:
        return MachineNeed(machine=machine, item=item, need=Need.WAIT)
    differing = differences(machine, item, test_network=test_network)
    need = Need.SET if differing else Need.NOTHING
    return MachineNeed(machine=machine, item=item, need=need, differences=differing)


def differences(machine: Machine, item: ProtectedItem, *, test_network: bool) -> tuple[str, ...]:
    """Return what an item says otherwise than the files, in words; empty where nothing differs.

    ``test_network``: whether the network of a test exists and so has to be named.
    """
    found = {nic.name.lower(): nic for nic in item.interfaces}
    compared: list[tuple[str, str, str]] = [
        ("network", str(machine.network), str(item.network)),
        ("name", machine.arrives.name, item.name_there),
    ]
    if machine.size:
        compared.append(("size", machine.size, item.size))
    if test_network:
        compared.append(("test network", str(machine.test_network), str(item.test_network)))
    for wanted in machine.interfaces:
        nic = found.get(wanted.name.lower())
        if nic is None:
            compared.append((wanted.name, "a network interface", "none"))
            continue
        compared += [
            (f"{wanted.name} subnet", wanted.subnet, nic.subnet),
            (f"{wanted.name} address", wanted.address, nic.address),
            (f"{wanted.name} test subnet", wanted.subnet, nic.test_subnet),
            (f"{wanted.name} test address", wanted.test_address, nic.test_address),
        ]
    return tuple(
        f"{what}: {there or 'none'}, wanted {wanted}"
        for what, wanted, there in compared
        if wanted and wanted.lower() != there.lower()
    )


def unwanted(replication: Replication, items: Iterable[ProtectedItem]) -> tuple[ProtectedItem, ...]:
    """Return the items of the pair's containers whose machine is not in the files."""
    known = tuple(items)
    ours = (replication.container, replication.target_container)
    wanted = {item.id for item in items_by_machine(replication, known).values()}
    return tuple(item for item in known if item.container in ours and item.id not in wanted)


def plan_differs(
    replication: Replication, items: Mapping[str, ProtectedItem], recorded: Mapping[str, Any] | None
) -> bool:
    """Return whether the recovery plan has to be written; ``recorded`` as the vault shows it."""
    if recorded is None:
        return True
    groups = (recorded.get("properties") or {}).get("groups") or ()
    there = [_comparable(group) for group in groups if group.get("groupType") == "Boot"]
    return there != [_comparable(group) for group in plan_groups(replication, items)]


def _comparable(group: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what is compared of a group: Azure gives machines GUIDs of its own (SR-60)."""
    machines = group.get("replicationProtectedItems") or ()
    return (
        frozenset(ResourceId.of(str(each["id"])) for each in machines),
        *(
            tuple(map(_action, group.get(name) or ()))
            for name in ("startGroupActions", "endGroupActions")
        ),
    )


def _action(action: Mapping[str, Any]) -> tuple[object, ...]:
    details = action.get("customDetails") or {}
    return (
        action.get("actionName"),
        tuple(sorted(action.get("failoverTypes") or ())),
        str(details.get("runbookId") or details.get("description") or "").lower(),
    )
