"""Address prefixes as Azure reads them."""

import json
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations

from sparehub.simulator.arm.refusals import network as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId

Network = IPv4Network | IPv6Network


def network(prefix: str, identity: ResourceId) -> Network:
    """Return a prefix of the resource ``identity``.

    Raises:
        Refusal: It is not CIDR text (VN-04) or has host bits set (VN-05).

    """
    if "/" not in prefix:
        raise refusals.PREFIX_FORMAT(prefix=prefix, id=identity.text)
    try:
        parsed = ip_network(prefix, strict=False)
    except ValueError:
        raise refusals.PREFIX_FORMAT(prefix=prefix, id=identity.text) from None
    if str(parsed.network_address) != prefix.split("/", maxsplit=1)[0]:
        raise refusals.PREFIX_HOST_BITS(prefix=prefix, id=identity.text, network=parsed)
    return parsed


@lru_cache(maxsize=65_536)
def stored(space: str) -> tuple[Network, ...]:
    """Return an address space from its JSON; one network may have hundreds of peers to look at."""
    return tuple(ip_network(prefix) for prefix in json.loads(space))


def networks(prefixes: Iterable[str], identity: ResourceId) -> list[Network]:
    """Return the prefixes of a resource, which may not overlap one another."""
    parsed = [network(prefix, identity) for prefix in prefixes]
    for first, second in combinations(parsed, 2):
        if overlap(first, second):
            raise refusals.ADDRESS_SPACE_REPEATED(first=first, second=second, id=identity.text)
    return parsed


def overlap(first: Network, second: Network) -> bool:
    """Return whether two networks have an address in common."""
    if first.version != second.version:
        return False
    rest = first.max_prefixlen - min(first.prefixlen, second.prefixlen)
    return int(first.network_address) >> rest == int(second.network_address) >> rest


def contains(outer: Network, inner: Network) -> bool:
    """Return whether ``inner`` is within ``outer``."""
    return overlap(outer, inner) and outer.prefixlen <= inner.prefixlen


def first_overlap(
    some: Iterable[Network], others: Iterable[Network]
) -> tuple[Network, Network] | None:
    """Return the first two networks of two lists that overlap."""
    theirs = list(others)
    for mine in some:
        for other in theirs:
            if overlap(mine, other):
                return mine, other
    return None
