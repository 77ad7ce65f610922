"""Circuits and connections of one region, as they will be while it is active."""

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
    """Return the key of a circuit in its stack file."""
    return f"{CONNECTIONS}.{circuit.key}.circuit"


def _is(circuit: Circuit | CircuitReference, tier: CircuitTier) -> bool:
    return circuit.tier == tier.value


@rule(
    "ER-07",
    severity="warning",
    why="Azure refuses a circuit at a peering location that its provider does not have.",
)
def peering_locations_are_known(stack: Stack) -> Iterator[RuleFault]:
    """Compared with a list that Azure extends from time to time."""
    for circuit in stack.region.circuits:
        location = circuit.peering_location
        if geopolitical_region_of_peering_location(location) is None:
            message = (
                f"{location!r} is not a known peering location, so the regions that the circuit "
                "reaches are not checked"
            )
            yield RuleFault(f"{circuit_path(circuit)}.peeringLocation", message)


@rule(
    "RG-01",
    severity="warning",
    why="The reach of a circuit can be checked for known regions only.",
)
def region_is_known(stack: Stack) -> Iterator[RuleFault]:
    """Compared with a list that Azure extends from time to time."""
    location = stack.region.location
    if geopolitical_region(location) is None:
        message = f"{location!r} is not a known region: a Standard circuit may not reach it"
        yield RuleFault("location", message)


@rule("RG-01", why="A Standard circuit reaches the geopolitical region of its peering location.")
def standard_circuits_reach_the_region(stack: Stack) -> Iterator[RuleFault]:
    """Across geopolitical regions a circuit must be Premium."""
    location = stack.region.location
    of_region = geopolitical_region(location)
    for circuit in stack.region.circuits:
        of_circuit = geopolitical_region_of_peering_location(circuit.peering_location)
        known = of_region and of_circuit
        if _is(circuit, CircuitTier.STANDARD) and known and of_region != of_circuit:
            message = (
                f"a Standard circuit at {circuit.peering_location} ({of_circuit}) does not reach "
                f"{location} ({of_region}): make it Premium, or use a peering location of "
                f"{of_region}"
            )
            yield RuleFault(f"{circuit_path(circuit)}.sku.tier", message)


@rule("RG-02", why="A Local circuit reaches the one or two regions of its peering location.")
def local_circuits_reach_the_region(stack: Stack) -> Iterator[RuleFault]:
    """So none serves both regions of a pair; Azure refuses only the connection."""
    location = stack.region.location
    for circuit in stack.region.circuits:
        at = circuit.peering_location
        known = geopolitical_region_of_peering_location(at) and geopolitical_region(location)
        reached = LOCAL_REGIONS.get(at.lower(), ())
        if _is(circuit, CircuitTier.LOCAL) and known and location not in reached:
            reach = f"reaches {' and '.join(reached)} only" if reached else "cannot be Local"
            message = f"a circuit at {at} {reach}, not {location}: make it Standard or Premium"
            yield RuleFault(f"{circuit_path(circuit)}.sku.tier", message)


@rule(
    "ER-09",
    severity="warning",
    why="Azure creates no connection on a circuit that its provider has not provisioned.",
)
def circuits_are_provisioned(stack: Stack) -> Iterator[RuleFault]:
    """Until then the region cannot be connected by it."""
    for circuit in stack.region.circuits:
        if isinstance(circuit, Circuit) and circuit.private_peering is None:
            message = (
                f"{circuit.name} is not provisioned, so the region has no connection to it: write "
                "provisioned: true once the provider has provisioned it"
            )
            yield RuleFault(f"{circuit_path(circuit)}.provisioned", message)


@rule("ER-10", why="A private peering's links may not share an address with a virtual network.")
def links_do_not_overlap_virtual_networks(stack: Stack) -> Iterator[RuleFault]:
    """Checked for the circuits that the stack owns."""
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
    """Checked where they are decrypted: in the running program."""
    seen: dict[str, str] = {}
    for connection in stack.region.connections:
        key = connection.authorization_key
        text = key.get_secret_value() if key else SECRET
        if text == SECRET:
            continue
        first = seen.setdefault(text, connection.key)
        if first != connection.key:
            message = f"the key of {first} is the same: ask the circuit's owner for another"
            yield RuleFault(f"{CONNECTIONS}.{connection.key}.circuit.authorizationKey", message)


@rule("ER-16", why="A gateway supports 4, 8 or 16 circuits, by its SKU.")
def gateway_supports_the_number_of_circuits(stack: Stack) -> Iterator[RuleFault]:
    """Counted with those that are not provisioned yet."""
    gateway = stack.config.region.express_route.gateway
    count = len(stack.region.circuits)
    most = circuits_per_gateway(gateway.sku.value, gateway.min_scale_units)
    if count > most:
        message = (
            f"{count} circuits; a gateway {gateway.sku} supports {most}: remove some or use a "
            "larger SKU"
        )
        yield RuleFault(CONNECTIONS, message)


