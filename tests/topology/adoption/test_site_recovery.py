"""Site Recovery that stands already is taken over: nothing is made twice, nothing left out."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from sparehub.topology.adoption.adopt import Adopted, adopt
from sparehub.topology.model.build import build
from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.resources import arm_resources, state_resources
from sparehub.topology.state.roles import Roles
from tests.configurations import shipped
from tests.recorded_state import SUBSCRIPTION, recorded
from tests.topology.adoption.portal_vault import HERE, ITEM_NAME, THERE, THIRD, PortalVault

LOCATIONS = {"primary": HERE, "secondary": THERE}


def standing(stack: str) -> list[Any]:
    return state_resources(recorded(shipped(stack)))


def networks(stack: str) -> dict[str, str]:
    roles = Roles(standing(stack))
    return {key: roles.by_role[ROLES.spoke_network(key)].id for key in roles.spokes}


VAULT = PortalVault(
    SUBSCRIPTION, {location: networks(stack) for stack, location in LOCATIONS.items()}
)
REPLICATE = {
    "cacheStorageAccount": {"id": VAULT.cache},
    "machines": {
        "App1": {
            "virtualMachineId": VAULT.machine.lower(),
            "spoke": "spoke1",
            "networkInterfaces": {"app1nic": {"subnet": "app", "ipAddress": "10.1.0.20"}},
            "size": "Standard_D2s_v3",
            "diskType": "Premium_LRS",
            "group": 1,
        }
    },
}
NAMES = {
    "fabrics": {place: f"asr-a2a-default-{place}" for place in (HERE, THERE)},
    "policy": "24-hour-retention-policy",
    "failover": {
        "containers": f"{HERE}-{THERE}-24-hour-retention-policy",
        "networks": {"spoke1": f"map-{HERE}-spoke1"},
    },
    "failback": {
        "containers": f"{THERE}-{HERE}-24-hour-retention-policy",
        "networks": {"spoke1": f"map-{THERE}-spoke1"},
    },
}
SITE_RECOVERY = {
    "vault": {"id": VAULT.id, "location": THERE},
    "policy": {"recoveryPointRetentionInHours": 24, "appConsistentFrequencyInHours": 4},
    "cacheStorageAccount": {"name": f"v{THERE}"},
    "resourceGroup": "rg-app-asr",
    "recoveryPlan": {"name": "recover"},
    "names": NAMES,
}
AUTOMATION = f"{VAULT.root}/resourceGroups/rg-asr/providers/Microsoft.Automation"
AUTOMATION += "/automationAccounts/updates"
Resources = list[dict[str, Any]]
Change = Callable[[Resources], object]


def same(_resources: Resources) -> None:
    """Change nothing."""


def adopted(stack: str, change: Change = same) -> Adopted:
    resources = deepcopy(VAULT.resources())
    change(resources)
    return adopt([*standing(stack), *arm_resources(resources)])


def region(found: Adopted) -> dict[str, Any]:
    values: dict[str, Any] = found.values["sparehub:region"]
    return values


def of_vault(found: Adopted) -> list[tuple[str, str]]:
    """Return what is listed beyond what is listed without a vault."""
    usual = {each.id for stack in LOCATIONS for each in adopt(standing(stack)).not_understood}
    return [(each.id, each.reason) for each in found.not_understood if each.id not in usual]


def part(resources: Resources, identity: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in resources if each["id"] == identity)
    properties: dict[str, Any] = found["properties"]
    return properties


def details(resources: Resources) -> dict[str, Any]:
    """Return what Azure says of the item as one from Azure to Azure."""
    found: dict[str, Any] = part(resources, VAULT.item)["providerSpecificDetails"]
    return found


def imported(found: Adopted) -> dict[str, str]:
    return {each["name"]: each["type"] for each in found.imports["resources"]}


def test_the_region_that_takes_over_gets_the_vault_and_what_is_in_it() -> None:
    """By their own names; the other file's half is returned beside it."""
    found = adopted("secondary")

    assert region(found)["siteRecovery"] == SITE_RECOVERY
    assert "replicate" not in region(found)
    assert found.other == {"replicate": REPLICATE}
    assert found.problems == ()
    assert of_vault(found) == [
        (
            VAULT.id,
            (
                f"no account is known through which machines of {THERE} are copied: v{THERE} is a "
                "proposal, and has to be unique in all of Azure"
            ),
        )
    ]


def test_the_region_that_is_protected_gets_the_machines() -> None:
    """Nothing of the vault is imported there."""
    found = adopted("primary")

    assert region(found)["replicate"] == REPLICATE
    assert "siteRecovery" not in region(found)
    assert found.other == {"siteRecovery": SITE_RECOVERY}
    assert found.problems == ()
    assert [each for each in imported(found) if "recovery" in each] == []


