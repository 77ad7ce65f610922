"""Requests on what is busy, faults of requests, and what plans and deployments make of others."""

import json
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.refusals import common
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body

ACCOUNT = f"{asr.THERE}/providers/Microsoft.Automation/automationAccounts/auto"
RUNBOOK = f"{ACCOUNT}/runbooks/net"
RENAMED = {"properties": {"recoveryAzureVMName": "other"}}
MANUAL = {"instanceType": "ManualActionDetails", "description": "switched?"}
BY_RUNBOOK = {
    "instanceType": "AutomationRunbookActionDetails",
    "runbookId": RUNBOOK,
    "fabricLocation": "Recovery",
}
BUSY = "ANOTHER_OPERATION"
HOUR = 3600


def action(details: Body, direction: str = "PrimaryToRecovery") -> Body:
    return {
        "actionName": "network",
        "failoverTypes": ["UnplannedFailover", "TestFailover"],
        "failoverDirections": [direction],
        "customDetails": details,
    }


def failed(arm: Arm, method: str, path: str, body: object = None) -> None:
    """Send a request whose operation an injected fault lets fail."""
    status = asr.accept(arm, method, path, body)
    expected = ("Failed", common.OPERATION_FAILED.code)
    assert (status["status"], status["error"]["code"]) == expected


@pytest.mark.parametrize("speed", ["1", "instant"])
def test_the_machines_of_a_running_plan_are_held(arm: Arm, speed: str) -> None:
    """SR-63: also while it waits for a person, at every speed; then they are free."""
    asr.protect(arm, "app1")
    before = [action(MANUAL)] if speed == "instant" else []
    asr.succeed(arm, "PUT", *asr.plan(["app1"], before=before))
    control.set_clock(arm.directory, speed)

    answer = arm.send("POST", f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()))

    item, job = asr.item("app1"), answer.headers["x-ms-request-id"]
    assert arm.refusal(item, RENAMED, "PATCH") == BUSY
    assert arm.refused_delete(item) == BUSY
    assert arm.refused_delete(asr.PLAN) == BUSY
    assert arm.refusal(asr.PLAN, {"properties": {"groups": []}}, "PATCH") == BUSY
    if speed == "instant":
        asr.succeed(arm, "POST", f"{job.replace('/Subscriptions', '/subscriptions')}/resume")
    control.advance_clock(arm.directory, HOUR)
    assert arm.get(asr.there("app1"))["name"] == "app1"
    assert arm.send("DELETE", item).status == 202


def test_two_items_of_a_container_are_re_protected_at_the_same_time(arm: Arm) -> None:
    """SR-53: the path is the container's, but what is busy is the item."""
    asr.protect(arm, "app1", "app2")
    for name in ("app1", "app2"):
        asr.succeed(arm, "POST", f"{asr.item(name)}/unplannedFailover", asr.failover())
    control.set_clock(arm.directory, "1")

    answers = [arm.send("POST", *asr.switch(name)) for name in ("app1", "app2")]

    assert [answer.status for answer in answers] == [202, 202]
    names = {answer.headers["x-ms-request-id"] for answer in answers}
    assert len(names) == 2
    path, body = asr.switch("app1")
    assert arm.refusal(path, body, "POST") == "NOT_ALLOWED"
    control.advance_clock(arm.directory, HOUR)
    for name in ("app1", "app2"):
        assert arm.get(asr.item(name).replace("/primary/", "/recovery/"))["name"] == name


def test_a_failed_update_changes_nothing(arm: Arm) -> None:
    """SR section 7: a PATCH of an item can end Failed."""
    asr.protect(arm, "app1")
    before = stored(arm, asr.item("app1"))
    arm.inject("failed", type="replicationProtectedItems")

    failed(arm, "PATCH", asr.item("app1"), RENAMED)

    assert stored(arm, asr.item("app1")) == before
    asr.succeed(arm, "PATCH", asr.item("app1"), RENAMED)
    assert stored(arm, asr.item("app1")) != before


def stored(arm: Arm, path: str) -> list[tuple[Any, ...]]:
    return [row for row in arm.dump() if row[:2] == ("resources", path.lower())]


