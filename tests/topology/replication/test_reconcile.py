"""What a machine needs follows from its item in the vault."""

from typing import Any

import pytest

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import replication
from sparehub.topology.replication.protected_item import Operation, ProtectedItem
from sparehub.topology.replication.reconcile import (
    Need,
    find_item,
    is_reversed,
    items_by_machine,
    needs,
    plan_differs,
    unwanted,
)
from tests.configurations import OURS
from tests.replicated_pair import SUBSCRIPTION, pair_of
from tests.site_recovery_files import protected, recovery
from tests.topology.replication.items import document, item
from tests.topology.replication.test_direction import direction

AWAY, BACK = direction("primary"), direction("secondary")
APP, DC = AWAY.machine("app1"), AWAY.machine("dc1")
NOWHERE: frozenset[ResourceId] = frozenset()


def need_of(*items: ProtectedItem, name: str = "app1") -> tuple[Need, tuple[str, ...]]:
    found = next(each for each in needs(AWAY, items, NOWHERE) if each.machine.name == name)
    return found.need, found.differences


@pytest.mark.parametrize(
    ("state", "need"),
    [
        ("UnprotectedStatesBegin", Need.WAIT),
        ("InitialReplicationInProgress", Need.WAIT),
        ("EnableProtectionFailed", Need.ENABLE_AGAIN),
        ("Protected", Need.NOTHING),
    ],
)
def test_the_state_of_an_item_decides(state: str, need: Need) -> None:
    assert need_of(item(AWAY, "app1", state=state)) == (need, ())


def test_a_machine_without_an_item_is_enabled() -> None:
    assert need_of() == (Need.ENABLE, ())


def test_what_differs_is_set() -> None:
    details = {
        "selectedRecoveryAzureNetworkId": "/subscriptions/s/other",
        "recoveryAzureVMName": "app9",
    }
    need, differences = need_of(item(AWAY, "app1", details=details))

    assert need is Need.SET
    assert differences == (
        f"network: /subscriptions/s/other, wanted {APP.network}",
        "name: app9, wanted app1",
    )


def test_the_network_of_a_test_is_set_once_it_exists() -> None:
    """Its addresses are set before (SR-44)."""
    protected = item(AWAY, "app1")
    found = needs(AWAY, [protected], frozenset([APP.test_network]))[0]

    assert found.differences == (f"test network: none, wanted {APP.test_network}",)
    assert requests.settings(APP, protected, test_network=False)["properties"].keys() == {
        "recoveryAzureVMName",
        "selectedRecoveryAzureNetworkId",
        "vmNics",
        "providerSpecificDetails",
    }
    body = requests.settings(APP, protected, test_network=True)["properties"]
    assert body["selectedTfoAzureNetworkId"] == str(APP.test_network)
    assert body["vmNics"] == [
        {
            "nicId": "guid-of-app1-nic",
            "ipConfigs": [
                {
                    "ipConfigName": "default",
                    "isPrimary": True,
                    "isSeletedForFailover": True,
                    "recoverySubnetName": "app",
                    "recoveryStaticIPAddress": "10.2.0.10",
                    "tfoSubnetName": "app",
                    "tfoStaticIPAddress": "",
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"activeLocation": "Recovery"}, "app1 is failed over and replicates nothing"),
        ({"policyId": "/subscriptions/s/theirs"}, "app1 is replicated by the policy theirs"),
        ({"details": {"vmNics": []}}, "app1 has no network interface app1-nic"),
    ],
)
def test_what_cannot_be_reconciled_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PreflightError, match=said):
        need_of(item(AWAY, "app1", **changes))


def test_a_machine_of_another_vault_s_container_is_refused() -> None:
    theirs = document(AWAY, APP)
    theirs["id"] = theirs["id"].replace("asr-eastasia/", "asr-a2a-default-eastasia/")

    with pytest.raises(PreflightError, match=r"app1 is replicated from .*asr-a2a-default-eastasia"):
        need_of(ProtectedItem.of(theirs))


