"""Circuits and connections of one region, counted as they will be once it is live."""

from collections import Counter
from collections.abc import Iterator

from sparehub.topology.azure.circuit_limits import prefixes_from_on_premises
from sparehub.topology.azure.gateway_skus import circuits_per_gateway, prefixes_from_circuits
from sparehub.topology.azure.geography import (
    LOCAL_REGIONS,
    geopolitical_region,
    geopolitical_region_of_peering_location,
)
from sparehub.topology.azure.limits import (
    ADVERTISED_PREFIXES,
    CIRCUITS_PER_PEERING_LOCATION,
    CIRCUITS_PER_SUBSCRIPTION_AND_REGION,
    PREFIXES_AT_CONNECTION_CREATION,
)
from sparehub.topology.config.enums import CircuitTier
from sparehub.topology.config.secrets import SECRET
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Circuit, CircuitReference
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, overlaps

CONNECTIONS = "region.expressRoute.connections"


def circuit_path(circuit: Circuit | CircuitReference) -> str:
    """Return where a file speaks of a circuit."""
    return f"{CONNECTIONS}.{circuit.key}.circuit"


def _is(circuit: Circuit | CircuitReference, tier: CircuitTier) -> bool:
    return circuit.tier == tier.value


@rule(
    "ER-07",
    severity="warning",
    why="Azure refuses a circuit at a peering location that its provider does not have.",
)
def peering_locations_are_known(stack: Stack) -> Iterator[RuleFault]:
    """Of those we know; Azure opens new ones."""
    for circuit in stack.region.circuits:
        place = circuit.peering_location
        if geopolitical_region_of_peering_location(place) is None:
            message = f"{place!r} is no peering location we know, so nothing is said of its reach"
            yield RuleFault(f"{circuit_path(circuit)}.peeringLocation", message)


@rule(
    "RG-01",
    severity="warning",
    why="What a circuit reaches is known of listed regions only.",
)
def region_is_known(stack: Stack) -> Iterator[RuleFault]:
    """Of those we know; Azure opens new ones."""
    location = stack.region.location
    if geopolitical_region(location) is None:
        message = (
            f"{location!r} is in no geopolitical region we know: a Standard circuit may not reach"
        )
        yield RuleFault("location", message)


@rule("RG-01", why="A Standard circuit reaches the geopolitical region of its peering location.")
def standard_circuits_reach_the_region(stack: Stack) -> Iterator[RuleFault]:
    """Across geopolitical regions a circuit has to be Premium."""
    location = stack.region.location
    ours = geopolitical_region(location)
    for circuit in stack.region.circuits:
        theirs = geopolitical_region_of_peering_location(circuit.peering_location)
        if _is(circuit, CircuitTier.STANDARD) and ours and theirs and ours != theirs:
            message = (
                f"a Standard circuit at {circuit.peering_location} ({theirs}) does not reach "
                f"{location} ({ours}): make it Premium, or take one of {ours}"
            )
            yield RuleFault(f"{circuit_path(circuit)}.sku.tier", message)


@rule("RG-02", why="A Local circuit reaches the one or two regions of its peering location.")
def local_circuits_reach_the_region(stack: Stack) -> Iterator[RuleFault]:
    """So none serves both regions of a pair; Azure says so only once the gateway is built."""
    location = stack.region.location
    for circuit in stack.region.circuits:
        place = circuit.peering_location
        known = geopolitical_region_of_peering_location(place) and geopolitical_region(location)
        reached = LOCAL_REGIONS.get(place.lower(), ())
        if _is(circuit, CircuitTier.LOCAL) and known and location not in reached:
            there = f"reaches {' and '.join(reached)} only" if reached else "cannot be Local"
            message = f"a circuit at {place} {there}, not {location}: make it Standard or Premium"
            yield RuleFault(f"{circuit_path(circuit)}.sku.tier", message)