def test_what_the_program_owns_is_imported_under_its_names() -> None:
    """With its components as parents; ids as ARM takes them (SR-30)."""
    found = adopted("secondary")
    root, native = "region/site-recovery", "azure-native:recoveryservices"

    assert {k: v for k, v in imported(found).items() if k.startswith(root)} == {
        root: "sparehub:recovery:RegionRecovery",
        f"{root}/arrival": "azure-native:resources:ResourceGroup",
        f"{root}/policy": f"{native}:ReplicationPolicy",
        f"{root}/fabric/{HERE}": "sparehub:recovery:ReplicationFabric",
        f"{root}/fabric/{HERE}/fabric": f"{native}:ReplicationFabric",
        f"{root}/fabric/{THERE}": "sparehub:recovery:ReplicationFabric",
        f"{root}/fabric/{THERE}/fabric": f"{native}:ReplicationFabric",
        f"{root}/failover": "sparehub:recovery:ReplicationMappings",
        f"{root}/failover/containers": f"{native}:ReplicationProtectionContainerMapping",
        f"{root}/failover/spoke1": f"{native}:ReplicationNetworkMapping",
        f"{root}/failback": "sparehub:recovery:ReplicationMappings",
        f"{root}/failback/containers": f"{native}:ReplicationProtectionContainerMapping",
        f"{root}/failback/spoke1": f"{native}:ReplicationNetworkMapping",
    }
    entries = {each["name"]: each for each in found.imports["resources"]}
    assert entries[f"{root}/fabric/{HERE}/fabric"] == {
        "type": f"{native}:ReplicationFabric",
        "name": f"{root}/fabric/{HERE}/fabric",
        "id": VAULT.fabrics[HERE].replace("/Subscriptions/", "/subscriptions/"),
        "parent": f"{root}/fabric/{HERE}",
    }
    assert entries[f"{root}/fabric/{HERE}"]["parent"] == root
    assert entries[root]["parent"] == "region"


def test_every_resource_of_the_vault_is_said_or_listed() -> None:
    """Nothing is dropped without a word."""
    mapping = f"{VAULT.fabrics[HERE]}/replicationNetworks/azureNetwork/replicationNetworkMappings"
    policy = {"id": f"{VAULT.inside}/replicationPolicies/old", "properties": {}}
    hub = {"id": f"{mapping}/hub", "properties": {"primaryNetworkId": "/a"}}
    foreign = {
        "id": f"{VAULT.containers[HERE]}/replicationProtectedItems/vmware",
        "properties": {"providerSpecificDetails": {"instanceType": "InMageRcm"}},
    }

    found = of_vault(adopted("secondary", lambda each: each.extend([policy, hub, foreign])))

    nowhere = "the configuration has no place for it in the vault"
    assert {
        (policy["id"], nowhere),
        (hub["id"], nowhere),
        (foreign["id"], "it is not replicated from Azure to Azure"),
    } <= {*found}


def third_region(resources: Resources) -> None:
    resources[0]["location"] = THIRD
    resources[0]["identity"] = {"type": "None"}


def test_a_vault_says_its_location_and_identity() -> None:
    """Where it is in the file; else its location is listed as unknown."""
    third = region(adopted("secondary", third_region))["siteRecovery"]["vault"]
    unknown = adopted("secondary", lambda resources: resources.pop(0))

    assert third == {"id": VAULT.id, "location": THIRD, "identity": "none"}
    assert region(unknown)["siteRecovery"]["vault"] == {"id": VAULT.id}
    reason = "it is not in the file, so its location is not known"
    assert (VAULT.id, reason) in of_vault(unknown)


def no_machine(resources: Resources) -> None:
    resources[:] = [each for each in resources if "ProtectedItems" not in each["id"]]


def test_without_a_machine_the_region_of_the_vault_takes_over() -> None:
    """The mappings pair the two regions."""
    assert region(adopted("secondary", no_machine))["siteRecovery"]["names"] == NAMES
    assert "replicate" in region(adopted("primary", no_machine))


def elsewhere(resources: Resources) -> None:
    details(resources)["selectedRecoveryAzureNetworkId"] = "/other"
    for nic in details(resources)["vmNics"]:
        nic["recoveryVMNetworkId"] = nic["vMNetworkName"] = "/other"


def several_addresses(resources: Resources) -> None:
    details(resources)["vmNics"][0]["ipConfigs"].append({"name": "second"})


def other_subnet(resources: Resources) -> None:
    details(resources)["vmNics"][0]["ipConfigs"][0]["recoverySubnetName"] = "web"


def some_disks(resources: Resources) -> None:
    details(resources)["unprotectedDisks"] = [{"diskName": "scratch"}]


def several_types(resources: Resources) -> None:
    data = {"diskName": "data", "recoveryTargetDiskAccountType": "Standard_LRS"}
    details(resources)["protectedManagedDisks"].append(data)


def failed_over(resources: Resources) -> None:
    part(resources, VAULT.item)["activeLocation"] = "Recovery"


