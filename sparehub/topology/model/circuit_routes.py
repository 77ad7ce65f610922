"""What the route table of a circuit's private peering says: whose prefixes, learned from where.

https://learn.microsoft.com/azure/expressroute/expressroute-troubleshooting-expressroute-overview
shows such a table: routes of virtual networks have the path 65515, those of on-premises the next
hop on the link and the customer's ASN.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import Any

Network = IPv4Network | IPv6Network
LINKS = ("primary", "secondary")


@dataclass(frozen=True, kw_only=True)
class LinkRoute:
    """One route of one link."""

    network: Network
    next_hop: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link of a private peering: its /30 and the customer's ASN, as the peering says them."""

    prefix: str
    asn: str

    def is_from_on_premises(self, route: LinkRoute) -> bool:
        """Return whether the customer's router on this link sent a route."""
        if route.path.split() and route.path.split()[0] == self.asn:
            return True
        try:
            return ip_address(route.next_hop) in ip_network(self.prefix)
        except ValueError:
            return False


def links_of(peering: Mapping[str, Any]) -> dict[str, Link]:
    """Return both links of a private peering, by the properties that Azure shows."""
    asn = str(peering.get("peerASN", ""))
    return {
        link: Link(prefix=str(peering.get(f"{link}PeerAddressPrefix", "")), asn=asn)
        for link in LINKS
    }


def routes_in(rows: Iterable[Mapping[str, Any]]) -> tuple[LinkRoute, ...]:
    """Return the routes of a table's rows; a row that names no network is left out."""
    found = []
    for row in rows:
        try:
            network = ip_network(str(row.get("network", "")), strict=False)
        except ValueError:
            continue
        found.append(
            LinkRoute(
                network=network,
                next_hop=str(row.get("nextHop") or ""),
                path=str(row.get("path") or ""),
            )
        )
    return tuple(found)


def uncovered(wanted: Iterable[Network], learned: Iterable[Network]) -> tuple[Network, ...]:
    """Return the prefixes that nothing learned covers, as a whole or in pieces."""
    known = tuple(learned)
    return tuple(each for each in wanted if not _is_covered(each, known))


def somebody_elses(
    routes: Iterable[LinkRoute], link: Link, ours: Iterable[Network]
) -> tuple[Network, ...]:
    """Return the prefixes that are neither on-premises' nor inside ours."""
    own = tuple(ours)
    return tuple(
        dict.fromkeys(
            route.network
            for route in routes
            if not link.is_from_on_premises(route) and uncovered((route.network,), own)
        )
    )


def _is_covered(wanted: Network, known: tuple[Network, ...]) -> bool:
    same = [each for each in known if each.version == wanted.version]
    if any(_within(wanted, each) for each in same):
        return True
    pieces = [each for each in same if _within(each, wanted)]
    return wanted in set(collapse_addresses(pieces))  # type: ignore[type-var]  # one version


def _within(inner: Network, outer: Network) -> bool:
    return inner.prefixlen >= outer.prefixlen and inner.network_address in outer
