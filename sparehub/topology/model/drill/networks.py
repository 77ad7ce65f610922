"""The test networks of a drill: where Site Recovery's test failover brings machines up, isolated.

They have the spokes' subnets, by name (SR-09) and by default with the spokes' own addresses, so
that machines come up as they would on the day (SR-11, SR-27):
https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure.
The same machines are running elsewhere meanwhile, so nothing may leave. Two things see to that, of
which each is enough: a route that drops what is not for the network itself, and security rules
that deny it, also if somebody peers the network. ``connect`` peers the networks with each other,
and then they are isolated together. What Site Recovery needs of a machine that replicates (RT-27)
stays shut: one that a test failover made does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE
from sparehub.topology.azure.limits import FIRST_RULE_PRIORITY
from sparehub.topology.azure.reserved_subnets import reserved
from sparehub.topology.config.enums import NextHopType
from sparehub.topology.config.schema import RegionConfig, SpokeConfig, StackConfig
from sparehub.topology.model import names
from sparehub.topology.model.drill.bastion import MACHINE_PORTS, bastion_network, deny_all
from sparehub.topology.model.drill.name_servers import Pieces, dns_servers, moved
from sparehub.topology.model.drill.peerings import drill_peerings
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


def build_drill(config: StackConfig) -> Drill:
    """Return the test networks of a region, whether they stand or not.

    What ``rules.stack_file.drill`` asks of ``region.drill`` is taken for given.
    """
    region = config.region
    name = region.name or config.location
    keys = _keys(region)
    pieces = _pieces(region, keys)
    bastion = region.drill.bastion
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
        connected=region.drill.connect,
        bastion=bastion_network(bastion.address_prefix, name) if bastion else None,
        peerings=tuple(
            drill_peerings(keys, connect=region.drill.connect, bastion=bastion is not None)
        ),
    )


def drill_copy(config: StackConfig, address: IPv4Address) -> IPv4Address | None:
    """Return where the copy of what has an address is in a drill; None outside of its spokes."""
    region = config.region
    return moved(address, _pieces(region, _keys(region)))


def _keys(region: RegionConfig) -> list[str]:
    """Return the spokes that get a test network: by default those where machines arrive."""
    if region.drill.spokes is not None:
        return sorted(region.drill.spokes)
    return sorted(key for key, spoke in region.spokes.items() if not spoke.always_on)


def _network(region: RegionConfig, key: str, name: str, pieces: Pieces) -> DrillNetwork:
    spoke = region.spokes[key]
    space = tuple(pieces[prefix] for prefix in spoke.address_space)
    reach = tuple(pieces.values()) if region.drill.connect else space
    servers = dns_servers(region, key, pieces)
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
            dns_servers=servers.kept,
        ),
        network_security_group=NetworkSecurityGroup(
            name=names.drill_security_group_name(key, name),
            rules=tuple(_rules(region, space, reach)),
        ),
        dropped_dns_servers=servers.dropped,
    )


def _rules(
    region: RegionConfig, space: Sequence[IPv4Network], reach: Sequence[IPv4Network]
) -> Iterator[SecurityRule]:
    """Yield what isolates a network, alone or with those that it may reach.

    By prefixes, not by the tag VirtualNetwork, which includes peered networks:
    https://learn.microsoft.com/azure/virtual-network/service-tags-overview.
    """
    own, all_of_them = tuple(map(str, space)), tuple(map(str, reach))
    yield _allow("allow-own-inbound", "Inbound", all_of_them, own)
    if bastion := region.drill.bastion:
        yield replace(
            _allow("allow-bastion-inbound", "Inbound", (str(bastion.address_prefix),), own),
            priority=FIRST_RULE_PRIORITY + 10,
            protocol="Tcp",
            destination_ports=MACHINE_PORTS,
        )
    yield deny_all("Inbound")
    yield _allow("allow-own-outbound", "Outbound", own, all_of_them)
    yield deny_all("Outbound")


def _allow(
    name: str,
    direction: Literal["Inbound", "Outbound"],
    source: tuple[str, ...],
    destination: tuple[str, ...],
) -> SecurityRule:
    return SecurityRule(
        name=name,
        priority=FIRST_RULE_PRIORITY,
        direction=direction,
        access="Allow",
        source_address_prefixes=source,
        destination_address_prefixes=destination,
    )


def _pieces(region: RegionConfig, keys: Sequence[str]) -> Pieces:
    """Return what stands for each prefix of the spokes: itself, or a piece of the drill's range."""
    prefixes = [prefix for key in keys for prefix in region.spokes[key].address_space]
    space = region.drill.address_space
    return {p: p for p in prefixes} if space is None else allocate(prefixes, space) or {}


def _moved(subnet: IPv4Network, spoke: SpokeConfig, pieces: Pieces) -> IPv4Network:
    """Return a subnet at the same place of what stands for its prefix."""
    around = next(prefix for prefix in spoke.address_space if subnet.subnet_of(prefix))
    offset = int(subnet.network_address) - int(around.network_address)
    return IPv4Network((int(pieces[around].network_address) + offset, subnet.prefixlen))
