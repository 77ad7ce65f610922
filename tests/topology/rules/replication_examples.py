"""Examples of the rules of Site Recovery, in one file and in two."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.pair import drill, vaults
from sparehub.topology.rules.pair import replication as of_pair
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region import replication
from sparehub.topology.rules.rule import Rule
from tests.configurations import OURS
from tests.site_recovery_files import MACHINES, REPLICATE, SITE_RECOVERY
from tests.topology.rules.rule_inputs import Change, Example, in_region, pair, primary

PLACE = "region.replicate.machines"
VAULT = f"{OURS}/resourceGroups/rg-asr/providers/Microsoft.RecoveryServices/vaults/theirs"


def replicating(change: Change) -> Callable[[], Stack]:
    """Return a maker of the primary's stack that replicates machines, with a change to that."""
    return primary(replicates(change))


def taking_over(change: Change) -> Callable[[], Stack]:
    """Return a maker of a stack with Site Recovery's vault, with a change to its settings."""
    return primary(takes_over(change))


def both(first: Change, second: Change) -> Callable[[], Pair]:
    """Return a maker of a pair with Site Recovery, with a change to each half."""
    return pair(in_region(replicates(first)), in_region(takes_over(second)))


def tested(first: Change, **region: object) -> Callable[[], Pair]:
    """Return a maker of a pair with Site Recovery, with more keys in the second region."""

    def change(values: dict[str, Any]) -> None:
        takes_over(same)(values)
        values.update(region)

    return pair(in_region(replicates(first)), in_region(change))


def same(_half: dict[str, Any]) -> None:
    """Change nothing."""


def replicates(change: Change) -> Change:
    """Return a change of a region that replicates machines, with a change to that."""
    return lambda region: _with(region, "replicate", REPLICATE, change)


def takes_over(change: Change) -> Change:
    """Return a change of a region with Site Recovery's vault, with a change to its settings."""
    return lambda region: _with(region, "siteRecovery", SITE_RECOVERY, change)


def _with(region: dict[str, Any], key: str, value: dict[str, Any], change: Change) -> None:
    half = deepcopy(value)
    change(half)
    region[key] = half


def machine(name: str, **values: object) -> Change:
    return lambda half: half["machines"][name].update(values)


def interface(name: str, **values: object) -> Change:
    return lambda half: half["machines"][name]["networkInterfaces"][f"{name}-nic"].update(values)


def machines(count: int, **values: object) -> Change:
    """Replicate this many machines."""

    def change(half: dict[str, Any]) -> None:
        half["machines"] = {
            f"m{number}": {
                "virtualMachineId": MACHINES.format(f"m{number}"),
                "spoke": "spoke1",
                "networkInterfaces": {"nic": {"subnet": "app"}},
                **values,
            }
            for number in range(count)
        }

    return change


def policy(kept: int, every: int = 0) -> Change:
    hours = {"recoveryPointRetentionInHours": kept, "appConsistentFrequencyInHours": every}
    return lambda half: half.update(policy=hours)


def without_keys(identity: str) -> Change:
    def change(half: dict[str, Any]) -> None:
        half["cacheStorageAccount"]["keyAccess"] = False
        half["vault"]["identity"] = identity

    return change


def unprotected(region: dict[str, Any]) -> None:
    replicates(same)(region)
    region["spokes"]["spoke1"]["subnets"]["app"]["protected"] = False


def also_takes_over(region: dict[str, Any]) -> None:
    replicates(same)(region)
    takes_over(same)(region)


def twice(half: dict[str, Any]) -> None:
    machine("app1", spoke="spoke1")(half)
    interface("app1", ipAddress="10.1.0.10")(half)


