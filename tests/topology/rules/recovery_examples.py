"""Examples of the rules of Site Recovery's vault, plan and disks, and of the other region."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.pair import replication as of_pair
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region import recovery_vault, replication
from sparehub.topology.rules.rule import Rule
from tests.configurations import OURS, THEIRS
from tests.site_recovery_files import MACHINES, REPLICATE, SITE_RECOVERY
from tests.topology.rules.replication_examples import (
    PLACE,
    both,
    interface,
    machine,
    machines,
    replicates,
    replicating,
    same,
    takes_over,
    taking_over,
)
from tests.topology.rules.rule_inputs import Change, Example, in_region, pair, whole
from tests.topology.rules.rule_inputs import both as changes

VAULT = "region.siteRecovery.vault"
PLAN = "region.siteRecovery.recoveryPlan.groups"
RUNBOOK = "{}/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa/runbooks/dns"
RESERVATION = OURS + "/resourceGroups/{}/providers/Microsoft.Compute/capacityReservationGroups/r"
KEYS = OURS + "/resourceGroups/{}/providers/Microsoft.Compute/diskEncryptionSets/d"


def settings(**values: object) -> Change:
    return lambda half: half.update(values)


def vault(**values: object) -> Change:
    return lambda half: half["vault"].update(values)


def runbook(subscription: str, *types: str) -> Change:
    """Give the first group of the recovery plan a runbook."""
    action = {"runbookId": RUNBOOK.format(subscription), **({"types": types} if types else {})}
    return settings(recoveryPlan={"groups": {"1": {"before": [action]}}})


def automation(subscription: str, **values: object) -> Change:
    """Switch the network by a runbook; the vault is one of a subscription."""
    identity = f"{subscription}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"
    return settings(network="runbook", automation=values, vault={"id": identity})


def of_subscription(half: Change) -> Callable[[], Stack]:
    """Return a maker of a stack that names its subscription and has Site Recovery's vault."""
    own = settings(**{"azure-native:subscriptionId": OURS.rpartition("/")[2]})
    return whole(changes(own, in_region(takes_over(half))))


def the_nva(name: str) -> Change:
    """Say that the NVA is a machine."""
    return lambda region: region["hub"]["nva"].update(id=MACHINES.format(name))


def disks(each: int) -> Change:
    return machines(100, disks=[f"d{number}" for number in range(each)])


def the_other_way(change: Change) -> Callable[[], Pair]:
    """Return a maker of a pair whose secondary is protected, with a change to its region."""
    return pair(in_region(takes_over(same)), in_region(changes(replicates(same), change)))


def more_spokes(region: dict[str, Any]) -> None:
    """Move a machine to a spoke that the primary does not have."""
    space = "10.9.0.0/24"
    subnets = {"app": {"addressPrefix": space}}
    region["spokes"]["spoke9"] = {"addressSpace": [space], "subnets": subnets}
    region["replicate"]["machines"]["dc1"]["spoke"] = "spoke9"
    region["replicate"]["machines"]["dc1"]["networkInterfaces"]["dc1-nic"] = {"subnet": "app"}


def more_subnets(region: dict[str, Any]) -> None:
    """Move a machine to a subnet that the primary does not have."""
    region["spokes"]["spoke1"]["addressSpace"].append("10.9.0.0/24")
    region["spokes"]["spoke1"]["subnets"]["web"] = {"addressPrefix": "10.9.0.0/24"}
    region["replicate"]["machines"]["dc1"]["networkInterfaces"]["dc1-nic"] = {"subnet": "web"}


