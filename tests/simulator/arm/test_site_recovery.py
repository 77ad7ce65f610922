"""The life of a replicated machine on the local Azure: there, back, and there again."""

from typing import Any

import pytest

from sparehub.simulator import control
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm

WAY = [
    "InitialReplicationInProgress",
    "InitialReplicationRecoveryCompletionPending",
    "Protected",
]


def state(arm: Arm, path: str) -> tuple[str, str, list[str]]:
    shown = arm.properties(path)
    return shown["protectionState"], shown["activeLocation"], shown["allowedOperations"]


def test_a_machine_is_protected_after_its_operation_has_ended(arm: Arm) -> None:
    """SR-42: the operation ends first; a client that polls the item sees each state once."""
    asr.prepare(arm, "app1")

    asr.succeed(arm, "PUT", *asr.protection("app1"))

    assert asr.until_protected(arm, asr.item("app1")) == WAY
    assert control.read_clock(arm.directory).seconds > 425 + 750 + 330


def test_a_put_is_answered_without_a_body_and_names_operation_and_job(arm: Arm) -> None:
    """SR-29, SR-30: one GUID for operation, result and job; ids begin with /Subscriptions."""
    asr.prepare(arm)

    answer = arm.send("PUT", *asr.policy(recoveryPointHistory=60))

    vault = f"/Subscriptions{asr.VAULT.removeprefix('/subscriptions')}"
    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    host, version = "https://management.azure.com", "?api-version=2024-05-01"
    assert (answer.status, answer.body) == (202, None)
    assert answer.headers == {
        "azure-asyncoperation": f"{host}{vault}/replicationOperationStatus/{guid}{version}",
        "location": f"{host}{vault}/replicationPolicies/policy/operationresults/{guid}{version}",
        "x-ms-request-id": f"{vault}/replicationJobs/{guid}",
        "retry-after": "30",
        "date": answer.headers["date"],
    }
    assert arm.get(asr.POLICY)["id"] == f"{vault}/replicationPolicies/policy"
    job = arm.properties(f"{asr.VAULT}/replicationJobs/{guid}")
    assert (job["scenarioName"], job["state"]) == ("AddProtectionProfile", "Succeeded")


def test_a_failover_makes_the_machine_with_its_address_and_leaves_the_source(arm: Arm) -> None:
    """SR-10, SR-47: same address in the subnet of the same name; the source runs on."""
    asr.protect(arm, "app1")

    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())

    made = arm.get(asr.there("app1"))
    nic = arm.properties(asr.there("app1-nic", "networkInterfaces"))
    (configuration,) = nic["ipConfigurations"]
    assert (made["location"], made["tags"]) == (asr.TARGET, {"app": "app1"})
    assert configuration["properties"]["privateIPAddress"] == "10.1.0.10"
    assert configuration["properties"]["subnet"]["id"] == f"{asr.ARRIVAL[0]}/subnets/app"
    assert [disk["name"] for disk in made["properties"]["storageProfile"]["dataDisks"]] == [
        "app1-data"
    ]
    assert power(arm, asr.machine("app1")[0]) == "PowerState/running"
    assert state(arm, asr.item("app1")) == (
        "UnplannedFailoverCommitPendingStatesBegin",
        "Recovery",
        ["Commit", "ChangePit", "DisableProtection", "SwitchProtection"],
    )


def power(arm: Arm, machine: str) -> str:
    statuses = arm.get(f"{machine}/instanceView")["statuses"]
    return str(statuses[1]["code"])


def test_a_planned_failover_shuts_the_source_down(arm: Arm) -> None:
    """SR-47: ``sourceSiteOperations: Required``."""
    asr.protect(arm, "app1")

    failover = asr.failover(shutdown=True)
    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", failover)

    assert power(arm, asr.machine("app1")[0]) == "PowerState/deallocated"
    assert power(arm, asr.there("app1")) == "PowerState/running"