ONE: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        replication.a_region_is_protected_or_takes_over,
        Example(
            primary(also_takes_over),
            "region.siteRecovery",
            "replicate is in the file of the region that is protected",
            replicating(same),
        ),
    ),
    (
        replication.replicated_machines_are_in_a_spoke,
        Example(
            replicating(machine("dc1", spoke="spoke3")),
            f"{PLACE}.dc1.spoke",
            "there is no spoke 'spoke3'; there are spoke1, spoke2",
            replicating(machine("dc1", spoke="spoke2")),
        ),
    ),
    (
        replication.replicated_machines_are_in_a_subnet_of_their_spoke,
        Example(
            replicating(interface("dc1", subnet="web")),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.subnet",
            "spoke1 has no subnet of this name",
            replicating(interface("dc1", subnet="APP")),
        ),
    ),
    (
        replication.replicated_machines_are_in_a_protected_subnet,
        Example(
            primary(unprotected),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.subnet",
            "app of spoke1 is not protected",
            replicating(same),
        ),
    ),
    (
        replication.no_machine_is_replicated_twice,
        Example(
            replicating(machine("app1", virtualMachineId=MACHINES.format("DC1"))),
            f"{PLACE}.app1.virtualMachineId",
            "is also that of dc1",
            replicating(same),
        ),
    ),
    (
        replication.recovery_groups_have_no_gap,
        Example(
            replicating(machine("app1", group=3)),
            f"{PLACE}.app1.group",
            "group 3 without a machine in group 2",
            replicating(machine("app1", group=2)),
        ),
    ),
    (
        replication.a_recovery_plan_holds_all_machines,
        Example(
            replicating(machines(101)),
            PLACE,
            "101 machines; a recovery plan holds 100",
            replicating(machines(100)),
        ),
    ),
    (
        replication.consistency_groups_are_small_enough,
        Example(
            replicating(machines(17, consistency="app")),
            f"{PLACE}.m0.consistency",
            "app has 17 machines; Azure allows 16",
            replicating(machines(16, consistency="app")),
        ),
    ),
    (
        replication.application_consistent_points_are_within_the_retention,
        Example(
            taking_over(policy(2, 3)),
            "region.siteRecovery.policy.appConsistentFrequencyInHours",
            "one in 3 h, and points are kept for 2 h",
            taking_over(policy(2, 2)),
        ),
    ),
    (
        replication.recovery_points_are_kept,
        Example(
            taking_over(policy(0)),
            "region.siteRecovery.policy.recoveryPointRetentionInHours",
            "no point but the newest is kept",
            taking_over(policy(1)),
        ),
    ),
    (
        replication.a_cache_account_without_keys_needs_an_identity,
        Example(
            taking_over(without_keys("none")),
            "region.siteRecovery.vault.identity",
            "write systemAssigned",
            taking_over(without_keys("systemAssigned")),
        ),
    ),
)
TWO: tuple[tuple[Rule[Pair], Example], ...] = (
    (
        of_pair.replicated_machines_have_a_vault,
        Example(
            pair(in_region(replicates(same))),
            "region.siteRecovery",
            "missing; primary replicates machines",
            both(same, same),
        ),
    ),
    (
        of_pair.the_vault_is_outside_the_source_region,
        Example(
            both(same, lambda half: half["vault"].update(location="East Asia")),
            "region.siteRecovery.vault.location",
            "eastasia is the region of primary",
            both(same, lambda half: half["vault"].update(location="Japan East")),
        ),
    ),
    (
        vaults.the_vault_survives_either_region,
        Example(
            both(same, same),
            "region.siteRecovery.vault.location",
            "if that region is lost after a failover and re-protection, no machine can be failed",
            both(same, lambda half: half["vault"].update(location="japaneast")),
        ),
    ),
    (
        vaults.the_vault_survives_either_region,
        Example(
            both(same, lambda half: half.update(vault={"id": VAULT})),
            "region.siteRecovery.vault.location",
            "the location of the vault theirs is not known",
            both(same, lambda half: half.update(vault={"id": VAULT, "location": "japaneast"})),
        ),
    ),
    (
        vaults.names_in_the_vault_are_of_the_pair,
        Example(
            both(same, lambda half: half.update(names={"containers": {"japaneast": "c"}})),
            "region.siteRecovery.names.containers.japaneast",
            "is not a region of the pair: eastasia and southeastasia",
            both(same, lambda half: half.update(names={"containers": {"eastasia": "c"}})),
        ),
    ),
    (
        vaults.names_in_the_vault_are_of_the_pair,
        Example(
            both(same, lambda half: half.update(names={"failback": {"networks": {"web": "n"}}})),
            "region.siteRecovery.names.failback.networks.web",
            "there is no spoke of this name",
            both(same, lambda half: half.update(names={"failback": {"networks": {"spoke1": "n"}}})),
        ),
    ),
    (
        of_pair.the_sources_cache_account_without_keys_needs_an_identity,
        Example(
            both(
                lambda half: half["cacheStorageAccount"].update(keyAccess=False),
                lambda half: half["vault"].update(identity="none"),
            ),
            "region.siteRecovery.vault.identity",
            "the cache account of primary has no key access",
            both(same, lambda half: half["vault"].update(identity="none")),
        ),
    ),
    (
        of_pair.recovery_addresses_are_free_in_their_subnet,
        Example(
            both(interface("dc1", ipAddress="10.2.0.10"), same),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.ipAddress",
            "10.2.0.10 is outside app 10.1.0.0/24 of the other region",
            both(interface("dc1", ipAddress="10.1.0.4"), same),
        ),
    ),
    (
        of_pair.recovery_addresses_are_free_in_their_subnet,
        Example(
            both(interface("dc1", ipAddress="10.1.0.3"), same),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.ipAddress",
            "10.1.0.3 is one of the five that Azure reserves in 10.1.0.0/24",
            both(interface("dc1", ipAddress="10.1.0.254"), same),
        ),
    ),
    (
        of_pair.recovery_addresses_are_free_in_their_subnet,
        Example(
            both(twice, same),
            f"{PLACE}.app1.networkInterfaces.app1-nic.ipAddress",
            "10.1.0.10 is also that of dc1.networkInterfaces.dc1-nic",
            both(same, same),
        ),
    ),
    (
        of_pair.test_addresses_are_free_in_the_test_network,
        Example(
            both(interface("dc1", testIPAddress="10.1.1.10"), same),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.testIPAddress",
            "10.1.1.10 is outside app 10.1.0.0/24",
            both(interface("dc1", testIPAddress="10.1.0.11"), same),
        ),
    ),
    (
        drill.replicated_machines_have_a_test_network,
        Example(
            tested(same, drill={"spokes": ["spoke1"]}),
            "region.drill.spokes",
            "leaves out spoke2, where app1 of primary arrives",
            tested(same, drill={"spokes": ["spoke1", "spoke2"]}),
        ),
    ),
    (
        drill.drill_copies_of_dns_servers_have_their_address,
        Example(
            tested(interface("dc1", testIPAddress="10.1.0.11"), dnsServers=["10.1.0.10"]),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.testIPAddress",
            "write 10.1.0.10, which the test networks of secondary ask",
            tested(interface("dc1", testIPAddress="10.1.0.10"), dnsServers=["10.1.0.10"]),
        ),
    ),
    (
        drill.drill_copies_of_dns_servers_have_their_address,
        Example(
            tested(same, dnsServers=["10.1.0.10"], drill={"dnsServers": ["10.1.0.53"]}),
            f"{PLACE}.dc1.networkInterfaces.dc1-nic.testIPAddress",
            "write 10.1.0.53",
            tested(
                interface("dc1", testIPAddress="10.1.0.53"),
                dnsServers=["10.1.0.10"],
                drill={"dnsServers": ["10.1.0.53"]},
            ),
        ),
    ),
)
EXAMPLES: tuple[tuple[Rule[Any], Example], ...] = (*ONE, *TWO)
