"""Address prefixes as intervals of numbers, and the pieces they cut each other into."""

from collections.abc import Iterable
from ipaddress import IPv4Network

import numpy as np

Span = tuple[int, int]


def interval(prefix: IPv4Network) -> Span:
    """Return the first address of a prefix and the one after its last."""
    first = int(prefix.network_address)
    return first, first + (1 << 32 - prefix.prefixlen)


class Atoms:
    """The pieces that prefixes cut the address space into: within one, every prefix is alike.

    ``starts`` holds the first address of each, ascending.
    """

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        distinct = {prefix: interval(prefix) for prefix in set(prefixes)}
        bounds = np.array(list(distinct.values()), dtype=np.int64).reshape(-1)
        self.starts = np.unique(bounds)
        places = np.searchsorted(self.starts, bounds).tolist()
        self._spans: dict[IPv4Network, Span] = dict(
            zip(distinct, zip(places[::2], places[1::2], strict=True), strict=True)
        )

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, prefix: IPv4Network) -> Span:
        """Return the atoms of one of the prefixes: from the first to the one after the last."""
        return self._spans[prefix]
