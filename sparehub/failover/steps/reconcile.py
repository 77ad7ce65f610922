"""Reconciles a stack with Azure after Pulumi was killed: pending operations, orphans, missing ones.

A resource that was being created may exist in Azure while the stack has only a pending operation
for it. A deployment would fail ("cannot create already existing resource") and drop the pending
operation, so that the resource would be an orphan. So it is imported first, by the id that its
inputs determine.
"""

from collections.abc import Iterable

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.azure.reading import read, read_provisioned, state_of
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot, identity_of
from sparehub.output import Note
from sparehub.topology.azure.durations import GATEWAY_CREATE, GATEWAY_DELETE
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError, UnreachableError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.disconnect import Disconnection
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import StackChange


def reconcile_pending(stacks: Stacks, azure: Azure, stack: str, note: Note) -> Snapshot:
    """Reconcile the pending operations of a stack; return what it then holds.

    Raises:
        PreflightError: where it cannot be known what an operation created.
        UnreachableError: where the region does not answer.
    """
    snapshot = stacks.snapshot(stack)
    if not snapshot.pending:
        return snapshot
    for pending in snapshot.pending:
        # Resources that were being updated or deleted are still in the state: the next
        # deployment repeats that, which Azure accepts.
        if pending.operation != "creating" or pending.name in snapshot.ids:
            continue
        identity = pending.identity(snapshot.subscription)
        if identity is None:
            message = (
                f"stack {stack!r} was interrupted while it created {pending.name}, which no "
                "failover creates: look for it in Azure, and `pulumi import` it, or delete it; "
                f"then run `pulumi refresh --stack {stack}`"
            )
            raise PreflightError(message)
        if _import(stacks, azure, stack, pending, identity):
            note(f"{stack}: {pending.name} was created by a run that died; imported")
        else:
            note(f"{stack}: {pending.name} was begun and not created")
    stacks.forget_pending(stack)
    return stacks.snapshot(stack)


def import_orphans(  # noqa: PLR0913, PLR0917 - a stack, a region, and its writes
    stacks: Stacks,
    azure: Azure,
    stack: str,
    region: Region,
    operations: Iterable[ResourceOperation],
    note: Note,
) -> bool:
    """Import orphans: Azure resources that are missing from the stack's state.

    Where every answer is lost Pulumi records nothing, not even a pending operation. A deployment
    deletes only what its state holds, so what is to be deleted is looked for as well.

    Args:
        stacks: Where it is imported.
        azure: Where the resources are looked for.
        stack: The stack that may lack them.
        region: The region of the stack while it is live.
        operations: What is about to be written.
        note: Prints a line for a person.

    Returns:
        Whether anything was imported.

    Raises:
        UnreachableError: where the region does not answer.
    """
    snapshot = stacks.snapshot(stack)
    imported = False
    for operation in sorted(operations):
        name = operation.name
        if operation.verb is Verb.UPDATE or name in snapshot.ids:
            continue
        parent = snapshot.urns.get(name.rpartition("/")[0], "")
        if operation.verb is Verb.CREATE and not parent:
            continue  # its creation never began
        identity = identity_of(operation, region, snapshot.subscription)
        orphan = Pending(
            urn=f"{parent}::{name}",  # without its parent, a deletion still finds it
            type=operation.type,
            parent=parent,
            operation="creating",
            inputs={},
        )
        if identity and _import(stacks, azure, stack, orphan, identity):
            note(f"{stack}: {name} was created and not recorded; imported")
            imported = True
    return imported


def missing_in_azure(azure: Azure, snapshot: Snapshot, live: Region) -> list[str]:
    """Return the connections and the gateway that a state holds and Azure does not, by name."""
    names = [REGION.connection(connection.key) for connection in live.connections]
    return [
        name
        for name in (*names, REGION.gateway)
        if name in snapshot.ids and read(azure, str(snapshot.ids[name])).status == NOT_FOUND
    ]


def drop_missing(  # noqa: PLR0913, PLR0917 - a stack, a region, and what is recorded of it
    stacks: Stacks, azure: Azure, stack: str, snapshot: Snapshot, live: Region, note: Note
) -> bool:
    """Remove connections and a gateway from the state that are missing in Azure.

    A Pulumi that died while it deleted them leaves them in the state, and a deployment that should
    create them again would find nothing to do.

    Returns:
        Whether any were removed.
    """
    missing = missing_in_azure(azure, snapshot, live)
    if missing:
        stacks.refresh(stack, [snapshot.urns[name] for name in missing])
        note(f"{stack}: {', '.join(missing)} is gone in Azure, and was removed from the state")
    return bool(missing)


def fence_for(disconnection: Disconnection, snapshot: Snapshot) -> StackChange:
    """Return what disconnects a region, as it is deployed.

    Where it is not deployed as a live region, because it never was live or is disconnected already,
    it is disconnected and torn down at once: nothing is created that would be deleted again.
    """
    deployed = snapshot.deployed
    is_live = bool(deployed.gateway_id) and deployed.attached_spokes == set(deployed.spokes)
    return disconnection.fence if is_live else disconnection.at_once


def _import(
    stacks: Stacks, azure: Azure, stack: str, pending: Pending, identity: ResourceId
) -> bool:
    """Import a resource if it exists and is provisioned; return whether it was imported.

    One in another state than Succeeded is deleted: once imported, no deployment would repair it.
    """
    answer = read_provisioned(azure, str(identity), GATEWAY_CREATE.worst)
    if answer.accepted and state_of(answer) != "Succeeded":
        azure.send("DELETE", str(identity))
        answer = read_provisioned(azure, str(identity), GATEWAY_DELETE.worst)
    if answer.status == NOT_FOUND:
        return False
    if not answer.accepted:
        message = (
            f"stack {stack!r} was interrupted while it created {pending.name}, and Azure does not "
            f"say whether that exists ({answer.problem}): try again once the region answers"
        )
        raise UnreachableError(message)
    stacks.adopt(stack, pending, identity)
    return True
