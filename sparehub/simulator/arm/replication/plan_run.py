"""Runs of a recovery plan: failover, test, clean-up and commit of its machines (SR-60 to SR-64).

A run is a list of steps. It goes on until its end, or until a manual action, which waits for
``POST replicationJobs/{id}/resume``. What a stretch of steps changes is done at its end.
"""

from dataclasses import dataclass, field
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import automation_jobs, failover, trial_failover
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.recovery.state import durations, item_state, jobs

_FOR_EVER = 1e12
_RUNBOOK = 60.0
"""How long a runbook of a plan runs; what it does is not simulated."""
_ALLOWED = {
    "UnplannedFailover": "UnplannedFailover",
    "TestFailover": "TestFailover",
    "TestFailoverCleanup": "TestFailoverCleanup",
    "CommitFailover": "Commit",
}


@dataclass(frozen=True)
class _Run:
    """A run of a plan that is to start."""

    items: list[Resource]
    steps: list[JsonObject]
    scenario: str
    friendly: str
    effect: str
    points: list[JsonObject] = field(default_factory=list)
    shutdown: bool = False
    network: str = ""
    failure: Refusal | None = None


def items_of(transaction: Transaction, plan: Resource) -> list[Resource]:
    """Return the items of a plan, group by group; those that have moved are left out (SR-54)."""
    return [item for group in groups_of(transaction, plan) for item in group]


def groups_of(transaction: Transaction, plan: Resource) -> list[list[Resource]]:
    """Return the items of each boot group."""
    found = []
    for group in plan.private["groups"]:
        if group["groupType"] == "Boot":
            keys = [_key(item["id"]) for item in group["replicationProtectedItems"]]
            found.append([item for key in keys if (item := transaction.get(key))])
    return found


def _key(text: str) -> str:
    target = parse(text)
    return target.key if isinstance(target, ResourceId) else ""


def unplanned_failover(call: ActionContext) -> StartedOperation:
    """Start the failover of a plan's machines."""
    properties = call.body.get("properties", {})
    items = _required(call, "UnplannedFailover")
    shutdown = failover.shuts_down(properties)
    points = [failover.chosen_point(call.transaction, item, {}, call.now) for item in items]
    steps = [{"do": "failover", "seconds": durations.FAILOVER - durations.BOOT}]
    if shutdown:
        steps.insert(0, {"do": "shutdown", "seconds": durations.SHUTDOWN})
    steps += _boot_steps(call.resource, "UnplannedFailover")
    run = _Run(
        items,
        steps,
        "UnplannedFailover",
        "Failover",
        "failover",
        points=points,
        shutdown=shutdown,
        failure=_failure(call, items, shutdown=shutdown),
    )
    return _start(call, run)


def test_failover(call: ActionContext) -> StartedOperation:
    """Start a test failover of a plan's machines."""
    properties = call.body.get("properties", {})
    items = _required(call, "TestFailover")
    network = trial_failover.check_network(call.transaction, items, properties)
    points = [failover.chosen_point(call.transaction, item, {}, call.now) for item in items]
    steps = [{"do": "test", "seconds": durations.TEST_FAILOVER - durations.BOOT}]
    steps += _boot_steps(call.resource, "TestFailover")
    run = _Run(
        items,
        steps,
        "TestFailover",
        "Test failover",
        "test",
        points=points,
        network=network,
        failure=_failure(call, items, shutdown=False),
    )
    return _start(call, run)


def _failure(call: ActionContext, items: list[Resource], *, shutdown: bool) -> Refusal | None:
    """Return why the run will end Failed: because of its first machine that cannot fail over."""
    for item in items:
        region = item_state.source_region(item)
        if found := failover.failure(call.transaction, item, shutdown=shutdown, region=region):
            return found
    return None


def clean_up(call: ActionContext) -> StartedOperation:
    """Start the clean-up of a plan's test."""
    items = _required(call, "TestFailoverCleanup")
    steps = [{"do": "clean-up", "seconds": durations.TEST_CLEANUP}]
    name, friendly = "TestFailoverCleanup", "Test failover cleanup"
    return _start(call, _Run(items, steps, name, friendly, "clean-up"))


def commit(call: ActionContext) -> StartedOperation:
    """Start the commit of a plan's failover."""
    items = _required(call, "CommitFailover")
    steps = [{"do": "commit", "seconds": durations.COMMIT}]
    return _start(call, _Run(items, steps, "CommitFailover", "Commit", "commit"))


def not_for_azure(call: ActionContext) -> StartedOperation:
    """Refuse a planned failover: Azure to Azure has none (SR-47)."""
    raise refusals.NOT_ALLOWED(
        operation="PlannedFailover",
        name=call.resource.id.name,
        state="Azure to Azure",
        allowed="UnplannedFailover, TestFailover",
    )


