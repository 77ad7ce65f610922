"""One line of an effective route table, in Azure's words."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from sparehub.topology.reachability.effective_routes.intervals import prefix_key

NO_PREFIX = -1
"""The key of a route that has a service tag in place of a prefix."""


class Source(StrEnum):
    """Where a route comes from."""

    SYSTEM = "Default"
    GATEWAY = "VirtualNetworkGateway"
    USER = "User"


class HopType(StrEnum):
    """The next hop type of an effective route."""

    VNET_LOCAL = "VnetLocal"
    VNET_PEERING = "VNetPeering"
    VNET_GLOBAL_PEERING = "VNetGlobalPeering"  # with the hub of the other region
    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    SERVICE_ENDPOINT = "VirtualNetworkServiceEndpoint"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    INTERNET = "Internet"
    NONE = "None"


@dataclass(frozen=True, kw_only=True)
class EffectiveRoute:
    """An effective route; the route of a service has a ``tag`` in place of a prefix.

    Attributes:
        network: the key of the network that VnetLocal and VNetPeering lead into; that of the
            peering for VNetGlobalPeering.
        connections: the connections that carry it; several are used side by side (ER-22).
        remote: whether it leads into the other region, over a circuit that both use (ER-26).
        overridden_by: the route that wins over it; None for an active route.
        key: a number that stands for the prefix; it is compared faster than the prefix.
    """

    source: Source
    hop_type: HopType
    address_prefix: IPv4Network | None = None
    tag: str = ""
    next_hop: IPv4Address | None = None
    name: str = ""
    network: str = ""
    connections: tuple[str, ...] = ()
    remote: bool = False
    overridden_by: "EffectiveRoute | None" = None
    key: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        key = NO_PREFIX if self.address_prefix is None else prefix_key(self.address_prefix)
        object.__setattr__(self, "key", key)

    @property
    def state(self) -> str:
        """Azure's word: Active, or Invalid where another route won."""
        return "Invalid" if self.overridden_by else "Active"

    def __str__(self) -> str:
        origin = f"route {self.name}" if self.name else f"{self.source} route"
        hop = f"{self.hop_type} {self.next_hop}" if self.next_hop else str(self.hop_type)
        return f"{origin} {self.tag or self.address_prefix} to {hop}"