def test_an_item_is_found_by_its_machine_on_either_side() -> None:
    """Its own id changes with each re-protection (SR-54)."""
    moved = document(BACK, BACK.machine("app1"))
    moved["id"] = f"{BACK.container}/replicationProtectedItems/0123456789-random-name"
    found = ProtectedItem.of(moved)

    assert find_item(AWAY, APP, [item(AWAY, "dc1"), found]) == found
    assert find_item(AWAY, APP, [item(AWAY, "dc1")]) is None
    assert items_by_machine(AWAY, [item(AWAY, "dc1"), found]).keys() == {"app1", "dc1"}


def test_an_item_of_the_same_name_is_found_in_the_pair_s_containers_only() -> None:
    """Somebody else's vault content may have a machine of that name."""
    ours, theirs = document(AWAY, APP), document(AWAY, APP)
    for each in (ours, theirs):
        each["properties"]["providerSpecificDetails"]["fabricObjectId"] = "/subscriptions/s/x"
    theirs["id"] = theirs["id"].replace("asr-eastasia-container", "theirs")

    assert find_item(AWAY, APP, [ProtectedItem.of(ours)]) is not None
    assert find_item(AWAY, APP, [ProtectedItem.of(theirs)]) is None
    assert unwanted(AWAY, [ProtectedItem.of(theirs), ProtectedItem.of(ours)]) == ()


def test_another_machine_of_the_same_name_is_not_taken_for_ours() -> None:
    """In another resource group of the same region, so in the same container."""
    other = document(AWAY, APP)
    details = other["properties"]["providerSpecificDetails"]
    details["fabricObjectId"] = str(APP.id).replace("rg-machines", "rg-theirs")

    assert find_item(AWAY, APP, [ProtectedItem.of(other)]) is None


def test_items_of_no_machine_in_the_files_are_named() -> None:
    extra = document(AWAY, APP)
    extra["id"] = extra["id"].replace("app1", "web")
    extra["properties"]["friendlyName"] = "web"
    extra["properties"]["providerSpecificDetails"]["fabricObjectId"] = "/subscriptions/s/web"

    found = unwanted(AWAY, [item(AWAY, "app1"), ProtectedItem.of(extra)])

    assert [each.machine for each in found] == ["web"]


def test_the_machines_are_reversed_once_all_are_in_the_other_container() -> None:
    back = [item(BACK, name) for name in ("app1", "dc1")]

    assert is_reversed(AWAY, back)
    assert not is_reversed(AWAY, [back[0], item(AWAY, "dc1")])
    assert not is_reversed(AWAY, [])


def test_the_recovery_plan_is_written_where_groups_or_actions_differ() -> None:
    items = {name: item(AWAY, name) for name in ("app1", "dc1")}
    body = requests.plan(AWAY, items)
    shown = {
        "properties": {"groups": [{"groupType": "Shutdown"}, *requests.plan_groups(AWAY, items)]}
    }

    assert body["properties"]["primaryFabricId"] == str(AWAY.fabric)
    assert plan_differs(AWAY, items, None)
    assert not plan_differs(AWAY, items, shown)
    assert plan_differs(AWAY, {"dc1": items["dc1"]}, shown)
    shown["properties"]["groups"][1]["endGroupActions"][0]["customDetails"]["description"] = "?"
    assert plan_differs(AWAY, items, shown)


def test_enabling_names_the_disks_and_where_they_go() -> None:
    disks = [ResourceId.parse(f"{APP.id.group}/providers/Microsoft.Compute/disks/app1-os")]

    assert requests.enable(AWAY, APP, disks) == {
        "properties": {
            "policyId": str(AWAY.policy),
            "providerSpecificDetails": {
                "instanceType": "A2A",
                "fabricObjectId": str(APP.id),
                "recoveryContainerId": str(AWAY.target_container),
                "recoveryResourceGroupId": str(APP.arrives.group),
                "recoveryAzureNetworkId": str(APP.network),
                "recoverySubnetName": "app",
                "vmManagedDisks": [
                    {
                        "diskId": str(disks[0]),
                        "primaryStagingAzureStorageAccountId": str(AWAY.cache_account),
                        "recoveryResourceGroupId": str(APP.arrives.group),
                    }
                ],
                "multiVmGroupName": "app",
            },
        }
    }


