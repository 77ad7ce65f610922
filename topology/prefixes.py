"""Which prefixes share addresses, without comparing each with each."""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Network


def overlapping(ours: Collection[IPv4Network], theirs: Iterable[IPv4Network]) -> set[IPv4Network]:
    """Return our prefixes that share an address with one of theirs: one contains the other."""
    others = set(theirs)
    within = {prefix for prefix in ours if not _containing(prefix).isdisjoint(others)}
    around = {outer for prefix in others for outer in _containing(prefix).intersection(ours)}
    return within | around


def _containing(prefix: IPv4Network) -> set[IPv4Network]:
    return {prefix.supernet(new_prefix=length) for length in range(prefix.prefixlen + 1)}
