"""What Pulumi is asked for where a pair has Site Recovery."""

from typing import Any

import pulumi
import pytest
from pydantic import SecretStr

from components import CacheAccount, CacheAccountArgs, Vault
from components.site_recovery import SwitchAutomation, SwitchAutomationArgs
from sparehub.testing import Graph, preview
from sparehub.testing.mocks import SUBSCRIPTION
from sparehub.topology.azure.role_definitions.custom import RUNBOOK as ROLE
from sparehub.topology.model.logical_names import SiteRecoveryNames
from sparehub.topology.model.recovery.automation import AutomationAccount
from sparehub.topology.model.recovery.resources import CacheStorageAccount, RecoveryVault
from tests.configurations import ROOT
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

PRIMARY = ROOT / "Pulumi.primary.yaml"
SECONDARY = ROOT / "Pulumi.secondary.yaml"
REPLICATED = {"sparehub:region.replicate": REPLICATE}
OF_VAULT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{}}/providers/Microsoft.{{}}"
ROOT_NAME = "region/site-recovery"
ACTIONS = ROLE.actions


def deployed(changes: dict[str, Any] | None = None) -> Graph:
    """Return the secondary's graph once the primary replicates its machines."""
    primary = preview(PRIMARY, config=REPLICATED)
    config = {"sparehub:region.siteRecovery": SITE_RECOVERY | (changes or {})}
    return preview(SECONDARY, config=config, deployed={"primary": primary})


def recovery_of(graph: Graph) -> dict[str, str]:
    return {
        name.removeprefix(f"{ROOT_NAME}/"): each.type.removeprefix("azure-native:")
        for name, each in graph.items()
        if name.startswith(ROOT_NAME) and each.type.startswith("azure-native:")
    }


def test_a_region_that_takes_over_has_the_vault_and_mappings_both_ways() -> None:
    """Each spoke is mapped, the hub is not."""
    assert recovery_of(deployed()) == {
        "arrival": "resources:ResourceGroup",
        "cache/account": "storage:StorageAccount",
        "fabric/eastasia/container": "resources:Deployment",
        "fabric/eastasia/fabric": "recoveryservices:ReplicationFabric",
        "fabric/southeastasia/container": "resources:Deployment",
        "fabric/southeastasia/fabric": "recoveryservices:ReplicationFabric",
        "failback/containers": "recoveryservices:ReplicationProtectionContainerMapping",
        "failback/spoke1": "recoveryservices:ReplicationNetworkMapping",
        "failback/spoke2": "recoveryservices:ReplicationNetworkMapping",
        "failover/containers": "recoveryservices:ReplicationProtectionContainerMapping",
        "failover/spoke1": "recoveryservices:ReplicationNetworkMapping",
        "failover/spoke2": "recoveryservices:ReplicationNetworkMapping",
        "policy": "recoveryservices:ReplicationPolicy",
        "vault/group": "resources:ResourceGroup",
        "vault/vault": "recoveryservices:Vault",
    }


def test_a_spoke_is_mapped_from_one_region_to_the_other_and_back() -> None:
    """By the ids of both networks (SR-38)."""
    graph = deployed()
    here = OF_VAULT.format("rg-sparehub-eastasia", "Network/virtualNetworks/vnet-spoke1-eastasia")
    there = OF_VAULT.format(
        "rg-sparehub-southeastasia", "Network/virtualNetworks/vnet-spoke1-southeastasia"
    )

    found = {
        way: (
            inputs["fabricName"],
            inputs["properties"]["recoveryFabricName"],
            inputs["properties"]["recoveryNetworkId"],
            inputs["properties"]["fabricSpecificDetails"]["primaryNetworkId"],
        )
        for way in ("failover", "failback")
        for inputs in (graph[f"{ROOT_NAME}/{way}/spoke1"].inputs,)
    }
    assert found == {
        "failover": ("asr-eastasia", "asr-southeastasia", there, here),
        "failback": ("asr-southeastasia", "asr-eastasia", here, there),
    }


