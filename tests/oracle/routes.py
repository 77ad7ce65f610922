"""The effective routes of a subnet, from the rules RT-01 to RT-06 alone.

https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
"""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from tests.oracle.arm import Half, Network, Subnet
from tests.oracle.region import Region, peers

DEFAULT, USER, GATEWAY = "Default", "User", "VirtualNetworkGateway"
ANYWHERE = IPv4Network("0.0.0.0/0")
RESERVED = tuple(
    map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"))
)


@dataclass(frozen=True)
class Route:
    """One line of the table; a service endpoint has a tag in place of a prefix."""

    source: str
    prefix: IPv4Network | None
    hop: str
    address: IPv4Address | None = None
    active: bool = True
    tag: str = ""
    connections: frozenset[str] = frozenset()
    into: Region | None = None  # the other region, of which a gateway learned it (ER-26)

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """The line as Azure words it; of a BGP route without the address that it leads to."""
        state = "Active" if self.active else "Invalid"
        address = str(self.address or "")
        return self.source, state, self.tag or str(self.prefix), self.hop, address


def effective(
    region: Region, network: Network, subnet: Subnet, other: Region | None = None
) -> list[Route]:
    """Return every candidate (RT-01), the losers not active (RT-04)."""
    found = [Route(DEFAULT, prefix, "VnetLocal") for prefix in network.space]
    for half in peers(region, network):
        hop = "VNetPeering" if _is_near(region, network, half) else "VNetGlobalPeering"
        found += [Route(DEFAULT, prefix, hop) for prefix in half.space]
    direct = tuple(found)
    heard = region.learned(network) if subnet.propagates else ()  # RT-09
    over = frozenset(region.leaving) if heard else frozenset()
    found += [Route(GATEWAY, prefix, GATEWAY, connections=over) for prefix in heard]
    if other is not None and subnet.propagates and region.uses_gateway(network):
        by = frozenset(region.mixed_with(other))
        for prefix in sorted(other.advertised) if by else ():
            if prefix not in heard:
                found.append(Route(GATEWAY, prefix, GATEWAY, connections=by, into=other))
    for service in subnet.endpoints:
        tag = service.removeprefix("Microsoft.")
        found.append(Route(DEFAULT, None, "VirtualNetworkServiceEndpoint", tag=tag))
    if ANYWHERE not in heard:  # on-premises' own replaces the system's
        found.append(Route(DEFAULT, ANYWHERE, "Internet"))
    written = {route.prefix for route in subnet.routes}
    if ANYWHERE not in written.union(heard):  # RT-03, whoever says where everything goes
        for prefix in RESERVED:
            if not any(prefix.subnet_of(own) for own in network.space):  # RT-02
                found.append(Route(DEFAULT, prefix, "None"))
    found += [Route(USER, route.prefix, route.hop, route.address) for route in subnet.routes]
    return [replace(route, active=not _loses(route, found, direct)) for route in found]


def _is_near(region: Region, network: Network, half: Half) -> bool:
    """Return whether both networks of a peering are in one region (PE-15).

    https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
    """
    owner = region.owner(half.remote)
    return owner is not None and owner.networks[half.remote].location == network.location


def _loses(route: Route, all_routes: list[Route], direct: tuple[Route, ...]) -> bool:
    if route.prefix is None:  # RT-06: nothing overrides a service endpoint
        return False
    within = any(each.prefix and route.prefix.subnet_of(each.prefix) for each in direct)
    if route.source == GATEWAY and within:
        return True  # RT-05: however specific
    rivals = {each.source for each in all_routes if each.prefix == route.prefix}
    if within:
        rivals -= {GATEWAY}  # what has lost itself beats nobody
    order = (USER, GATEWAY, DEFAULT)
    return any(order.index(rival) < order.index(route.source) for rival in rivals)


def winner(routes: list[Route], address: IPv4Address) -> Route | None:
    """Return the active route with the longest prefix that holds an address."""
    fitting = [r for r in routes if r.active and r.prefix is not None and address in r.prefix]
    return max(fitting, key=lambda r: r.prefix.prefixlen if r.prefix else -1, default=None)
