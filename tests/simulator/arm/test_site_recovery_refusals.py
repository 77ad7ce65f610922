"""What Site Recovery refuses, or lets fail, on the local Azure; the store stays as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.refusals import site_recovery as refusals
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, Written, group

NOWHERE = f"{asr.THERE}/providers/Microsoft.Network/virtualNetworks/none"
OTHER = f"{asr.VAULT}/replicationFabrics/other"


def changed(written: Written, **more: Any) -> Written:
    """Return a protection with other details."""
    path, body = written
    details = body["properties"]["providerSpecificDetails"] | more
    return path, {"properties": body["properties"] | {"providerSpecificDetails": details}}


def disk(**more: Any) -> list[Body]:
    return [asr.disks("app1")[0] | more]


PROTECTIONS: dict[str, tuple[Written, str]] = {
    "a machine that does not exist": (
        changed(asr.protection("app1"), fabricObjectId=asr.machine("none")[0]),
        "MACHINE_MISSING",
    ),
    "a disk that does not exist": (
        changed(asr.protection("app1"), vmManagedDisks=disk(diskId=asr.machine("none")[0])),
        "DISK_MISSING",
    ),
    "no disks": (changed(asr.protection("app1"), vmManagedDisks=[]), "NO_DISKS"),
    "a container of the same fabric": (
        changed(asr.protection("app1"), recoveryContainerId=asr.CONTAINER),
        "WRONG_CONTAINER",
    ),
    "a policy that is not mapped": (
        (
            asr.item("app1"),
            {
                "properties": asr.protection("app1")[1]["properties"]
                | {"policyId": f"{asr.VAULT}/replicationPolicies/none"}
            },
        ),
        "NOT_MAPPED",
    ),
    "a cache account of the wrong region": (
        changed(
            asr.protection("app1"),
            vmManagedDisks=disk(primaryStagingAzureStorageAccountId=asr.CACHE_BACK),
        ),
        "CACHE_ACCOUNT",
    ),
    "a group that does not exist": (
        changed(asr.protection("app1"), recoveryResourceGroupId=f"{asr.THERE}-none"),
        "GROUP_MISSING",
    ),
    "a container of the machine's target": (
        (asr.item("app1").replace("primary", "recovery"), asr.protection("app1")[1]),
        "WRONG_FABRIC",
    ),
}


@pytest.mark.parametrize("name", PROTECTIONS)
def test_protection_is_refused_for(arm: Arm, name: str) -> None:
    """And is accepted otherwise."""
    asr.prepare(arm, "app1")
    written, expected = PROTECTIONS[name]

    assert arm.refusal(*written) == expected
    asr.succeed(arm, "PUT", *asr.protection("app1"))


def test_an_ultra_disk_is_refused(arm: Arm) -> None:
    """Site Recovery does not replicate it."""
    asr.prepare(arm, "app1")
    path, body = asr.machine("app1")
    system = body["properties"]["storageProfile"]["osDisk"]
    system["managedDisk"] = {"storageAccountType": "UltraSSD_LRS"}
    arm.put(path, body)

    assert arm.refusal(*asr.protection("app1")) == "DISK_UNPROTECTABLE"


def test_a_machine_that_is_protected_already_changes_nothing(arm: Arm) -> None:
    """SR-31: the operation succeeds, and shows error 45031; also under another name.

    SR-29: it has a job as every operation has.
    """
    asr.protect(arm, "app1")
    path, body = asr.protection("app1")

    for again in (path, path.replace("app1", "other")):
        before = arm.dump()
        status = asr.accept(arm, "PUT", again, body)
        assert (status["status"], status["error"]["code"]) == ("Succeeded", "45031")
        job = f"{asr.VAULT}/replicationJobs/{status['name']}"
        assert arm.properties(job)["scenarioName"] == "EnableDr"
        assert unchanged(arm, job) == [row for row in before if row[0] not in COUNTED]


COUNTED = ("operations", "revisions")


def unchanged(arm: Arm, job: str) -> list[tuple[Any, ...]]:
    """Return what is stored, without counters and one job."""
    return [row for row in arm.dump() if row[0] not in COUNTED and row[1] != job.lower()]


def test_an_item_name_of_another_machine_is_taken(arm: Arm) -> None:
    """Error 45031 would name a machine that is not protected at all."""
    asr.protect(arm, "app1")
    arm.put(*asr.interface("app2", "10.1.0.40"))
    arm.put(*asr.machine("app2"))

    assert arm.refusal(asr.item("app1"), asr.protection("app2")[1]) == "ITEM_TAKEN"


def test_a_vault_in_the_region_of_the_machine_is_refused(arm: Arm) -> None:
    """SR-02: it would be lost with the machine."""
    asr.prepare(arm, "app1")
    path, body = asr.interface("app2", "10.1.0.40")
    arm.put(path, body)
    arm.put(*asr.machine("app2"))
    here = asr.VAULT.replace("rg-target", "rg-source")
    arm.put(here, {"location": asr.SOURCE, "sku": {"name": "Standard"}, "properties": {}})
    text = [here, asr.VAULT]
    for written in (
        asr.fabric(asr.PRIMARY, asr.SOURCE),
        asr.fabric(asr.RECOVERY, asr.TARGET),
        asr.policy(),
        asr.container(asr.CONTAINER),
        asr.container(asr.BACK),
        asr.container_mapping(asr.CONTAINER, asr.BACK),
    ):
        asr.accept(arm, "PUT", *moved(written, *text))

    assert arm.refusal(*moved(asr.protection("app2"), *text)) == "VAULT_REGION"


def moved(written: Written, to: str, source: str) -> Written:
    """Return a request with the paths of another vault."""
    path, body = written

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: replaced(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [replaced(inner) for inner in value]
        return value.replace(source, to) if isinstance(value, str) else value

    return path.replace(source, to), replaced(body)


def refused(arm: Arm, expected: str, *written: Written) -> None:
    for path, body in written:
        assert arm.refusal(path, body) == expected


def test_fabrics_policies_and_mappings_are_refused(arm: Arm) -> None:
    """SR-03 to SR-07, SR-35, SR-37, SR-38."""
    asr.prepare(arm)
    refused(arm, "FABRIC_EXISTS", asr.fabric(OTHER, asr.SOURCE))
    refused(arm, "FABRIC_LOCATION", asr.fabric(OTHER, "atlantis"))
    for wrong in ({"recoveryPointHistory": 21_601}, {"appConsistentFrequencyInMinutes": 59}):
        refused(arm, "POLICY_INVALID", asr.policy(**wrong))
    second = asr.container_mapping(asr.CONTAINER, asr.BACK, "second")
    refused(arm, "MAPPING_EXISTS", second)
    refused(arm, "MAPPING_TARGET", asr.container_mapping(asr.CONTAINER, asr.CONTAINER, "same"))
    network = asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], NOWHERE, "none")
    refused(arm, "MAPPING_TARGET", network)
    other = asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.TEST[0], "second")
    refused(arm, "MAPPING_EXISTS", other)
    path, body = asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.TEST[0], "unnamed")
    del body["properties"]["recoveryFabricName"]
    refused(arm, "NETWORK_MAPPING_FABRIC", (path, body))
    unknown = {"properties": body["properties"] | {"recoveryFabricName": "none"}}
    refused(arm, "MAPPING_TARGET", (path, unknown))
    refused(arm, "READ_ONLY", (f"{asr.PRIMARY}/replicationNetworks/mine", {}))
    refused(arm, "READ_ONLY", (f"{asr.VAULT}/replicationJobs/mine", {}))


def test_what_is_in_use_is_not_removed(arm: Arm) -> None:
    """SR-80, SR-81: items before mappings, mappings before containers, all before the vault."""
    asr.protect(arm, "app1")
    mapping = f"{asr.CONTAINER}/replicationProtectionContainerMappings/m"

    for path in (mapping, asr.POLICY, asr.PRIMARY):
        assert arm.refused_delete(path) == "IN_USE"
    assert arm.refused_delete(asr.VAULT) == "VAULT_NOT_EMPTY"
    for source in (asr.CONTAINER, asr.BACK):
        assert arm.refusal(f"{source}/remove", None, "POST") == "IN_USE"
    assert arm.refused_delete(f"{asr.HERE}/providers/Microsoft.Compute/disks/app1-os") == (
        "DISK_IN_USE"
    )


def test_plans_are_refused(arm: Arm) -> None:
    """SR-60, SR-61: eight groups, 101 machines, ones twice, unknown, of the other direction."""
    asr.protect(arm, "app1")
    path, body = asr.plan(["app1"])
    properties = body["properties"]

    def plan(**more: Any) -> Written:
        return path, {"properties": properties | more}

    empty = {"groupType": "Boot", "replicationProtectedItems": []}
    refused(arm, "PLAN_GROUPS", plan(groups=[empty] * 8))
    many = [{"id": asr.item(f"m{number}")} for number in range(101)]
    refused(arm, "PLAN_GROUPS", plan(groups=[empty | {"replicationProtectedItems": many}]))
    nameless = [{"virtualMachineId": asr.machine("app1")[0]}]
    refused(arm, "PLAN_GROUPS", plan(groups=[empty | {"replicationProtectedItems": nameless}]))
    twice = [{"id": asr.item("app1")}, {"id": f"{asr.item('app1')}/"}]
    refused(arm, "PLAN_GROUPS", plan(groups=[empty | {"replicationProtectedItems": twice}]))
    refused(arm, "PLAN_GROUPS", plan(groups=[empty | {"groupType": "Last"}]))
    refused(arm, "PLAN_ITEM", asr.plan(["app1", "none"]))
    refused(arm, "PLAN_FABRIC", plan(primaryFabricId=OTHER))
    wrong = plan(primaryFabricId=asr.RECOVERY, recoveryFabricId=asr.PRIMARY)
    refused(arm, "PLAN_FABRIC", wrong)
    asr.succeed(arm, "PUT", *asr.plan(["app1"]))
    assert (
        arm.refusal(f"{path}/plannedFailover", asr.of_plan(asr.failover()), "POST") == "NOT_ALLOWED"
    )
    asr.succeed(arm, "PATCH", path, {"properties": {"groups": []}})
    body = asr.of_plan(asr.failover())
    assert arm.refusal(f"{path}/unplannedFailover", body, "POST") == "PLAN_EMPTY"


ACTIONS: dict[str, tuple[str, Callable[[], Body], str]] = {
    "a test into the recovery network": (
        "testFailover",
        lambda: asr.trial(asr.ARRIVAL[0]),
        "TEST_NETWORK",
    ),
    "a test into a network that does not exist": (
        "testFailover",
        lambda: asr.trial(NOWHERE),
        "TEST_NETWORK",
    ),
    "a test into a network of the source": (
        "testFailover",
        lambda: asr.trial(asr.SPOKE[0]),
        "TEST_NETWORK",
    ),
    "a clean-up without a test": ("testFailoverCleanup", dict, "NOT_ALLOWED"),
    "a commit before a failover": ("failoverCommit", dict, "NOT_ALLOWED"),
    "a point that does not exist": (
        "unplannedFailover",
        lambda: asr.failover(recoveryPointId="none"),
        "POINT_MISSING",
    ),
    "a planned failover": ("plannedFailover", asr.failover, "NOT_ALLOWED"),
    "re-protection of unmanaged disks": ("reProtect", dict, "DISKS_MISSING"),
    "another point before a failover": ("applyRecoveryPoint", dict, "NOT_ALLOWED"),
    "the other direction": (
        "unplannedFailover",
        lambda: {"properties": {"failoverDirection": "RecoveryToPrimary"}},
        "NOT_ALLOWED",
    ),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_refused_for(arm: Arm, name: str) -> None:
    """Nothing has begun."""
    asr.protect(arm, "app1")
    action, body, expected = ACTIONS[name]

    assert arm.refusal(f"{asr.item('app1')}/{action}", body(), "POST") == expected


def test_commit_twice_and_re_protection_too_early_are_refused(arm: Arm) -> None:
    """SR-43, SR-53: and disks, container, group and cache of the other region are needed."""
    asr.protect(arm, "app1")
    path, (switch, body) = asr.item("app1"), asr.switch("app1")
    assert arm.refusal(switch, body, "POST") == "NOT_ALLOWED"
    asr.succeed(arm, "POST", f"{path}/unplannedFailover", asr.failover())
    asr.succeed(arm, "POST", f"{path}/failoverCommit")
    assert arm.refusal(f"{path}/failoverCommit", None, "POST") == "NOT_ALLOWED"

    def details(**more: Any) -> Body:
        sent = body["properties"]["providerSpecificDetails"] | more
        return {"properties": body["properties"] | {"providerSpecificDetails": sent}}

    for wrong, expected in (
        (details(vmManagedDisks=[]), "NO_DISKS"),
        (details(recoveryContainerId=asr.BACK), "WRONG_CONTAINER"),
        (details(policyId="none"), "NOT_MAPPED"),
        (details(recoveryResourceGroupId=NOWHERE), "GROUP_MISSING"),
        (details(vmManagedDisks=asr.disks("app1", asr.THERE, asr.CACHE)), "CACHE_ACCOUNT"),
        ({"properties": {"replicationProtectedItemName": "none"}}, "ITEM_MISSING"),
    ):
        assert arm.refusal(switch, wrong, "POST") == expected
    asr.succeed(arm, "POST", switch, body)


def test_interfaces_are_set_only_when_the_machine_is_protected(arm: Arm) -> None:
    """SR-44: before that, Azure does not know them."""
    asr.prepare(arm, "app1")
    asr.succeed(arm, "PUT", *asr.protection("app1"))
    body = {"properties": {"recoveryAzureVMName": "other"}}

    assert arm.refusal(asr.item("app1"), body, "PATCH") == "NOT_ALLOWED"


def ended(arm: Arm, method: str, path: str, body: object = None) -> tuple[str, str]:
    """Return status and error of the operation of a request."""
    status = asr.accept(arm, method, path, body)
    return status["status"], (status["error"] or {"code": ""})["code"]


def test_the_loss_of_the_source_region_leaves_failover_possible(arm: Arm) -> None:
    """SR-79: not with shutdown, nor enabling and re-protection; the vault answers."""
    asr.protect(arm, "app1")
    arm.put(*asr.interface("app2", "10.1.0.40"))
    arm.put(*asr.machine("app2"))
    arm.inject("region-down", region=asr.SOURCE)
    path = asr.item("app1")

    assert ended(arm, "PUT", *asr.protection("app2")) == ("Failed", "28020")
    planned = asr.failover(shutdown=True)
    assert ended(arm, "POST", f"{path}/unplannedFailover", planned) == ("Failed", "28020")
    assert arm.properties(path)["protectionState"] == "UnplannedFailoverCompletionFailed"
    asr.succeed(arm, "POST", f"{path}/unplannedFailover", asr.failover())
    asr.succeed(arm, "POST", f"{path}/failoverCommit")
    assert ended(arm, "POST", *asr.switch("app1")) == ("Failed", "28020")
    arm.get(asr.there("app1"))
    control.clear_faults(arm.directory)
    asr.succeed(arm, "POST", *asr.switch("app1"))


@pytest.mark.parametrize(
    ("kind", "region", "code"),
    [
        ("capacity", asr.TARGET, refusals.CAPACITY.code),
        ("address-taken", asr.TARGET, refusals.ADDRESS_TAKEN.code),
        ("region-down", asr.TARGET, ""),
    ],
)
def test_a_failover_ends_failed_and_is_done_again(
    arm: Arm, kind: str, region: str, code: str
) -> None:
    """No machine is made; the vault's own region down answers 503."""
    asr.protect(arm, "app1")
    arm.inject(kind, region=region)
    path = f"{asr.item('app1')}/unplannedFailover"

    if code:
        assert ended(arm, "POST", path, asr.failover()) == ("Failed", code)
    else:
        assert arm.send("POST", path, asr.failover()).status == 503

    assert control.read_faults(arm.directory)[0].kind == kind
    control.clear_faults(arm.directory)
    assert arm.send("GET", asr.there("app1")).status == 404
    asr.succeed(arm, "POST", path, asr.failover())


