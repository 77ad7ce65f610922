"""Site Recovery in one file: the machines that are replicated, and the vault's settings."""

from collections import Counter
from collections.abc import Iterator, Mapping

from sparehub.topology.azure.site_recovery_limits import (
    DISKS_PER_SUBSCRIPTION,
    MACHINES_PER_CONSISTENCY_GROUP,
    MACHINES_PER_PLAN,
    disk_type_problem,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import MachineConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.rule import RuleFault, rule

MACHINES = "region.replicate.machines"
_SITE_RECOVERY = "region.siteRecovery"


def machines_of(stack: Stack) -> Mapping[str, MachineConfig]:
    """Return the machines that a stack's file replicates, by name."""
    replicate = stack.config.region.replicate
    return replicate.machines if replicate else {}


@rule("CONFIG", why="Everything for the way back is derived, so one region is the protected one.")
def a_region_is_protected_or_takes_over(stack: Stack) -> Iterator[RuleFault]:
    """Not both in one file."""
    region = stack.config.region
    if region.replicate and region.site_recovery:
        message = (
            "replicate is in the file of the region that is protected, siteRecovery in that of "
            "the region that takes over: remove one of them"
        )
        yield RuleFault(_SITE_RECOVERY, message)


@rule("CONFIG", why="A machine's network decides where it arrives.")
def replicated_machines_are_in_a_spoke(stack: Stack) -> Iterator[RuleFault]:
    """By the name of the spoke."""
    spokes = stack.config.region.spokes
    for name, machine in machines_of(stack).items():
        if machine.spoke not in spokes:
            known = ", ".join(sorted(spokes)) or "none"
            message = f"there is no spoke {machine.spoke!r}; there are {known}"
            yield RuleFault(f"{MACHINES}.{name}.spoke", message)


@rule("SR-09", why="Site Recovery puts a machine into the subnet of the same name.")
def replicated_machines_are_in_a_subnet_of_their_spoke(stack: Stack) -> Iterator[RuleFault]:
    """Each of their network interfaces."""
    for path, machine, subnet in _subnets(stack):
        if subnet not in {key.lower() for key in stack.config.region.spokes[machine.spoke].subnets}:
            message = f"{machine.spoke} has no subnet of this name"
            yield RuleFault(path, message)


@rule("RT-25", why="Replication traffic must bypass the NVA by a service endpoint of storage.")
def replicated_machines_are_in_a_protected_subnet(stack: Stack) -> Iterator[RuleFault]:
    """``protected`` is not false where a machine is replicated from."""
    for path, machine, name in _subnets(stack):
        spoke = stack.config.region.spokes[machine.spoke]
        for key in spoke.subnets:
            if key.lower() == name and not spoke.is_protected(key):
                message = f"{key} of {machine.spoke} is not protected, so it has no endpoint"
                yield RuleFault(path, message)


def _subnets(stack: Stack) -> Iterator[tuple[str, MachineConfig, str]]:
    """Yield the subnets of machines whose spoke exists: path, machine, name in lower case."""
    for name, machine in machines_of(stack).items():
        if machine.spoke in stack.config.region.spokes:
            for key, interface in machine.network_interfaces.items():
                path = f"{MACHINES}.{name}.networkInterfaces.{key}.subnet"
                yield path, machine, interface.subnet.lower()


@rule("CONFIG", why="Site Recovery protects a virtual machine once.")
def no_machine_is_replicated_twice(stack: Stack) -> Iterator[RuleFault]:
    """By its id, and by its name, which is that of the recovered machine."""
    seen: dict[str, str] = {}
    for name, machine in machines_of(stack).items():
        for key in (ResourceId.parse(machine.virtual_machine_id).key, name.lower()):
            first = seen.setdefault(key, name)
            if first != name:
                path = f"{MACHINES}.{name}.virtualMachineId"
                yield RuleFault(path, f"is also that of {first}: Azure ignores case")


@rule("SR-16", why="Groups of a recovery plan are numbered from 1 on, and start in that order.")
def recovery_groups_have_no_gap(stack: Stack) -> Iterator[RuleFault]:
    """Of the machines' groups."""
    used = {machine.group for machine in machines_of(stack).values()}
    for name, machine in machines_of(stack).items():
        missing = sorted({*range(1, machine.group)} - used)
        if missing:
            message = f"group {machine.group} without a machine in group {missing[0]}"
            yield RuleFault(f"{MACHINES}.{name}.group", message)


@rule("SR-16", why="A recovery plan holds 100 machines.")
def a_recovery_plan_holds_all_machines(stack: Stack) -> Iterator[RuleFault]:
    """Sparehub makes one plan for each direction."""
    count = len(machines_of(stack))
    if count > MACHINES_PER_PLAN:
        message = f"{count} machines; a recovery plan holds {MACHINES_PER_PLAN}"
        yield RuleFault(MACHINES, message)


@rule("SR-15", why="A group of machines with common recovery points has 16 machines at most.")
def consistency_groups_are_small_enough(stack: Stack) -> Iterator[RuleFault]:
    """By the name of the group."""
    members = Counter(machine.consistency for machine in machines_of(stack).values())
    for name, machine in machines_of(stack).items():
        count = members[machine.consistency]
        if machine.consistency and count > MACHINES_PER_CONSISTENCY_GROUP:
            message = (
                f"{machine.consistency} has {count} machines; Azure allows "
                f"{MACHINES_PER_CONSISTENCY_GROUP}"
            )
            yield RuleFault(f"{MACHINES}.{name}.consistency", message)


@rule("SR-61", why="A subscription has 3,000 replicated disks at most.")
def replicated_disks_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Of those that the file counts: a machine with all of its disks has one at least."""
    counts: Counter[str] = Counter()
    for machine in machines_of(stack).values():
        subscription = ResourceId.parse(machine.virtual_machine_id).subscription.lower()
        counts[subscription] += 1 if machine.disks == "all" else len(machine.disks)
    for subscription, count in counts.items():
        if count > DISKS_PER_SUBSCRIPTION:
            message = f"{count} disks of {subscription}; Azure replicates {DISKS_PER_SUBSCRIPTION}"
            yield RuleFault(MACHINES, message)


@rule("SR-84", why="Site Recovery replicates neither Ultra disks nor NVMe disks.")
def disk_types_are_replicated(stack: Stack) -> Iterator[RuleFault]:
    """``diskType``, of the disks in the other region; those of the source are read from Azure."""
    for name, machine in machines_of(stack).items():
        if problem := disk_type_problem(machine.disk_type or ""):
            yield RuleFault(f"{MACHINES}.{name}.diskType", problem)


@rule(
    "SR-56", why="Re-protection deletes the machine of the side that is left, and its interfaces."
)
def no_nva_is_a_replicated_machine(stack: Stack) -> Iterator[RuleFault]:
    """Each region keeps its own: every route leads to it."""
    nva = stack.config.region.hub.nva.id
    for name, machine in machines_of(stack).items():
        if nva and ResourceId.parse(nva) == ResourceId.parse(machine.virtual_machine_id):
            message = "is the NVA of this region: deploy one in the other region, and remove this"
            yield RuleFault(f"{MACHINES}.{name}.virtualMachineId", message)


@rule("SR-14", why="Application-consistent points are kept no longer than any other.")
def application_consistent_points_are_within_the_retention(stack: Stack) -> Iterator[RuleFault]:
    """In hours."""
    recovery = stack.config.region.site_recovery
    if recovery is None:
        return
    interval = recovery.policy.app_consistent_frequency_in_hours
    kept = recovery.policy.recovery_point_retention_in_hours
    if interval > kept:
        path = f"{_SITE_RECOVERY}.policy.appConsistentFrequencyInHours"
        yield RuleFault(path, f"one in {interval} h, and points are kept for {kept} h")


@rule(
    "SR-14",
    severity="warning",
    why="With a retention of 0 the newest point is the only one: damage is replicated, too.",
)
def recovery_points_are_kept(stack: Stack) -> Iterator[RuleFault]:
    """For an hour at least."""
    recovery = stack.config.region.site_recovery
    if recovery and recovery.policy.recovery_point_retention_in_hours == 0:
        path = f"{_SITE_RECOVERY}.policy.recoveryPointRetentionInHours"
        yield RuleFault(path, "no point but the newest is kept: write 24, as the portal does")


@rule("SR-66", why="Without its key, the vault's identity has to write to the cache account.")
def a_cache_account_without_keys_needs_an_identity(stack: Stack) -> Iterator[RuleFault]:
    """Of the account for the way back; the rules of a pair have the other one."""
    recovery = stack.config.region.site_recovery
    if (
        recovery
        and recovery.vault.identity == "none"
        and not recovery.cache_storage_account.key_access
    ):
        message = "without key access the vault needs its identity: write systemAssigned"
        yield RuleFault(f"{_SITE_RECOVERY}.vault.identity", message)


REPLICATION = (
    a_region_is_protected_or_takes_over,
    replicated_machines_are_in_a_spoke,
    replicated_machines_are_in_a_subnet_of_their_spoke,
    replicated_machines_are_in_a_protected_subnet,
    no_machine_is_replicated_twice,
    recovery_groups_have_no_gap,
    a_recovery_plan_holds_all_machines,
    consistency_groups_are_small_enough,
    replicated_disks_stay_within_the_limit,
    disk_types_are_replicated,
    no_nva_is_a_replicated_machine,
    application_consistent_points_are_within_the_retention,
    recovery_points_are_kept,
    a_cache_account_without_keys_needs_an_identity,
)