@rule(
    "ER-09",
    severity="warning",
    why="Azure makes no connection on a circuit that its provider has not provisioned.",
)
def circuits_are_provisioned(stack: Stack) -> Iterator[RuleFault]:
    """Until then the region cannot go live by it."""
    for circuit in stack.region.circuits:
        if isinstance(circuit, Circuit) and circuit.private_peering is None:
            message = (
                f"{circuit.name} is not provisioned, so the region has no connection by it: once "
                "the provider has done its part, say provisioned: true"
            )
            yield RuleFault(f"{circuit_path(circuit)}.provisioned", message)


@rule("ER-10", why="A private peering's links may not share an address with a virtual network.")
def links_are_apart_from_the_networks(stack: Stack) -> Iterator[RuleFault]:
    """Of the region's own circuits."""
    networks = [RawPrefix("", prefix) for prefix in stack.region.address_prefixes]
    for first, second in overlaps([*links_of(stack), *networks]):
        if bool(first.path) != bool(second.path):
            link, network = (first, second) if first.path else (second, first)
            message = f"{link.prefix} overlaps {network.prefix} of a virtual network"
            yield RuleFault(link.path, message)


def links_of(stack: Stack) -> Iterator[RawPrefix]:
    """Yield the links of the circuits that a stack owns, with their paths."""
    for circuit in stack.region.circuits:
        if isinstance(circuit, Circuit) and circuit.private_peering:
            path = f"{circuit_path(circuit)}.privatePeering"
            peering = circuit.private_peering
            yield RawPrefix(f"{path}.primaryPeerAddressPrefix", peering.primary_peer_address_prefix)
            yield RawPrefix(
                f"{path}.secondaryPeerAddressPrefix", peering.secondary_peer_address_prefix
            )


@rule("ER-14", why="An authorization serves one connection.")
def authorization_keys_are_used_once(stack: Stack) -> Iterator[RuleFault]:
    """Where they can be read: a file keeps them encrypted, the running program has them."""
    seen: dict[str, str] = {}
    for connection in stack.region.connections:
        key = connection.authorization_key
        text = key.get_secret_value() if key else SECRET
        if text == SECRET:
            continue
        first = seen.setdefault(text, connection.key)
        if first != connection.key:
            message = f"the key is that of {first}, too: let the circuit's owner issue another"
            yield RuleFault(f"{CONNECTIONS}.{connection.key}.circuit.authorizationKey", message)


@rule("ER-16", why="A gateway takes 4, 8 or 16 circuits, by its SKU.")
def gateway_takes_all_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Counted with those that are not provisioned yet."""
    gateway = stack.config.region.express_route.gateway
    count = len(stack.region.circuits)
    most = circuits_per_gateway(gateway.sku.value, gateway.min_scale_units)
    if count > most:
        message = (
            f"{count} circuits; a gateway {gateway.sku} takes {most}: remove some or take a larger "
            "SKU"
        )
        yield RuleFault(CONNECTIONS, message)


@rule("ER-16", why="A virtual network takes four circuits of one peering location.")
def peering_locations_serve_few_enough_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Whoever owns them."""
    for place, count in _by_location(stack).items():
        if count > CIRCUITS_PER_PEERING_LOCATION:
            most = CIRCUITS_PER_PEERING_LOCATION
            message = f"{count} circuits at {place}; a gateway takes {most} of one"
            yield RuleFault(CONNECTIONS, message)