def _required(call: ActionContext, operation: str) -> list[Resource]:
    """Return the items of a plan, all of which must be in a state for an operation."""
    items = items_of(call.transaction, call.resource)
    if not items:
        raise refusals.PLAN_EMPTY(plan=call.resource.id.name)
    for item in items:
        failover.require(call.transaction, item, _ALLOWED[operation], call.now)
    return items


def _boot_steps(plan: Resource, kind: str) -> list[JsonObject]:
    """Return the steps of the groups: actions before, start of the machines, actions after."""
    steps: list[JsonObject] = []
    boot_groups = [group for group in plan.private["groups"] if group["groupType"] == "Boot"]
    for number, group in enumerate(boot_groups, start=1):
        before = _actions(group.get("startGroupActions", []), kind, number)
        after = _actions(group.get("endGroupActions", []), kind, number)
        boot = {"do": "boot", "group": number, "seconds": durations.BOOT}
        steps += [*before, boot, *after]
    return steps


def _actions(actions: list[JsonObject], kind: str, group: int) -> list[JsonObject]:
    """Return the actions of a group that belong to a kind of failover."""
    steps = []
    for action in actions:
        if kind not in action.get("failoverTypes", []):
            continue
        details = action.get("customDetails", {})
        manual = details.get("instanceType") == "ManualActionDetails"
        steps.append(
            {
                "do": "manual" if manual else "runbook",
                "name": action.get("actionName", ""),
                "group": group,
                "seconds": 0.0 if manual else _RUNBOOK,
                "details": details,
            }
        )
    return steps


def _start(call: ActionContext, run: _Run) -> StartedOperation:
    stretch, waiting, rest = _stretch(run.steps)
    return StartedOperation(
        seconds=sum(step["seconds"] for step in stretch),
        effect="plan step",
        arguments={
            "effect": run.effect,
            "points": run.points,
            "shutdown": run.shutdown,
            "network": run.network,
            "items": [item.key for item in run.items],
            "plan": call.resource.key,
            "scenario": run.scenario,
            "stretch": stretch,
            "waiting": waiting,
            "rest": rest,
        },
        job=_job(call.resource, run),
        failure=run.failure,
        also=tuple(item.key for item in run.items),
    )


def _stretch(steps: list[JsonObject]) -> tuple[list[JsonObject], JsonObject | None, list[Any]]:
    """Return the steps before a manual action, that action, and the steps after it."""
    for place, step in enumerate(steps):
        if step["do"] == "manual":
            return steps[:place], step, steps[place + 1 :]
    return steps, None, []


def finish_step(context: EffectContext) -> None:
    """Do what a stretch of steps changes; then wait for a person, or end."""
    arguments = context.arguments
    did = {step["do"] for step in arguments["stretch"]}
    match arguments["effect"]:
        case "failover" if "failover" in did:
            failover.finish_failover(context)
        case "test" if "test" in did:
            trial_failover.finish_test(context)
        case "clean-up":
            trial_failover.finish_cleanup(context)
        case "commit":
            failover.finish_commit(context)
    plan = context.transaction.get(arguments["plan"])
    for step in arguments["stretch"]:
        if step["do"] == "runbook" and plan:
            automation_jobs.run(context, plan, step, arguments["scenario"])
    first = str(arguments.get("run", arguments["operation"]))
    job = _job_of(context, first)
    if arguments["waiting"]:
        _wait(context, first, job)
        return
    ended = {"name": arguments["scenario"], "status": "Succeeded", "at": context.now}
    if plan:
        plan.private["lastScenario"] = ended
        context.transaction.touch(plan)
    _end(context, first, job)


def _job_of(context: EffectContext, operation: str) -> Resource | None:
    vault = jobs.vault_of(ResourceId(context.arguments["plan"]))
    return context.transaction.get(f"{vault.key}/replicationjobs/{operation}")


def _wait(context: EffectContext, operation: str, job: Resource | None) -> None:
    """Let the run wait for a person: its operation and its machines stay busy."""
    store = context.transaction
    found = operations.read(store, operation)
    started = found.starts_at if found else context.now
    operations.record(store, operation, AsyncOperation(_FOR_EVER, starts_at=started))
    for key in (*context.arguments["items"], context.arguments["plan"]):
        held = store.get(key)
        if held and held.private.get("scenario"):
            held.private["scenario"]["end"] = _FOR_EVER
            store.put(held)
    if job:
        job.private["end"] = _FOR_EVER
        job.private["waiting"] = context.arguments["waiting"]
        job.private["run"] = context.arguments
        store.touch(job)


def _end(context: EffectContext, operation: str, job: Resource | None) -> None:
    """End a run that had waited for a person."""
    store = context.transaction
    if operation == context.arguments["operation"]:
        return
    found = operations.read(store, operation)
    started = found.starts_at if found else context.now
    operations.record(store, operation, AsyncOperation(context.now, starts_at=started))
    for key in (*context.arguments["items"], context.arguments["plan"]):
        held = store.get(key)
        if held and held.private.get("scenario"):
            held.private["scenario"]["end"] = context.now
            store.put(held)
    if job:
        job.private["end"] = context.now
        store.touch(job)