def same_name(resources: Resources) -> None:
    twin = deepcopy(next(each for each in resources if each["id"] == VAULT.item))
    twin["id"] = f"{VAULT.item}2"
    resources.append(twin)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (elsewhere, "its network is not one of the region's spokes"),
        (several_addresses, "app1nic has several addresses"),
        (other_subnet, "app1nic is in the subnet APP and arrives in web"),
        (some_disks, "scratch is not replicated: disks names the others"),
        (several_types, "its disks arrive as several types"),
        (failed_over, "it is failed over: re-protect it before anything else"),
        (same_name, "another machine is called App1 as well"),
    ],
)
def test_what_a_machine_has_and_no_file_says_is_listed(change: Change, reason: str) -> None:
    """With the item's id, by its 43 random characters."""
    found = of_vault(adopted("primary", change))

    assert [text for each, text in found if ITEM_NAME in each and text.startswith(reason)]


def known_machine(resources: Resources) -> None:
    disk = {"managedDisk": {"storageAccountType": "Premium_LRS"}}
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
        "storageProfile": {"osDisk": disk, "dataDisks": []},
    }
    resources.append({"id": VAULT.machine, "location": HERE, "properties": properties})


def test_a_machine_in_the_file_is_said_by_what_differs() -> None:
    """Its id as it is written, and neither its size nor its disks' type."""
    machines = region(adopted("primary", known_machine))["replicate"]["machines"]

    assert machines["App1"] == {
        "virtualMachineId": VAULT.machine,
        "spoke": "spoke1",
        "networkInterfaces": {"app1nic": {"subnet": "app", "ipAddress": "10.1.0.20"}},
        "group": 1,
    }


def minutes(resources: Resources) -> None:
    part(resources, VAULT.policy)["providerSpecificDetails"]["recoveryPointHistory"] = 90


def listed_plan(resources: Resources) -> None:
    part(resources, VAULT.plan)["groups"] = []


def actions(resources: Resources) -> None:
    part(resources, VAULT.plan)["groups"][2]["startGroupActions"] = [{"actionName": "ask"}]


def two_accounts(resources: Resources) -> None:
    disks = details(resources)["protectedManagedDisks"]
    other = {"primaryStagingAzureStorageAccountId": f"{VAULT.cache}2"}
    disks.extend([disks[0], disks[0] | other])


def group_elsewhere(resources: Resources) -> None:
    next(each for each in resources if each["id"] == VAULT.arrival)["location"] = HERE


@pytest.mark.parametrize(
    ("change", "identity", "reason"),
    [
        (minutes, VAULT.policy, "90 minutes are not whole hours"),
        (listed_plan, VAULT.plan, "a list of plans holds no groups"),
        (actions, VAULT.plan, "its actions are not taken over"),
        (two_accounts, f"{VAULT.cache}2", "the configuration gives a region one cache account"),
        (group_elsewhere, VAULT.arrival, f"machines arrive in it, and it is not in {THERE}"),
    ],
)
def test_what_a_vault_has_and_no_file_says_is_listed(
    change: Change, identity: str, reason: str
) -> None:
    """With its id."""
    found = of_vault(adopted("secondary", change))

    assert [text for place, text in found if place == identity and text.startswith(reason)]


def an_account_there(resources: Resources) -> None:
    identity = VAULT.cache.replace("vasrcache", "wayback")
    properties = {"allowSharedKeyAccess": False}
    resources.append({"id": identity, "location": THERE, "properties": properties})


def updated(resources: Resources) -> None:
    for each in resources:
        if "replicationProtectionContainerMappings" in each["id"]:
            said = each["properties"]["providerSpecificDetails"]
            said.update(agentAutoUpdateStatus="Enabled", automationAccountArmId=AUTOMATION)


def test_an_account_for_the_way_back_and_agent_updates_are_taken_over() -> None:
    """The account is the only one that is left in the region, and listed as a guess."""
    account = adopted("secondary", an_account_there)
    identity = VAULT.cache.replace("vasrcache", "wayback")
    updates = region(adopted("secondary", updated))["siteRecovery"]["agentUpdates"]

    assert region(account)["siteRecovery"]["cacheStorageAccount"] == {
        "id": identity,
        "keyAccess": False,
    }
    assert (identity, f"taken for the cache account of {THERE}") in of_vault(account)
    assert updates == {"automationAccountId": AUTOMATION}


@pytest.mark.parametrize("stack", LOCATIONS)
def test_what_is_adopted_builds_a_region(stack: str) -> None:
    """From either side."""
    assert build(parse_stack(adopted(stack).values)).location == LOCATIONS[stack]


def test_a_vault_of_other_regions_is_listed() -> None:
    """It has no fabric of this region."""

    def moved(resources: Resources) -> None:
        part(resources, VAULT.fabrics[HERE])["customDetails"]["location"] = THIRD

    found = adopted("primary", moved)

    assert {"replicate", "siteRecovery"} & {*region(found)} == set()
    assert found.other == {}
    assert (VAULT.fabrics[HERE], "does not belong to a region of Sparehub") in of_vault(found)
