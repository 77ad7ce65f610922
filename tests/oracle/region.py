"""One region: its ARM resources, and the few facts that no resource says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

from tests.oracle.arm import Half, Json, Link, Network, links, networks

MOST_ADVERTISED = 1000  # ER-21


@dataclass(frozen=True)
class Given:
    """What a region's ARM resources do not say.

    ``keys`` has the name of each network's context (``hub``, ``spoke1``) by the network's name.
    """

    nva: IPv4Address
    stateful: bool
    on_premises: tuple[IPv4Network, ...]
    prefers: str
    keys: Mapping[str, str]
    nva_lost: bool = False


class Region:
    """A region as it stands; no resources where it is lost."""

    def __init__(self, name: str, resources: Iterable[Json], given: Given) -> None:
        self.name = name
        self.given = given
        self.abroad: Region | None = None  # the other region, where one stands beside this
        known = list(resources)
        self.networks = networks(known)
        self._links = links(known)

    @cached_property
    def live(self) -> tuple[Link, ...]:
        """The connections that carry routes: up to 1,000 prefixes are advertised (ER-21)."""
        return tuple(x for x in self._links if len(self._shown(x.network)) <= MOST_ADVERTISED)

    @cached_property
    def advertised(self) -> frozenset[IPv4Network]:
        """What on-premises learns of the region, each prefix once (ER-20)."""
        return frozenset(prefix for link in self.live for prefix in self._shown(link.network))

    @property
    def leaving(self) -> set[str]:
        """The connections that packets for on-premises take: of the highest weight (ER-22)."""
        weights = [link.weight for link in self.live]
        return {link.name for link in self.live if link.weight == max(weights)}

    def learned(self, network: Network) -> tuple[IPv4Network, ...]:
        """Return what a network's gateway, own or remote, learned from on-premises."""
        return tuple(dict.fromkeys(self.given.on_premises)) if self.uses_gateway(network) else ()

    def mixed_with(self, other: "Region") -> set[str]:
        """Return the connections by which the other region's networks are learned (ER-26).

        Both gateways have to take such routes: each leaves them out by itself.
        """
        there = {link.circuit for link in other.live if link.mixes}
        return {link.name for link in self.live if link.mixes and link.circuit in there}

    def uses_gateway(self, network: Network) -> bool:
        """Return whether a network learns anything: its own gateway's, or that of a peer."""
        behind = {network.id, *(half.remote for half in peers(self, network) if half.uses)}
        return any(link.network in behind for link in self.live)

    def owner(self, network: str) -> "Region | None":
        """Return the region that has a network: this one, the other one, or nobody known."""
        if network in self.networks:
            return self
        return self.abroad if self.abroad and network in self.abroad.networks else None

    def _shown(self, hub: str) -> list[IPv4Network]:
        shown = list(self.networks[hub].space)
        for each in self.networks.values():
            if any(half.remote == hub and half.uses for half in peers(self, each)):
                shown += each.space
        return shown


def may_both_be_live(one: Region, other: Region) -> bool:
    """Return whether two regions may advertise at the same time (ER-18, ER-23)."""
    if not any(ours.overlaps(theirs) for ours in one.advertised for theirs in other.advertised):
        return True
    if {link.circuit for link in one.live} & {link.circuit for link in other.live}:
        return False
    return one.given.prefers == other.given.prefers != "none"


def peers(region: Region, network: Network) -> Iterator[Half]:
    """Yield the halves of a network whose other half stands and is connected, too (PE-01).

    A half that would use the gateway of a network whose half offers none does not (PE-10). Of a
    network that is lost with its region, or is somebody else's, the half that stands says it all.
    """
    for half in network.halves:
        owner = region.owner(half.remote)
        if owner is None:
            if half.connected:
                yield _without_gateway(half)
            continue
        back = opposite(owner.networks[half.remote], network)
        if half.connected and back is not None and back.connected:
            yield half if back.transit or not half.uses else _without_gateway(half)


def opposite(network: Network, other: Network) -> Half | None:
    """Return the half of a network that refers to another (PE-06: one at most)."""
    return next((half for half in network.halves if half.remote == other.id), None)


def _without_gateway(half: Half) -> Half:
    return Half(**{**half.__dict__, "uses": False})
