"""The test networks of a drill: where Site Recovery's test failover brings machines up, isolated.

They have the spokes' subnets, by name (SR-09) and by default with the spokes' own addresses, so
that machines come up as they would on the day (SR-11, SR-27):
https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure.
The same machines are running elsewhere meanwhile, so nothing may leave. Two things see to that, of
which each is enough: a route that drops what is not for the network itself, and security rules
that deny it, also if somebody peers the network. What Site Recovery needs of a machine that
replicates (RT-27) stays shut: one that a test failover made does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.limits import FIRST_RULE_PRIORITY, LAST_RULE_PRIORITY
from sparehub.topology.azure.reserved_subnets import reserved
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.config.schema import RegionConfig, SpokeConfig, StackConfig
from sparehub.topology.model import names
from sparehub.topology.model.prefixes import allocate
from sparehub.topology.model.resources import (
    Drill,
    DrillNetwork,
    NetworkSecurityGroup,
    Route,
    RouteTable,
    SecurityRule,
    Subnet,
    VirtualNetwork,
)

ROUTE_TABLE = "drill"
_ANY = ("*",)


def build_drill(config: StackConfig) -> Drill:
    """Return the test networks of a region, whether they stand or not.

    What ``rules.stack_file.drill`` asks of ``region.drill`` is taken for given.
    """
    region = config.region
    name = region.name or config.location
    keys = sorted(region.spokes) if region.drill.spokes is None else sorted(region.drill.spokes)
    pieces = _pieces(region, keys)
    return Drill(
        resource_group=names.drill_group_name(name),
        location=config.location,
        tags=region.tags,
        route_table=RouteTable(
            key=ROUTE_TABLE,
            name=names.route_table_name(ROUTE_TABLE, name),
            disable_bgp_route_propagation=True,
            routes=(
                Route(name="default", address_prefix=DEFAULT_ROUTE, next_hop_type=NextHopType.NONE),
            ),
        ),
        networks=tuple(_network(region, key, name, pieces) for key in keys),
    )


def _network(
    region: RegionConfig, key: str, name: str, pieces: Mapping[IPv4Network, IPv4Network]
) -> DrillNetwork:
    spoke = region.spokes[key]
    space = tuple(pieces[prefix] for prefix in spoke.address_space)
    return DrillNetwork(
        key=key,
        virtual_network=VirtualNetwork(
            name=names.drill_network_name(key, name),
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
                # Where Azure keeps a subnet to a service no machine comes up, and Azure refuses
                # the table that drops everything, or the rules that deny it.
                if reserved(subnet_key) is None
            ),
            dns_servers=region.dns_servers if spoke.dns_servers is None else spoke.dns_servers,
        ),
        network_security_group=NetworkSecurityGroup(
            name=names.drill_security_group_name(key, name), rules=tuple(_rules(space))
        ),
    )


def _rules(space: tuple[IPv4Network, ...]) -> Iterator[SecurityRule]:
    """Yield what shuts a network in.

    By its prefixes, not by the tag VirtualNetwork, which includes peered networks:
    https://learn.microsoft.com/azure/virtual-network/service-tags-overview.
    """
    own = tuple(str(prefix) for prefix in space)
    for direction in ("Inbound", "Outbound"):
        yield SecurityRule(
            name=f"allow-own-{direction.lower()}",
            priority=FIRST_RULE_PRIORITY,
            direction=direction,
            access="Allow",
            source_address_prefixes=own,
            destination_address_prefixes=own,
        )
        yield SecurityRule(
            name=f"deny-all-{direction.lower()}",
            priority=LAST_RULE_PRIORITY,
            direction=direction,
            access="Deny",
            source_address_prefixes=_ANY,
            destination_address_prefixes=_ANY,
        )


def _pieces(region: RegionConfig, keys: Sequence[str]) -> Mapping[IPv4Network, IPv4Network]:
    """Return what stands for each prefix of the spokes: itself, or a piece of the drill's range."""
    prefixes = [prefix for key in keys for prefix in region.spokes[key].address_space]
    space = region.drill.address_space
    return {p: p for p in prefixes} if space is None else allocate(prefixes, space) or {}


def _moved(
    subnet: IPv4Network, spoke: SpokeConfig, pieces: Mapping[IPv4Network, IPv4Network]
) -> IPv4Network:
    """Return a subnet at the same place of what stands for its prefix."""
    around = next(prefix for prefix in spoke.address_space if subnet.subnet_of(prefix))
    offset = int(subnet.network_address) - int(around.network_address)
    return IPv4Network((int(pieces[around].network_address) + offset, subnet.prefixlen))
