"""How operations of Site Recovery end when they cannot do what they were to do.

What cannot be done lets its own operation end Failed; the store answers every other request.
"""

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.refusals import common, site_recovery
from sparehub.simulator.arm.replication import machines
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, group, interface, subnet, virtual_network

MANUAL = {
    "actionName": "network",
    "failoverTypes": ["UnplannedFailover", "TestFailover"],
    "failoverDirections": ["PrimaryToRecovery"],
    "customDetails": {"instanceType": "ManualActionDetails", "description": "switched?"},
}
HOUR = 3600


def ended(arm: Arm, method: str, path: str, body: object = None) -> tuple[str, str | None]:
    """Return status and error of the operation of a request."""
    status = asr.accept(arm, method, path, body)
    return status["status"], (status["error"] or {"code": None})["code"]


def polled(arm: Arm, headers: object) -> tuple[str, str | None, str]:
    """Return status and error of an operation, and the state of its job."""
    assert isinstance(headers, dict)
    name = headers["x-ms-request-id"].rpartition("/")[2]
    status = arm.get(f"{asr.VAULT}/replicationOperationStatus/{name}")
    job = arm.properties(f"{asr.VAULT}/replicationJobs/{name}")
    return status["status"], (status["error"] or {"code": None})["code"], job["state"]


def test_a_deletion_that_is_refused_at_its_end_fails_alone(arm: Arm) -> None:
    """The network got a machine's interface meanwhile; every other request is answered."""
    arm.put(*group())
    network, body = virtual_network("hub", "10.0.0.0/24")
    arm.put(network, body)
    arm.put(*subnet("hub", "app", "10.0.0.0/26"))
    control.set_clock(arm.directory, "1")
    control.advance_clock(arm.directory, HOUR)
    deleted = arm.send("DELETE", network)
    late, sent = interface("late", "hub/app")
    arm.put(late, sent)

    control.advance_clock(arm.directory, HOUR)

    poll = deleted.headers["azure-asyncoperation"].partition(".com")[2].partition("?")[0]
    assert arm.get(poll)["status"] == "Failed"
    assert arm.properties(network)["provisioningState"] == "Failed"
    assert arm.properties(late)["provisioningState"] == "Succeeded"


def test_what_is_being_deleted_is_used_no_more(arm: Arm) -> None:
    """A mapping that is being deleted maps nothing; a vault that is takes no child."""
    asr.prepare(arm, "app1")
    other = asr.VAULT.removesuffix("vault") + "other"
    arm.put(other, {"location": asr.TARGET, "sku": {"name": "Standard"}, "properties": {}})
    control.set_clock(arm.directory, "1")
    arm.send("DELETE", f"{asr.CONTAINER}/replicationProtectionContainerMappings/m")
    arm.send("DELETE", other)
    policy, body = asr.policy()

    assert arm.refusal(*asr.protection("app1")) == "NOT_MAPPED"
    assert arm.refusal(policy.replace(asr.VAULT, other), body) == "NOT_READY"
    control.advance_clock(arm.directory, HOUR)
    assert arm.get(asr.VAULT)["name"] == "vault"
    assert arm.send("GET", other).status == 404


def test_nothing_is_made_below_or_of_what_is_still_being_made(arm: Arm) -> None:
    """SR-28: a client that does not wait for an operation is refused, and is served later."""
    asr.prepare(arm, "app1")
    third = asr.PRIMARY.replace("/primary", "/third")
    container = f"{third}/replicationProtectionContainers/c"
    control.set_clock(arm.directory, "1")
    arm.send("PUT", *asr.fabric(third, asr.THIRD))

    assert arm.refusal(*asr.container(container)) == "NOT_READY"
    control.advance_clock(arm.directory, HOUR)
    arm.send("PUT", *asr.container(container))
    assert arm.refusal(*asr.container_mapping(asr.CONTAINER, container)) == "NOT_READY"
    control.advance_clock(arm.directory, HOUR)
    assert arm.send("PUT", *asr.container_mapping(asr.CONTAINER, container, "3")).status == 202
    details = asr.protection("app1", recoveryContainerId=container)
    assert arm.refusal(*details) == "NOT_READY"


NAMES: list[Body] = [
    {"recoveryAzureVMName": "a/b/c"},
    {"providerSpecificDetails": {"tfoAzureVMName": "a/b"}},
    {"vmNics": [{"nicId": "1", "recoveryNicName": "a/b/c"}]},
    {"vmNics": [{"nicId": "1", "tfoRecoveryNicName": "a b"}]},
]


@pytest.mark.parametrize("settings", NAMES)
def test_a_name_that_a_failover_cannot_use_is_refused(arm: Arm, settings: Body) -> None:
    """SR-44: the names of what is made are names of machines and interfaces."""
    asr.protect(arm, "app1")

    refused = arm.refusal(asr.item("app1"), {"properties": settings}, "PATCH")

    assert refused == "NAME_INVALID"


