"""Which prefixes share addresses, without comparing each with each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

_Bits = tuple[int, int]  # the leading bits of a prefix, and how many they are


class Prefixes:
    """Prefixes that are asked which of them share an address with another: one contains the other.

    Asking costs as much for many prefixes as for few.
    """

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        self._by_bits = {_bits(prefix): prefix for prefix in prefixes}
        self._inside: dict[_Bits, list[IPv4Network]] = defaultdict(list)
        for prefix in self._by_bits.values():
            for around in _around(prefix):
                self._inside[around].append(prefix)

    def overlapping(self, prefix: IPv4Network) -> list[IPv4Network]:
        """Return those that share an address with a prefix, in their order."""
        found = set(self._inside.get(_bits(prefix), ()))
        found.update(self._by_bits[bits] for bits in _around(prefix) if bits in self._by_bits)
        return sorted(found)


def overlapping(ours: Iterable[IPv4Network], theirs: Iterable[IPv4Network]) -> set[IPv4Network]:
    """Return our prefixes that share an address with one of theirs."""
    mine = Prefixes(ours)
    return {found for prefix in set(theirs) for found in mine.overlapping(prefix)}


def _bits(prefix: IPv4Network) -> _Bits:
    return int(prefix.network_address) >> (32 - prefix.prefixlen), prefix.prefixlen


def _around(prefix: IPv4Network) -> Iterator[_Bits]:
    """Yield every prefix that contains one, itself included."""
    address = int(prefix.network_address)
    return ((address >> (32 - length), length) for length in range(prefix.prefixlen + 1))
