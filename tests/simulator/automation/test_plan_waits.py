"""A run of a recovery plan waits for its runbook, where a worker runs it (SR-62 to SR-64)."""

import json
from collections.abc import Iterator

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.worker_presence import registered
from sparehub.simulator.arm.types.automation import job as automation_jobs
from sparehub.simulator.automation.worker import run_pending
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body
from tests.simulator.arm.test_automation import ACCOUNT, RUNBOOK, automation

ENDPOINT = "http://127.0.0.1:9"
"""Nothing answers there: these runbooks ask for nothing."""
PRINTS = "import json, sys; print(json.loads(sys.argv[1])['FailoverType'])"


@pytest.fixture
def worker(arm: Arm) -> Iterator[None]:
    with registered(arm.directory) as first:
        assert first
        yield


def action(kind: str = "AutomationRunbookActionDetails", **more: object) -> Body:
    details = {"instanceType": kind, "fabricLocation": "Recovery", "runbookId": RUNBOOK}
    manual = {"instanceType": kind, "description": "switched?"}
    return {
        "actionName": "network" if kind.startswith("Automation") else "question",
        "failoverTypes": ["UnplannedFailover"],
        "failoverDirections": ["PrimaryToRecovery"],
        "customDetails": details if kind.startswith("Automation") else manual,
    } | more


def prepare(arm: Arm, text: str, *actions: Body) -> None:
    """Protect a machine, publish the runbook, and make the plan."""
    asr.protect(arm, "app1")
    automation(arm)
    body = {"location": "eastasia", "properties": {"runbookType": "Python3"}}
    arm.put(RUNBOOK, body)
    arm.send("PUT", f"{RUNBOOK}/draft/content", text.encode())
    arm.send("POST", f"{RUNBOOK}/publish")
    asr.succeed(arm, "PUT", *asr.plan(["app1"], before=list(actions)))


def begin(arm: Arm, kind: str = "unplannedFailover", body: Body | None = None) -> str:
    """Start a run; return the name of its operation and job."""
    answer = arm.send("POST", f"{asr.PLAN}/{kind}", body or asr.of_plan(asr.failover()))
    assert answer.status == 202, answer.body
    return answer.headers["x-ms-request-id"].rpartition("/")[2]


def state(arm: Arm, name: str) -> tuple[str, str, list[str], dict[str, str]]:
    """Return the states of a run: operation, job, what is allowed, and the tasks that matter."""
    status = arm.get(f"{asr.VAULT}/replicationOperationStatus/{name}")["status"]
    job = arm.properties(f"{asr.VAULT}/replicationJobs/{name}")
    tasks = {task["friendlyName"]: task["state"] for task in job["tasks"]}
    shown = {
        each: tasks[each] for each in ("network", "question", "Group 1: Start") if each in tasks
    }
    return status, job["state"], job["allowedActions"], shown


def runbook_jobs(arm: Arm) -> list[Body]:
    return [
        arm.properties(f"{ACCOUNT}/jobs/{job['name']}")
        for job in arm.get(f"{ACCOUNT}/jobs")["value"]
    ]


@pytest.mark.usefixtures("worker")
def test_a_run_goes_on_by_itself_when_its_runbook_has_ended(arm: Arm) -> None:
    """The manual action after it waits for a person; then the machine's group starts."""
    prepare(arm, PRINTS, action(), action("ManualActionDetails"))

    name = begin(arm)
    before = state(arm, name)
    ran = run_pending(arm.azure, ENDPOINT)
    between = state(arm, name)
    asr.succeed(arm, "POST", f"{asr.VAULT}/replicationJobs/{name}/resume", {"properties": {}})

    waiting = {"network": "InProgress", "question": "NotStarted", "Group 1: Start": "NotStarted"}
    assert before == ("InProgress", "InProgress", [], waiting)
    assert ran == 1
    asked = {"network": "Succeeded", "question": "InProgress", "Group 1: Start": "NotStarted"}
    assert between == ("InProgress", "Suspended", ["Resume", "Cancel"], asked)
    done = dict.fromkeys(waiting, "Succeeded")
    assert state(arm, name) == ("Succeeded", "Succeeded", [], done)
    (job,) = runbook_jobs(arm)
    assert job["status"] == "Completed"
    assert json.loads(job["parameters"]["RecoveryPlanContext"])["RecoveryPlanName"] == "plan"


