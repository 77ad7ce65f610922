"""A pair with Site Recovery on the real engine: it stands beside the networks that switch."""

from collections.abc import Callable
from typing import Any

from sparehub.stacks.stack_files import stack_file
from tests.engine.conftest import Engine
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

IDLE = REPLICATE | {"machines": {}}
EMPTY = {key: value for key, value in SITE_RECOVERY.items() if key != "recoveryPlan"}


def with_key(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["sparehub:region"].update({key: value})


def test_a_pair_gets_its_vault_and_still_switches_one_connection(
    engine: Callable[..., Engine],
) -> None:
    """The primary's account first, then the vault with mappings; a switch writes none of it."""
    azure = engine("primary", "secondary")
    azure.change("primary", with_key("replicate", IDLE))
    azure.change("secondary", with_key("siteRecovery", EMPTY))

    assert ("create", "stsparehubcache1") in azure.up("primary")
    made = [name for _, name in azure.up("secondary")]

    assert {"rsv-sparehub", "asr-eastasia", "asr-southeastasia", "sparehub"} <= {*made}
    assert {"asr-eastasia-container", "asr-southeastasia-container"} <= {*made}
    assert {name for name in made if "-to-" in name and "asia" in name} == {
        "eastasia-to-southeastasia",
        "southeastasia-to-eastasia",
        *(
            f"{way}-{spoke}"
            for way in ("eastasia-to-southeastasia", "southeastasia-to-eastasia")
            for spoke in ("spoke1", "spoke2")
        ),
    }
    for stack in ("primary", "secondary"):
        assert azure.up(stack) == []
        azure.rehearsal.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", stack)
    _refused_while_replicated(azure)
    assert azure.switch("primary", "standby") == [("delete", "con-eastasia-hong-kong")]
    assert azure.switch("secondary", "active") == [("create", "con-southeastasia-singapore")]


def test_the_vault_is_not_deleted_with_the_file_s_key(engine: Callable[..., Engine]) -> None:
    """Machines may be replicated by it: everything is protected."""
    azure = engine("secondary")
    azure.change("secondary", with_key("siteRecovery", SITE_RECOVERY))
    azure.up("secondary")
    azure.change("secondary", lambda config: config["sparehub:region"].pop("siteRecovery"))

    said = azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")

    assert "protected" in said
    assert "region/site-recovery/" in said
    vault = azure.outputs("secondary")["recoveryVaultId"]
    assert azure.arm("GET", vault).status == 200


def _refused_while_replicated(azure: Engine) -> None:
    """Put an item into the vault; a cache account and a spoke may not go until it is gone."""
    vault = azure.outputs("secondary")["recoveryVaultId"]
    fabric = f"{vault}/replicationFabrics/asr-eastasia"
    item = f"{fabric}/replicationProtectionContainers/asr-eastasia-container"
    item += "/replicationProtectedItems/app1"
    before = {stack: _file(azure, stack) for stack in ("primary", "secondary")}
    azure.change("primary", lambda config: config["sparehub:region"].pop("replicate"))
    azure.change("secondary", lambda config: config["sparehub:region"]["spokes"].pop("spoke1"))
    _replicate(azure, item)

    spoke = "deletes region/spoke/spoke1/network (vnet-spoke1-southeastasia): app1"
    for command, stack, part in (
        (("preview",), "primary", "deletes region/cache/account (stsparehubcache1): app1"),
        (("up", "--yes", "--skip-preview"), "secondary", spoke),
    ):
        with azure.writes() as seen:
            said = azure.refused(*command, "--stack", stack)
        assert part in said
        assert "first: `sparehub replicate --off`" in said
        assert seen == []

    azure.arm("DELETE", item)
    said = azure.refused("preview", "--stack", "primary")
    assert "protected" in said  # by Pulumi alone
    assert "replicate --off" not in said
    for stack, text in before.items():
        stack_file(azure.rehearsal.project, stack).write_text(text)


def _file(azure: Engine, stack: str) -> str:
    return stack_file(azure.rehearsal.project, stack).read_text()


def _replicate(azure: Engine, item: str) -> None:
    """Make a machine in spoke1 of the primary, and replicate it, as the portal would."""
    spoke = azure.outputs("primary")["spokeVirtualNetworkIds"]["spoke1"]
    group = spoke.partition("/providers/")[0]
    nic = f"{group}/providers/Microsoft.Network/networkInterfaces/app1-nic"
    machine = f"{group}/providers/Microsoft.Compute/virtualMachines/app1"
    configuration = {"name": "default", "properties": {"subnet": {"id": f"{spoke}/subnets/app"}}}
    disk = {"name": "app1-os", "createOption": "FromImage", "osType": "Linux"}
    made = {
        nic: {"ipConfigurations": [configuration]},
        machine: {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": disk},
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        },
    }
    for path, properties in made.items():
        assert azure.arm(
            "PUT", path, {"location": "eastasia", "properties": properties}
        ).status in (200, 201)
    cache = azure.outputs("primary")["cacheStorageAccountId"]
    arrival = f"{group.rpartition('/')[0]}/rg-recovered"
    vault = azure.outputs("secondary")["recoveryVaultId"]
    recovery = f"{vault}/replicationFabrics/asr-southeastasia/replicationProtectionContainers"
    details = {
        "instanceType": "A2A",
        "fabricObjectId": machine,
        "recoveryContainerId": f"{recovery}/asr-southeastasia-container",
        "recoveryResourceGroupId": arrival,
        "vmManagedDisks": [
            {
                "diskId": f"{group}/providers/Microsoft.Compute/disks/app1-os",
                "primaryStagingAzureStorageAccountId": cache,
                "recoveryResourceGroupId": arrival,
            }
        ],
    }
    body = {"policyId": f"{vault}/replicationPolicies/sparehub", "providerSpecificDetails": details}
    assert azure.arm("PUT", item, {"properties": body}).status == 202
