"""The commands ``failback --prepare`` and ``failover --prepare``: checks, confirmation, run."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sparehub.failover.adapters.confirmation import ask_for
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.replication.published_runbooks import armed, published_runbooks
from sparehub.failover.machines.replication.replicate_command import refuse_beside_operation
from sparehub.failover.machines.replication.replication_preview import require_containers
from sparehub.failover.machines.reprotection import preconditions
from sparehub.failover.machines.reprotection.deletions import (
    Deletion,
    read_deletions,
    refuse_deployed,
    refuse_unnamed,
)
from sparehub.failover.machines.reprotection.reprotector import SWITCH, Reprotector
from sparehub.failover.machines.vault_session import VaultSession, open_vault, protection_seconds
from sparehub.failover.queries.access import Access
from sparehub.failover.session import open_session
from sparehub.output import Output
from sparehub.topology.errors import ExitCode, UnknownNameError
from sparehub.topology.planning.plan import PlanKind
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.reprotection import (
    MachineStage,
    Stage,
    refuse_reprotection,
    stages,
)

_RUN_IN = {PlanKind.FAILOVER: "primary", PlanKind.FAILBACK: "secondary"}
"""By operation that is prepared: the stack where the machines run now."""
_LEFT_ALONE = (Stage.NOT_FAILED_OVER, Stage.NOT_REPLICATED)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What a re-protection would do, once everything that forbids it was asked."""

    way: Replication
    found: tuple[MachineStage, ...]
    deletions: tuple[Deletion, ...]
    warnings: tuple[str, ...]


def prepare(
    directory: Path,
    output: Output,
    *,
    kind: PlanKind,
    yes: bool,
    confirmed: Sequence[str] = (),
) -> int:
    """Re-protect the machines that were failed over; return the exit code.

    Args:
        directory: the Pulumi project.
        output: where it is printed.
        kind: the operation that is prepared: it leaves the region where the machines run now.
        yes: whether nobody is asked; then every machine that is deleted has to be ``confirmed``.
        confirmed: names of machines that Azure may delete in the region that was left (SR-56).

    Raises:
        PreflightError: naming what forbids it; nothing was written.
        UnreachableError: where the region that was left does not answer.
        InterlockError: where an unplanned failover is not finished.
        HalfwayError: where an operation is under way.
        ReplicationError: naming every machine that could not be re-protected; the others are.
    """
    with open_session(directory, output, exclusive=True) as session:
        opened = open_vault(session)
        way = opened.leaving(_RUN_IN[kind])
        _refuse_unknown(way, confirmed)
        refuse_beside_operation(session, output)
        published = published_runbooks(opened, way)
        if published:
            published.differences()  # refuses an account, or a key, that is not there
        preparation = check(opened, way)
        _print(output, preparation)
        _confirm(preparation, yes=yes, confirmed=confirmed)
        with session.stoppable():
            if published:
                published.publish(session.journal.append)
            reprotector(opened, armed(way, published), f"sparehub {kind} --prepare").run()
        after = stages(way, opened.vault.contents().items)
    if output.as_json:
        output.document(_document(preparation, after))
    else:
        names = ", ".join(each.machine.name for each in after if each.stage is Stage.SWITCHED)
        output.results.print(f"replicated to {way.target_location}, and Protected: {names}")
    return ExitCode.DONE


def check(opened: VaultSession, way: Replication) -> Preparation:
    """Ask everything that may forbid a re-protection; nothing is written.

    Raises:
        PreflightError: naming what forbids it.
        UnreachableError: where the region that was left does not answer.
        InterlockError: where an unplanned failover is not finished.
    """
    azure, vault = opened.session.azure, opened.vault
    preconditions.refuse_open_items(opened, way)
    preconditions.refuse_silent_region(opened, way)
    found = stages(way, vault.contents().items)
    refuse_reprotection(way, found)
    preconditions.refuse_missing_cache(azure, way)
    require_containers(vault, way)
    deletions = read_deletions(azure, found)
    refuse_deployed(deletions, opened.session.readable)
    access = Access(azure)
    preconditions.refuse_locks(access, way, found, deletions)
    return Preparation(
        way=way,
        found=found,
        deletions=deletions,
        warnings=tuple(preconditions.warnings(opened, way, deletions, access)),
    )


def reprotector(opened: VaultSession, way: Replication, command: str) -> Reprotector:
    """Return the run of a re-protection, with what earlier runs have recorded."""
    session = opened.session
    posted = {
        str(record.data["machine"]): str(record.data["job"])
        for record in session.journal.records
        if record.event == JournalEvent.REPLICATION_POSTED and record.data["action"] == SWITCH
    }
    return Reprotector(
        vault=opened.vault,
        way=way,
        old=opened.leaving(way.target),
        record=session.journal.append,
        wait=opened.wait(),
        expected=protection_seconds(session.journal.records, again=True),
        command=command,
        posted=posted,
    )


def _refuse_unknown(way: Replication, confirmed: Sequence[str]) -> None:
    known = sorted(machine.name for machine in way.machines)
    for name in confirmed:
        if name not in known:
            raise UnknownNameError("machine", name, known)


def _confirm(preparation: Preparation, *, yes: bool, confirmed: Sequence[str]) -> None:
    """Have the deletion of machines confirmed, by the region's name or by theirs.

    Raises:
        PreflightError: where it is not.
    """
    if not preparation.deletions:
        return
    if yes:
        refuse_unnamed(preparation.deletions, confirmed, preparation.way)
        return
    if not sys.stdin.isatty():
        names = ",".join(each.machine for each in preparation.deletions)
        raise typer.BadParameter(
            f"there is no terminal to confirm at: give --yes --confirm-deletion {names}"
        )
    ask_for(preparation.way.target_location)


def _print(output: Output, preparation: Preparation) -> None:
    way = preparation.way
    if not output.as_json:
        output.results.print(
            f"{len(way.machines)} machines run in {way.source_location} and are to be replicated "
            f"to {way.target_location}, vault {way.vault.name} in {way.vault_location}"
        )
        output.table(
            ("machine", "state", "to do"),
            [
                (
                    each.machine.name,
                    each.item.description if each.item else "not replicated",
                    each.stage.value,
                )
                for each in preparation.found
            ],
        )
    for each in preparation.found:
        if each.stage in _LEFT_ALONE:
            output.note(f"warning: {each.machine.name} is left alone: {each.stage}")
    for warning in preparation.warnings:
        output.note(f"warning: {warning}")
    if preparation.deletions:
        output.note(
            f"at the end Azure deletes in {way.target_location}, and keeps the disks (SR-56):"
        )
    for deletion in preparation.deletions:
        output.note(f"  {deletion}")


def _document(preparation: Preparation, after: Sequence[MachineStage]) -> dict[str, Any]:
    way = preparation.way
    return {
        "from": way.source_location,
        "to": way.target_location,
        "machines": [
            {
                "name": each.machine.name,
                "stage": each.stage.name.lower(),
                "state": each.item.state if each.item else None,
                "item": str(each.item.id) if each.item else None,
            }
            for each in after
        ],
        "deleted": [each.document() for each in preparation.deletions],
        "recoveryPlan": way.plan.name,
    }