@pytest.mark.usefixtures("worker")
def test_a_runbook_that_fails_does_not_stop_the_run(arm: Arm) -> None:
    """Its task is Failed, the machine arrives all the same."""
    prepare(arm, "raise SystemExit(1)", action())

    name = begin(arm)
    run_pending(arm.azure, ENDPOINT)

    shown = {"network": "Failed", "Group 1: Start": "Succeeded"}
    assert state(arm, name) == ("Succeeded", "Succeeded", [], shown)
    assert arm.properties(asr.item("app1"))["activeLocation"] == "Recovery"


@pytest.mark.usefixtures("worker")
def test_a_run_waits_at_every_speed_and_holds_its_machines(arm: Arm) -> None:
    """At speed 1 the failover comes first; two runbooks are run one after the other."""
    prepare(arm, PRINTS, action(), action(actionName="again"))
    control.set_clock(arm.directory, "1")

    name = begin(arm)
    early = run_pending(arm.azure, ENDPOINT)
    control.advance_clock(arm.directory, 3600)
    arm.get(asr.VAULT)
    refused = arm.refusal(f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()), "POST")
    ran = run_pending(arm.azure, ENDPOINT)
    control.advance_clock(arm.directory, 3600)

    assert (early, refused, ran) == (0, "NOT_ALLOWED", 2)
    shown = {"network": "Succeeded", "Group 1: Start": "Succeeded"}
    assert state(arm, name) == ("Succeeded", "Succeeded", [], shown)


@pytest.mark.usefixtures("worker")
def test_a_test_failover_starts_no_runbook_that_does_not_name_it(arm: Arm) -> None:
    """The same plan, as a test: nothing is made for the worker."""
    prepare(arm, PRINTS, action())

    name = begin(arm, "testFailover", asr.of_plan(asr.trial()))

    assert run_pending(arm.azure, ENDPOINT) == 0
    assert runbook_jobs(arm) == []
    assert state(arm, name)[1] == "Succeeded"


@pytest.mark.usefixtures("worker")
def test_a_job_that_waits_can_be_stopped_and_the_run_goes_on(arm: Arm) -> None:
    """This is the way out where no worker comes."""
    prepare(arm, PRINTS, action())
    name = begin(arm)
    (job,) = arm.get(f"{ACCOUNT}/jobs")["value"]

    stopped = arm.send("POST", f"{ACCOUNT}/jobs/{job['name']}/stop")

    assert stopped.status == 200
    shown = {"network": "Failed", "Group 1: Start": "Succeeded"}
    assert state(arm, name) == ("Succeeded", "Succeeded", [], shown)
    assert [job["status"] for job in runbook_jobs(arm)] == ["Stopped"]
    assert run_pending(arm.azure, ENDPOINT) == 0


def test_without_a_worker_a_runbook_takes_a_minute_and_does_nothing(arm: Arm) -> None:
    """So nothing hangs where nobody runs jobs."""
    prepare(arm, PRINTS, action())

    name = begin(arm)

    shown = {"network": "Succeeded"}
    status, job, allowed, tasks = state(arm, name)
    assert (status, job, allowed) == ("Succeeded", "Succeeded", [])
    assert tasks.items() >= shown.items()
    assert run_pending(arm.azure, ENDPOINT) == 0


@pytest.mark.usefixtures("worker")
def test_a_runbook_that_is_deleted_meanwhile_counts_as_failed(arm: Arm) -> None:
    """It was there when the run began, and is not when its turn comes."""
    prepare(arm, PRINTS, action())
    control.set_clock(arm.directory, "1")
    name = begin(arm)
    arm.send("DELETE", RUNBOOK)

    control.advance_clock(arm.directory, 3600)
    arm.get(asr.VAULT)
    control.advance_clock(arm.directory, 3600)

    shown = {"network": "Failed", "Group 1: Start": "Succeeded"}
    assert state(arm, name) == ("Succeeded", "Succeeded", [], shown)


def test_a_run_goes_on_when_its_worker_is_gone(arm: Arm) -> None:
    """The job that ran is Failed with the next request; the next runbook then takes a minute."""
    with registered(arm.directory):
        prepare(arm, PRINTS, action(), action(actionName="again"))
        name = begin(arm)
        with arm.azure.store.transaction(write=True) as transaction:
            (job,) = transaction.of_type(automation_jobs.JOB)
            automation_jobs.begin(transaction, job, "secret", 0.0)

    arm.get(asr.VAULT)

    assert [job["status"] for job in runbook_jobs(arm)] == ["Failed", "Completed"]
    assert state(arm, name)[1] == "Succeeded"
