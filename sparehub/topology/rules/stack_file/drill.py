"""The test networks of a drill."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network

from sparehub.topology.azure.address_ranges import FORBIDDEN_RANGES
from sparehub.topology.azure.limits import PEERINGS_PER_NETWORK
from sparehub.topology.azure.reserved_subnets import BASTION_SUBNET, RESERVED_SUBNETS
from sparehub.topology.model.prefixes import allocate
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import (
    RawPrefix,
    RawRegion,
    as_mapping,
    overlaps,
    prefixes,
)

_SPOKES = "region.drill.spokes"
_RANGE = "region.drill.addressSpace"
_BASTION = "region.drill.bastion.addressPrefix"
_DNS_SERVERS = "region.drill.dnsServers"


@rule("CONFIG", why="A drill creates a test network for each spoke that it names.")
def drill_spokes_exist(region: RawRegion) -> Iterator[RuleFault]:
    """Each spoke exists and is named once."""
    named = region.part("drill").get("spokes")
    listed = [str(key) for key in named] if isinstance(named, list | tuple) else []
    spokes = [str(key) for key in region.part("spokes")]
    for key in dict.fromkeys(listed):
        if key not in spokes:
            known = ", ".join(sorted(spokes)) or "none"
            yield RuleFault(_SPOKES, f"there is no spoke {key!r}; there are {known}")
        elif listed.count(key) > 1:
            yield RuleFault(_SPOKES, f"{key!r} is named twice")


@rule(
    "SR-27",
    why="The addresses of a drill may be connected, so no other network may have them.",
)
def drill_addresses_are_unused(region: RawRegion) -> Iterator[RuleFault]:
    """They overlap neither a network of the region nor on-premises."""
    for raw in _range(region):
        for other in _used(region):
            if raw.prefix.overlaps(other.prefix):
                message = f"{raw.prefix} overlaps {other}; remove it to use the spokes' addresses"
                yield RuleFault(_RANGE, message)


@rule("VN-03", why="Azure refuses these ranges in an address space.")
def drill_ranges_avoid_reserved_ranges(region: RawRegion) -> Iterator[RuleFault]:
    """Those of the test networks, and of Bastion's."""
    for raw in (*_range(region), *_bastion(region)):
        for forbidden in FORBIDDEN_RANGES:
            if raw.prefix.overlaps(forbidden):
                yield RuleFault(
                    raw.path, f"{raw.prefix} overlaps {forbidden}, which Azure reserves"
                )


@rule("VN-07", why="Test networks may be connected with each other, so their addresses are unique.")
def drill_ranges_do_not_overlap(region: RawRegion) -> Iterator[RuleFault]:
    """Within the range of the drill."""
    for first, second in overlaps(_range(region)):
        yield RuleFault(_RANGE, f"{second.prefix} overlaps {first.prefix} of the same drill")


@rule("VN-06", why="A test network is as large as its spoke.")
def drill_range_fits_all_spokes(region: RawRegion) -> Iterator[RuleFault]:
    """For every prefix of every spoke of the drill."""
    ranges = [raw.prefix for raw in _range(region)]
    needed = _needed(region)
    if ranges and allocate(needed, ranges) is None:
        available, required = (", ".join(map(str, prefixes)) for prefixes in (ranges, needed))
        yield RuleFault(_RANGE, f"{available} is too small for the spokes' {required}")


@rule("PE-19", why="A virtual network has at most 500 peerings.")
def connected_test_networks_are_few_enough(region: RawRegion) -> Iterator[RuleFault]:
    """``connect`` peers each test network with each other one, and Bastion's with all."""
    count = len(_spokes(region))
    at_each = count - 1 if region.part("drill").get("connect") is True else 0
    at_bastion = count if _bastion(region) else 0
    if (peerings := max(at_each + bool(at_bastion), at_bastion)) > PEERINGS_PER_NETWORK:
        message = (
            f"{peerings} peerings at one of {count} test networks; Azure allows "
            f"{PEERINGS_PER_NETWORK}: name fewer spokes"
        )
        yield RuleFault(_SPOKES, message)