def test_what_the_portal_made_is_named_as_it_is() -> None:
    """A region has one fabric in a vault (SR-03), so no second one is made."""
    fabric = "asr-a2a-default-eastasia"
    graph = deployed({"names": {"fabrics": {"eastasia": fabric}, "policy": "24-hour"}})
    failover, failback = (
        graph[f"{ROOT_NAME}/{way}/containers"].inputs for way in ("failover", "failback")
    )

    assert graph[f"{ROOT_NAME}/fabric/eastasia/fabric"].inputs["fabricName"] == fabric
    assert graph[f"{ROOT_NAME}/fabric/eastasia/container"].inputs["deploymentName"] == (
        f"{fabric}-container"
    )
    assert graph[f"{ROOT_NAME}/policy"].inputs["policyName"] == "24-hour"
    assert (failover["fabricName"], failover["protectionContainerName"]) == (
        fabric,
        f"{fabric}-container",
    )
    assert failback["properties"]["targetProtectionContainerId"].endswith(f"/{fabric}-container")


def test_everything_that_a_machine_depends_on_is_protected() -> None:
    """Also the groups, the accounts and the mappings."""
    graph = deployed()
    unprotected = [name for name in recovery_of(graph) if not graph[f"{ROOT_NAME}/{name}"].protect]

    assert unprotected == []


def test_nothing_is_mapped_before_the_other_region_is_deployed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The vault, the policy and the account for the way back stand alone."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    graph = preview(SECONDARY, config={"sparehub:region.siteRecovery": SITE_RECOVERY})

    assert set(recovery_of(graph)) == {
        "arrival",
        "cache/account",
        "policy",
        "vault/group",
        "vault/vault",
    }
    assert [text for text in said if "Site Recovery" in text] == [
        (
            "Site Recovery maps nothing yet: deploy the other region's stack with region.replicate "
            "first, then this one again"
        )
    ]


def test_mappings_stay_where_the_other_regions_record_is_lost() -> None:
    """They are those that the stack itself recorded."""
    before = deployed()
    config = {"sparehub:region.siteRecovery": SITE_RECOVERY}

    assert recovery_of(preview(SECONDARY, config=config, deployed={"secondary": before})) == (
        recovery_of(before)
    )


def test_without_keys_the_vaults_identity_gets_roles_on_both_accounts() -> None:
    """Contributor and Storage Blob Data Contributor (SR-66); with keys none."""
    account = SITE_RECOVERY["cacheStorageAccount"] | {"keyAccess": False}
    graph = deployed({"cacheStorageAccount": account})
    roles = graph.of_type("azure-native:authorization:RoleAssignment")

    assert {each.inputs["scope"].rpartition("/")[2] for each in roles.values()} == {
        "stsparehubcache2"
    }
    assert len({each.inputs["roleAssignmentName"] for each in roles.values()}) == 2
    assert not deployed().of_type("azure-native:authorization:RoleAssignment")


def test_the_region_that_is_protected_has_the_cache_account() -> None:
    """Beside its machines (SR-05), and its id is an output."""
    graph = preview(PRIMARY, config=REPLICATED)

    assert graph["region/cache/account"].inputs == {
        "accountName": "stsparehubcache1",
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": True,
        "enableHttpsTrafficOnly": True,
        "kind": "StorageV2",
        "location": "eastasia",
        "minimumTlsVersion": "TLS1_2",
        "resourceGroupName": "rg-sparehub-eastasia",
        "sku": {"name": "Standard_LRS"},
    } | {"tags": graph["region/cache/account"].inputs["tags"]}
    assert graph.outputs["cacheStorageAccountId"] == graph["region/cache/account"].outputs["id"]


def test_a_region_without_site_recovery_is_as_before() -> None:
    """No resource more, and no output."""
    graph = preview(SECONDARY)

    assert recovery_of(graph) == {}
    assert {"cacheStorageAccountId", "recoveryVaultId", "replicationSource"} & {
        *graph.outputs
    } == set()


def test_a_vault_and_an_account_of_somebody_else_are_only_named() -> None:
    """Each component alone; nothing is made."""
    vault = OF_VAULT.format("rg", "RecoveryServices/vaults/v")
    account = OF_VAULT.format("rg", "Storage/storageAccounts/st")

    def program() -> None:
        Vault(
            "vault",
            RecoveryVault(name="v", resource_group="rg", location="eastasia", id=vault),
        )
        CacheAccount(
            "cache",
            CacheAccountArgs(
                resource_group_name="rg",
                location="eastasia",
                account=CacheStorageAccount(name="st", id=account),
            ),
        )

    graph = preview(program)

    assert set(graph) == {"vault", "cache"}


RUNBOOK = {"network": "runbook", "automation": {"name": "aa-sparehub"}}
AUTOMATION = "automation/"


