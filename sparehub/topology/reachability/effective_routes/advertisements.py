"""What a region and on-premises tell each other over ExpressRoute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from sparehub.topology.azure.limits import ADVERTISED_PREFIXES, EQUAL_CONNECTIONS
from sparehub.topology.config.enums import Prefers
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.live_regions import Advertisement, agreed_preference
from sparehub.topology.model.resources import Circuit, Connection, Region, Spoke


def peered(spoke: Spoke) -> bool:
    """Return whether packets cross the peering: both halves stand (PE-01)."""
    return spoke.hub_to_spoke.connected and spoke.spoke_to_hub.connected


def uses_gateway(spoke: Spoke) -> bool:
    """Return whether a spoke uses the hub's gateway: both halves have to say so (PE-10)."""
    return (
        peered(spoke)
        and spoke.spoke_to_hub.use_remote_gateways
        and spoke.hub_to_spoke.allow_gateway_transit
    )


def offered_prefixes(region: Region) -> tuple[IPv4Network, ...]:
    """Return what the gateway shows a circuit (ER-20): the hub, and the spokes that use it."""
    spokes = (each.virtual_network for each in region.spokes if uses_gateway(each))
    return tuple(p for network in (region.hub, *spokes) for p in network.address_space)


def live_connections(region: Region) -> tuple[Connection, ...]:
    """Return the connections that carry routes, by descending routing weight.

    Each needs the gateway, the private peering of its circuit, enabled (of a referenced circuit it
    is assumed), and no more prefixes than the gateway may show (ER-09, ER-21, ER-38).
    """
    if region.gateway is None or len(offered_prefixes(region)) > ADVERTISED_PREFIXES:
        return ()
    without = {
        circuit.key
        for circuit in region.circuits
        if isinstance(circuit, Circuit)
        and not (circuit.private_peering and circuit.private_peering.enabled)
    }
    live = (each for each in region.connections if each.key not in without)
    return tuple(sorted(live, key=lambda each: -each.routing_weight))


def outbound_connections(region: Region) -> tuple[Connection, ...]:
    """Return the connections that packets leave by (ER-22): of the highest weight, at most four."""
    live = live_connections(region)
    best = (each for each in live if each.routing_weight == live[0].routing_weight)
    return tuple(best)[:EQUAL_CONNECTIONS]


def advertised_prefixes(region: Region) -> tuple[IPv4Network, ...]:
    """Return what on-premises learns of a region: nothing without a live connection."""
    return offered_prefixes(region) if live_connections(region) else ()


def advertisement(region: Region) -> Advertisement:
    """Return what on-premises learns of a region as it stands, by live connections alone."""
    live = {connection.key for connection in live_connections(region)}
    return Advertisement(
        prefixes=advertised_prefixes(region),
        circuit_ids=tuple(circuit_id(each) for each in region.circuits if each.key in live),
        prefers=region.on_premises.prefers,
    )


def preferred_region(regions: Iterable[Region]) -> Prefers | None:
    """Return the stack that on-premises prefers; None where the regions do not agree on one."""
    return agreed_preference(region.on_premises.prefers for region in regions)


@dataclass(frozen=True, kw_only=True)
class Remote:
    """What a gateway learns of the other region's networks, and by which of its connections."""

    prefixes: tuple[IPv4Network, ...] = ()
    connections: tuple[str, ...] = ()


def learned_of_region(region: Region, other: Region) -> Remote:
    """Return what a region learns of the other one over a circuit that both are connected to.

    Each gateway takes, or leaves, what comes from other networks (ER-26), so that a conversation
    needs both to take it; where one alone does, nothing is counted as learned. "Customisation
    controls for connectivity between Virtual Networks over ExpressRoute", read 2026-11-30:
    https://techcommunity.microsoft.com/t5/azure-networking-blog/-/ba-p/4147722
    """
    gateways = (region.gateway, other.gateway)
    if not all(gateway and gateway.allow_remote_vnet_traffic for gateway in gateways):
        return Remote()
    theirs = _live_circuits(other).values()
    connections = tuple(
        key
        for key, identity in _live_circuits(region).items()
        if any(same_circuit(identity, each) for each in theirs)
    )
    prefixes = advertised_prefixes(other) if connections else ()
    return Remote(prefixes=tuple(dict.fromkeys(prefixes)), connections=connections)


def _live_circuits(region: Region) -> Mapping[str, str]:
    """Return the ids of the circuits that carry routes, by the keys of their connections."""
    live = {connection.key for connection in live_connections(region)}
    return {each.key: circuit_id(each) for each in region.circuits if each.key in live}


@dataclass(frozen=True, kw_only=True)
class OnPremisesRoute:
    """A prefix that on-premises learns of a region."""

    address_prefix: IPv4Network
    stack: str
    connections: tuple[str, ...]
    used: bool  # not where on-premises prefers the other region for the same prefix


def on_premises_routes(regions: Mapping[str, Region]) -> list[OnPremisesRoute]:
    """Return what on-premises learns of both regions, by prefix."""
    shown = {stack: advertised_prefixes(region) for stack, region in regions.items()}
    preferred = preferred_region(regions.values()) or ""
    better = set(shown.get(preferred, ()))
    return sorted(
        (
            OnPremisesRoute(
                address_prefix=prefix,
                stack=stack,
                connections=tuple(each.name for each in live_connections(regions[stack])),
                used=stack == preferred or prefix not in better,
            )
            for stack, prefixes in shown.items()
            for prefix in prefixes
        ),
        key=lambda route: (route.address_prefix, route.stack),
    )
