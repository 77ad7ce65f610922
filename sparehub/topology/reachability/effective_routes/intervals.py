"""Address prefixes as intervals of numbers, and the pieces they cut each other into."""

from collections.abc import Iterable
from ipaddress import IPv4Network

import numpy as np

Span = tuple[int, int]
LENGTH = 0b111111
"""The bits of a prefix's key that are its length."""


def prefix_key(prefix: IPv4Network) -> int:
    """Return a number that stands for a prefix: it is compared sooner than a prefix is."""
    return int(prefix.network_address) << 6 | prefix.prefixlen


def interval(prefix: IPv4Network) -> Span:
    """Return the first address of a prefix and the one after its last."""
    first = int(prefix.network_address)
    return first, first + (1 << 32 - prefix.prefixlen)


class Atoms:
    """The pieces that prefixes cut the address space into: within one, every prefix is alike.

    ``starts`` holds the first address of each, ascending.
    """

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        distinct = {prefix_key(prefix): interval(prefix) for prefix in prefixes}
        bounds = np.array(list(distinct.values()), dtype=np.int64).reshape(-1)
        self.starts = np.unique(bounds)
        places = np.searchsorted(self.starts, bounds).tolist()
        self.spans: dict[int, Span] = dict(
            zip(distinct, zip(places[::2], places[1::2], strict=True), strict=True)
        )
        """By the key of the prefix: its first atom, and the one after its last."""

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, prefix: IPv4Network) -> Span:
        """Return the atoms of one of the prefixes: from the first to the one after the last."""
        return self.spans[prefix_key(prefix)]
