"""What a stretch of a plan's run changes at its end, and how a run waits and ends (SR-63).

A run begins with the operation of its own, whose job is the one that waits at a manual action.
Every stretch after that is the operation of a ``resume``.
"""

import math
from dataclasses import replace

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.replication import failover, trial_failover
from sparehub.simulator.arm.replication.plans import runbooks
from sparehub.simulator.arm.replication.plans.steps import stretch
from sparehub.simulator.arm.storage import effects, operations
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, WriteLock
from sparehub.simulator.arm.types.base import EffectContext
from sparehub.simulator.arm.types.recovery.state import jobs


def finish_step(context: EffectContext) -> JsonObject | None:
    """Do what a stretch of steps changes; then wait for a person, or end.

    A machine that cannot arrive does not stop the others: the run goes on, and ends Failed.
    """
    arguments = context.arguments
    problem = _change(context) or arguments.get("problem")
    plan = context.transaction.get(arguments["plan"])
    for step in arguments["stretch"]:
        if step["do"] == "runbook" and plan:
            runbooks.run(context, plan, step, arguments["scenario"])
    if waiting := arguments["waiting"]:
        _wait(context, problem)
        if waiting["do"] == "runbook":
            _start_runbook(context, plan, waiting)
        return None
    _end(context, problem)
    return None if "run" in arguments else problem


def _change(context: EffectContext) -> JsonObject | None:
    """Do what the stretch changes; return the error of the first machine that it fails for."""
    did = {step["do"] for step in context.arguments["stretch"]}
    if "failover" in did:
        return failover.finish_failover(context)
    if "test" in did:
        return trial_failover.finish_test(context)
    if "clean-up" in did:
        return trial_failover.finish_cleanup(context)
    if "commit" in did:
        failover.finish_commit(context)
    return None


def fail_step(context: EffectContext) -> None:
    """End the run Failed; machines that an earlier stretch has moved stay where they are."""
    did = {step["do"] for step in context.arguments["stretch"]}
    if "failover" in did:
        failover.fail_failover(context)
    if "test" in did:
        trial_failover.fail_test(context)
    _end(replace(context, arguments=context.arguments | {"cancelled": False}), context.failure)


def _first(context: EffectContext) -> str:
    """Return the operation with which the run began."""
    return str(context.arguments.get("run") or context.arguments["operation"])


def _job(context: EffectContext) -> Resource | None:
    vault = jobs.vault_of(ResourceId(context.arguments["plan"]))
    return context.transaction.get(f"{vault.key}/replicationjobs/{_first(context)}")


def _start_runbook(context: EffectContext, plan: Resource | None, step: JsonObject) -> None:
    """Start the runbook that the run waits for; one that is not there counts as failed."""
    store = context.transaction
    waits = {
        "target": context.arguments["plan"],
        "operation": _first(context),
        "place": step["place"],
        "failure": None,
    }
    job = runbooks.run(context, plan, step, context.arguments["scenario"]) if plan else None
    if job is None:
        effects.schedule(store, context.now, "runbook ended", waits)
        return
    job.private["plan"] = waits
    store.put(job)
    if job.private.get("status") is None:  # its worker has gone meanwhile
        effects.schedule(store, job.private["ends"], "runbook ended", waits | {"job": job.key})


def continue_run(context: EffectContext) -> None:
    """Go on after a runbook; one that failed shows in its task, and does not stop the run."""
    store, arguments = context.transaction, context.arguments
    plan = ResourceId(arguments["target"])
    job = store.get(f"{jobs.vault_of(plan).key}/replicationjobs/{arguments['operation']}")
    if job is None or (job.private.get("awaits") or {}).get("place") != arguments["place"]:
        return
    done = store.get(str(arguments.get("job", "")))
    if done is None or done.private.get("status", "Completed") != "Completed":
        job.private.setdefault("failedTasks", []).append(arguments["place"])
    job.private["awaits"] = None
    run = job.private["run"] | {"run": job.id.name, "operation": job.id.name, "failure": None}
    begun, waiting, rest = stretch(run["rest"])
    seconds = sum(step["seconds"] for step in begun)
    store.touch(job)
    follows = run | {"stretch": begun, "waiting": waiting, "rest": rest}
    effects.schedule(store, context.now + seconds, "plan step", follows)


def _wait(context: EffectContext, problem: JsonObject | None) -> None:
    """Let the run wait, for a person or a runbook: its operation and machines stay busy."""
    store, first = context.transaction, _first(context)
    if operation := operations.read(store, first):
        operations.record(store, first, replace(operation, finishes_at=math.inf))
    _hold(context, None)
    if job := _job(context):
        job.private["end"] = None
        waiting = context.arguments["waiting"]
        job.private["waiting" if waiting["do"] == "manual" else "awaits"] = waiting
        job.private["run"] = context.arguments | {"problem": problem}
        store.touch(job)


def _end(context: EffectContext, problem: JsonObject | None) -> None:
    """End the run: its plan shows how, and so do operation and job if it had waited."""
    store, first, arguments = context.transaction, _first(context), context.arguments
    cancelled = bool(arguments.get("cancelled"))
    if plan := store.get(arguments["plan"]):
        status = "Cancelled" if cancelled else "Failed" if problem else "Succeeded"
        ended = {"name": arguments["scenario"], "status": status, "at": context.now}
        plan.private["lastScenario"] = ended
        store.touch(plan)
    if "run" not in arguments:
        return
    failure = None if cancelled else problem
    if operation := operations.read(store, first):
        ended_operation = replace(
            operation, finishes_at=context.now, failure=failure, cancelled=cancelled
        )
        operations.record(store, first, ended_operation)
    _hold(context, context.now)
    if job := _job(context):
        job.private |= {"end": context.now, "failure": failure, "cancelled": cancelled}
        store.touch(job)


def _hold(context: EffectContext, until: float | None) -> None:
    """Hold the plan and its machines until an instant; None: until a person acts."""
    store, operation = context.transaction, _first(context)
    for key in (context.arguments["plan"], *context.arguments["items"]):
        lock = WriteLock(math.inf if until is None else until, operation, "Action")
        store.lock_writes(key, lock)
        held = store.get(key)
        if held and held.private.get("scenario"):
            held.private["scenario"]["end"] = until
            store.put(held)
