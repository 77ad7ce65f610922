"""The test networks of a drill: where Site Recovery's test failover brings machines up, shut in.

They have the spokes' subnets, by name (SR-09) and by default with the spokes' own addresses, so
that machines come up as they would on the day (SR-11, SR-27):
https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure.
The same machines are running elsewhere meanwhile, so nothing may leave. Two things see to that, of
which each is enough: a route that drops whatever is not for the network itself, and security rules
that deny it, also if somebody peers the network. What Site Recovery needs of a machine that
replicates (RT-27) stays shut: one that a test failover made does not.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from itertools import combinations

from topology.config import RegionConfig, SpokeConfig, StackConfig
from topology.errors import ConfigurationError, Problem
from topology.model import (
    Drill,
    DrillNetwork,
    NetworkSecurityGroup,
    Route,
    RouteTable,
    SecurityRule,
    Subnet,
    VirtualNetwork,
)
from topology.words import NextHopType

ROUTE_TABLE = "drill"
_ANY = ("*",)
_ANYWHERE = IPv4Network("0.0.0.0/0")
_ALLOW, _DENY = 100, 4096  # the first and the last priority that a rule may have


def build_drill(config: StackConfig) -> Drill:
    """Return the test networks of a region, whether they stand or not.

    :raises ConfigurationError: where ``region.drill`` names a spoke that is not there, or a range
        that is too small or in use.
    """
    region = config.region
    name = region.name or config.location
    keys = sorted(region.spokes) if region.drill.spokes is None else sorted(region.drill.spokes)
    if problems := sorted(_problems(region, keys)):
        raise ConfigurationError(problems)
    pieces = _pieces(region, keys)
    return Drill(
        resource_group=f"rg-sparehub-drill-{name}",
        location=config.location,
        tags=region.tags,
        route_table=RouteTable(
            key=ROUTE_TABLE,
            name=f"rt-drill-{name}",
            disable_bgp_route_propagation=True,
            routes=(
                Route(name="default", address_prefix=_ANYWHERE, next_hop_type=NextHopType.NONE),
            ),
        ),
        networks=tuple(_network(region, key, name, pieces) for key in keys),
    )


def _network(
    region: RegionConfig, key: str, name: str, pieces: dict[IPv4Network, IPv4Network]
) -> DrillNetwork:
    spoke = region.spokes[key]
    space = tuple(pieces[prefix] for prefix in spoke.address_space)
    return DrillNetwork(
        key=key,
        virtual_network=VirtualNetwork(
            name=f"vnet-drill-{key}-{name}",
            address_space=space,
            subnets=tuple(
                Subnet(
                    name=subnet_key,
                    address_prefix=_moved(subnet.address_prefix, spoke, pieces),
                    route_table=ROUTE_TABLE,
                    # No service endpoints: RT-06, their routes would pass the one that drops.
                    default_outbound_access=False,
                )
                for subnet_key, subnet in sorted(spoke.subnets.items())
            ),
            dns_servers=region.dns_servers if spoke.dns_servers is None else spoke.dns_servers,
        ),
        network_security_group=NetworkSecurityGroup(
            name=f"nsg-drill-{key}-{name}", rules=tuple(_rules(space))
        ),
    )


def _rules(space: tuple[IPv4Network, ...]) -> Iterator[SecurityRule]:
    """Yield what shuts a network in.

    By its prefixes, not by the tag VirtualNetwork, which takes in whatever is peered:
    https://learn.microsoft.com/azure/virtual-network/service-tags-overview.
    """
    own = tuple(str(prefix) for prefix in space)
    for direction in ("Inbound", "Outbound"):
        yield SecurityRule(
            name=f"allow-own-{direction.lower()}",
            priority=_ALLOW,
            direction=direction,
            access="Allow",
            source_address_prefixes=own,
            destination_address_prefixes=own,
        )
        yield SecurityRule(
            name=f"deny-all-{direction.lower()}",
            priority=_DENY,
            direction=direction,
            access="Deny",
            source_address_prefixes=_ANY,
            destination_address_prefixes=_ANY,
        )


def _problems(region: RegionConfig, keys: Sequence[str]) -> Iterator[Problem]:
    path = "region.drill.spokes"
    if not keys:
        yield Problem(path, "the region has no spoke, so there is nothing to drill")
    for key in keys:
        if key not in region.spokes:
            known = ", ".join(sorted(region.spokes))
            yield Problem(path, f"there is no spoke {key!r}; there are {known}")
        elif keys.count(key) > 1:
            yield Problem(path, f"{key!r} is named twice")


def _pieces(region: RegionConfig, keys: Sequence[str]) -> dict[IPv4Network, IPv4Network]:
    """Return what stands for each prefix of the spokes: itself, or a piece of the drill's range.

    The largest are placed first, each at the first place left: none is lost to alignment.
    """
    prefixes = [prefix for key in keys for prefix in region.spokes[key].address_space]
    space = region.drill.address_space
    if space is None:
        return {prefix: prefix for prefix in prefixes}
    if problems := sorted(_in_use(region, space)):
        raise ConfigurationError(problems)
    free = sorted(space)
    pieces: dict[IPv4Network, IPv4Network] = {}
    for prefix in sorted(prefixes, key=lambda each: each.prefixlen):
        whole = next((each for each in free if each.prefixlen <= prefix.prefixlen), None)
        if whole is None:
            needed = ", ".join(str(each) for each in prefixes)
            held = ", ".join(str(each) for each in space)
            message = f"{held} is too small for the spokes' {needed}"
            raise ConfigurationError([Problem("region.drill.addressSpace", message, "VN-06")])
        piece = next(whole.subnets(new_prefix=prefix.prefixlen))
        free.remove(whole)
        free = sorted([*free, *whole.address_exclude(piece)])
        pieces[prefix] = piece
    return pieces


def _in_use(region: RegionConfig, space: tuple[IPv4Network, ...]) -> Iterator[Problem]:
    """SR-27: other addresses are for a drill that is to be connected, so they must be free."""
    used = dict.fromkeys(region.on_premises.address_prefixes, "on-premises")
    used |= dict.fromkeys(region.hub.address_space, "the hub")
    used |= {p: f"spoke {key}" for key, each in region.spokes.items() for p in each.address_space}
    path = "region.drill.addressSpace"
    for first, second in combinations(space, 2):
        if first.overlaps(second):
            yield Problem(path, f"{second} overlaps {first} beside it", "VN-07")
    for prefix in space:
        for other, owner in used.items():
            if prefix.overlaps(other):
                message = f"{prefix} overlaps {other} of {owner}; leave it out to keep the spokes'"
                yield Problem(path, message, "SR-27")


def _moved(
    subnet: IPv4Network, spoke: SpokeConfig, pieces: dict[IPv4Network, IPv4Network]
) -> IPv4Network:
    """Return a subnet at the same place of what stands for its prefix."""
    around = next(prefix for prefix in spoke.address_space if subnet.subnet_of(prefix))
    offset = int(subnet.network_address) - int(around.network_address)
    return IPv4Network((int(pieces[around].network_address) + offset, subnet.prefixlen))
