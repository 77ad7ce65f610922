"""Both regions as contexts, with the routes of each subnet and the holder of each address.

A *context* is a subnet, on-premises or the internet. ``forwarding_rows`` computes what every
context does with a packet to every address.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

import numpy as np
from numpy.typing import NDArray

from sparehub.topology.azure.address_ranges import DEFAULT_ROUTE, PRIVATE_RANGES
from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.enums import Activation, NvaStandby
from sparehub.topology.model.resources import Region, Spoke, Subnet
from sparehub.topology.model.route_tables import nva_forwards_on_standby
from sparehub.topology.reachability.effective_routes.advertisements import (
    RemoteRoutes,
    advertised_prefixes,
    learned_from_region,
    live_connections,
    peered,
    preferred_region,
)
from sparehub.topology.reachability.effective_routes.effective_route import EffectiveRoute
from sparehub.topology.reachability.effective_routes.hub_peers import (
    connected_peerings,
    peering_with,
)
from sparehub.topology.reachability.effective_routes.intervals import Atoms
from sparehub.topology.reachability.effective_routes.longest_prefix_match import longest_lengths
from sparehub.topology.reachability.effective_routes.routes import (
    HUB,
    RegionRoutes,
)

ON_PREMISES = "on-premises"
INTERNET = "internet"
FAST_PATH = "FastPath"
"""ER-28: GatewaySubnet without its route table, as the context ``primary/FastPath``."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SubnetContext:
    """A subnet, and the active routes by which it sends packets.

    Attributes:
        name: such as ``primary/spoke1/app``.
        spoke: None for a subnet of the hub.
        own: routes of this subnet, the shortest prefix first; they win over ``shared``.
        shared: routes that similar subnets have in common, the shortest prefix first.
    """

    name: str
    stack: str
    spoke: Spoke | None
    subnet: Subnet
    own: tuple[EffectiveRoute, ...]
    shared: tuple[EffectiveRoute, ...]

    @property
    def network(self) -> str:
        """The key of its virtual network."""
        return self.spoke.key if self.spoke else HUB


