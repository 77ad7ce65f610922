"""Site Recovery in two files: the vault, and where the machines of one region arrive."""

from collections.abc import Iterator, Mapping

from sparehub.topology.azure.address_ranges import is_reserved
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import InterfaceConfig, MachineConfig
from sparehub.topology.model import names
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Circuit, VirtualNetwork
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.replication import MACHINES, machines_of
from sparehub.topology.rules.rule import RuleFault, rule

_SITE_RECOVERY = "region.siteRecovery"
_VAULT = f"{_SITE_RECOVERY}.vault"


def directions(pair: Pair) -> Iterator[tuple[Stack, Stack]]:
    """Yield the stack whose machines are replicated, and the other one."""
    for source, target in (tuple(pair), tuple(pair)[::-1]):
        if source.config.region.replicate:
            yield source, target


@rule("CONFIG", why="Machines are replicated by a vault, which the other region's file describes.")
def replicated_machines_have_a_vault(pair: Pair) -> Iterator[RuleFault]:
    """``siteRecovery`` in the file of the region that takes over."""
    for source, target in directions(pair):
        if target.config.region.site_recovery is None:
            message = f"missing; {source.name} replicates machines to this region"
            yield RuleFault("region.siteRecovery", message, target.name)


@rule("SR-02", why="A vault in the source region would be lost with the machines.")
def the_vault_is_outside_the_source_region(pair: Pair) -> Iterator[RuleFault]:
    """Its location is the other region's own, or a third one."""
    for source, target in directions(pair):
        recovery = target.config.region.site_recovery
        if recovery and recovery.vault.location == source.region.location:
            message = f"{recovery.vault.location} is the region of {source.name}: name another"
            yield RuleFault(f"{_VAULT}.location", message, target.name)


@rule("SR-66", why="Without its key, the vault's identity has to write to the cache account.")
def the_sources_cache_account_without_keys_needs_an_identity(pair: Pair) -> Iterator[RuleFault]:
    """The account is in one file, the vault in the other."""
    for source, target in directions(pair):
        replicate, recovery = source.config.region.replicate, target.config.region.site_recovery
        if replicate is None or recovery is None or recovery.vault.identity != "none":
            continue
        if not replicate.cache_storage_account.key_access:
            message = (
                f"the cache account of {source.name} has no key access, so the vault needs its "
                "identity: write systemAssigned"
            )
            yield RuleFault(f"{_VAULT}.identity", message, target.name)


@rule("SR-44", why="A failover with an address that the subnet has not, or has taken, fails.")
def recovery_addresses_are_free_in_their_subnet(pair: Pair) -> Iterator[RuleFault]:
    """Inside the subnet of the same name, none of Azure's five, and each once."""
    for source, target in directions(pair):
        networks = {spoke.key: spoke.virtual_network for spoke in target.region.spokes}
        yield from _faults(source, target, networks, "ipAddress")


@rule("SR-44", why="A test failover with an address that the test network has not fails.")
def test_addresses_are_free_in_the_test_network(pair: Pair) -> Iterator[RuleFault]:
    """In the range of the drill, which is the spokes' own where the file names none."""
    for source, target in directions(pair):
        drill = build_drill(target.config)
        networks = {network.key: network.virtual_network for network in drill.networks}
        yield from _faults(source, target, networks, "testIPAddress")


def _faults(
    source: Stack, target: Stack, networks: dict[str, VirtualNetwork], key: str
) -> Iterator[RuleFault]:
    seen: dict[tuple[str, str], str] = {}
    for place, machine, interface in _interfaces(source):
        address = interface.ip_address if key == "ipAddress" else interface.test_ip_address
        network = networks.get(machine.spoke)
        subnet = network.subnet(interface.subnet) if network else None
        if address is None or subnet is None:
            continue
        prefix = subnet.address_prefix
        path = f"{MACHINES}.{place}.{key}"
        first = seen.setdefault((machine.spoke, str(address)), place)
        if address == target.region.nva.ip_address:
            yield RuleFault(path, f"{address} is that of the NVA of {target.name}", source.name)
        elif address not in prefix:
            message = f"{address} is outside {interface.subnet} {prefix} of the other region"
            yield RuleFault(path, message, source.name)
        elif is_reserved(address, prefix):
            message = f"{address} is one of the five that Azure reserves in {prefix}"
            yield RuleFault(path, message, source.name)
        elif first != place:
            yield RuleFault(path, f"{address} is also that of {first}", source.name)


def _interfaces(stack: Stack) -> Iterator[tuple[str, MachineConfig, InterfaceConfig]]:
    for name, machine in machines_of(stack).items():
        for key, interface in machine.network_interfaces.items():
            yield f"{name}.networkInterfaces.{key}", machine, interface


@rule("SR-05", why="A cache account is in the region of the machines that it copies.")
def each_region_has_a_cache_account_of_its_own(pair: Pair) -> Iterator[RuleFault]:
    """Names of storage accounts are unique in all of Azure, so one name is one account."""
    for source, target in directions(pair):
        here, there = source.region.cache_storage_account, target.region.site_recovery
        if here and there and here.name.lower() == there.cache_storage_account.name.lower():
            key = "id" if there.cache_storage_account.id else "name"
            message = f"{here.name} is the cache account of {source.name}: name one of this region"
            yield RuleFault(f"{_SITE_RECOVERY}.cacheStorageAccount.{key}", message, target.name)


