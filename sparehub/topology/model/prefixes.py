"""Prefixes: which of them overlap, and smaller ranges allocated from larger ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network

_Bits = tuple[int, int]  # the leading bits of a prefix, and how many they are


class Prefixes:
    """A set of prefixes that finds which of them overlap another prefix: one contains the other.

    A query takes at most 33 dictionary look-ups, besides the prefixes that it finds.
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


def allocate(
    requested: Iterable[IPv4Network], ranges: Sequence[IPv4Network]
) -> dict[IPv4Network, IPv4Network] | None:
    """Return a range of its size for each prefix; None where there is no room for all.

    The largest prefixes come first, each at the first free address, so alignment wastes none.
    """
    free = sorted(ranges)
    pieces: dict[IPv4Network, IPv4Network] = {}
    for prefix in sorted(requested, key=lambda prefix: (prefix.prefixlen, prefix)):
        source = next(
            (free_range for free_range in free if free_range.prefixlen <= prefix.prefixlen), None
        )
        if source is None:
            return None
        piece = next(source.subnets(new_prefix=prefix.prefixlen))
        free.remove(source)
        free = sorted([*free, *source.address_exclude(piece)])
        pieces[prefix] = piece
    return pieces


def _bits(prefix: IPv4Network) -> _Bits:
    return int(prefix.network_address) >> (32 - prefix.prefixlen), prefix.prefixlen


def _around(prefix: IPv4Network) -> Iterator[_Bits]:
    """Yield every prefix that contains one, itself included."""
    address = int(prefix.network_address)
    return ((address >> (32 - length), length) for length in range(prefix.prefixlen + 1))