class Network:
    """Both regions at one time: contexts, effective routes, and the holder of each address.

    Attributes:
        subnets: the subnets that are contexts, in the order of ``contexts``.
        nvas: the subnet of each region's NVA, by stack; none for an NVA that is lost or off.
        stopped_nvas: the stacks on standby whose NVA is off, though it has something to forward.
        gateways: the GatewaySubnet of each region, by stack; it is not among ``subnets``.
        fast_paths: GatewaySubnet without its route table, where a connection has FastPath.
        other_stack: the other region of each; a single region is its own other.
        joins: the connected half by which each hub is peered with the other one, by stack.
        learned: what each region learns of the other one (ER-26), by stack.
        contexts: the names of all contexts: the subnets, on-premises, the internet.
        number: the position of each context, by name.
        holders: int16 array (atoms,): who holds an address outside every virtual network:
            the number of on-premises or the internet, or ``dropped``.
        public: int16 array (atoms,): ``holders`` with the internet alone.
        entries: by stack, bool array (atoms,): whether a packet of on-premises may enter there.
    """

    def __init__(self, regions: Mapping[str, Region], lost_nvas: Collection[str] = ()) -> None:
        self.regions = dict(regions)
        self.lost_nvas = frozenset(lost_nvas)
        self.subnets: list[SubnetContext] = []
        self.nvas: dict[str, SubnetContext] = {}
        self.gateways: dict[str, SubnetContext] = {}
        self.fast_paths: dict[str, SubnetContext] = {}
        self.other_stack = dict(zip(regions, reversed(list(regions)), strict=True))
        self.stopped_nvas = frozenset(self._stopped(regions))
        self.learned = {stack: self._learned_from_other(stack) for stack in regions}
        self.routes = {
            stack: RegionRoutes(region, self.learned[stack], self._other(stack))
            for stack, region in regions.items()
        }
        halves = {s: peering_with(region, self._other(s)) for s, region in regions.items()}
        both = all(halves.values())  # PE-01: no half is connected alone
        self.joins = {stack: half for stack, half in halves.items() if half and both}
        for stack, region in regions.items():
            self._add_subnets(stack, region)
        self.contexts = (*(context.name for context in self.subnets), ON_PREMISES, INTERNET)
        self.number = {name: number for number, name in enumerate(self.contexts)}
        self.atoms = Atoms(self._prefixes())
        self.holders = self._find_holders()
        internet = self.number[INTERNET]
        self.public = np.where(self.holders == internet, self.holders, np.int16(self.dropped))
        self.entries = self._find_entries()

    @property
    def stateful(self) -> int:
        """The bits of the stateful NVAs; an NVA's bit is the position of its region."""
        return sum(1 << n for n, region in enumerate(self.regions.values()) if region.nva.stateful)

    def _stopped(self, regions: Mapping[str, Region]) -> Iterator[str]:
        for stack, region in regions.items():
            off = region.nva.standby is NvaStandby.START_AT_FAILOVER
            on_standby = region.activation is Activation.STANDBY
            if off and on_standby and nva_forwards_on_standby(region, self._other(stack)):
                yield stack

    def _other(self, stack: str) -> Region | None:
        other = self.other_stack[stack]
        return None if other == stack else self.regions[other]

    def _learned_from_other(self, stack: str) -> RemoteRoutes:
        other = self._other(stack)
        return learned_from_region(self.regions[stack], other) if other else RemoteRoutes()

    def _add_subnets(self, stack: str, region: Region) -> None:
        for spoke in (*region.spokes, None):
            network = spoke.virtual_network if spoke else region.hub
            for subnet in network.subnets:
                own, shared = self.routes[stack].active_routes(spoke, subnet)
                context = SubnetContext(
                    name=f"{stack}/{spoke.key if spoke else HUB}/{subnet.name}",
                    stack=stack,
                    spoke=spoke,
                    subnet=subnet,
                    own=own,
                    shared=shared,
                )
                if spoke is None and subnet.name == GATEWAY_SUBNET:
                    self.gateways[stack] = context
                    if any(connection.fast_path for connection in live_connections(region)):
                        self.fast_paths[stack] = self._without_route_table(context)
                    continue
                if spoke is None and subnet.name == region.nva.subnet:
                    if stack in self.lost_nvas | self.stopped_nvas:
                        continue
                    self.nvas[stack] = context
                self.subnets.append(context)

    def _without_route_table(self, gateway: SubnetContext) -> SubnetContext:
        """Return GatewaySubnet as FastPath may treat it: without its route table (ER-28)."""
        subnet = replace(gateway.subnet, route_table=None)
        own, shared = self.routes[gateway.stack].active_routes(None, subnet)
        name = f"{gateway.stack}/{FAST_PATH}"
        return replace(gateway, name=name, subnet=subnet, own=own, shared=shared)

    def _prefixes(self) -> Iterable[IPv4Network]:
        yield DEFAULT_ROUTE
        yield from PRIVATE_RANGES
        for region in self.regions.values():
            yield from region.address_prefixes
            yield from region.on_premises.address_prefixes
            yield from (p for peering in region.hub_peerings for p in peering.address_space)
            for network in (region.hub, *(spoke.virtual_network for spoke in region.spokes)):
                yield from (subnet.address_prefix for subnet in network.subnets)
            for table in region.route_tables:
                yield from (route.address_prefix for route in table.routes)

    def _find_holders(self) -> NDArray[np.int16]:
        """Return ``holders``."""
        on_premises, internet = self.number[ON_PREMISES], self.number[INTERNET]
        holders = np.full(len(self.atoms), internet, dtype=np.int16)
        for prefix in PRIVATE_RANGES:
            holders[slice(*self.atoms.span(prefix))] = self.dropped
        regions = self.regions.values()
        advertised = {p for region in regions for p in region.on_premises.address_prefixes}
        # On-premises that advertises a default route alone is somewhere in the private ranges.
        for prefix in (advertised - {DEFAULT_ROUTE}) or (advertised and PRIVATE_RANGES):
            holders[slice(*self.atoms.span(prefix))] = on_premises
        for prefix in (p for region in regions for p in region.address_prefixes):
            holders[slice(*self.atoms.span(prefix))] = self.dropped
        holders[-1] = self.dropped  # the bound after the last address is not an atom
        return holders

    # A cell of a forwarding row is the number of the context that the packet is delivered to, or
    # one of these.
    @property
    def dropped(self) -> int:
        """The packet ends here."""
        return len(self.contexts)

    @property
    def unknown(self) -> int:
        """The packet goes to an appliance that the model does not know."""
        return len(self.contexts) + 1

    @property
    def to_nva(self) -> int:
        """The packet goes to the NVA of the region."""
        return len(self.contexts) + 2

    @property
    def to_other(self) -> int:
        """The packet enters the other region, by the circuit that both use (ER-26)."""
        return len(self.contexts) + 3

    @property
    def to_other_nva(self) -> int:
        """The packet goes to the NVA of the other region, over the peering of the hubs."""
        return len(self.contexts) + 4

    def _find_entries(self) -> dict[str, NDArray[np.bool_]]:
        """Return ``entries``: by the longest advertised prefix, then by preference (ER-23)."""
        lengths = {
            stack: longest_lengths(advertised_prefixes(region), self.atoms)
            for stack, region in self.regions.items()
        }
        at_least = np.zeros(len(self.atoms), dtype=np.int8)  # above NO_ROUTE
        best = np.max([*lengths.values(), at_least], axis=0)
        longest = {stack: length == best for stack, length in lengths.items()}
        preferred = longest.get(preferred_region(self.regions.values()) or "")
        if preferred is None:
            return longest
        return {
            stack: entry if entry is preferred else entry & ~preferred
            for stack, entry in longest.items()
        }

    def hub_behind(self, stack: str, peering: str) -> tuple[str, str]:
        """Return stack and network that a peering of a hub leads into; empty where unknown."""
        joins = self.joins.get(stack)
        return (self.other_stack[stack], HUB) if joins and joins.key == peering else ("", "")

    def next_hop(self, context: SubnetContext, address: IPv4Address) -> int:
        """Return the cell of a VirtualAppliance route of a subnet, by its next hop address."""
        region = self.regions[context.stack]
        reached = [context.spoke.virtual_network] if context.spoke else [region.hub]
        if context.spoke is None:
            reached += [spoke.virtual_network for spoke in region.spokes if peered(spoke)]
        elif peered(context.spoke):
            reached.append(region.hub)
        if not any(address in prefix for network in reached for prefix in network.address_space):
            beyond = context.spoke is None
            return self._next_hop_beyond(context.stack, address) if beyond else self.dropped
        if address != region.nva.ip_address:
            return self.unknown
        return self.to_nva if context.stack in self.nvas else self.dropped

    def _next_hop_beyond(self, stack: str, address: IPv4Address) -> int:
        """Return the cell of a next hop outside of the hub and its spokes: in a peered network."""
        for peering in connected_peerings(self.regions[stack], self._other(stack)):
            if not any(address in prefix for prefix in peering.address_space):
                continue
            if peering is not self.joins.get(stack):
                lost = self._other(stack) is None  # of a pair of which one region stands
                return self.dropped if lost else self.unknown
            other = self.other_stack[stack]
            if address != self.regions[other].nva.ip_address:
                return self.unknown
            return self.to_other_nva if other in self.nvas else self.dropped
        return self.dropped  # RT-12
