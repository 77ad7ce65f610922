"""What a re-protection has to do: machines that were failed over are replicated the other way.

Re-protection is ``switchprotection`` of the container that an item is in; at its end the item is in
the other one, under another id (SR-53, SR-54).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import Operation, ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine


class Stage(StrEnum):
    """How far the re-protection of a machine is."""

    SWITCHED = "replicated this way"
    SWITCH = "to be re-protected"
    BUSY = "a job is under way"
    NOT_FAILED_OVER = "not failed over"
    NOT_REPLICATED = "not replicated"
    REFUSED = "Azure does not allow it now"


@dataclass(frozen=True, kw_only=True)
class MachineStage:
    """A machine of the new direction, its item where it has one, and how far it is."""

    machine: Machine
    item: ProtectedItem | None
    stage: Stage


def stages(way: Replication, items: Iterable[ProtectedItem]) -> tuple[MachineStage, ...]:
    """Return how far the re-protection of each machine is.

    Args:
        way: the direction that the machines are replicated in afterwards.
        items: all of the vault.

    """
    found = items_by_machine(way, items)
    return tuple(
        MachineStage(machine=machine, item=item, stage=_stage(way, item))
        for machine in way.machines
        for item in [found.get(machine.name)]
    )


def _stage(way: Replication, item: ProtectedItem | None) -> Stage:
    if item is None:
        return Stage.NOT_REPLICATED
    if item.container == way.container:
        # Failed over in this direction, it is to be replicated in the other one.
        return Stage.NOT_FAILED_OVER if item.is_failed_over else Stage.SWITCHED
    if not item.is_failed_over:
        return Stage.NOT_FAILED_OVER
    if item.scenario:
        return Stage.BUSY
    return Stage.SWITCH if item.allows(Operation.SWITCH) else Stage.REFUSED


def refuse_reprotection(way: Replication, found: Iterable[MachineStage]) -> None:
    """Refuse a re-protection that may not begin, or has nothing to do. Pure: nothing was written.

    Raises:
        PreflightError: naming every machine that is in the way.
    """
    known = tuple(found)
    foreign = [
        f"{each.machine.name} ({each.item.container})"
        for each in known
        if each.item and each.item.container not in (way.container, way.target_container)
    ]
    if foreign:
        raise PreflightError(
            f"replicated from another container than the pair's: {', '.join(foreign)}: end that "
            "replication first, or write its vault's id in siteRecovery.vault"
        )
    uncommitted = [each.machine.name for each in known if each.item and each.item.awaits_commit]
    if uncommitted:
        raise PreflightError(
            f"{', '.join(uncommitted)}: the failover is not committed: `sparehub commit` first. "
            "Re-protection would commit it by itself, which ends the choice of recovery point "
            "(SR-53)"
        )
    if all(each.stage in (Stage.NOT_FAILED_OVER, Stage.NOT_REPLICATED) for each in known):
        raise PreflightError(
            f"no machine was failed over to {way.source_location}, so there is nothing to "
            "re-protect: `sparehub replicate --preview` shows where each is replicated from"
        )