def test_a_failed_creation_below_a_vault_leaves_nothing(arm: Arm) -> None:
    """SR-29: such types have no state Failed; the same request succeeds later."""
    asr.prepare(arm)
    third = asr.PRIMARY.replace("/primary", "/third")
    arm.inject("failed", count=2)

    for _ in range(2):
        failed(arm, "PUT", *asr.fabric(third, asr.THIRD))
        assert arm.send("GET", third).status == 404

    asr.succeed(arm, "PUT", *asr.fabric(third, asr.THIRD))
    arm.inject("failed")
    failed(arm, "DELETE", third)
    container = f"{third}/replicationProtectionContainers/c"
    asr.succeed(arm, "PUT", *asr.container(container))


def test_what_is_done_at_once_cannot_fail_later(arm: Arm) -> None:
    """SR-65: such a write has no operation; the fault waits for one that has."""
    asr.prepare(arm)
    account = {"location": asr.TARGET, "properties": {"sku": {"name": "Basic"}}}
    arm.put(ACCOUNT, account)
    arm.inject("failed")

    assert arm.send("DELETE", ACCOUNT).status == 200

    assert arm.send("GET", ACCOUNT).status == 404
    assert control.read_faults(arm.directory)[0].seen == 0


def test_a_fault_of_a_type_meets_its_actions(arm: Arm) -> None:
    """By the last part of the type's name, or by the whole name."""
    asr.protect(arm, "app1")
    whole = (
        "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/"
        "replicationProtectedItems"
    )
    for kind in ("replicationProtectedItems", whole):
        arm.inject("conflict", type=kind)
        path = f"{asr.item('app1')}/unplannedFailover"
        assert arm.refusal(path, asr.failover(), "POST") == BUSY
        control.clear_faults(arm.directory)


def test_the_result_of_a_removed_item_is_where_its_vault_is(arm: Arm) -> None:
    """A region that is down answers neither status nor result."""
    asr.protect(arm, "app1")
    answer = arm.send("POST", f"{asr.item('app1')}/remove", {"properties": {}})
    arm.inject("region-down", region=asr.TARGET)

    polls = [
        answer.headers[name].partition(".com")[2].partition("?")[0]
        for name in ("location", "azure-asyncoperation")
    ]
    assert [arm.send("GET", poll).status for poll in polls] == [503, 503]


def test_a_deployment_that_protects_a_machine_again_succeeds(arm: Arm) -> None:
    """As it would at Azure: what it does not change stays, the rest is written."""
    asr.protect(arm, "app1")
    path, body = asr.protection("app1")
    names = ("vault", "primary", "c", "app1")
    kinds = ("vaults", "replicationFabrics", "replicationProtectionContainers")
    resources: list[Any] = [
        {
            "type": f"Microsoft.RecoveryServices/{'/'.join(kinds)}/replicationProtectedItems",
            "apiVersion": "2024-10-01",
            "name": "/".join(names),
            **body,
        },
        {
            "type": "Microsoft.Network/routeTables",
            "apiVersion": "2024-05-01",
            "name": "beside",
            "location": asr.TARGET,
            "properties": {},
        },
    ]
    template = {"contentVersion": "1.0.0.0", "resources": resources}
    deployment = f"{asr.THERE}/providers/Microsoft.Resources/deployments/d"

    answer = arm.send("PUT", deployment, {"properties": {"template": template}})

    assert answer.status == 201
    assert arm.properties(deployment)["provisioningState"] == "Succeeded"
    assert arm.get(f"{asr.THERE}/providers/Microsoft.Network/routeTables/beside")
    assert arm.properties(path)["protectionState"] == "Protected"


