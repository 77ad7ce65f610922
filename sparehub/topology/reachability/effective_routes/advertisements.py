"""BGP advertisements over ExpressRoute: of a region to on-premises, and of another region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from sparehub.topology.azure.limits import ADVERTISED_PREFIXES, EQUAL_CONNECTIONS
from sparehub.topology.config.enums import Prefers
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.live_regions import Advertisement, agreed_preference
from sparehub.topology.model.resources import Circuit, Connection, Region, Spoke


def peered(spoke: Spoke) -> bool:
    """Return whether packets cross the peering: both halves must be connected (PE-01)."""
    return spoke.hub_to_spoke.connected and spoke.spoke_to_hub.connected


def uses_gateway(spoke: Spoke) -> bool:
    """Return whether a spoke uses the hub's gateway: both halves must allow it (PE-10)."""
    return (
        peered(spoke)
        and spoke.spoke_to_hub.use_remote_gateways
        and spoke.hub_to_spoke.allow_gateway_transit
    )


def offered_prefixes(region: Region) -> tuple[IPv4Network, ...]:
    """Return the prefixes that the gateway offers to its circuits: hub and spokes (ER-20)."""
    spokes = (spoke.virtual_network for spoke in region.spokes if uses_gateway(spoke))
    return tuple(p for network in (region.hub, *spokes) for p in network.address_space)


def live_connections(region: Region) -> tuple[Connection, ...]:
    """Return the connections that carry routes, by descending routing weight.

    Each needs the gateway, the enabled private peering of its circuit (assumed of a referenced
    circuit), and no more prefixes than a gateway may advertise (ER-09, ER-21, ER-38).
    """
    if region.gateway is None or len(offered_prefixes(region)) > ADVERTISED_PREFIXES:
        return ()
    without = {
        circuit.key
        for circuit in region.circuits
        if isinstance(circuit, Circuit)
        and not (circuit.private_peering and circuit.private_peering.enabled)
    }
    live = (connection for connection in region.connections if connection.key not in without)
    return tuple(sorted(live, key=lambda connection: -connection.routing_weight))


def outbound_connections(region: Region) -> tuple[Connection, ...]:
    """Return the connections of equal-cost multipath: the highest weight, at most four (ER-22)."""
    live = live_connections(region)
    best = (item for item in live if item.routing_weight == live[0].routing_weight)
    return tuple(best)[:EQUAL_CONNECTIONS]


def advertised_prefixes(region: Region) -> tuple[IPv4Network, ...]:
    """Return the prefixes that on-premises learns of a region: none without a live connection."""
    return offered_prefixes(region) if live_connections(region) else ()


def advertisement(region: Region) -> Advertisement:
    """Return what a deployed region advertises to on-premises by its live connections."""
    live = {connection.key for connection in live_connections(region)}
    return Advertisement(
        prefixes=advertised_prefixes(region),
        circuit_ids=tuple(
            circuit_id(circuit) for circuit in region.circuits if circuit.key in live
        ),
        prefers=region.on_premises.prefers,
    )


def preferred_region(regions: Iterable[Region]) -> Prefers | None:
    """Return the stack that on-premises prefers; None where the regions name none or two."""
    return agreed_preference(region.on_premises.prefers for region in regions)


@dataclass(frozen=True, kw_only=True)
class RemoteRoutes:
    """Prefixes of the other region that a gateway learns, and the connections that carry them."""

    prefixes: tuple[IPv4Network, ...] = ()
    connections: tuple[str, ...] = ()


def learned_from_region(region: Region, other: Region) -> RemoteRoutes:
    """Return what a region learns of the other one over a circuit that both are connected to.

    Each gateway accepts or refuses routes of other virtual networks (ER-26). A conversation needs
    both gateways to accept them, so nothing counts as learned where one alone does.
    "Customisation controls for connectivity between Virtual Networks over ExpressRoute", read
    2026-11-30:
    https://techcommunity.microsoft.com/t5/azure-networking-blog/-/ba-p/4147722
    """
    gateways = (region.gateway, other.gateway)
    if not all(gateway and gateway.allow_remote_vnet_traffic for gateway in gateways):
        return RemoteRoutes()
    circuits_of_other = _live_circuits(other).values()
    connections = tuple(
        key
        for key, identity in _live_circuits(region).items()
        if any(identity.is_same(other_id) for other_id in circuits_of_other)
    )
    prefixes = advertised_prefixes(other) if connections else ()
    return RemoteRoutes(prefixes=tuple(dict.fromkeys(prefixes)), connections=connections)


def _live_circuits(region: Region) -> Mapping[str, ResourceId]:
    """Return the ids of the circuits that carry routes, by the key of the connection."""
    live = {connection.key for connection in live_connections(region)}
    return {circuit.key: circuit_id(circuit) for circuit in region.circuits if circuit.key in live}


@dataclass(frozen=True, kw_only=True)
class OnPremisesRoute:
    """A prefix that on-premises learns of a region.

    Attributes:
        used: False where on-premises prefers the other region for the same prefix.
    """

    address_prefix: IPv4Network
    stack: str
    connections: tuple[str, ...]
    used: bool


def on_premises_routes(regions: Mapping[str, Region]) -> list[OnPremisesRoute]:
    """Return what on-premises learns of both regions, sorted by prefix."""
    advertised = {stack: advertised_prefixes(region) for stack, region in regions.items()}
    preferred = preferred_region(regions.values()) or ""
    preferred_prefixes = set(advertised.get(preferred, ()))
    return sorted(
        (
            OnPremisesRoute(
                address_prefix=prefix,
                stack=stack,
                connections=tuple(
                    connection.name for connection in live_connections(regions[stack])
                ),
                used=stack == preferred or prefix not in preferred_prefixes,
            )
            for stack, prefixes in advertised.items()
            for prefix in prefixes
        ),
        key=lambda route: (route.address_prefix, route.stack),
    )
