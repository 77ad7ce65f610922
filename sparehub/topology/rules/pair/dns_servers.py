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
from sparehub.topology.model.resources import Region, VirtualNetwork
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
    ALWAYS_ON = auto()  # those that differ are in alwaysOn spokes, of which each region has its own
    OTHER = auto()


def likeness(
    ours: Sequence[Address], theirs: Sequence[Address], always_on: Sequence[IPv4Network]
) -> Likeness:
    """Compare two lists of servers.

    Args:
        ours: the primary's, moved already as ``region.remap`` says.
        theirs: the secondary's.
        always_on: the prefixes of the ``alwaysOn`` spokes of both regions.
    """
    if list(ours) == list(theirs):
        return Likeness.SAME
    if not ours or not theirs:
        return Likeness.ONE_SIDED
    differing = set(ours) ^ set(theirs)
    if not differing:
        return Likeness.ORDER
    own = all(any(IPv4Address(each) in prefix for prefix in always_on) for each in differing)
    return Likeness.ALWAYS_ON if own else Likeness.OTHER


def always_on_prefixes(*regions: Region) -> list[IPv4Network]:
    """Return the prefixes of the spokes that are in use while their region is on standby, too."""
    return [
        prefix
        for region in regions
        for spoke in region.spokes
        if spoke.always_on
        for prefix in spoke.virtual_network.address_space
    ]


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
    """An address of the other region's networks that this region has not, too.

    One in an ``alwaysOn`` spoke of the other region may stand beside one that is not lost.
    """
    for stack, other in (tuple(pair), tuple(pair)[::-1]):
        running = always_on_prefixes(other.region)
        lost: dict[IPv4Address, str] = {}
        for path, network in servers_of(stack):
            alone = [each for each in network.dns_servers if _is_lost(each, stack, other)]
            beside = len(alone) < len(network.dns_servers)
            for address in alone:
                if not (beside and any(address in prefix for prefix in running)):
                    lost.setdefault(address, path)
        for address, path in lost.items():
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
    """In the region where machines arrive: one of them, the NVA, or an ``alwaysOn`` spoke."""
    for source, target in directions(pair):
        standing = {*_arrivals(source), target.region.nva.ip_address}
        running = always_on_prefixes(target.region)
        for address, path in _named(target).items():
            if not _within(address, target) or any(address in prefix for prefix in running):
                continue
            if address not in standing:
                message = (
                    f"nothing is known to stand at {address}: replicate the server to this "
                    "address (region.replicate.machines), put it into an alwaysOn spoke, or ignore "
                    "this with the reason"
                )
                yield RuleFault(path, message, target.name)


@rule("CONFIG", why="A record of no machine is never changed.")
def dns_records_are_of_replicated_machines(pair: Pair) -> Iterator[RuleFault]:
    """By the machine's name in the other file; so are the network interfaces of its records."""
    for source, target in directions(pair):
        recovery, machines = target.config.region.site_recovery, machines_of(source)
        if recovery is None or recovery.dns is None:
            continue
        dns = recovery.dns
        for key, named in (
            ("records", dns.records),
            ("networkInterfaces", dns.network_interfaces),
        ):
            for name in named:
                if name not in machines:
                    known = ", ".join(sorted(machines))
                    message = f"{source.name} replicates no machine of this name; there are {known}"
                    yield RuleFault(f"region.siteRecovery.dns.{key}.{name}", message, target.name)
        for name, interfaces in dns.network_interfaces.items():
            has = machines[name].network_interfaces if name in machines else interfaces
            if missing := ", ".join(each for each in interfaces if each not in has):
                path = f"region.siteRecovery.dns.networkInterfaces.{name}"
                message = f"{name} has no interface {missing}; there are {', '.join(sorted(has))}"
                yield RuleFault(path, message, target.name)


def _differing(
    pair: Pair, wanted: Likeness
) -> Iterator[tuple[str, Sequence[IPv4Address], Sequence[IPv4Address]]]:
    """Yield keys of the secondary's file, once, with the twin's servers moved, and its own."""
    moves = _moves(pair)
    always_on = always_on_prefixes(pair.primary.region, pair.secondary.region)
    networks = dict(zip(_places(pair.primary), servers_of(pair.primary), strict=True))
    seen = set()
    for place, (path, network) in zip(
        _places(pair.secondary), servers_of(pair.secondary), strict=True
    ):
        if place not in networks or path in seen:
            continue
        twin = networks[place][1].dns_servers
        asked = [moved(address, moves) or address for address in twin]
        if likeness(asked, network.dns_servers, always_on) is wanted:
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


def _is_lost(address: IPv4Address, stack: Stack, other: Stack) -> bool:
    return _within(address, other) and not _within(address, stack)


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