def test_a_defect_lets_one_operation_fail(arm: Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not every request after it."""
    asr.protect(arm, "app1")

    def defect(*_: object) -> str:
        raise KeyError("unforeseen")

    with monkeypatch.context() as patched:
        patched.setattr(machines, "make", defect)
        answer = arm.send("POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())

    assert polled(arm, answer.headers) == ("Failed", common.SERVER_ERROR.code, "Failed")
    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())


def waiting(arm: Arm, action: str, body: Body) -> tuple[str, dict[str, str]]:
    """Start a run that waits for a person; return its job and the headers of its answer."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "PUT", *asr.plan(["app1"], before=[MANUAL]))
    answer = arm.send("POST", f"{asr.PLAN}/{action}", asr.of_plan(body))
    headers = dict(answer.headers)
    name = headers["x-ms-request-id"].rpartition("/")[2]
    return f"{asr.VAULT}/replicationJobs/{name}", headers


def test_a_run_that_waits_does_not_move_the_clock(arm: Arm) -> None:
    """It has no end; at `instant` only what has one finishes at once."""
    waiting(arm, "unplannedFailover", asr.failover())
    control.set_clock(arm.directory, "1")
    before = control.read_clock(arm.directory).seconds

    control.set_clock(arm.directory, "instant")

    assert control.read_clock(arm.directory).seconds < before + HOUR
    assert arm.properties(asr.item("app1"))["allowedOperations"] == []


@pytest.mark.parametrize("answer", ["resume", "cancel"])
def test_a_run_whose_resume_fails_ends_failed(arm: Arm, answer: str) -> None:
    """Its machines stay where they are, and are free."""
    job, headers = waiting(arm, "unplannedFailover", asr.failover())
    arm.inject("failed")

    assert ended(arm, "POST", f"{job}/{answer}")[0] == "Failed"

    assert polled(arm, headers) == ("Failed", common.OPERATION_FAILED.code, "Failed")
    assert arm.properties(asr.PLAN)["currentScenarioStatus"] == "Failed"
    operations = arm.properties(asr.item("app1"))["allowedOperations"]
    assert operations == ["Commit", "ChangePit", "DisableProtection", "SwitchProtection"]
    asr.succeed(arm, "POST", f"{asr.PLAN}/failoverCommit")


def test_a_test_whose_resume_fails_can_be_cleaned_up(arm: Arm) -> None:
    """SR-49: its machine is known as before."""
    job, _ = waiting(arm, "testFailover", asr.trial())
    arm.inject("failed")

    assert ended(arm, "POST", f"{job}/resume")[0] == "Failed"

    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailoverCleanup", {"properties": {}})
    assert arm.send("GET", asr.there("app1-test")).status == 404


def two_of_which_one_cannot_arrive(arm: Arm) -> None:
    """Make a plan of two machines; a set address of one is outside its subnet."""
    asr.protect(arm, "app1", "app2")
    nics = arm.properties(asr.item("app2"))["providerSpecificDetails"]["vmNics"]
    address = {"recoveryStaticIPAddress": "10.9.9.9", "tfoStaticIPAddress": "10.9.9.9"}
    configuration = {"ipConfigName": "default"} | address
    properties = {"vmNics": [{"nicId": nics[0]["nicId"], "ipConfigs": [configuration]}]}
    asr.succeed(arm, "PATCH", asr.item("app2"), {"properties": properties})
    asr.succeed(arm, "PUT", *asr.plan(["app1", "app2"]))


def test_a_machine_that_cannot_arrive_does_not_hold_the_others(arm: Arm) -> None:
    """The plan ends Failed; the other machine has failed over."""
    two_of_which_one_cannot_arrive(arm)

    body = asr.of_plan(asr.failover(shutdown=True))
    answer = arm.send("POST", f"{asr.PLAN}/unplannedFailover", body)

    assert (polled(arm, answer.headers)[0], polled(arm, answer.headers)[2]) == ("Failed", "Failed")
    assert arm.properties(asr.PLAN)["currentScenarioStatus"] == "Failed"
    states = [arm.properties(asr.item(name))["protectionState"] for name in ("app1", "app2")]
    assert states == [
        "UnplannedFailoverCommitPendingStatesBegin",
        "UnplannedFailoverCompletionFailed",
    ]
    assert arm.get(asr.there("app1"))["name"] == "app1"
    assert arm.send("GET", asr.there("app2-os", "disks")).status == 404


def test_a_test_of_machines_of_which_one_cannot_arrive(arm: Arm) -> None:
    """Both wait for clean-up (SR-48)."""
    two_of_which_one_cannot_arrive(arm)

    body = asr.of_plan(asr.trial())
    assert ended(arm, "POST", f"{asr.PLAN}/testFailover", body)[0] == "Failed"

    states = [arm.properties(asr.item(name))["testFailoverState"] for name in ("app1", "app2")]
    assert states == ["WaitingForCompletion", "TestFailoverFailed"]
    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailoverCleanup", {"properties": {}})


def test_faults_of_machines_hold_for_plans_and_re_protection(arm: Arm) -> None:
    """`test-left`, `succeeded-with-error`, and `cache-unreachable` in the region that is left."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "PUT", *asr.plan(["app1"]))
    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailover", asr.of_plan(asr.trial()))
    arm.inject("test-left", region=asr.TARGET)
    arm.inject("succeeded-with-error", region=asr.TARGET)
    arm.inject("cache-unreachable", region=asr.TARGET)

    cleaned = ended(arm, "POST", f"{asr.PLAN}/testFailoverCleanup", {"properties": {}})

    assert cleaned == ("Failed", site_recovery.CLEANUP_FAILED.code)
    control.clear_faults(arm.directory)
    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailoverCleanup", {"properties": {}})
    arm.inject("succeeded-with-error", region=asr.TARGET)
    over = ended(arm, "POST", f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()))
    assert over == ("Succeeded", "28061")
    arm.inject("cache-unreachable", region=asr.TARGET)
    again = ended(arm, "POST", *asr.switch("app1"))
    assert again == ("Failed", site_recovery.CACHE_ACCOUNT.code)
