"""The job of a run of a plan: a task for each step, a child for each machine (SR-63)."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import JobDraft
from sparehub.simulator.arm.types.recovery.state.arrival import Arrival


def draft(  # noqa: PLR0913  what a job shows
    transaction: Transaction,
    plan: str,
    items: list[Resource],
    *,
    steps: list[JsonObject],
    points: list[JsonObject],
    scenario: tuple[str, str],
) -> JobDraft:
    """Return the job.

    Args:
        transaction: Where the items are.
        plan: The name of the plan.
        items: Its items.
        steps: All steps of the run.
        points: The recovery point of each item; empty where none is used.
        scenario: The name of what it does, and how Azure shows it.

    """
    names = [item.private["machine"]["name"] for item in items]
    of_test = scenario[0] == "TestFailover"
    tests = [Arrival(transaction, item, test=True).name if of_test else None for item in items]
    at, tasks = 0.0, []
    tasks.append(_plain("RpSrsPrerequisitesCheck", "Prerequisites check for the recovery plan"))
    for step in steps:
        end = at + step["seconds"]
        tasks.append(_step_task(step, at, end, names))
        at = end
    last = _plain("EndRecoveryPlanTask", "Finalizing the recovery plan")
    tasks.append(last | {"from": at, "to": at})
    details = [
        {
            "name": name,
            "friendlyName": name,
            "testVmName": test,
            "testVmFriendlyName": test,
            "networkConnectionStatus": None,
            "networkFriendlyName": None,
            "subnet": None,
            "recoveryPointId": point["id"],
            "recoveryPointTime": date_text(point["time"]),
        }
        for name, test, point in zip(names, tests, points, strict=False)
    ]
    return JobDraft(
        scenario=scenario[0],
        friendly_name=scenario[1],
        target=plan,
        target_type="RecoveryPlan",
        tasks=tuple(tasks),
        details={"instanceType": "FailoverJobDetails", "protectedItemDetails": details},
    )


def _plain(name: str, friendly: str) -> JsonObject:
    return {"name": name, "friendlyName": friendly, "from": 0.0, "to": 0.0}


def _step_task(step: JsonObject, start: float, end: float, names: list[str]) -> JsonObject:
    """Return the task of a step, with one child for each machine (SR-63)."""
    titles = {
        "shutdown": ("ShutdownAllActionGroup", f"All groups shutdown ({len(names)})", "Shutdown"),
        "failover": ("FailoverAllActionGroup", "Recovery plan failover", "RpFailoverTask"),
        "test": ("TestFailoverAllActionGroup", "Recovery plan test failover", "RpTestFailover"),
    }
    number = step.get("group", 0)
    name, friendly, kind = titles.get(
        step["do"], (f"Group{number}", f"Group {number}: Start", "BootGroup")
    )
    task: JsonObject = {"name": name, "friendlyName": friendly, "from": start, "to": end}
    if step["do"] == "manual":
        instructions = str(step["details"].get("description") or "")
        details = {
            "instanceType": "ManualActionTaskDetails",
            "name": step["name"],
            "instructions": instructions,
            "observation": "",
        }
        return task | {"name": step["place"], "friendlyName": step["name"], "details": details}
    if step.get("awaited"):
        return task | {"name": step["place"], "friendlyName": step["name"]}
    if step["do"] in ("runbook", "clean-up", "commit"):
        return task | {"friendlyName": str(step.get("name") or step["do"])}
    shutdown = step["do"] == "shutdown"
    type_name = f"RecoveryPlan{'Shutdown' if shutdown else ''}GroupTaskDetails"
    children = [
        {
            "name": machine,
            "friendlyName": machine,
            "from": start,
            "to": end,
            "type": "VirtualMachineTaskDetails",
            "details": {
                "skippedReason": "None",
                "skippedReasonString": None,
                "instanceType": "VirtualMachineTaskDetails",
            },
        }
        for machine in names
    ]
    group = {"name": name, "groupId": name, "rpGroupType": kind, "instanceType": type_name}
    return task | {"type": type_name, "group": group, "children": children}
