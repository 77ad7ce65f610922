"""Jobs of Site Recovery: one for each operation, with the operation's GUID (SR-29).

What a job shows follows from the times that are stored with it, so that nothing has to be written
while it runs. Names and shapes: recorded in azure-powershell (2022-10, 2025-03, 2025-04).
"""

from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.clock import Span, date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import JobDraft
from sparehub.simulator.arm.types.recovery.state.mappings import VAULT

JOB = f"{VAULT}/replicationJobs"
_VAULT_SEGMENTS = 8
_NEVER = "0001-01-01T00:00:00"
"""How Azure shows a time of a task that has not begun, or not ended."""


def vault_of(identity: ResourceId) -> ResourceId:
    """Return the vault that holds something."""
    return ResourceId("/" + "/".join(identity.segments[:_VAULT_SEGMENTS]))


@dataclass(frozen=True)
class JobRun:
    """The operation of a job: its id, when it goes on, and the error that it ends with."""

    operation: str
    span: Span
    failure: JsonObject | None


def record(transaction: Transaction, target: ResourceId, draft: JobDraft, run: JobRun) -> None:
    """Store the job of an operation."""
    identity = vault_of(target).child("replicationJobs", run.operation)
    private: JsonObject = {
        "scenarioName": draft.scenario,
        "friendlyName": draft.friendly_name,
        "target": draft.target,
        "targetType": draft.target_type,
        "targetId": draft.target_id or guid("entity", target.key),
        "tasks": list(draft.tasks),
        "details": draft.details,
        "start": run.span.start,
        "end": run.span.end,
        "failure": run.failure,
    }
    resource = Resource(
        identity,
        {"properties": {}},
        "{}",
        private,
        revision=transaction.next_revision(identity.key),
        finishes_at=run.span.end,
    )
    transaction.put(resource)


def waits(job: Resource) -> bool:
    """Return whether a job waits for a person to resume it (a manual action of a plan, SR-63)."""
    return bool(job.private.get("waiting"))


def show(job: Resource, now: float, *, listed: bool) -> JsonObject:
    """Return the properties of a job at an instant."""
    private = job.private
    state, description = _state(job, now)
    start, end = private["start"], private["end"]
    properties: JsonObject = {
        "activityId": None if listed else f"{guid(job.key)} ActivityId: {_activity(job)}",
        "scenarioName": private["scenarioName"],
        "friendlyName": private["friendlyName"],
        "state": state,
        "stateDescription": description,
        "tasks": [] if listed else _tasks(job, now),
        "errors": _errors(job, now),
        "startTime": date_text(start),
        "allowedActions": _actions(job),
        "targetObjectId": private["targetId"],
        "targetObjectName": private["target"],
        "targetInstanceType": private["targetType"],
        "customDetails": None if listed else _details(private),
    }
    if state in ("Succeeded", "Failed", "Cancelled"):
        properties["endTime"] = date_text(end)
    return properties


def _activity(job: Resource) -> str:
    return guid(job.key, "activity")


def _details(private: JsonObject) -> JsonObject:
    given: JsonObject = {"instanceType": "AsrJobDetails", "affectedObjectDetails": {}}
    given |= private["details"]
    return given


def _actions(job: Resource) -> list[str]:
    if waits(job):  # of a running job, none is recorded
        return ["Resume", "Cancel"]
    return []


def _state(job: Resource, now: float) -> tuple[str, str]:
    private = job.private
    if private.get("cancelled"):
        return "Cancelled", "Cancelled"
    if waits(job):
        return "Suspended", "Waiting for user action"
    if now < private["start"]:
        return "NotStarted", "NotStarted"
    if private["end"] is None or now < private["end"]:
        return "InProgress", "InProgress"
    return ("Failed", "Failed") if private["failure"] else ("Succeeded", "Completed")


def _errors(job: Resource, now: float) -> list[JsonObject]:
    failure = job.private["failure"]
    if not failure or now < job.private["end"]:
        return []
    return [
        {
            "serviceErrorDetails": {
                "code": failure["code"],
                "message": failure["message"],
                "possibleCauses": "",
                "recommendedAction": "",
                "activityId": _activity(job),
            },
            "providerErrorDetails": None,
            "errorLevel": "Error",
            "creationTime": date_text(job.private["end"]),
            "taskId": "",
        }
    ]


def _tasks(job: Resource, now: float) -> list[JsonObject]:
    """Return the tasks; of a job that waits, none after the action it waits for has begun."""
    private = job.private
    tasks = [_task(task, private["start"], now, private) for task in private["tasks"]]
    names = [task["name"] for task in tasks]
    for place in private.get("failedTasks", []):
        tasks[names.index(place)] |= {"state": "Failed", "stateDescription": "Failed"}
    awaited = private.get("waiting") or private.get("awaits")
    if not awaited:
        return tasks
    at = names.index(awaited["place"])
    tasks[at] |= {"state": "InProgress", "stateDescription": "InProgress", "endTime": _NEVER}
    for task in tasks[at + 1 :]:
        task |= {
            "state": "NotStarted",
            "stateDescription": "NotStarted",
            "startTime": _NEVER,
            "endTime": _NEVER,
        }
    return tasks


def _task(task: JsonObject, start: float, now: float, private: JsonObject) -> JsonObject:
    """Return a task; its times are seconds after the start of the job."""
    begins, ends = start + task["from"], start + task["to"]
    state, description = "NotStarted", "NotStarted"
    failed = private["failure"] and ends >= private["end"]
    if task.get("skipped"):
        state, description = "Other", "Skipped"
    elif now >= ends:
        state, description = ("Failed", "Failed") if failed else ("Succeeded", "Completed")
    elif now >= begins:
        state, description = "InProgress", "InProgress"
    begun = state in ("InProgress", "Succeeded", "Failed")
    shown: JsonObject = {
        "taskId": task["name"],
        "name": task["name"],
        "startTime": date_text(begins) if begun else _NEVER,
        "endTime": date_text(ends) if state in ("Succeeded", "Failed") else _NEVER,
        "allowedActions": [],
        "friendlyName": task["friendlyName"],
        "state": state,
        "stateDescription": description,
        "taskType": task.get("type", "TaskDetails"),
        "customDetails": task.get("details", {"instanceType": "TaskDetails"}),
        "groupTaskCustomDetails": None,
        "errors": [],
    }
    if "children" in task:
        children = [_task(child, start, now, private) for child in task["children"]]
        shown["customDetails"] = None
        shown["groupTaskCustomDetails"] = task["group"] | {"childTasks": children}
    return shown
