"""Longest prefix match of every packet, for all contexts and all addresses at once.

Every context is a row of next hops, one an atom (``intervals``), painted with the
active routes from the shortest to the longest. Only an NVA passes packets on, so two looks settle
each packet: at the row of its source and, where that says so, at the row of the NVA.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE, PRIVATE_RANGES
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.model.resources import Region, Spoke, Subnet
from sparehub.topology.reachability.effective_routes.advertisements import (
    Remote,
    advertised_prefixes,
    learned_of_region,
    live_connections,
    peered,
    preferred_region,
)
from sparehub.topology.reachability.effective_routes.intervals import Atoms
from sparehub.topology.reachability.effective_routes.routes import (
    HUB,
    EffectiveRoute,
    RegionRoutes,
)

ON_PREMISES = "on-premises"
INTERNET = "internet"
FAST_PATH = "FastPath"
"""ER-28: what stands for GatewaySubnet without its route table, ``primary/FastPath``."""
Row = NDArray[np.int16]


@dataclass(frozen=True, eq=False, kw_only=True)
class SubnetContext:
    """A subnet as a context: where it is and what its routes are."""

    name: str  # primary/spoke1/app
    stack: str
    spoke: Spoke | None
    subnet: Subnet
    own: tuple[EffectiveRoute, ...]
    """Its active routes, the shortest prefix first, which win over those that it shares."""
    shared: tuple[EffectiveRoute, ...]

    @property
    def network(self) -> str:
        """The key of its network."""
        return self.spoke.key if self.spoke else HUB


class Network:
    """Both regions as they stand at one time: contexts, routes, and who holds which address."""

    def __init__(self, regions: Mapping[str, Region], lost_nvas: Collection[str] = ()) -> None:
        self.regions = dict(regions)
        self.lost_nvas = frozenset(lost_nvas)
        self.places: list[SubnetContext] = []
        self.nvas: dict[str, SubnetContext] = {}
        self.gateways: dict[str, SubnetContext] = {}
        self.fast_paths: dict[str, SubnetContext] = {}
        self.others = dict(zip(regions, reversed(list(regions)), strict=True))
        """The other region of each by its stack; one that is alone is its own."""
        self.heard = {stack: self._heard(stack) for stack in regions}
        """What each region learns of the other one (ER-26)."""
        self.routes = {
            stack: RegionRoutes(region, self.heard[stack]) for stack, region in regions.items()
        }
        for stack, region in regions.items():
            self._add(stack, region)
        self.contexts = (*(place.name for place in self.places), ON_PREMISES, INTERNET)
        self.number = {name: number for number, name in enumerate(self.contexts)}
        self.atoms = Atoms(self._prefixes())
        self._find_holders()
        self.choices = self._choose_regions()

    @property
    def stateful(self) -> int:
        """The bits of the stateful NVAs: that of a region is its place among the regions."""
        return sum(1 << n for n, region in enumerate(self.regions.values()) if region.nva.stateful)

    def _heard(self, stack: str) -> Remote:
        other = self.others[stack]
        if other == stack:
            return Remote()
        return learned_of_region(self.regions[stack], self.regions[other])

    def _add(self, stack: str, region: Region) -> None:
        for spoke in (*region.spokes, None):
            network = spoke.virtual_network if spoke else region.hub
            for subnet in network.subnets:
                own, shared = self.routes[stack].winners(spoke, subnet)
                place = SubnetContext(
                    name=f"{stack}/{spoke.key if spoke else HUB}/{subnet.name}",
                    stack=stack,
                    spoke=spoke,
                    subnet=subnet,
                    own=own,
                    shared=shared,
                )
                if spoke is None and subnet.name == GATEWAY_SUBNET:
                    self.gateways[stack] = place
                    if any(each.fast_path for each in live_connections(region)):
                        self.fast_paths[stack] = self._past_table(place)
                    continue
                if spoke is None and subnet.name == region.nva.subnet:
                    if stack in self.lost_nvas:
                        continue
                    self.nvas[stack] = place
                self.places.append(place)

    def _past_table(self, gateway: SubnetContext) -> SubnetContext:
        """Return GatewaySubnet as FastPath leaves it out: without its table (ER-28)."""
        subnet = replace(gateway.subnet, route_table=None)
        own, shared = self.routes[gateway.stack].winners(None, subnet)
        name = f"{gateway.stack}/{FAST_PATH}"
        return replace(gateway, name=name, subnet=subnet, own=own, shared=shared)

    def _prefixes(self) -> Iterable[IPv4Network]:
        yield DEFAULT_ROUTE
        yield from PRIVATE_RANGES
        for region in self.regions.values():
            yield from region.address_prefixes
            yield from region.on_premises.address_prefixes
            for network in (region.hub, *(spoke.virtual_network for spoke in region.spokes)):
                yield from (subnet.address_prefix for subnet in network.subnets)
            for table in region.route_tables:
                yield from (route.address_prefix for route in table.routes)

    def _find_holders(self) -> None:
        """Decide for each atom whether on-premises or the internet holds it, or a network."""
        on_premises, internet = self.number[ON_PREMISES], self.number[INTERNET]
        beyond = np.full(len(self.atoms), internet, dtype=np.int16)
        for prefix in PRIVATE_RANGES:
            beyond[slice(*self.atoms.span(prefix))] = self.dropped
        regions = self.regions.values()
        told = {p for region in regions for p in region.on_premises.address_prefixes}
        # On-premises that advertises a default route alone is somewhere in the private ranges.
        for prefix in (told - {DEFAULT_ROUTE}) or (told and PRIVATE_RANGES):
            beyond[slice(*self.atoms.span(prefix))] = on_premises
        for prefix in (p for region in regions for p in region.address_prefixes):
            beyond[slice(*self.atoms.span(prefix))] = self.dropped
        beyond[-1] = self.dropped  # the bound after the last address is no atom
        self.beyond = beyond
        """Who holds an address outside every virtual network: on-premises, internet or nobody."""
        self.public = np.where(beyond == internet, beyond, np.int16(self.dropped))

    # What a cell of a row says: the number of the context that it delivers to, or one of these.
    @property
    def dropped(self) -> int:
        """The packet ends here."""
        return len(self.contexts)

    @property
    def unknown(self) -> int:
        """An appliance gets it that the model does not know."""
        return len(self.contexts) + 1

    @property
    def to_nva(self) -> int:
        """The NVA of the region gets it."""
        return len(self.contexts) + 2

    @property
    def to_other(self) -> int:
        """It enters the other region, by the circuit that both use (ER-26)."""
        return len(self.contexts) + 3

    def _choose_regions(self) -> dict[str, NDArray[np.bool_]]:
        """Decide by which regions a packet from on-premises may enter, by atom."""
        longest = {}
        for stack, region in self.regions.items():
            lengths = np.full(len(self.atoms), -1, dtype=np.int8)
            for prefix in sorted(advertised_prefixes(region), key=lambda each: each.prefixlen):
                lengths[slice(*self.atoms.span(prefix))] = prefix.prefixlen
            longest[stack] = lengths
        best = np.max([*longest.values(), np.zeros(len(self.atoms), dtype=np.int8)], axis=0)
        chosen = {stack: lengths == best for stack, lengths in longest.items()}
        preferred = chosen.get(preferred_region(self.regions.values()) or "")
        if preferred is None:
            return chosen
        return {
            stack: each if each is preferred else each & ~preferred
            for stack, each in chosen.items()
        }

    def next_hop(self, place: SubnetContext, address: IPv4Address) -> int:
        """Return what a VirtualAppliance route of a subnet leads to, in the words of a row."""
        region = self.regions[place.stack]
        near = [place.spoke.virtual_network] if place.spoke else [region.hub]
        if place.spoke is None:
            near += [spoke.virtual_network for spoke in region.spokes if peered(spoke)]
        elif peered(place.spoke):
            near.append(region.hub)
        if not any(address in prefix for network in near for prefix in network.address_space):
            return self.dropped  # RT-12
        if address != region.nva.ip_address:
            return self.unknown
        return self.to_nva if place.stack in self.nvas else self.dropped