def test_replication_that_falls_behind_makes_the_newest_point_older(arm: Arm) -> None:
    """SR-59: the health is Critical, and the recovery point objective grows."""
    asr.protect(arm, "app1")
    arm.inject("replication-behind", region=asr.SOURCE)
    control.advance_clock(arm.directory, 4 * 3600)

    details = arm.properties(asr.item("app1"))

    assert details["replicationHealth"] == "Critical"
    assert details["providerSpecificDetails"]["rpoInSeconds"] >= 4 * 3600
    (event,) = arm.get(f"{asr.VAULT}/replicationEvents")["value"]
    assert event["properties"]["severity"] == "Critical"
    health = arm.properties(f"{asr.VAULT}/replicationVaultHealth")["protectedItemsHealth"]
    counts = health["categorizedResourceCounts"]
    assert counts["protectedItemsCriticalCount"] == 1


@pytest.mark.parametrize("kind", ["copy-stuck", "agent-offline", "cache-unreachable"])
def test_a_copy_that_is_stuck_goes_on_when_the_fault_is_cleared(arm: Arm, kind: str) -> None:
    """Each read at clock `instant` advances the clock, so that a client can give up."""
    asr.prepare(arm, "app1")
    asr.succeed(arm, "PUT", *asr.protection("app1"))
    arm.inject(kind, region=asr.SOURCE)

    states = [arm.properties(asr.item("app1"))["protectionState"] for _ in range(5)]
    then = control.read_clock(arm.directory).seconds

    assert set(states) == {"InitialReplicationInProgress"}
    arm.properties(asr.item("app1"))
    assert control.read_clock(arm.directory).seconds > then
    control.clear_faults(arm.directory)
    assert asr.until_protected(arm, asr.item("app1")) == [
        "InitialReplicationInProgress",
        "InitialReplicationRecoveryCompletionPending",
        "Protected",
    ]