def fail_step(context: EffectContext) -> None:
    """Leave the machines as they were."""
    if context.arguments["effect"] == "failover":
        failover.fail_failover(context)
    if context.arguments["effect"] == "test":
        trial_failover.fail_test(context)
    if plan := context.transaction.get(context.arguments["plan"]):
        name = context.arguments["scenario"]
        plan.private["lastScenario"] = {"name": name, "status": "Failed", "at": context.now}
        context.transaction.touch(plan)


def resume(call: ActionContext) -> StartedOperation:
    """Go on after a manual action (SR-63)."""
    if not jobs.waits(call.resource):
        raise refusals.JOB_STATE(job=call.resource.id.name, what="resumed")
    run = call.resource.private["run"]
    stretch, waiting, rest = _stretch(run["rest"])
    call.resource.private["waiting"] = None
    call.transaction.touch(call.resource)
    return StartedOperation(
        seconds=sum(step["seconds"] for step in stretch),
        effect="plan step",
        arguments={
            **run,
            "effect": run["effect"],
            "stretch": stretch,
            "waiting": waiting,
            "rest": rest,
            "run": call.resource.id.name,
        },
        job=JobDraft(
            scenario="ResumeJob",
            friendly_name="Resume job",
            target=call.resource.private["target"],
            target_type="Job",
        ),
    )


def cancel(call: ActionContext) -> StartedOperation:
    """Cancel a run that waits for a person; what it did stays as it is."""
    if not jobs.waits(call.resource):
        raise refusals.JOB_STATE(job=call.resource.id.name, what="cancelled")
    run = call.resource.private["run"]
    call.resource.private["waiting"] = None
    call.resource.private["cancelled"] = True
    call.transaction.touch(call.resource)
    return StartedOperation(
        seconds=1.0,
        effect="plan step",
        arguments={
            **run,
            "effect": "nothing",
            "stretch": [],
            "waiting": None,
            "rest": [],
            "run": call.resource.id.name,
        },
        job=JobDraft(
            scenario="CancelJob",
            friendly_name="Cancel job",
            target=call.resource.private["target"],
            target_type="Job",
        ),
    )


def export_jobs(call: ActionContext) -> StartedOperation:
    """Start an export of a vault's jobs; nothing is written to a storage account."""
    if call.argument.lower() != "export":
        raise refusals.ITEM_MISSING(name=call.argument)
    return StartedOperation(
        seconds=durations.REFRESH_HEALTH,
        effect="nothing",
        arguments={},
        job=JobDraft(
            scenario="ExportJobs", friendly_name="Export jobs", target="", target_type="Vault"
        ),
        path="replicationJobs",
    )


def refresh_health(call: ActionContext) -> StartedOperation:
    """Start a refresh of a vault's health, which is computed at each read (recorded)."""
    del call
    task = {
        "name": "RefreshFailoverHealthTask",
        "friendlyName": "Refreshing failover health",
        "from": 0.0,
        "to": durations.REFRESH_HEALTH,
    }
    return StartedOperation(
        seconds=durations.REFRESH_HEALTH,
        effect="nothing",
        arguments={},
        job=JobDraft(
            scenario="RefreshVaultHealth",
            friendly_name="Refresh vault health",
            target="",
            target_type="Vault",
            tasks=(task,),
        ),
        path="replicationVaultHealth",
    )


def _job(plan: Resource, run: _Run) -> JobDraft:
    names = [item.private["machine"]["name"] for item in run.items]
    at, tasks = 0.0, []
    tasks.append(_plain("RpSrsPrerequisitesCheck", "Prerequisites check for the recovery plan"))
    for step in run.steps:
        end = at + step["seconds"]
        tasks.append(_step_task(step, at, end, names))
        at = end
    last = _plain("EndRecoveryPlanTask", "Finalizing the recovery plan")
    tasks.append(last | {"from": at, "to": at})
    details = [
        {
            "name": name,
            "friendlyName": name,
            "testVmName": f"{name}-test" if run.scenario == "TestFailover" else None,
            "testVmFriendlyName": f"{name}-test" if run.scenario == "TestFailover" else None,
            "networkConnectionStatus": None,
            "networkFriendlyName": None,
            "subnet": None,
            "recoveryPointId": point["id"],
            "recoveryPointTime": date_text(point["time"]),
        }
        for name, point in zip(names, run.points, strict=False)
    ]
    return JobDraft(
        scenario=run.scenario,
        friendly_name=run.friendly,
        target=plan.id.name,
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
    if step["do"] in ("manual", "runbook", "clean-up", "commit"):
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
