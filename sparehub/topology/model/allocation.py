"""Smaller ranges cut from larger ones."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network


def allocate(
    wanted: Iterable[IPv4Network], ranges: Sequence[IPv4Network]
) -> dict[IPv4Network, IPv4Network] | None:
    """Return for each prefix a piece of its size, or None where there is no room for all.

    The largest are placed first, each at the first place left: none is lost to alignment.
    """
    free = sorted(ranges)
    pieces: dict[IPv4Network, IPv4Network] = {}
    for prefix in sorted(wanted, key=lambda each: (each.prefixlen, each)):
        whole = next((each for each in free if each.prefixlen <= prefix.prefixlen), None)
        if whole is None:
            return None
        piece = next(whole.subnets(new_prefix=prefix.prefixlen))
        free.remove(whole)
        free = sorted([*free, *whole.address_exclude(piece)])
        pieces[prefix] = piece
    return pieces