def test_a_cache_that_cannot_be_reached_lets_enabling_fail(arm: Arm) -> None:
    """The item can be enabled again afterwards: its failed creation is purged first."""
    asr.prepare(arm, "app1")
    arm.inject("cache-unreachable", region=asr.SOURCE)

    assert ended(arm, "PUT", *asr.protection("app1")) == ("Failed", refusals.CACHE_ACCOUNT.code)


def test_a_test_that_cannot_be_cleaned_up_stays(arm: Arm) -> None:
    """And blocks the failover until it is cleaned up (SR-43)."""
    asr.protect(arm, "app1")
    path = asr.item("app1")
    asr.succeed(arm, "POST", f"{path}/testFailover", asr.trial())
    arm.inject("test-left", region=asr.TARGET)

    status = ended(arm, "POST", f"{path}/testFailoverCleanup", {"properties": {}})

    assert status == ("Failed", refusals.CLEANUP_FAILED.code)
    assert arm.refusal(f"{path}/unplannedFailover", asr.failover(), "POST") == "NOT_ALLOWED"
    control.clear_faults(arm.directory)
    asr.succeed(arm, "POST", f"{path}/testFailoverCleanup", {"properties": {}})


def test_an_operation_can_succeed_and_show_an_error(arm: Arm) -> None:
    """SR-31: 28061; a client that looks at the status alone takes it for clean."""
    asr.protect(arm, "app1")
    arm.inject("succeeded-with-error", region=asr.TARGET)

    status = ended(arm, "POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())

    assert status == ("Succeeded", "28061")


def test_a_network_that_is_gone_lets_the_failover_fail_at_its_end(arm: Arm) -> None:
    """SR-69, SR-72: no machine is made, and the item can fail over later."""
    asr.protect(arm, "app1")
    arm.delete(f"{asr.PRIMARY}/replicationNetworks/azureNetwork/replicationNetworkMappings/n")
    path = f"{asr.item('app1')}/unplannedFailover"

    answer = arm.send("POST", path, asr.failover())

    guid = answer.headers["x-ms-request-id"].rpartition("/")[2]
    status = arm.get(f"{asr.VAULT}/replicationOperationStatus/{guid}")
    job = arm.properties(f"{asr.VAULT}/replicationJobs/{guid}")
    (error,) = job["errors"]
    code = refusals.TARGET_NETWORK.code
    assert (status["status"], status["error"]["code"]) == ("Failed", code)
    assert (job["state"], error["serviceErrorDetails"]["code"]) == ("Failed", code)
    assert arm.send("GET", asr.there("app1-os", "disks")).status == 404
    again = asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0])
    asr.succeed(arm, "PUT", *again)
    asr.succeed(arm, "POST", path, asr.failover())


