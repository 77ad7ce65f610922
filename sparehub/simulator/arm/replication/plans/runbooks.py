"""Runbooks that a recovery plan starts, with the context that it hands over (SR-64)."""

import json

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.replication.plans.steps import groups_of, runbook_of
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import EffectContext

_TYPES = {"TestFailover": "Test", "UnplannedFailover": "Unplanned"}


def run(context: EffectContext, plan: Resource, step: JsonObject, scenario: str) -> Resource | None:
    """Make the job of a runbook and return it; one that is not there, or a draft, has none.

    A failed or missing runbook does not stop the plan. Microsoft says so of unplanned failovers:
    https://learn.microsoft.com/azure/site-recovery/site-recovery-runbook-automation
    """
    runbook = runbook_of(context.transaction, step["details"])
    if runbook is None or runbook.id.parent is None:
        return None
    number = guid("runbook job", plan.key, step["place"], context.now)
    content = {
        "RecoveryPlanName": plan.id.name,
        "FailoverType": _TYPES.get(scenario, scenario),
        "FailoverDirection": "PrimaryToSecondary",
        "GroupId": str(step["group"]),
        "VmMap": _machines(context, plan, step, scenario),
    }
    body = {
        "properties": {
            "runbook": {"name": runbook.id.name},
            "parameters": {"RecoveryPlanContext": json.dumps(content)},
        }
    }
    identity = runbook.id.parent.child("jobs", number)
    context.writer.put(identity, body)
    return context.transaction.get(identity.key)


def _machines(
    context: EffectContext, plan: Resource, step: JsonObject, scenario: str
) -> dict[str, JsonObject]:
    """Return the machines of the action's group; an action before it has no names (SR-64).

    That they are the group's, and not the plan's, is the simulator's choice: no source says it.
    """
    store = context.transaction
    started = "endGroupActions" in step["place"]
    found = {}
    for item in groups_of(store, plan)[step["group"] - 1]:
        state = item.private.get("test" if scenario == "TestFailover" else "failedOver") or {}
        machine = store.get(str(state.get("machine", "")).lower()) if started else None
        found[guid("entity", item.key)] = {
            "SubscriptionId": machine.id.subscription if machine else "",
            "ResourceGroupName": machine.id.group.name if machine else "",
            "CloudServiceName": machine.id.name if machine else "",
            "RoleName": machine.id.name if machine else "",
            "RecoveryPointId": str(state.get("point", "")) if machine else "",
        }
    return found
