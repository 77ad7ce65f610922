"""The command ``sparehub replicate``: preview, confirmation, run, and what it prints."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sparehub.failover.adapters.confirmation import ask
from sparehub.failover.machines.replication.end_replication import (
    Ending,
    end_replication,
    preview_ending,
)
from sparehub.failover.machines.replication.published_runbooks import (
    PublishedRunbooks,
    armed,
    as_recorded,
    published_runbooks,
)
from sparehub.failover.machines.replication.replicate import Replicator
from sparehub.failover.machines.replication.replication_preview import (
    ReplicationPreview,
    preview_replication,
)
from sparehub.failover.machines.vault_session import (
    VaultSession,
    open_vault,
    protection_seconds,
)
from sparehub.failover.queries.account import refuse_other_account
from sparehub.failover.session import Session, open_session
from sparehub.output import Output
from sparehub.topology.errors import ExitCode, HalfwayError
from sparehub.topology.replication.direction import Replication


def replicate(directory: Path, output: Output, *, preview: bool, yes: bool) -> int:
    """Bring the items of the vault to what the files want; return the exit code.

    Raises:
        PreflightError: naming everything that forbids it; nothing was written.
        ReplicationError: naming every machine that could not be replicated; the others are.
    """
    with open_session(directory, output, exclusive=not preview) as session:
        opened = open_vault(session)
        direction = opened.in_force()
        published = published_runbooks(opened, direction)
        direction = armed(direction, published)
        found = _look(opened, direction, published)
        if not output.as_json:
            _print(output, direction, found)
        if preview or found.is_empty:
            return _show(output, found)
        refuse_beside_operation(session, output)
        if not yes:
            machines = len(direction.machines)
            ask(f"replicate {machines} machines to {direction.target_location}?")
        with session.stoppable():
            if published:
                published.publish(session.journal.append)
            Replicator(
                vault=opened.vault,
                replication=direction,
                record=session.journal.append,
                wait=opened.wait(),
                expected=protection_seconds(session.journal.records),
            ).run()
        return _show(output, _look(opened, direction, published))


def _look(
    opened: VaultSession, direction: Replication, published: PublishedRunbooks | None
) -> ReplicationPreview:
    found = preview_replication(opened.vault, direction)
    return replace(found, runbooks=published.differences() if published else ())


def end(directory: Path, output: Output, *, names: Sequence[str], preview: bool, yes: bool) -> int:
    """End the replication of machines; return the exit code.

    Raises:
        UnknownNameError: where a machine is not replicated.
        PreflightError: where a test failover is not cleaned up.
        ReplicationError: naming every machine whose replication could not be ended.
    """
    with open_session(directory, output, exclusive=not preview) as session:
        opened = open_vault(session)
        direction = as_recorded(opened, opened.in_force())
        ending = preview_ending(opened.vault, direction, names)
        if not preview and ending.items:
            refuse_beside_operation(session, output)
            if not yes:
                ask(f"end the replication of {_names(ending)}?")
            with session.stoppable():
                end_replication(
                    opened.vault, direction, ending, opened.wait(), session.journal.append
                )
    if output.as_json:
        output.document({"ended": [item.machine for item in ending.items], "preview": preview})
    else:
        verb = "would end" if preview else "ended"
        output.results.print(f"replication {verb}: {_names(ending)}")
    return ExitCode.DONE


def refuse_beside_operation(session: Session, output: Output) -> None:
    """Refuse to write beside an operation that is under way, or by another account.

    Raises:
        HalfwayError: where an operation is under way.
        PreflightError: where another account is signed in.
    """
    output.note(session.azure.name)
    if underway := session.journal_state.open:
        message = f"the {underway.kind} of {underway.begun} is under way: `sparehub resume` first"
        raise HalfwayError(message)
    refuse_other_account(
        session.pair, session.readable, session.azure, os.environ, session.progress.note
    )


def _names(ending: Ending) -> str:
    return ", ".join(item.machine for item in ending.items) or "nothing"


def _show(output: Output, preview: ReplicationPreview) -> int:
    if output.as_json:
        output.document(preview.document())
    elif preview.is_empty:
        output.results.print("every machine is Protected, and as the files want it")
    return ExitCode.DONE


def _print(output: Output, direction: Replication, preview: ReplicationPreview) -> None:
    output.results.print(
        f"{len(direction.machines)} machines from {direction.source_location} to "
        f"{direction.target_location}, vault {direction.vault.name} in {direction.vault_location}"
    )
    output.table(
        ("machine", "group", "state", "to do"),
        [
            (
                each.machine.name,
                str(each.machine.group),
                each.item.description if each.item else "not replicated",
                "; ".join((each.need.value, *each.differences)),
            )
            for each in preview.needs
        ],
    )
    for difference in preview.runbooks:
        output.results.print(f"to be published: {difference}")
    if preview.writes_plan:
        output.results.print(f"recovery plan {direction.plan.name}: to be written")
    for item in preview.unwanted:
        output.results.print(
            f"note: {item.machine} is replicated and is not in the files: "
            f"`sparehub replicate --off {item.machine}` ends that"
        )