@rule(
    "SR-27", why="Testers reach the test networks by this one, so no other one has its addresses."
)
def drill_bastion_addresses_are_unused(region: RawRegion) -> Iterator[RuleFault]:
    """They overlap no network of the region or of the drill, nor on-premises."""
    pieces = allocate(_needed(region), [raw.prefix for raw in _range(region)]) or {}
    tests = [RawPrefix(_RANGE, piece) for piece in sorted(pieces.values())]
    for raw in _bastion(region):
        for other in (*_used(region), *tests):
            if raw.prefix.overlaps(other.prefix):
                yield RuleFault(_BASTION, f"{raw.prefix} overlaps {other}")


@rule("VN-16", why="Azure refuses Bastion in a smaller subnet.")
def drill_bastion_subnet_is_large_enough(region: RawRegion) -> Iterator[RuleFault]:
    """The prefix is the whole network, and its one subnet."""
    longest = RESERVED_SUBNETS[BASTION_SUBNET.lower()].longest_prefix
    for raw in _bastion(region):
        if raw.prefix.prefixlen > longest:
            message = f"{raw.prefix} is too small for {BASTION_SUBNET}: at least /{longest}"
            yield RuleFault(_BASTION, message)


@rule("SR-27", why="No packet leaves the test networks, so none reaches a DNS server elsewhere.")
def drill_dns_servers_are_in_a_test_network(region: RawRegion) -> Iterator[RuleFault]:
    """Those that the file names for a drill."""
    ranges = [raw.prefix for raw in _range(region)]
    needed = _needed(region)
    inside = [*(allocate(needed, ranges) or {}).values()] if ranges else needed
    for address in _addresses(region.part("drill").get("dnsServers")):
        if inside and not any(address in prefix for prefix in inside):
            listed = ", ".join(map(str, sorted(inside)))
            message = f"{address} is in no test network; they have {listed}"
            yield RuleFault(_DNS_SERVERS, message)


def _spokes(region: RawRegion) -> list[str]:
    named = region.part("drill").get("spokes")
    spokes = region.part("spokes")
    if isinstance(named, list | tuple):
        return [str(key) for key in spokes if str(key) in named]
    return [str(key) for key, spoke in spokes.items() if not as_mapping(spoke).get("alwaysOn")]


def _needed(region: RawRegion) -> list[IPv4Network]:
    """Return the prefixes of the spokes of the drill."""
    return [raw.prefix for key in _spokes(region) for raw in region.spaces[f"region.spokes.{key}"]]


def _used(region: RawRegion) -> list[RawPrefix]:
    listed = region.part("onPremises").get("addressPrefixes")
    return [
        *prefixes("region.onPremises.addressPrefixes", listed),
        *(raw for space in region.spaces.values() for raw in space),
    ]


def _bastion(region: RawRegion) -> list[RawPrefix]:
    return prefixes(_BASTION, region.part("drill", "bastion").get("addressPrefix"))


def _addresses(values: object) -> Iterator[IPv4Address]:
    for value in values if isinstance(values, list | tuple) else ():
        with suppress(ValueError):
            yield IPv4Address(str(value))


def _range(region: RawRegion) -> list[RawPrefix]:
    return prefixes(_RANGE, region.part("drill").get("addressSpace"))


DRILL = (
    drill_spokes_exist,
    drill_addresses_are_unused,
    drill_ranges_do_not_overlap,
    drill_range_fits_all_spokes,
    drill_ranges_avoid_reserved_ranges,
    connected_test_networks_are_few_enough,
    drill_bastion_addresses_are_unused,
    drill_bastion_subnet_is_large_enough,
    drill_dns_servers_are_in_a_test_network,
)
