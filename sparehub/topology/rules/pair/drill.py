"""A drill in two files: where the machines of one region come up in a test of the other."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from sparehub.topology.config.schema import RegionConfig
from sparehub.topology.model.drill.networks import build_drill, drill_copy
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.replication import MACHINES, machines_of
from sparehub.topology.rules.rule import RuleFault, rule


def _directions(pair: Pair) -> Iterator[tuple[Stack, Stack]]:
    """Yield both ways of replication; a stack that replicates nothing has no machines."""
    yield pair.primary, pair.secondary
    yield pair.secondary, pair.primary


@rule(
    "SR-27",
    severity="warning",
    why="A machine without a test network is in no test failover.",
)
def replicated_machines_have_a_test_network(pair: Pair) -> Iterator[RuleFault]:
    """The spokes of the drill are those of the machines."""
    for source, target in _directions(pair):
        spokes = {network.key for network in build_drill(target.config).networks}
        for name, machine in machines_of(source).items():
            if machine.spoke in target.config.region.spokes and machine.spoke not in spokes:
                message = f"leaves out {machine.spoke}, where {name} of {source.name} arrives"
                yield RuleFault("region.drill.spokes", message, target.name)


@rule(
    "SR-27",
    severity="warning",
    why="The test networks ask the drill's copy of a DNS server, at an address that they know.",
)
def drill_copies_of_dns_servers_have_their_address(pair: Pair) -> Iterator[RuleFault]:
    """A machine whose recovery address is a DNS server of the region where it arrives."""
    for source, target in _directions(pair):
        region = target.config.region
        servers = _dns_servers(region)
        for name, machine in machines_of(source).items():
            for key, interface in machine.network_interfaces.items():
                address = interface.ip_address
                copy = drill_copy(target.config, address) if address in servers else None
                if copy is None:
                    continue
                expected = region.drill.dns_servers or (copy,)
                if interface.test_ip_address not in expected:
                    listed = " or ".join(map(str, expected))
                    message = f"write {listed}, which the test networks of {target.name} ask"
                    path = f"{MACHINES}.{name}.networkInterfaces.{key}.testIPAddress"
                    yield RuleFault(path, message, source.name)


def _dns_servers(region: RegionConfig) -> frozenset[IPv4Address]:
    """Return the DNS servers of a region and of its spokes."""
    spokes = (address for spoke in region.spokes.values() for address in spoke.dns_servers or ())
    return frozenset((*region.dns_servers, *spokes))


PAIR_DRILL = (
    replicated_machines_have_a_test_network,
    drill_copies_of_dns_servers_have_their_address,
)
