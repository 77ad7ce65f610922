"""Site Recovery in two files: the vault, and where the machines of one region arrive."""

from collections.abc import Iterator

from sparehub.topology.azure.address_ranges import is_reserved
from sparehub.topology.config.site_recovery import InterfaceConfig, MachineConfig
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import VirtualNetwork
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.replication import MACHINES, machines_of
from sparehub.topology.rules.rule import RuleFault, rule

_VAULT = "region.siteRecovery.vault"


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


PAIR_REPLICATION = (
    replicated_machines_have_a_vault,
    the_vault_is_outside_the_source_region,
    the_sources_cache_account_without_keys_needs_an_identity,
    recovery_addresses_are_free_in_their_subnet,
    test_addresses_are_free_in_the_test_network,
)