ONE: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        replication.replicated_disks_stay_within_the_limit,
        Example(
            replicating(disks(31)),
            PLACE,
            "3100 disks of 00000000-0000-0000-0000-00000000000a; Azure replicates 3000",
            replicating(disks(30)),
        ),
    ),
    (
        replication.disk_types_are_replicated,
        Example(
            replicating(machine("dc1", diskType="ultraSSD_LRS")),
            f"{PLACE}.dc1.diskType",
            "ultraSSD_LRS is an Ultra disk, which Site Recovery does not replicate",
            replicating(machine("dc1", diskType="Premium_LRS")),
        ),
    ),
    (
        replication.no_nva_is_a_replicated_machine,
        Example(
            whole(in_region(changes(replicates(same), the_nva("DC1")))),
            f"{PLACE}.dc1.virtualMachineId",
            "is the NVA of this region",
            whole(in_region(changes(replicates(same), the_nva("nva")))),
        ),
    ),
    (
        recovery_vault.a_private_vault_has_an_identity,
        Example(
            taking_over(vault(publicNetworkAccess="Disabled", identity="none")),
            f"{VAULT}.identity",
            "with publicNetworkAccess Disabled the vault needs it",
            taking_over(vault(publicNetworkAccess="Disabled")),
        ),
    ),
    (
        recovery_vault.a_private_vault_has_private_endpoints,
        Example(
            taking_over(vault(publicNetworkAccess="Disabled")),
            f"{VAULT}.publicNetworkAccess",
            "make a private endpoint in both regions before the first machine is replicated",
            taking_over(same),
        ),
    ),
    (
        recovery_vault.runbooks_are_in_the_subscription_of_the_vault,
        Example(
            of_subscription(runbook(THEIRS)),
            f"{PLAN}.1.before[0].runbookId",
            "is in the subscription 00000000-0000-0000-0000-00000000000b, and the vault is in",
            of_subscription(runbook(OURS.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))),
        ),
    ),
    (
        recovery_vault.the_automation_account_is_in_the_subscription_of_the_vault,
        Example(
            of_subscription(automation(THEIRS)),
            "region.siteRecovery.automation",
            "the account is made in 00000000-0000-0000-0000-00000000000a, and the vault is in",
            of_subscription(automation(OURS)),
        ),
    ),
    (
        recovery_vault.the_automation_account_is_in_the_region_that_takes_over,
        Example(
            taking_over(automation(OURS, location="japaneast")),
            "region.siteRecovery.automation.location",
            "is not eastasia, whose network its runbook connects",
            taking_over(automation(OURS, location="East Asia")),
        ),
    ),
    (
        recovery_vault.runbooks_do_not_run_in_tests,
        Example(
            taking_over(runbook(OURS, "unplannedFailover", "testFailover")),
            f"{PLAN}.1.before[0].types",
            "the runbook would run in every drill: remove testFailover",
            taking_over(runbook(OURS)),
        ),
    ),
)
TWO: tuple[tuple[Rule[Pair], Example], ...] = (
    (
        of_pair.recovery_addresses_are_free_in_their_subnet,
        Example(
            both(interface("dc1", ipAddress="10.10.10.10"), same),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.ipAddress",
            "10.10.10.10 is that of the NVA of secondary",
            both(same, same),
        ),
    ),
    (
        of_pair.each_region_has_a_cache_account_of_its_own,
        Example(
            both(same, settings(cacheStorageAccount=REPLICATE["cacheStorageAccount"])),
            "region.siteRecovery.cacheStorageAccount.name",
            "stsparehubcache1 is the cache account of primary: name one of this region",
            both(same, settings(cacheStorageAccount=SITE_RECOVERY["cacheStorageAccount"])),
        ),
    ),
    (
        of_pair.replicated_machines_have_a_network_to_arrive_in,
        Example(
            the_other_way(more_spokes),
            f"{PLACE}.dc1.spoke",
            "primary has no spoke spoke9: add it there",
            the_other_way(same),
        ),
    ),
    (
        of_pair.replicated_machines_have_a_network_to_arrive_in,
        Example(
            the_other_way(more_subnets),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.subnet",
            "spoke1 of primary has no such subnet: add it there",
            the_other_way(same),
        ),
    ),
    (
        of_pair.recovered_machines_have_a_resource_group_of_their_own,
        Example(
            both(same, settings(resourceGroup="rg-sparehub-eastasia")),
            "region.siteRecovery.resourceGroup",
            "rg-sparehub-eastasia is the group of primary's networks: name another",
            both(same, settings(resourceGroup="rg-recovered")),
        ),
    ),
    (
        of_pair.recovered_machines_have_a_resource_group_of_their_own,
        Example(
            both(same, settings(resourceGroup="RG-machines")),
            "region.siteRecovery.resourceGroup",
            "rg-machines is the group of dc1 today, whose name it would take twice",
            both(same, settings(resourceGroup="rg-machines-2")),
        ),
    ),
    (
        of_pair.groups_with_actions_have_machines,
        Example(
            both(same, settings(recoveryPlan={"groups": {"3": {"after": [{"manual": "Well?"}]}}})),
            f"{PLAN}.3",
            "no machine of primary is in group 3: remove it",
            both(same, settings(recoveryPlan={"groups": {"2": {"after": [{"manual": "Well?"}]}}})),
        ),
    ),
    (
        of_pair.reservations_are_in_the_region_that_takes_over,
        Example(
            both(
                machine(
                    "dc1", capacityReservationGroupId=RESERVATION.format("rg-sparehub-eastasia")
                ),
                same,
            ),
            f"{PLACE}.dc1.capacityReservationGroupId",
            "is in the resource group of primary, so in its region: name one of southeastasia",
            both(machine("dc1", capacityReservationGroupId=RESERVATION.format("rg-there")), same),
        ),
    ),
    (
        of_pair.reservations_are_in_the_region_that_takes_over,
        Example(
            both(machine("dc1", diskEncryptionSetId=KEYS.format("RG-sparehub-eastasia")), same),
            f"{PLACE}.dc1.diskEncryptionSetId",
            "is in the resource group of primary, so in its region",
            both(machine("dc1", diskEncryptionSetId=KEYS.format("rg-there")), same),
        ),
    ),
)
EXAMPLES: tuple[tuple[Rule[Any], Example], ...] = (*ONE, *TWO)