def test_a_machine_goes_there_and_back_and_there_again(arm: Arm) -> None:
    """SR-52 to SR-56: the item moves, what was left is deleted, addresses stay."""
    asr.protect(arm, "app1")
    away = asr.item("app1")
    home = away.replace("/primary/", "/recovery/")

    for here, path, back in (
        (away, asr.there("app1"), False),
        (home, asr.machine("app1")[0], True),
    ):
        other = home if here == away else away
        asr.succeed(arm, "POST", f"{here}/unplannedFailover", asr.failover())
        asr.succeed(arm, "POST", f"{here}/failoverCommit")
        assert state(arm, here)[0] == "UnplannedFailoverStatesBegin"
        asr.succeed(arm, "POST", *asr.switch("app1", back=back))
        assert arm.send("GET", here).status == 404
        assert asr.until_protected(arm, other) == WAY
        left = asr.machine("app1")[0] if not back else asr.there("app1")
        assert arm.send("GET", left).status == 404
        assert arm.get(path)["name"] == "app1"

    asr.succeed(arm, "POST", f"{away}/unplannedFailover", asr.failover())
    nic = arm.properties(asr.there("app1-nic", "networkInterfaces"))
    assert nic["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.1.0.10"


def test_settings_of_an_interface_decide_where_a_machine_arrives(arm: Arm) -> None:
    """SR-44, SR-45: a PATCH of a protected item; a static address, and what Azure shows of it."""
    asr.protect(arm, "app1")
    nic = arm.properties(asr.item("app1"))["providerSpecificDetails"]["vmNics"][0]["nicId"]
    asr.succeed(arm, "PATCH", asr.item("app1"), asr.interface_settings(nic, "app1-dr"))

    shown = arm.properties(asr.item("app1"))["providerSpecificDetails"]["vmNics"][0]
    (read,) = shown["ipConfigs"]
    assert (read["isSeletedForFailover"], read["recoveryStaticIPAddress"]) == (True, "10.1.0.77")
    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())
    made = arm.properties(asr.there("app1-nic", "networkInterfaces"))
    assert made["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.1.0.77"
    assert arm.get(asr.there("app1-dr"))["name"] == "app1-dr"


def test_a_test_failover_blocks_a_failover_until_it_is_cleaned_up(arm: Arm) -> None:
    """SR-43, SR-48, SR-49: ``-test`` things in the test network, then gone; 161011 is gone too."""
    asr.protect(arm, "app1")
    path = asr.item("app1")

    asr.succeed(arm, "POST", f"{path}/testFailover", asr.trial())

    assert arm.properties(path)["testFailoverState"] == "WaitingForCompletion"
    nic = arm.properties(asr.there("app1-nic-test", "networkInterfaces"))
    assert nic["ipConfigurations"][0]["properties"]["subnet"]["id"].startswith(asr.TEST[0])
    assert arm.get(asr.there("app1-os-ASRtest", "disks"))["name"] == "app1-os-ASRtest"
    refused = arm.refusal(f"{path}/unplannedFailover", asr.failover(), "POST")
    assert refused == "NOT_ALLOWED"
    comments = {"properties": {"comments": "journal 7"}}
    asr.succeed(arm, "POST", f"{path}/testFailoverCleanup", comments)
    assert [arm.send("GET", asr.there(name)).status for name in ("app1-test", "app1")] == [404, 404]
    assert arm.send("GET", asr.there("app1-data-ASRtest", "disks")).status == 404
    shown = arm.properties(path)
    assert (shown["testFailoverState"], shown["failoverHealth"]) == ("None", "Normal")


def test_recovery_points_age_and_are_kept_as_long_as_the_policy_says(arm: Arm) -> None:
    """SR-35, SR-50: one each five minutes; the newest is that of the last failover."""
    asr.protect(arm, "app1")
    control.advance_clock(arm.directory, 3 * 24 * 3600)

    points = arm.get(f"{asr.item('app1')}/recoveryPoints")["value"]

    assert len(points) == 24 * 12 + 1
    name = points[-1]["name"]
    assert arm.get(f"{asr.item('app1')}/recoveryPoints/{name}") == points[-1]
    failover = asr.failover(recoveryPointId=points[5]["id"])
    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", failover)
    assert arm.properties(asr.item("app1"))["failoverRecoveryPointId"] == points[5]["name"]
    assert arm.send("GET", f"{asr.item('app1')}/recoveryPoints/none").status == 404


def test_a_plan_fails_its_machines_over_in_groups(arm: Arm) -> None:
    """SR-60, SR-63: Shutdown and Failover are added; one job with a task for each group."""
    asr.protect(arm, "dc1", "app1")
    asr.succeed(arm, "PUT", *asr.plan(["dc1"], ["app1"]))

    answer = arm.send(
        "POST", f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover(shutdown=True))
    )

    job = arm.properties(asr.VAULT + "/replicationJobs/" + guid_of(answer.headers))
    assert [task["friendlyName"] for task in job["tasks"]] == [
        "Prerequisites check for the recovery plan",
        "All groups shutdown (2)",
        "Recovery plan failover",
        "Group 1: Start",
        "Group 2: Start",
        "Finalizing the recovery plan",
    ]
    groups = arm.properties(asr.PLAN)["groups"]
    assert [group["groupType"] for group in groups] == ["Shutdown", "Failover", "Boot", "Boot"]
    listed = arm.get(f"{asr.VAULT}/replicationRecoveryPlans")["value"]
    assert listed[0]["properties"]["groups"] == []
    assert arm.properties(asr.PLAN)["currentScenarioStatus"] == "Succeeded"
    assert {state(arm, asr.item(name))[1] for name in ("dc1", "app1")} == {"Recovery"}
    asr.succeed(arm, "POST", f"{asr.PLAN}/failoverCommit")
    assert state(arm, asr.item("dc1"))[0] == "UnplannedFailoverStatesBegin"


def guid_of(headers: Any) -> str:
    return str(headers["x-ms-request-id"]).rpartition("/")[2]


