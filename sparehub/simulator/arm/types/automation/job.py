"""Jobs of runbooks (SR-65; a new one is recorded, 2024-09).

A job whose text is stored waits for a worker, if there is one when it is made; see
``sparehub.simulator.automation``. Any other job is Completed after a minute, and nothing is run.

https://learn.microsoft.com/azure/automation/automation-runbook-execution#job-statuses
https://learn.microsoft.com/rest/api/automation/job
"""

import json
from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage import effects
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.storage.worker_presence import is_present
from sparehub.simulator.arm.types.automation.automation_type import ACCOUNT, AutomationType
from sparehub.simulator.arm.types.automation.runbook import has_text
from sparehub.simulator.arm.types.base import ActionContext, Write
from sparehub.simulator.arm.types.body_schema import Spec

JOB = f"{ACCOUNT}/jobs"
RUNNING = "automation.running"
"""Setting: the keys of the jobs that run, each with the secret of its identity endpoint."""
_SECONDS = 60.0
_PROVISIONING = {"Completed": "Succeeded", "Failed": "Failed", "Stopped": "Stopped"}
_LISTED = (
    "jobId",
    "runbook",
    "provisioningState",
    "status",
    "creationTime",
    "startTime",
    "lastModifiedTime",
    "endTime",
    "runOn",
)


