"""Reconciles the pending operations and orphans of a killed Pulumi before a deployment.

A resource that was being made may stand in Azure while only a pending entry knows of it. A
deployment would meet it ("cannot create already existing resource") and drop the entry, after
which nothing knows of it: so it is imported first, by the id that its inputs determine.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.azure.reading import read, settled, state_of
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot, identity_of
from sparehub.topology.azure.durations import GATEWAY_CREATE, GATEWAY_DELETE
from sparehub.topology.errors import PreflightError, UnreachableError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.disconnect import Disconnection
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import StackChange

Note = Callable[[str], None]


def reconcile_pending(stacks: Stacks, azure: Azure, stack: str, note: Note) -> Snapshot:
    """Bring a stack's begun writes to a known end; return what it then holds.

    Raises:
        PreflightError: where it cannot be known what a write made.
        UnreachableError: where the region does not answer.
    """
    snapshot = stacks.snapshot(stack)
    if not snapshot.pending:
        return snapshot
    for pending in snapshot.pending:
        # Updates and deletions are in the state as they were before: the next deployment
        # does them again, which Azure takes for nothing new.
        if pending.operation != "creating" or pending.name in snapshot.ids:
            continue
        identity = pending.identity(snapshot.subscription)
        if not identity:
            message = (
                f"stack {stack!r} was interrupted while it made {pending.name}, which no failover "
                "makes: look for it in Azure, and `pulumi import` it, or delete it; then run "
                f"`pulumi refresh --stack {stack}`"
            )
            raise PreflightError(message)
        if not _adopted(stacks, azure, stack, pending, identity):
            note(f"{stack}: {pending.name} was begun and never made")
        else:
            note(f"{stack}: {pending.name} was made while its maker died; taken into the state")
    stacks.forget_pending(stack)
    return stacks.snapshot(stack)


def import_orphans(  # noqa: PLR0913, PLR0917 - a stack, a region, and what it was to make
    stacks: Stacks,
    azure: Azure,
    stack: str,
    region: Region,
    wanted: Iterable[ResourceOperation],
    note: Note,
) -> bool:
    """Take into a stack's state what stands in Azure unheard of; return whether anything did.

    Where every answer is lost Pulumi records nothing at all, not even a pending write. ``region``
    is the live one: what is to be made is looked for, and what is to be deleted, too, since a
    deployment deletes only what its state knows.

    Raises:
        UnreachableError: where the region does not answer.
    """
    snapshot = stacks.snapshot(stack)
    taken = False
    for operation in sorted(wanted):
        name = operation.name
        if operation.verb is Verb.UPDATE or name in snapshot.ids:
            continue
        parent = snapshot.urns.get(name.rpartition("/")[0], "")
        if operation.verb is Verb.CREATE and not parent:
            continue  # nobody ever began to make it
        identity = identity_of(operation, region, snapshot.subscription)
        stray = Pending(
            urn=f"{parent}::{name}",  # without its parent, a deletion still finds it
            type=operation.type,
            parent=parent,
            operation="creating",
            inputs={},
        )
        if _adopted(stacks, azure, stack, stray, identity):
            note(f"{stack}: {name} was made and nobody heard of it; taken into the state")
            taken = True
    return taken


def drop_missing(  # noqa: PLR0913, PLR0917 - a stack, a region, and what is recorded of it
    stacks: Stacks, azure: Azure, stack: str, snapshot: Snapshot, live: Region, note: Note
) -> bool:
    """Let a stack forget connections and a gateway that only its state knows; say whether it did.

    A Pulumi that died while it deleted leaves that in the state, and a deployment that is to make
    it again would find nothing to do.
    """
    names = [REGION.connection(connection.key) for connection in live.connections]
    gone = [
        name
        for name in (*names, REGION.gateway)
        if name in snapshot.ids and read(azure, snapshot.ids[name]).status == NOT_FOUND
    ]
    if gone:
        stacks.refresh(stack, [snapshot.urns[name] for name in gone])
        note(f"{stack}: {', '.join(gone)} is gone in Azure, and now from the state, too")
    return bool(gone)


def fence_for(left: Disconnection, snapshot: Snapshot) -> StackChange:
    """Return what disconnects a region, as it stands.

    One that does not stand as a live one does, since it was never live or is down already, is taken
    down at once: nothing is made that is to go again.
    """
    deployed = snapshot.deployed
    whole = bool(deployed.gateway_id) and deployed.attached_spokes == set(deployed.spokes)
    return left.fence if whole else left.at_once


def _adopted(stacks: Stacks, azure: Azure, stack: str, made: Pending, identity: str) -> bool:
    """Take a resource into the state, if it is there and well; return whether that was so.

    What Azure made badly is deleted: imported, nothing would ever write it again.
    """
    found = settled(azure, identity, GATEWAY_CREATE.worst)
    if found.accepted and state_of(found) != "Succeeded":
        azure.send("DELETE", identity)
        found = settled(azure, identity, GATEWAY_DELETE.worst)
    if found.status == NOT_FOUND:
        return False
    if not found.accepted:
        message = (
            f"stack {stack!r} was interrupted while it made {made.name}, and Azure does not say "
            f"what became of it ({found.problem}): try again once the region answers"
        )
        raise UnreachableError(message)
    stacks.adopt(stack, made, identity)
    return True


def backend_directory(backend: str, project: Path) -> Path | None:
    """Return the directory of a file backend, found as Pulumi finds it; None for any other.

    What follows ``file://`` is a path, never a host: ``~`` is the home, and what is relative begins
    at the project, where Pulumi runs:
    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    scheme, separator, rest = backend.partition("://")
    if scheme != "file" or not separator:
        return None
    path = Path(unquote(rest.partition("?")[0]))
    if path.parts[:1] == ("~",):
        path = Path.home().joinpath(*path.parts[1:])
    return project.absolute() / path
