"""The DNS servers of two regions: twins ask the same ones, and each is there after a failover.

A network without servers asks Azure's own DNS, which knows private zones and none of the
operator's names:
https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances.
Machines that arrive without names and domain controllers are not recovered:
https://learn.microsoft.com/azure/site-recovery/site-recovery-active-directory.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from sparehub.topology.model.drill.name_servers import moved
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import VirtualNetwork
from sparehub.topology.rules.pair.replication import directions
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.replication import MACHINES, machines_of
from sparehub.topology.rules.rule import RuleFault, rule

_KEY = "dnsServers"
_FIRST_GROUP = 1
Address = TypeVar("Address", str, IPv4Address)


class Likeness(Enum):
    """How the DNS servers of a network compare with those of its twin."""

    SAME = auto()
    ORDER = auto()  # the same servers in another order
    ONE_SIDED = auto()  # one network asks Azure's own DNS, its twin does not
    OTHER = auto()


def likeness(ours: Sequence[Address], theirs: Sequence[Address]) -> Likeness:
    """Compare two lists of servers; addresses that ``region.remap`` moves are moved already."""
    if list(ours) == list(theirs):
        return Likeness.SAME
    if not ours or not theirs:
        return Likeness.ONE_SIDED
    return Likeness.ORDER if set(ours) == set(theirs) else Likeness.OTHER


def servers_of(stack: Stack) -> Iterator[tuple[str, VirtualNetwork]]:
    """Yield each network of a region with the key of the file that names its DNS servers."""
    region = stack.config.region
    own = {"region.hub": region.hub.dns_servers}
    own |= {f"region.spokes.{key}": spoke.dns_servers for key, spoke in region.spokes.items()}
    networks = {"region.hub": stack.region.hub}
    networks |= {
        f"region.spokes.{spoke.key}": spoke.virtual_network for spoke in stack.region.spokes
    }
    for path, network in networks.items():
        yield ("region" if own[path] is None else path) + f".{_KEY}", network


@rule("DNS-01", why="After a failover every name of the operator, or of Azure, would be unknown.")
def twins_both_name_dns_servers_or_neither(pair: Pair) -> Iterator[RuleFault]:
    """Hub and hub, and the spokes of the same key."""
    for path, asked, here in _differing(pair, Likeness.ONE_SIDED):
        first, second = (_listed(each) or "Azure's own DNS" for each in (asked, here))
        message = (
            f"this network asks {second}, its twin of {pair.primary.name} {first}: name servers "
            "in both files, or in neither"
        )
        yield RuleFault(path, message, pair.secondary.name)


@rule(
    "DNS-02",
    severity="warning",
    why="Machines that arrive ask other servers than before, which may know other names.",
)
def twins_have_the_same_dns_servers(pair: Pair) -> Iterator[RuleFault]:
    """Moved as ``region.remap`` says; their order is a choice."""
    for path, asked, here in _differing(pair, Likeness.OTHER):
        message = (
            f"{_listed(here)}, where the twin of {pair.primary.name} has {_listed(asked)} "
            "(moved by region.remap): write the same servers, or ignore this with the reason"
        )
        yield RuleFault(path, message, pair.secondary.name)


@rule("DNS-03", why="A server in the region that is lost answers nobody after the failover.")
def no_dns_server_is_lost_with_the_other_region(pair: Pair) -> Iterator[RuleFault]:
    """An address of the other region's networks that this region has not, too."""
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        for address, path in _named(stack).items():
            if _within(address, other) and not _within(address, stack):
                message = (
                    f"{address} lies in the networks of {other.name} alone, and is lost with them: "
                    "name a server of this region, or one on-premises"
                )
                yield RuleFault(path, message, stack.name)


@rule("DNS-04", why="Machines of later groups start without names where their server is later.")
def dns_servers_are_in_the_first_recovery_group(pair: Pair) -> Iterator[RuleFault]:
    """A machine whose recovery address is a DNS server of the region where it arrives."""
    for source, target in directions(pair):
        servers = _named(target)
        for address, name in _arrivals(source).items():
            group = machines_of(source)[name].group
            if address in servers and group > _FIRST_GROUP:
                message = (
                    f"{group}, and {address} of {name} is a DNS server of {target.name}: write "
                    f"{_FIRST_GROUP}, so that names are there before the other machines"
                )
                yield RuleFault(f"{MACHINES}.{name}.group", message, source.name)