@rule("SR-06", why="A network of the one region is mapped to one of the other.")
def replicated_machines_have_a_network_to_arrive_in(pair: Pair) -> Iterator[RuleFault]:
    """Spoke and subnet, of the secondary's machines: SR-08 and SR-09 have the primary's."""
    for source, target in directions(pair):
        if source is pair.primary:
            continue
        spokes = {spoke.key: spoke.virtual_network for spoke in target.region.spokes}
        for name, machine in machines_of(source).items():
            path = f"{MACHINES}.{name}"
            network = spokes.get(machine.spoke)
            if network is None:
                message = f"{target.name} has no spoke {machine.spoke}: add it there"
                yield RuleFault(f"{path}.spoke", message, source.name)
                continue
            for key, interface in machine.network_interfaces.items():
                if network.subnet(interface.subnet) is None:
                    message = f"{machine.spoke} of {target.name} has no such subnet: add it there"
                    place = f"{path}.networkInterfaces.{key}.subnet"
                    yield RuleFault(place, message, source.name)


@rule(
    "SR-68", why="Machines that have been failed over replicate back, so agents leave both regions."
)
def agents_leave_both_regions_by_one_kind(pair: Pair) -> Iterator[RuleFault]:
    """``agentEgress`` of the two files; each has routes and subnets of its own."""
    for source, target in directions(pair):
        here, there = source.config.region.replicate, target.config.region.site_recovery
        if here and there and here.agent_egress is not there.agent_egress:
            message = (
                f"{there.agent_egress}, and region.replicate.agentEgress of {source.name} is "
                f"{here.agent_egress}: write the same in both"
            )
            yield RuleFault(f"{_SITE_RECOVERY}.agentEgress", message, target.name)


@rule("SR-56", why="Machines are deleted by re-protection, and everything with a resource group.")
def recovered_machines_have_a_resource_group_of_their_own(pair: Pair) -> Iterator[RuleFault]:
    """Neither the one that a machine is in today, nor one that a stack deletes with the rest."""
    for source, target in directions(pair):
        recovery = target.region.site_recovery
        if recovery is None:
            continue
        group = recovery.resource_group.lower()
        path = f"{_SITE_RECOVERY}.resourceGroup"
        held = _groups(source, target)
        if group in held:
            message = f"{group} is the group of {held[group]}: name another"
            yield RuleFault(path, message, target.name)
        for name, machine in machines_of(source).items():
            if _shares_group(machine, group, target.config.subscription):
                message = f"{group} is the group of {name} today, whose name it would take twice"
                yield RuleFault(path, message, target.name)


def _shares_group(machine: MachineConfig, group: str, subscription: str) -> bool:
    """Return whether a machine runs in a group; of an unknown subscription by the group's name."""
    identity = ResourceId.parse(machine.virtual_machine_id)
    if subscription and identity.subscription.lower() != subscription.lower():
        return False
    return identity.resource_group.lower() == group


def _groups(source: Stack, target: Stack) -> Mapping[str, str]:
    """Return groups that a stack deletes with all that is in them, in lower case.

    Those of the region's own file are compared by ``names.name_problems`` where it is built.
    """
    region, name = source.region, source.name
    held = {
        region.resource_group: f"{name}'s networks",
        names.drill_group_name(region.name): f"{name}'s drills",
        names.drill_group_name(target.region.name): f"{target.name}'s drills",
    }
    owned = (each for each in region.circuits if isinstance(each, Circuit))
    held |= {circuit.resource_group: f"a circuit of {name}" for circuit in owned}
    return {group.lower(): what for group, what in held.items()}


@rule("SR-61", why="A group of the recovery plan starts machines, and its actions with them.")
def groups_with_actions_have_machines(pair: Pair) -> Iterator[RuleFault]:
    """The groups are in one file, the machines in the other."""
    for source, target in directions(pair):
        recovery = target.config.region.site_recovery
        used = {machine.group for machine in machines_of(source).values()}
        for number in sorted(set(recovery.recovery_plan.groups) - used) if recovery else ():
            message = f"no machine of {source.name} is in group {number}: remove it"
            path = f"{_SITE_RECOVERY}.recoveryPlan.groups.{number}"
            yield RuleFault(path, message, target.name)


@rule("SR-75", why="A machine uses a reservation, and keys of encryption, of its own region alone.")
def reservations_are_in_the_region_that_takes_over(pair: Pair) -> Iterator[RuleFault]:
    """An id does not show its region, unless it is in the resource group of the source."""
    for source, target in directions(pair):
        group = source.region.resource_group.lower()
        for name, machine in machines_of(source).items():
            for key, value in (
                ("capacityReservationGroupId", machine.capacity_reservation_group_id),
                ("diskEncryptionSetId", machine.disk_encryption_set_id),
            ):
                if value and ResourceId.parse(value).resource_group.lower() == group:
                    message = (
                        f"is in the resource group of {source.name}, so in its region: name one "
                        f"of {target.region.location}"
                    )
                    yield RuleFault(f"{MACHINES}.{name}.{key}", message, source.name)


PAIR_REPLICATION = (
    replicated_machines_have_a_vault,
    the_vault_is_outside_the_source_region,
    the_sources_cache_account_without_keys_needs_an_identity,
    recovery_addresses_are_free_in_their_subnet,
    test_addresses_are_free_in_the_test_network,
    each_region_has_a_cache_account_of_its_own,
    replicated_machines_have_a_network_to_arrive_in,
    agents_leave_both_regions_by_one_kind,
    recovered_machines_have_a_resource_group_of_their_own,
    groups_with_actions_have_machines,
    reservations_are_in_the_region_that_takes_over,
)