@rule("ER-16", why="A virtual network supports four circuits at one peering location.")
def circuits_per_peering_location_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Owned or referenced."""
    for location, count in _by_location(stack).items():
        if count > CIRCUITS_PER_PEERING_LOCATION:
            most = CIRCUITS_PER_PEERING_LOCATION
            message = f"{count} circuits at {location}; a gateway supports {most} at one location"
            yield RuleFault(CONNECTIONS, message)


@rule(
    "ER-16",
    severity="warning",
    why="A subscription has ten circuits in a region unless Microsoft raises the limit.",
)
def circuits_per_region_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Counted over this stack alone, by the location of the record."""
    owned = (circuit for circuit in stack.region.circuits if isinstance(circuit, Circuit))
    for location, count in Counter(circuit.location for circuit in owned).items():
        if count > CIRCUITS_PER_SUBSCRIPTION_AND_REGION:
            message = (
                f"{count} circuits of this stack in {location}; the limit is "
                f"{CIRCUITS_PER_SUBSCRIPTION_AND_REGION} unless Microsoft raised it"
            )
            yield RuleFault(CONNECTIONS, message)


@rule(
    "ER-17",
    severity="warning",
    why="Circuits at one peering location fail together.",
)
def circuits_use_different_peering_locations(stack: Stack) -> Iterator[RuleFault]:
    """Within one region."""
    for location, count in _by_location(stack).items():
        if count > 1:
            message = f"{count} circuits at {location} fail with it: use another peering location"
            yield RuleFault(CONNECTIONS, message)


def _by_location(stack: Stack) -> Counter[str]:
    return Counter(circuit.peering_location.title() for circuit in stack.region.circuits)


@rule("ER-21", why="Above 1,000 advertised prefixes a connection goes down.")
def advertised_prefixes_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """Counted as they will be while the region is active."""
    count = len(stack.region.address_prefixes)
    if count > ADVERTISED_PREFIXES:
        message = (
            f"{count} prefixes with the hub's; above {ADVERTISED_PREFIXES} the connection goes "
            "down: give spokes larger prefixes, or fewer"
        )
        yield RuleFault("region.spokes", message)


@rule("ER-21", why="A BGP session with more routes than a circuit or gateway accepts is dropped.")
def learned_prefixes_stay_within_the_limit(stack: Stack) -> Iterator[RuleFault]:
    """4,000 on a Standard circuit, 10,000 on a Premium one; 4,000 or 9,500 at the gateway."""
    count = len(stack.region.on_premises.address_prefixes)
    sku = stack.config.region.express_route.gateway.sku.value
    tiers = [circuit.tier for circuit in stack.region.circuits]
    most = min([prefixes_from_circuits(sku), *map(prefixes_from_on_premises, tiers)])
    if count > most:
        message = (
            f"{count} prefixes; gateway and circuits accept {most}: summarize routes on the routers"
        )
        yield RuleFault("region.onPremises.addressPrefixes", message)


@rule(
    "ER-24",
    severity="warning",
    why="A weight selects between connections of one gateway, never between two regions.",
)
def routing_weights_are_set_on_several_connections(stack: Stack) -> Iterator[RuleFault]:
    """A weight on the only connection of a gateway has no effect."""
    connections = stack.config.region.express_route.connections
    for key, connection in connections.items():
        if len(connections) == 1 and connection.routing_weight:
            message = (
                f"{connection.routing_weight} has no effect on the only connection of a gateway; "
                "the routers on-premises decide which region they prefer (onPremises.prefers)"
            )
            yield RuleFault(f"{CONNECTIONS}.{key}.routingWeight", message)


@rule("ER-36", why="Azure creates a connection only while it advertises 200 prefixes or fewer.")
def spokes_wait_for_the_connection_above_200_prefixes(stack: Stack) -> Iterator[RuleFault]:
    """Above 200 prefixes they use the gateway only once the connection exists."""
    region = stack.region
    used = any(spoke.spoke_to_hub.use_remote_gateways for spoke in region.spokes)
    many = len(region.address_prefixes) > PREFIXES_AT_CONNECTION_CREATION
    waiting = region.connections and region.spokes_wait_for_connections
    if many and used and not waiting and not stack.config.disconnected:
        message = (
            f"{len(region.address_prefixes)} prefixes: spokes may use the gateway only once the "
            "connection exists"
        )
        yield RuleFault("region.spokes", message)


CIRCUITS = (
    peering_locations_are_known,
    region_is_known,
    standard_circuits_reach_the_region,
    local_circuits_reach_the_region,
    circuits_are_provisioned,
    links_do_not_overlap_virtual_networks,
    authorization_keys_are_used_once,
    gateway_supports_the_number_of_circuits,
    circuits_per_peering_location_stay_within_the_limit,
    circuits_per_region_stay_within_the_limit,
    circuits_use_different_peering_locations,
    advertised_prefixes_stay_within_the_limit,
    learned_prefixes_stay_within_the_limit,
    routing_weights_are_set_on_several_connections,
    spokes_wait_for_the_connection_above_200_prefixes,
)