def test_an_agent_without_a_way_out_is_not_enabled(arm: Arm) -> None:
    """SR-68: its default route leads to an NVA that is not there; then it is."""
    asr.prepare(arm, "app1", "nva")
    table = f"{asr.HERE}/providers/Microsoft.Network/routeTables/rt"
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}
    hop = {"name": "out", "properties": route | {"nextHopIpAddress": "10.1.0.99"}}
    arm.put(table, {"location": asr.SOURCE, "properties": {"routes": [hop]}})
    properties = {"addressPrefix": "10.1.0.0/24", "routeTable": {"id": table}}
    arm.put(f"{asr.SPOKE[0]}/subnets/app", {"properties": properties})

    assert ended(arm, "PUT", *asr.protection("app1")) == ("Failed", "151196")

    asr.succeed(arm, "DELETE", asr.item("app1"))
    hop["properties"] = route | {"nextHopIpAddress": "10.1.0.11"}
    arm.put(table, {"location": asr.SOURCE, "properties": {"routes": [hop]}})
    arm.send("POST", f"{asr.machine('nva')[0]}/deallocate")
    assert ended(arm, "PUT", *asr.protection("app1")) == ("Failed", "151196")
    asr.succeed(arm, "DELETE", asr.item("app1"))
    arm.send("POST", f"{asr.machine('nva')[0]}/start")
    asr.succeed(arm, "PUT", *asr.protection("app1"))