def test_a_plan_runs_actions_of_its_direction_only(arm: Arm) -> None:
    """SR-54, SR-62: from the primary to the recovery region; scripts are refused."""
    asr.protect(arm, "app1")
    back = action(MANUAL, "RecoveryToPrimary")
    script = action({"instanceType": "ScriptActionDetails", "path": "x"})
    assert arm.refusal(*asr.plan(["app1"], before=[script])) == "PLAN_ACTION"
    asr.succeed(arm, "PUT", *asr.plan(["app1"], before=[back]))
    other = asr.of_plan(asr.failover())
    other["properties"]["failoverDirection"] = "RecoveryToPrimary"
    for name in ("unplannedFailover", "testFailover"):
        assert arm.refusal(f"{asr.PLAN}/{name}", other, "POST") == "NOT_ALLOWED"
    wrong = asr.trial()
    wrong["properties"]["failoverDirection"] = "RecoveryToPrimary"
    assert arm.refusal(f"{asr.item('app1')}/testFailover", wrong, "POST") == "NOT_ALLOWED"

    asr.succeed(arm, "POST", f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()))

    assert arm.properties(asr.PLAN)["currentScenarioStatus"] == "Succeeded"


def test_runbooks_of_one_name_get_jobs_of_their_own_with_their_machines(arm: Arm) -> None:
    """SR-64: names are empty before the group has started; a test's machine is `{vm}-test`."""
    asr.protect(arm, "app1")
    arm.put(ACCOUNT, {"location": asr.TARGET, "properties": {"sku": {"name": "Basic"}}})
    arm.put(RUNBOOK, {"location": asr.TARGET, "properties": {"runbookType": "PowerShell"}})
    arm.send("PUT", f"{RUNBOOK}/draft/content", b"x")
    arm.send("POST", f"{RUNBOOK}/publish")
    path, body = asr.plan(["app1"], before=[action(BY_RUNBOOK)] * 2)
    body["properties"]["groups"][0]["endGroupActions"] = [action(BY_RUNBOOK)]
    asr.succeed(arm, "PUT", path, body)

    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailover", asr.of_plan(asr.trial()))

    contexts = [
        json.loads(
            arm.properties(f"{ACCOUNT}/jobs/{job['name']}")["parameters"]["RecoveryPlanContext"]
        )
        for job in arm.get(f"{ACCOUNT}/jobs")["value"]
    ]
    (after,) = [found for context in contexts for found in machines(context) if found["RoleName"]]
    assert len(contexts) == 3
    assert [len(machines(context)) for context in contexts] == [1, 1, 1]
    assert after == {
        "SubscriptionId": "00000000-0000-0000-0000-000000000001",
        "ResourceGroupName": "rg-target",
        "CloudServiceName": "app1-test",
        "RoleName": "app1-test",
        "RecoveryPointId": after["RecoveryPointId"],
    }
    assert len(after["RecoveryPointId"]) == 36


def machines(context: Body) -> list[Body]:
    return list(context["VmMap"].values())


def test_a_runbooks_job_that_is_polled_ends(arm: Arm) -> None:
    """At clock `instant` each read advances the clock to the job's end."""
    asr.prepare(arm)
    arm.put(ACCOUNT, {"location": asr.TARGET, "properties": {"sku": {"name": "Basic"}}})
    arm.put(RUNBOOK, {"location": asr.TARGET, "properties": {"runbookType": "PowerShell"}})
    arm.send("PUT", f"{RUNBOOK}/draft/content", b"x")
    arm.send("POST", f"{RUNBOOK}/publish")
    job = f"{ACCOUNT}/jobs/one"
    arm.put(job, {"properties": {"runbook": {"name": "net"}}})

    assert [arm.properties(job)["status"] for _ in range(3)] == ["New", "Completed", "Completed"]


def test_a_running_job_offers_no_action(arm: Arm) -> None:
    """Recorded of every job; one that waits for a person offers two (SR-63)."""
    asr.protect(arm, "app1")
    control.set_clock(arm.directory, "1")

    answer = arm.send("POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())

    job = answer.headers["x-ms-request-id"].replace("/Subscriptions", "/subscriptions")
    shown = arm.properties(job)
    assert (shown["state"], shown["allowedActions"]) == ("InProgress", [])
    assert arm.refusal(f"{job}/cancel", None, "POST") == "JOB_STATE"


def test_one_event_is_read_by_its_name(arm: Arm) -> None:
    """SR-76."""
    asr.protect(arm, "app1")
    arm.inject("agent-offline", region=asr.SOURCE)
    events = f"{asr.VAULT}/replicationEvents"

    (event,) = arm.get(events)["value"]

    assert arm.get(f"{events}/{event['name']}") == event
    assert arm.send("GET", f"{events}/none").status == 404
