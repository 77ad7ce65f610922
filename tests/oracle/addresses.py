"""Sets of addresses, as ranges."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network


class Addresses:
    """The addresses of some prefixes, less those of others."""

    def __init__(self, prefixes: Iterable[IPv4Network], less: Iterable[IPv4Network] = ()) -> None:
        self._prefixes = tuple(prefixes)
        self._less = tuple(less)

    def __contains__(self, address: IPv4Address) -> bool:
        return any(address in prefix for prefix in self._prefixes) and not any(
            address in prefix for prefix in self._less
        )

    def without(self, prefixes: Iterable[IPv4Network]) -> "Addresses":
        """Return the set less some more prefixes."""
        return Addresses(self._prefixes, (*self._less, *prefixes))

    def samples(self, edges: Iterable[IPv4Address]) -> Iterator[IPv4Address]:
        """Yield an address of every piece of the set; where one may begin is given."""
        yield from (address for address in edges if address in self)


def edges_of(prefix: IPv4Network) -> tuple[int, int]:
    """Return where a prefix begins, and where what follows it does."""
    return int(prefix.network_address), int(prefix.broadcast_address) + 1
