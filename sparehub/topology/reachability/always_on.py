"""The path between an alwaysOn spoke and the other region: domain controllers, database replicas.

It leads over the peering of the hubs, through the NVA of each: peerings are not transitive (PE-02),
so user routes in the NVA's subnet lead from one to the other.
https://learn.microsoft.com/azure/route-server/multiregion
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from sparehub.topology.config.enums import Activation
from sparehub.topology.model.prefixes import Prefixes
from sparehub.topology.model.route_tables import routed_prefixes
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability


@dataclass(frozen=True, kw_only=True)
class NoPath:
    """Spokes of the other region that an alwaysOn spoke has no path to, and why.

    Attributes:
        source: a subnet of the alwaysOn spoke, as a context.
        destination: the first subnet without a path, as a context.
        verdict: of this pair.
    """

    source: str
    destination: str
    verdict: Verdict
    reason: str


def unreached_pairs(reachability: Reachability) -> Flags:
    """Return the pairs that are to have a path, and are not reachable by it.

    One of the two is in an alwaysOn spoke, the other in a spoke of the other region that is in
    use: any one of an active region, an alwaysOn one of a region on standby. Each NVA routes to
    the other's spoke, and both see both directions.
    """
    flags: Flags = np.zeros_like(reachability.loops)
    through = (reachability.verdicts == Verdict.REACHABLE) & reachability.inspected
    wrong = (reachability.verdicts != NO_PAIR) & ~through
    for path in _paths(reachability):
        if not path.why_none:
            first, second = (reachability.index(name) for name in (path.source, path.destination))
            flags[first, second] = wrong[first, second]
            flags[second, first] = wrong[second, first]
    return flags


def without_path(reachability: Reachability) -> Iterator[NoPath]:
    """Yield each subnet of an alwaysOn spoke, and what it is to have no path to."""
    missing: dict[tuple[str, str], list[_Path]] = {}
    for path in _paths(reachability):
        if path.why_none:
            missing.setdefault((path.source, path.why_none), []).append(path)
    for (source, reason), paths in missing.items():
        destination = paths[0].destination
        spokes = ", ".join(dict.fromkeys(_spoke_of(path.destination) for path in paths))
        row, column = reachability.index(source), reachability.index(destination)
        yield NoPath(
            source=source,
            destination=destination,
            verdict=Verdict(int(reachability.verdicts[row, column])),
            reason=f"{_spoke_of(source)} has no path to {spokes}: {reason}",
        )


@dataclass(frozen=True, kw_only=True)
class _Path:
    """A path between two subnets; ``why_none`` says why they are to have none."""

    source: str
    destination: str
    why_none: str


def _paths(reachability: Reachability) -> Iterator[_Path]:
    """Yield the path of each subnet of an alwaysOn spoke to each that is in use elsewhere."""
    network = reachability.network
    always_on = [each for each in network.subnets if each.spoke and each.spoke.always_on]
    if not always_on:
        return
    routed = {stack: routed_prefixes(region) for stack, region in network.regions.items()}
    held = {stack: Prefixes(region.address_prefixes) for stack, region in network.regions.items()}
    peered = any(region.hub_peerings for region in network.regions.values())
    for ours, theirs in product(always_on, network.subnets):
        if ours.spoke is None or theirs.spoke is None or theirs.stack == ours.stack:
            continue
        active = network.regions[theirs.stack].activation is Activation.ACTIVE
        if not (active or theirs.spoke.always_on):
            continue
        space = theirs.spoke.virtual_network.address_space
        behind = {*ours.spoke.virtual_network.address_space} <= routed[theirs.stack]
        why_none = ""
        if not peered:
            why_none = "the hubs are not peered (hub.peerings)"
        elif any(held[ours.stack].overlapping(prefix) for prefix in space):
            why_none = "its addresses are retained, so they exist in both regions"
        elif not theirs.spoke.always_on and not ({*space} <= routed[ours.stack] and behind):
            why_none = f"hub.peerings of {ours.stack} does not route to it (addressPrefixes)"
        yield _Path(source=ours.name, destination=theirs.name, why_none=why_none)


def _spoke_of(context: str) -> str:
    return context.rpartition("/")[0]
