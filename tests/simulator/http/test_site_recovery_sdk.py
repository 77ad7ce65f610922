"""Microsoft's own clients, unmodified, lead a replicated machine there, back, and to removal."""

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.arm import site_recovery as asr
from tests.simulator.http.sdk_runs import drive, installed

DRIVER = "site_recovery_sdk"


def capital(path: str) -> str:
    """Return an id as Site Recovery shows it (SR-30)."""
    return f"/Subscriptions{path.removeprefix('/subscriptions')}"


def mapping(source: str) -> str:
    return f"{source}/replicationProtectionContainerMappings/m"


def network_mapping(fabric: str) -> str:
    return f"{fabric}/replicationNetworks/azureNetwork/replicationNetworkMappings/n"


WAY = [
    "InitialReplicationInProgress",
    "InitialReplicationRecoveryCompletionPending",
    "Protected",
]
SWITCHED = {
    "switched": ["SwitchReplicationGroupProtection", "Succeeded"],
    "gone": "NotFound",
    "shown": WAY,
}
EXPECTED: dict[str, Any] = {
    "built": {
        "groups": ["Succeeded", "Succeeded"],
        "address": "10.1.0.10",
        "disks": ["app1-os", "app1-data"],
        "caches": [["cachehere", False], ["cachethere", None]],
        "keys": ["key1", "key2"],
        "vault": ["vault", "Succeeded"],
        "roles": [asr.CACHE, asr.CACHE],
    },
    "prepared": {
        "ids": [
            capital(path)
            for path in (
                asr.PRIMARY,
                asr.RECOVERY,
                asr.POLICY,
                asr.CONTAINER,
                asr.BACK,
                mapping(asr.CONTAINER),
                mapping(asr.BACK),
                network_mapping(asr.PRIMARY),
                network_mapping(asr.RECOVERY),
            )
        ],
        "fabrics": ["East Asia", "Southeast Asia"],
        "containers": ["Paired", "Paired"],
        "mappings": [["Paired", "Normal"], ["Paired", "Normal"]],
        "networks": ["Paired", "Paired"],
        "kept": 1440,
    },
    "protected": WAY,
    "configured": {"address": ["app", "10.1.0.77"], "points": ["CrashConsistent"]},
    "rehearsed": {
        "jobs": [["TestFailover", "Succeeded"], ["TestFailoverCleanup", "Succeeded"]],
        "states": ["WaitingForCompletion", "None"],
        "machines": [["app1-test"], []],
    },
    "failed over": SWITCHED
    | {
        "groups": ["Shutdown", "Failover", "Boot"],
        "tasks": [
            "Prerequisites check for the recovery plan",
            "All groups shutdown (1)",
            "Recovery plan failover",
            "Group 1: Start",
            "Finalizing the recovery plan",
        ],
        "item": [
            "UnplannedFailoverCommitPendingStatesBegin",
            "Recovery",
            ["Commit", "ChangePit", "DisableProtection", "SwitchProtection"],
        ],
        "address": "10.1.0.77",
        "job": ["CommitFailover", "Succeeded"],
        "committed": "UnplannedFailoverStatesBegin",
        "machines": [[], ["app1"]],
    },
    "failed back": SWITCHED
    | {
        "jobs": [["UnplannedFailover", "Succeeded"], ["CommitFailover", "Succeeded"]],
        "address": "10.1.0.77",
        "machines": [["app1"], []],
    },
    "there again": {
        "job": ["UnplannedFailover", "Succeeded"],
        "item": ["UnplannedFailoverCommitPendingStatesBegin", "Recovery"],
        "machines": [["app1"], ["app1"]],
    },
    "automated": {
        "account": ["Ok", "SystemAssigned"],
        "runbook": ["New", "Published"],
        "variable": '"southeastasia"',
        "job": "New",
        "listed": ["33333333-3333-4333-8333-333333333333"],
    },
    "deployed": {
        "state": "Succeeded",
        "resources": [f"{asr.PRIMARY}/replicationProtectionContainers/deployed"],
        "container": ["deployed", "NotPaired"],
        "removed": "Succeeded",
    },
    "removed": {
        "jobs": [
            "AddProtectionProfile",
            *["CommitFailover"] * 2,
            *["CreateFabric"] * 2,
            *["CreateProtectionContainer"] * 2,
            "DeleteProtectionContainer",
            "EnableDr",
            *["PairCloud"] * 2,
            *["PairNetwork"] * 2,
            "SaveRecoveryPlan",
            *["SwitchReplicationGroupProtection"] * 2,
            "TestFailover",
            "TestFailoverCleanup",
            *["UnplannedFailover"] * 3,
            "UpdateVmProperties",
        ],
        "disabled": ["DisableDr", "Succeeded"],
        "vault": "ResourceNotFound",
        "groups": [False, False],
    },
}


def test_the_newest_clients_lead_a_machine_through_its_life(tmp_path: Path) -> None:
    """From vault to failback and removal: Site Recovery 2.0.0, Recovery Services 4.3.0."""
    assert drive(DRIVER, tmp_path) == EXPECTED | {"versions": ["2.0.0", "4.3.0"]}


@pytest.mark.clients
def test_the_clients_nearest_to_azure_native_lead_the_same_life(tmp_path: Path) -> None:
    """Site Recovery 1.3.0 (2025-01-01), Recovery Services 3.1.0 (2025-02-01)."""
    found = drive(DRIVER, tmp_path, first=installed("native"))

    assert found == EXPECTED | {"versions": ["1.3.0", "3.1.0"]}


def test_the_client_drops_the_error_of_an_operation_that_succeeded(tmp_path: Path) -> None:
    """SR-31: its poller says Succeeded; only the operation's status shows 28061."""
    assert drive(DRIVER, tmp_path, "dropped_error") == {
        "poller": ["Succeeded", "UnplannedFailoverCommitPendingStatesBegin"],
        "job": ["UnplannedFailover", "Succeeded"],
        "status": ["Succeeded", "28061"],
    }


def after(action: str, result: int = 200) -> list[list[Any]]:
    """Return what a client's own poller sends for an action: the operation, then its result."""
    return [
        ["POST", action, 202],
        ["GET", "replicationOperationStatus", 200],
        ["GET", "operationresults", result],
    ]


def test_the_clients_own_pollers_end_after_every_post(tmp_path: Path) -> None:
    """SR-33: they read operationresults; 204 where the target is gone, and never 404."""
    assert drive(DRIVER, tmp_path, "default_pollers") == {
        "begin_test_failover": ["app1", *after("testFailover")],
        "begin_test_failover_cleanup": ["app1", *after("testFailoverCleanup")],
        "begin_unplanned_failover": ["app1", *after("unplannedFailover")],
        "begin_failover_commit": ["app1", *after("failoverCommit")],
        "begin_switch_protection": ["c", *after("switchprotection")],
        "begin_delete": [None, *after("remove", 204)],
    }
