"""Source machines that may still run after an unplanned failover: recorded, listed, stopped.

When a lost region returns, its machines run again: two copies of everything. They are stopped
before the region's connection is deleted and its fence lifted, and never deleted: re-protection
needs them (SR-53).
"""

from collections.abc import Iterable
from dataclasses import replace

from sparehub.azure.answers import Azure
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.open_items import OpenItem
from sparehub.failover.machines.azure_machines import MachineError, deallocate, power_state
from sparehub.failover.machines.vault_session import open_vault
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.output import Note
from sparehub.topology.config.resource_ids import ResourceId

UNKNOWN = "unknown"
PATIENCE = 10.0
"""Seconds that a machine of a region that may be lost is waited for."""


def record_running_sources(context: StepContext) -> None:
    """Record that the source machines of an unplanned operation may still run."""
    plan, operation = context.plan, context.operation
    identity = f"{operation.id}-{plan.source}"
    if not operation.machines or identity in context.session.journal_state.closed_items:
        return
    direction = open_vault(context.session).leaving(plan.source)
    ids = tuple(
        str(machine.id) for machine in direction.machines if machine.name in operation.machines
    )
    known = next(iter(context.open_items), None)
    item = known or OpenItem(
        id=identity,
        stack=plan.source,
        target=plan.target,
        generation=operation.generation,
        unfenced=False,
        prefixes=(),
        accepted=context.all_accepted,
        fences=(),
    )
    if item.machines != ids:
        context.write(JournalEvent.ITEM_OPENED, **replace(item, machines=ids).data())


def stop_machines(azure: Azure, identities: Iterable[str], note: Note) -> None:
    """Stop every machine and read it as deallocated; nothing is deleted.

    Raises:
        MachineError: naming every machine that does not stop; the others are stopped.
    """
    problems = []
    for identity in map(ResourceId.of, identities):
        try:
            deallocate(azure, identity)
        except MachineError as error:
            problems.append(str(error))
        else:
            note(f"{identity.name} is deallocated")
    if problems:
        raise MachineError(
            f"{'; '.join(problems)}. Nothing was disconnected and no fence was lifted: stop these "
            "machines, then `sparehub finish-fence` again"
        )


def power_states(azure: Azure, identities: Iterable[str]) -> dict[str, str]:
    """Return the power state of machines by id, in Azure's words; ``unknown`` where unread.

    After one that cannot be read no other is asked: their region may be lost, and somebody waits.
    """
    states: dict[str, str] = {}
    for text in identities:
        if UNKNOWN in states.values():
            states[text] = UNKNOWN
            continue
        try:
            state = power_state(azure, ResourceId.of(text), PATIENCE).partition("/")[2]
        except MachineError:
            state = UNKNOWN
        states[text] = state or "not there"
    return states
