"""The DNS servers of test networks: the drill's copies, never those of production.

A server inside a spoke of the drill is moved as that spoke is: its copy comes up there. Any other
one, in the hub or on-premises, is out of reach in a drill. A network that loses all of its servers
asks Azure's own, which knows nothing of production's names:
https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from sparehub.topology.config.schema import RegionConfig

Pieces = Mapping[IPv4Network, IPv4Network]
"""The prefix in a drill for each prefix of its spokes."""


class DnsServers(NamedTuple):
    """The DNS servers of one test network, and those of the file that it would not reach."""

    kept: tuple[IPv4Address, ...]
    dropped: tuple[IPv4Address, ...]


def dns_servers(region: RegionConfig, key: str, pieces: Pieces) -> DnsServers:
    """Return the servers of the test network of a spoke, in the order of the file."""
    spoke = region.spokes[key]
    own = [pieces[prefix] for prefix in spoke.address_space]
    reach = list(pieces.values()) if region.drill.connect else own
    found: list[tuple[IPv4Address, IPv4Address | None]]
    if region.drill.dns_servers is not None:
        found = [(address, address) for address in region.drill.dns_servers]
    else:
        named = region.dns_servers if spoke.dns_servers is None else spoke.dns_servers
        found = [(address, moved(address, pieces)) for address in named]
    return DnsServers(
        kept=tuple(copy for _, copy in found if copy and _within(copy, reach)),
        dropped=tuple(a for a, copy in found if not (copy and _within(copy, reach))),
    )


def moved(address: IPv4Address, pieces: Pieces) -> IPv4Address | None:
    """Return an address at the same place of a drill; None where no spoke of the drill has it."""
    for prefix, piece in pieces.items():
        if address in prefix:
            offset = int(address) - int(prefix.network_address)
            return IPv4Address(int(piece.network_address) + offset)
    return None


def _within(address: IPv4Address, prefixes: Sequence[IPv4Network]) -> bool:
    return any(address in prefix for prefix in prefixes)
