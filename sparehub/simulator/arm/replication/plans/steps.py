"""The steps of a run of a plan: actions before a group, start of its machines, actions after."""

from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.replication.failover import DIRECTION
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.storage.worker_presence import is_present
from sparehub.simulator.arm.types.automation.runbook import has_text
from sparehub.simulator.arm.types.recovery.state import durations

_RUNBOOK = 60.0
"""How long a runbook of a plan takes that no worker runs; it then does nothing."""


def items_of(transaction: Transaction, plan: Resource) -> list[Resource]:
    """Return the items of a plan, group by group; those that have moved are left out (SR-54)."""
    return [item for group in groups_of(transaction, plan) for item in group]


def groups_of(transaction: Transaction, plan: Resource) -> list[list[Resource]]:
    """Return the items of each boot group."""
    found = []
    for group in _boot_groups(plan):
        keys = [_key(item["id"]) for item in group["replicationProtectedItems"]]
        found.append([item for key in keys if (item := transaction.get(key))])
    return found


def _boot_groups(plan: Resource) -> list[JsonObject]:
    return [group for group in plan.private["groups"] if group["groupType"] == "Boot"]


def _key(text: str) -> str:
    target = parse(text)
    return target.key if isinstance(target, ResourceId) else ""


def boot_steps(transaction: Transaction, plan: Resource, kind: str) -> list[JsonObject]:
    """Return the steps of the groups: actions before, start of the machines, actions after."""
    steps: list[JsonObject] = []
    for number, group in enumerate(_boot_groups(plan), start=1):
        before = _actions(transaction, group, "startGroupActions", kind, number)
        after = _actions(transaction, group, "endGroupActions", kind, number)
        boot = {"do": "boot", "group": number, "seconds": durations.BOOT}
        steps += [*before, boot, *after]
    return steps


def _actions(
    transaction: Transaction, group: JsonObject, place: str, kind: str, number: int
) -> list[JsonObject]:
    """Return the actions of a group that belong to a kind of failover, and to its direction.

    The direction is always ``PrimaryToRecovery``: after re-protection the items have moved, and a
    plan of theirs leads back (SR-54).
    """
    steps = []
    for count, action in enumerate(group.get(place, [])):
        if kind not in action.get("failoverTypes", []):
            continue
        if DIRECTION not in action.get("failoverDirections", []):
            continue
        details = action.get("customDetails", {})
        manual = details.get("instanceType") == "ManualActionDetails"
        awaited = not manual and is_awaited(transaction, details)
        steps.append(
            {
                "do": "manual" if manual else "runbook",
                "name": action.get("actionName", ""),
                "place": f"{number} {place} {count}",
                "group": number,
                "seconds": 0.0 if manual or awaited else _RUNBOOK,
                "awaited": awaited,
                "details": details,
            }
        )
    return steps


def runbook_of(transaction: Transaction, details: JsonObject) -> Resource | None:
    """Return the runbook of an action, if it is there and published."""
    runbook = transaction.get(_key(str(details.get("runbookId", ""))))
    if runbook is None or runbook.private.get("state") != "Published":
        return None
    return runbook


def is_awaited(transaction: Transaction, details: JsonObject) -> bool:
    """Return whether a worker will run the runbook of an action, so that the run waits for it."""
    runbook = runbook_of(transaction, details)
    return runbook is not None and has_text(runbook) and is_present(transaction)


def stretch(steps: list[JsonObject]) -> tuple[list[JsonObject], JsonObject | None, list[Any]]:
    """Return the steps before an action that is waited for, that action, and the steps after it.

    Such an action is a manual one, or a runbook that a worker runs.
    """
    for place, step in enumerate(steps):
        if step["do"] == "manual" or step.get("awaited"):
            return steps[:place], step, steps[place + 1 :]
    return steps, None, []