MANUAL = {
    "actionName": "network",
    "failoverTypes": ["UnplannedFailover"],
    "failoverDirections": ["PrimaryToRecovery"],
    "customDetails": {"instanceType": "ManualActionDetails", "description": "switched?"},
}


@pytest.mark.parametrize("answer", ["resume", "cancel"])
def test_a_plan_waits_for_a_person_at_a_manual_action(arm: Arm, answer: str) -> None:
    """SR-63: the job is Suspended until it is resumed; the machines are busy so long."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "PUT", *asr.plan(["app1"], before=[MANUAL]))

    started = arm.send("POST", f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()))

    job = f"{asr.VAULT}/replicationJobs/{guid_of(started.headers)}"
    poll = f"{asr.VAULT}/replicationOperationStatus/{guid_of(started.headers)}"
    assert (arm.properties(job)["state"], arm.get(poll)["status"]) == ("Suspended", "InProgress")
    assert state(arm, asr.item("app1"))[2] == []
    asr.succeed(arm, "POST", f"{job}/{answer}")
    ended = {"resume": "Succeeded", "cancel": "Cancelled"}[answer]
    assert (arm.properties(job)["state"], arm.get(poll)["status"]) == (ended, ended)
    assert arm.properties(asr.PLAN)["currentScenarioStatus"] == ended
    assert arm.properties(job)["scenarioName"] == "UnplannedFailover"
    assert state(arm, asr.item("app1"))[2] != []
    assert arm.refusal(f"{job}/{answer}", None, "POST") == "JOB_STATE"


def test_a_plan_is_tested_and_cleaned_up(arm: Arm) -> None:
    """One test network for all of its machines (SR-70)."""
    asr.protect(arm, "dc1", "app1")
    asr.succeed(arm, "PUT", *asr.plan(["dc1", "app1"]))

    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailover", asr.of_plan(asr.trial()))

    made = [arm.get(asr.there(f"{name}-test"))["name"] for name in ("dc1", "app1")]
    assert made == ["dc1-test", "app1-test"]
    asr.succeed(arm, "POST", f"{asr.PLAN}/testFailoverCleanup", {"properties": {}})
    assert arm.send("GET", asr.there("app1-test")).status == 404


def test_everything_is_removed_in_azures_order(arm: Arm) -> None:
    """SR-36, SR-57, SR-80: items, mappings, containers, policy, fabrics, vault."""
    asr.protect(arm, "app1", "app2")

    asr.succeed(arm, "POST", f"{asr.item('app1')}/remove", {"properties": {}})
    asr.succeed(arm, "DELETE", asr.item("app2"))
    for source in (asr.CONTAINER, asr.BACK):
        asr.succeed(arm, "DELETE", f"{source}/replicationProtectionContainerMappings/m")
    for source in (asr.CONTAINER, asr.BACK):
        asr.succeed(arm, "POST", f"{source}/remove")
    asr.succeed(arm, "DELETE", asr.POLICY)
    for fabric in (asr.PRIMARY, asr.RECOVERY):
        asr.succeed(arm, "DELETE", fabric)
    arm.delete(asr.VAULT)

    assert arm.send("GET", asr.VAULT).status == 404
    assert arm.get(asr.machine("app1")[0])["name"] == "app1"


def test_the_result_of_an_operation_is_answered_after_its_target_has_gone(arm: Arm) -> None:
    """SR-33: 200 with the target, 204 where it has moved or is gone; never 404."""
    asr.protect(arm, "app1")

    over = arm.send("POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())
    removed = arm.send("DELETE", asr.item("app1"))

    results = [
        arm.send("GET", answer.headers["location"].partition(".com")[2].partition("?")[0]).status
        for answer in (over, removed)
    ]
    assert results == [204, 204]


def test_the_list_of_a_vault_finds_an_item_by_its_machine(arm: Arm) -> None:
    """Wherever it is: the list of the vault's items, with ids of machines in lower case."""
    asr.protect(arm, "app1")

    (found,) = arm.get(f"{asr.VAULT}/replicationProtectedItems")["value"]

    details = found["properties"]["providerSpecificDetails"]
    assert details["fabricObjectId"] == asr.machine("app1")[0].lower()
    assert found["id"].lower() == asr.item("app1").lower()
    mappings = arm.get(f"{asr.CONTAINER}/replicationProtectionContainerMappings")["value"]
    assert len(mappings) == 2


def test_at_speed_1_an_operation_takes_effect_at_its_end(arm: Arm) -> None:
    """Nothing is made before; a process that comes later finds it done once."""
    asr.protect(arm, "app1")
    control.set_clock(arm.directory, "1")

    arm.send("POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())

    assert arm.send("GET", asr.there("app1")).status == 404
    assert (
        arm.properties(asr.item("app1"))["currentScenario"]["scenarioName"] == "UnplannedFailover"
    )
    control.set_clock(arm.directory, "instant")
    again = Arm(arm.directory)
    assert again.get(asr.there("app1"))["name"] == "app1"
    assert state(again, asr.item("app1"))[1] == "Recovery"