@rule(
    "ER-16",
    severity="warning",
    why="A subscription has ten circuits a region unless Microsoft raises that.",
)
def region_owns_few_enough_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Those of this stack alone, by where their records lie."""
    owned = (each for each in stack.region.circuits if isinstance(each, Circuit))
    for location, count in Counter(each.location for each in owned).items():
        if count > CIRCUITS_PER_SUBSCRIPTION_AND_REGION:
            message = (
                f"{count} circuits of its own in {location}; "
                f"{CIRCUITS_PER_SUBSCRIPTION_AND_REGION} are allowed unless raised"
            )
            yield RuleFault(CONNECTIONS, message)


@rule(
    "ER-17",
    severity="warning",
    why="Circuits at one peering location fail together, though one network may have up to four.",
)
def circuits_are_at_different_locations(stack: Stack) -> Iterator[RuleFault]:
    """Of one region."""
    for place, count in _by_location(stack).items():
        if count > 1:
            message = f"{count} circuits at {place} fail with it: take another peering location"
            yield RuleFault(CONNECTIONS, message)


def _by_location(stack: Stack) -> Counter[str]:
    return Counter(circuit.peering_location.title() for circuit in stack.region.circuits)


@rule("ER-21", why="Above 1,000 advertised prefixes a connection goes down until there are fewer.")
def gateway_advertises_few_enough_prefixes(stack: Stack) -> Iterator[RuleFault]:
    """As many as there are once the region is live."""
    count = len(stack.region.address_prefixes)
    if count > ADVERTISED_PREFIXES:
        message = (
            f"{count} prefixes with the hub's; above {ADVERTISED_PREFIXES} the connection goes "
            "down: give spokes larger prefixes, or fewer"
        )
        yield RuleFault("region.spokes", message)


@rule(
    "ER-21", why="A session that is sent more routes than a circuit or gateway learns is dropped."
)
def on_premises_advertises_few_enough_prefixes(stack: Stack) -> Iterator[RuleFault]:
    """4,000 on a Standard circuit, 10,000 on a Premium one; 4,000 or 9,500 at the gateway."""
    count = len(stack.region.on_premises.address_prefixes)
    sku = stack.config.region.express_route.gateway.sku.value
    tiers = [circuit.tier for circuit in stack.region.circuits]
    most = min([prefixes_from_circuits(sku), *map(prefixes_from_on_premises, tiers)])
    if count > most:
        message = f"{count} prefixes; gateway and circuits learn {most}: let the routers sum up"
        yield RuleFault("region.onPremises.addressPrefixes", message)


@rule(
    "ER-24",
    severity="warning",
    why="A weight decides between connections of one gateway, never between two regions.",
)
def weights_have_something_to_decide(stack: Stack) -> Iterator[RuleFault]:
    """Not on the only connection of a gateway."""
    connections = stack.config.region.express_route.connections
    for key, connection in connections.items():
        if len(connections) == 1 and connection.routing_weight:
            message = (
                f"{connection.routing_weight} decides nothing on the only connection of a gateway; "
                "which region on-premises prefers, its routers decide (onPremises.prefers)"
            )
            yield RuleFault(f"{CONNECTIONS}.{key}.routingWeight", message)


@rule("ER-36", why="Azure makes a connection only while it would advertise 200 prefixes or fewer.")
def spokes_wait_where_prefixes_are_many(stack: Stack) -> Iterator[RuleFault]:
    """Above 200 they use the gateway only once the connection stands."""
    region = stack.region
    used = any(spoke.spoke_to_hub.use_remote_gateways for spoke in region.spokes)
    many = len(region.address_prefixes) > PREFIXES_AT_CONNECTION_CREATION
    waiting = region.connections and region.spokes_wait_for_connections
    if many and used and not waiting and not stack.config.disconnected:
        message = (
            f"{len(region.address_prefixes)} prefixes: spokes may use the gateway only once the "
            "connection stands"
        )
        yield RuleFault("region.spokes", message)


CIRCUITS = (
    peering_locations_are_known,
    region_is_known,
    standard_circuits_reach_the_region,
    local_circuits_reach_the_region,
    circuits_are_provisioned,
    links_are_apart_from_the_networks,
    authorization_keys_are_used_once,
    gateway_takes_all_circuits,
    peering_locations_serve_few_enough_circuits,
    region_owns_few_enough_circuits,
    circuits_are_at_different_locations,
    gateway_advertises_few_enough_prefixes,
    on_premises_advertises_few_enough_prefixes,
    weights_have_something_to_decide,
    spokes_wait_where_prefixes_are_many,
)