class AutomationJob(AutomationType):
    """A job of a runbook."""

    name = JOB
    shown_type = "Microsoft.Automation/AutomationAccounts/Jobs"
    has_delete = False
    accepts: ClassVar[Spec] = {"parameters": dict, "runOn": str, "runbook": {"name": str}}

    def check(self, write: Write) -> None:
        """Refuse the job of a runbook that is not there."""
        runbook, name = _runbook(write)
        if runbook is None:
            raise refusals.RUNBOOK_MISSING(name=name)
        if runbook.private["state"] == "New":
            raise refusals.RUNBOOK_NOT_PUBLISHED(name=name)

    def compute(self, write: Write) -> JsonObject:
        """Add id and dates."""
        return {
            "jobId": guid("automation job", write.id.key),
            "creationTime": date_text(write.now),
            "lastModifiedTime": date_text(write.now),
            "lastStatusModifiedTime": date_text(write.now),
            "startedBy": None,
            "exception": None,
            "parameters": write.properties.get("parameters", {}),
            "runOn": write.properties.get("runOn"),
            "runbook": write.properties.get("runbook", {}),
        }

    def private(self, write: Write) -> JsonObject:
        """Return the text that a worker is to run, or when the job is over without one."""
        runbook, _ = _runbook(write)
        if runbook and has_text(runbook) and is_present(write.transaction):
            text, kind = runbook.private["text"], runbook.properties["runbookType"]
            environment = runbook.properties.get("runtimeEnvironment")
            run = {"text": text, "type": kind, "environment": environment, "streams": []}
            return run | {"status": "New", "starts": None, "ends": None}
        return {"starts": write.now, "ends": write.now + _SECONDS}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add the status at an instant."""
        del transaction
        shown = resource.properties | _state(resource.private, now)
        return {name: shown[name] for name in _LISTED} if listed else shown


def _runbook(write: Write) -> tuple[Resource | None, str]:
    """Return the runbook that a job is of, if it is there, and its name."""
    name = str(write.properties.get("runbook", {}).get("name", ""))
    key = write.id.parent.child("runbooks", name).key if write.id.parent else ""
    return write.transaction.get(key), name


def _state(private: JsonObject, now: float) -> JsonObject:
    """Return what a job shows of its state."""
    if "status" in private:
        status, starts, ends = private["status"], private["starts"], private["ends"]
    else:
        done = now >= private["ends"]
        status = "Completed" if done else "New"
        starts, ends = (private["starts"], private["ends"]) if done else (None, None)
    return {
        "startTime": None if starts is None else date_text(starts),
        "endTime": None if ends is None else date_text(ends),
        "provisioningState": _PROVISIONING.get(status, "Processing"),
        "status": status,
        "statusDetails": "None",
        "exception": private.get("exception"),
    }


# -- what a worker writes ------------------------------------------------------------------------


def running(transaction: Transaction) -> dict[str, str]:
    """Return the jobs that run: the secret of each, by its key."""
    found: dict[str, str] = json.loads(transaction.setting(RUNNING, "{}"))
    return found


def begin(transaction: Transaction, job: Resource, secret: str, now: float) -> None:
    """Let a job run."""
    job.private |= {"status": "Running", "starts": now}
    transaction.set(RUNNING, json.dumps(running(transaction) | {job.key: secret}))
    _touch(transaction, job, now)


def end(transaction: Transaction, job: Resource, now: float, ended: JsonObject) -> None:
    """End a job; a run of a recovery plan that waits for it goes on.

    Args:
        transaction: The store.
        job: The job, which a worker was to run and which has not ended.
        now: The instant, in simulated seconds.
        ended: ``status``: Completed, Failed or Stopped; and if there are any, ``exception``: why it
            failed, and ``streams``: what it wrote, as ``type``, ``text`` and ``at`` of each record.

    """
    starts = now if job.private["starts"] is None else job.private["starts"]
    job.private |= {"exception": None, "streams": [], "starts": starts, "ends": now} | ended
    others = {key: secret for key, secret in running(transaction).items() if key != job.key}
    transaction.set(RUNNING, json.dumps(others))
    if plan := job.private.get("plan"):
        effects.schedule(transaction, now, "runbook ended", plan | {"job": job.key})
    _touch(transaction, job, now)


def end_lost(transaction: Transaction, now: float) -> None:
    """Let the jobs fail whose worker has gone: nothing else would ever end them."""
    for key in running(transaction):
        job = transaction.get(key)
        if job is None:
            transaction.set(RUNNING, "{}")
        else:
            reason = "The worker that ran the job has ended."
            end(transaction, job, now, {"status": "Failed", "exception": reason})


def _touch(transaction: Transaction, job: Resource, now: float) -> None:
    job.properties.update(
        {"lastModifiedTime": date_text(now), "lastStatusModifiedTime": date_text(now)}
    )
    transaction.touch(job)


# -- actions -------------------------------------------------------------------------------------


def stop(call: ActionContext) -> None:
    """Stop a job: one that runs is stopped by its worker, any other at once."""
    job = call.resource
    status = _state(job.private, call.now)["status"]
    if "status" not in job.private or status not in ("New", "Running"):
        raise refusals.AUTOMATION_JOB_STATE(job=job.id.name, status=status)
    if status == "New":
        end(call.transaction, job, call.now, {"status": "Stopped"})
    else:
        job.private["stop"] = True
        call.transaction.touch(job)


def output(call: ActionContext) -> str:
    """Return what the job wrote to its output stream, as text."""
    records = call.resource.private.get("streams", [])
    return "\n".join(record["text"] for record in records if record["type"] == "Output")


def streams(call: ActionContext) -> JsonObject:
    """Return what the job wrote, record by record, or one record.

    https://learn.microsoft.com/rest/api/automation/job-stream/list-by-job
    """
    job = call.resource
    records = [
        _record(job.id, number, record)
        for number, record in enumerate(job.private.get("streams", []))
    ]
    if not call.argument:
        return {"value": records, "nextLink": None}
    for record in records:
        if record["properties"]["jobStreamId"] == call.argument:
            return record
    raise refusals.AUTOMATION_STREAM(name=call.argument, job=job.id.name)


def _record(job: ResourceId, number: int, record: JsonObject) -> JsonObject:
    name = f"{guid('automation job', job.key)}_{number:020d}"
    return {
        "id": f"{job.text}/streams/{name}",
        "properties": {
            "jobStreamId": name,
            "summary": record["text"],
            "streamText": record["text"],
            "streamType": record["type"],
            "time": date_text(record["at"]),
            "value": {},
        },
    }