@rule(
    "DNS-05",
    severity="warning",
    why="A DNS server that does not arrive with the machines is missed by all of them.",
)
def something_stands_at_each_dns_server(pair: Pair) -> Iterator[RuleFault]:
    """In the region where machines arrive: one of them, or the NVA."""
    for source, target in directions(pair):
        arrivals = _arrivals(source)
        for address, path in _named(target).items():
            if not _within(address, target) or address == target.region.nva.ip_address:
                continue
            if address not in arrivals:
                message = (
                    f"nothing is known to stand at {address}: replicate the server to this "
                    "address (region.replicate.machines), or ignore this with the reason"
                )
                yield RuleFault(path, message, target.name)


@rule("CONFIG", why="A record of no machine is never changed.")
def dns_records_are_of_replicated_machines(pair: Pair) -> Iterator[RuleFault]:
    """By the machine's name in the other file."""
    for source, target in directions(pair):
        recovery = target.config.region.site_recovery
        for name in recovery.dns.records if recovery and recovery.dns else ():
            if name not in machines_of(source):
                known = ", ".join(sorted(machines_of(source)))
                message = f"{source.name} replicates no machine of this name; there are {known}"
                yield RuleFault(f"region.siteRecovery.dns.records.{name}", message, target.name)


def _differing(
    pair: Pair, wanted: Likeness
) -> Iterator[tuple[str, Sequence[IPv4Address], Sequence[IPv4Address]]]:
    """Yield keys of the secondary's file, once, with the twin's servers moved, and its own."""
    moves = _moves(pair)
    networks = dict(zip(_places(pair.primary), servers_of(pair.primary), strict=True))
    seen = set()
    for place, (path, network) in zip(
        _places(pair.secondary), servers_of(pair.secondary), strict=True
    ):
        if place not in networks or path in seen:
            continue
        twin = networks[place][1].dns_servers
        asked = [moved(address, moves) or address for address in twin]
        if likeness(asked, network.dns_servers) is wanted:
            seen.add(path)
            yield path, asked, network.dns_servers


def _places(stack: Stack) -> list[str]:
    """Return what twins have in common, in the order of ``servers_of``."""
    return ["", *(spoke.key for spoke in stack.region.spokes)]


def _moves(pair: Pair) -> Mapping[IPv4Network, IPv4Network]:
    """Return where the secondary has each of the primary's prefixes, the longest first."""
    moves = dict(pair.secondary.config.region.remap)
    moves |= {new: old for old, new in pair.primary.config.region.remap.items()}
    return dict(sorted(moves.items(), key=lambda each: -each[0].prefixlen))


def _named(stack: Stack) -> dict[IPv4Address, str]:
    """Return each DNS server of a region once, with the first key that names it."""
    found: dict[IPv4Address, str] = {}
    for path, network in servers_of(stack):
        for address in network.dns_servers:
            found.setdefault(address, path)
    return found


def _arrivals(source: Stack) -> dict[IPv4Address, str]:
    """Return the machine of each recovery address."""
    return {
        interface.ip_address: name
        for name, machine in machines_of(source).items()
        for interface in machine.network_interfaces.values()
        if interface.ip_address
    }


def _within(address: IPv4Address, stack: Stack) -> bool:
    return any(address in prefix for prefix in stack.region.address_prefixes)


def _listed(servers: Sequence[IPv4Address]) -> str:
    return ", ".join(map(str, servers))


PAIR_DNS_SERVERS = (
    twins_both_name_dns_servers_or_neither,
    twins_have_the_same_dns_servers,
    no_dns_server_is_lost_with_the_other_region,
    dns_servers_are_in_the_first_recovery_group,
    something_stands_at_each_dns_server,
    dns_records_are_of_replicated_machines,
)