def test_an_agent_without_a_way_out_of_the_recovery_region_is_not_re_protected(arm: Arm) -> None:
    """SR-68: the operation ends Failed, and the item stays where it is."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "POST", f"{asr.item('app1')}/unplannedFailover", asr.failover())
    table = f"{asr.THERE}/providers/Microsoft.Network/routeTables/rt"
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}
    routes = [{"name": "out", "properties": route}]
    arm.put(table, {"location": asr.TARGET, "properties": {"routes": routes}})
    properties = {"addressPrefix": "10.1.0.0/24", "routeTable": {"id": table}}
    arm.put(f"{asr.ARRIVAL[0]}/subnets/app", {"properties": properties})

    status = ended(arm, "POST", *asr.switch("app1"))

    assert status == ("Failed", refusals.NO_EGRESS_BACK.code)
    assert arm.properties(asr.item("app1"))["activeLocation"] == "Recovery"


def test_a_missing_fabric_and_a_missing_item_have_words_of_their_own(arm: Arm) -> None:
    """SR-82."""
    asr.prepare(arm)

    errors = {
        path: arm.send("GET", path).body["error"]["details"][0]["code"]
        for path in (OTHER, asr.item("none"))
    }
    assert list(errors.values()) == ["FabricArmEntityMissing", "ArmResourceDoesNotExist"]
    assert arm.send("DELETE", asr.item("none")).status == 404
    arm.put(*group())