def test_what_differs_in_the_other_region_is_sent() -> None:
    """Disk type, encryption set, size, capacity: where the file says them."""
    files = protected()
    encryption = f"{OURS}/resourceGroups/rg-x/providers/Microsoft.Compute/diskEncryptionSets/des"
    capacity = f"{OURS}/resourceGroups/rg-x/providers/Microsoft.Compute/capacityReservationGroups/c"
    files["sparehub:region"]["replicate"]["machines"]["app1"] |= {
        "diskType": "Premium_LRS",
        "diskEncryptionSetId": encryption,
        "size": "Standard_D4s_v5",
        "capacityReservationGroupId": capacity,
    }
    away = replication(pair_of(files, recovery()), "primary", SUBSCRIPTION)
    assert away
    machine = away.machine("app1")

    details = requests.enable(away, machine, [APP.id])["properties"]["providerSpecificDetails"]
    sent = requests.settings(machine, item(away, "app1"), test_network=False)["properties"]

    assert details["recoveryCapacityReservationGroupId"] == capacity
    assert details["vmManagedDisks"][0]["recoveryDiskEncryptionSetId"] == encryption
    assert details["vmManagedDisks"][0]["recoveryReplicaDiskAccountType"] == "Premium_LRS"
    assert sent["recoveryAzureVMSize"] == "Standard_D4s_v5"
    assert sent["providerSpecificDetails"]["recoveryCapacityReservationGroupId"] == capacity
    assert needs(away, [item(away, "app1")], NOWHERE)[0].differences == (
        "size: Standard_D2s_v5, wanted Standard_D4s_v5",
    )


def test_failovers_and_tests_name_their_direction() -> None:
    """It is PrimaryToRecovery on the way back as well (SR-54)."""
    over = [requests.plan_failover(shutdown=each)["properties"] for each in (True, False)]
    tested = requests.test_failover(APP.test_network)["properties"]

    assert [each["sourceSiteOperations"] for each in over] == ["Required", "NotRequired"]
    assert {each["failoverDirection"] for each in (*over, tested)} == {"PrimaryToRecovery"}
    assert tested["networkId"] == str(APP.test_network)
    assert requests.test_cleanup("drill 7") == {"properties": {"comments": "drill 7"}}


def test_re_protection_uses_the_cache_of_the_side_where_the_machine_runs() -> None:
    machine = BACK.machine("app1")
    disks = [ResourceId.parse(f"{machine.id.group}/providers/Microsoft.Compute/disks/app1-os")]

    body = requests.switch_protection(BACK, machine, item(AWAY, "app1"), disks)["properties"]

    assert body["replicationProtectedItemName"] == "app1"
    details = body["providerSpecificDetails"]
    assert details["recoveryContainerId"] == str(AWAY.container)
    assert details["vmManagedDisks"][0]["primaryStagingAzureStorageAccountId"] == str(
        BACK.cache_account
    )


def test_an_item_says_what_is_allowed_and_what_it_waits_for() -> None:
    tested = item(AWAY, "app1", testFailoverState="WaitingForCompletion")
    moved = item(AWAY, "app1", activeLocation="Recovery", allowedOperations=["Commit"])
    busy = item(
        AWAY,
        "app1",
        currentScenario={"scenarioName": "TestFailover", "jobId": "/replicationJobs/77"},
        healthErrors=[{"errorMessage": "never tested"}, {"errorCode": "1"}],
    )

    assert tested.awaits_cleanup
    assert not moved.awaits_cleanup
    assert moved.awaits_commit
    assert moved.is_failed_over
    assert tested.allows(Operation.FAILOVER)
    assert (busy.scenario, busy.scenario_job, busy.errors) == (
        "TestFailover",
        "77",
        ("never tested", "1"),
    )
