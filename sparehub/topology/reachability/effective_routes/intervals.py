"""Address prefixes as intervals of numbers, and the atoms that they cut the address space into."""

from collections.abc import Iterable
from ipaddress import IPv4Network

import numpy as np

Span = tuple[int, int]
LENGTH = 0b111111
"""The bits of a prefix's key that hold its length."""


def prefix_key(prefix: IPv4Network) -> int:
    """Return a number that stands for a prefix: it is hashed and compared faster."""
    return int(prefix.network_address) << 6 | prefix.prefixlen


def interval(prefix: IPv4Network) -> Span:
    """Return the first address of a prefix, and the one after its last."""
    first = int(prefix.network_address)
    return first, first + (1 << 32 - prefix.prefixlen)


class Atoms:
    """The smallest address intervals that no given prefix divides.

    All addresses of an atom are in the same prefixes, so that they have the same routes.

    Attributes:
        starts: int64 array (atoms,), ascending: the first address of each atom.
        spans: by the key of a prefix, its first atom and the one after its last.
    """

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        distinct = {prefix_key(prefix): interval(prefix) for prefix in prefixes}
        bounds = np.array(list(distinct.values()), dtype=np.int64).reshape(-1)
        self.starts = np.unique(bounds)
        positions = np.searchsorted(self.starts, bounds).tolist()
        spans = zip(positions[::2], positions[1::2], strict=True)
        self.spans: dict[int, Span] = dict(zip(distinct, spans, strict=True))

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, prefix: IPv4Network) -> Span:
        """Return the first atom of one of the prefixes, and the one after its last."""
        return self.spans[prefix_key(prefix)]

    def containing(self, address: int) -> int:
        """Return the atom that holds an address."""
        return int(self.starts.searchsorted(address, side="right")) - 1