def test_network_runbook_makes_an_account_with_runbooks_without_text() -> None:
    """In environments of PowerShell 7.4, with Az, and Python 3.10; without it there is none."""
    graph = deployed(RUNBOOK)
    found = {
        name.removeprefix(AUTOMATION): kind
        for name, kind in recovery_of(graph).items()
        if name.startswith(AUTOMATION)
    }
    environments = {
        each.inputs["runtimeEnvironmentName"]: tuple(
            each.inputs[name] for name in ("language", "version", "defaultPackages")
        )
        for each in graph.of_type("azure-native:automation:RuntimeEnvironment").values()
    }
    runbooks = {
        each.inputs["runbookName"]: (each.inputs["runbookType"], each.inputs["runtimeEnvironment"])
        for each in graph.of_type("azure-native:automation:Runbook").values()
    }

    assert found == {
        "account": "automation:AutomationAccount",
        "environment/sparehub-powershell-7-4": "automation:RuntimeEnvironment",
        "environment/sparehub-python-3-10": "automation:RuntimeEnvironment",
        "group": "resources:ResourceGroup",
        "role": "authorization:RoleDefinition",
        "role/account": "authorization:RoleAssignment",
        "role/here/circuit/singapore": "authorization:RoleAssignment",
        "role/here/network": "authorization:RoleAssignment",
        "role/there/circuit/hong-kong": "authorization:RoleAssignment",
        "role/there/network": "authorization:RoleAssignment",
        "runbook/sparehub-start-switch": "automation:Runbook",
        "runbook/sparehub-start-switch-back": "automation:Runbook",
        "runbook/sparehub-switch-network": "automation:Runbook",
    }
    assert environments == {
        "sparehub-powershell-7-4": ("PowerShell", "7.4", {"Az": "12.3.0"}),
        "sparehub-python-3-10": ("Python", "3.10", {}),
    }
    assert runbooks == {
        "sparehub-start-switch": ("PowerShell", "sparehub-powershell-7-4"),
        "sparehub-start-switch-back": ("PowerShell", "sparehub-powershell-7-4"),
        "sparehub-switch-network": ("Python3", "sparehub-python-3-10"),
    }
    assert not deployed().of_type("azure-native:automation:AutomationAccount")


def test_the_identity_of_the_account_has_its_role_at_what_it_switches_alone() -> None:
    """Networks and circuits of both regions, and the account itself; never a subscription."""
    graph = deployed(RUNBOOK)
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{}}"
    circuit = f"{group}/providers/Microsoft.Network/expressRouteCircuits/{{}}"
    (role,) = graph.of_type("azure-native:authorization:RoleDefinition").values()
    assignments = graph.of_type("azure-native:authorization:RoleAssignment").values()

    assert {each.inputs["scope"] for each in assignments} == {
        group.format("rg-sparehub-eastasia"),
        group.format("rg-sparehub-southeastasia"),
        circuit.format("rg-sparehub-erc-hong-kong", "erc-hong-kong"),
        circuit.format("rg-sparehub-erc-singapore", "erc-singapore"),
        graph[f"{ROOT_NAME}/automation/account"].outputs["id"],
    }
    assert {each.inputs["roleDefinitionId"] for each in assignments} == {role.outputs["id"]}
    assert len({each.inputs["roleAssignmentName"] for each in assignments}) == len(assignments)
    assert role.inputs["assignableScopes"] == [f"/subscriptions/{SUBSCRIPTION}"]
    assert role.inputs["permissions"] == [{"actions": [*ACTIONS], "notActions": []}]
    assert not [action for action in ACTIONS if "*" in action]
    assert all(graph[each.name].protect for each in assignments)


def test_an_authorization_key_is_in_an_encrypted_variable() -> None:
    """As JSON, and as a secret of the stack."""
    account = AutomationAccount(
        name="aa-sparehub",
        resource_group="rg",
        location="eastasia",
        authorization_keys={"hong-kong": SecretStr("not-a-real-key")},
    )
    names = SiteRecoveryNames("recovery")

    graph = preview(
        lambda: SwitchAutomation(
            "automation", SwitchAutomationArgs(account=account, names=names, scopes={})
        )
    )

    assert graph[names.authorization_key("hong-kong")].inputs == {
        "automationAccountName": "aa-sparehub",
        "isEncrypted": True,
        "name": "sparehub-authorization-key-hong-kong",
        "resourceGroupName": "rg",
        "value": {"secret": '"not-a-real-key"'},
        "variableName": "sparehub-authorization-key-hong-kong",
    }
