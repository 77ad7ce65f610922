"""From resources with their roles to gateway, connections and circuits of the model."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.config.express_route import ReferencedCircuitConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.model.resources import Circuit, CircuitReference, Connection, Gateway
from sparehub.topology.state.parts import location_of, private_peering_of, state_of, whole
from sparehub.topology.state.resources import CIRCUIT, ArmResource
from sparehub.topology.state.roles import Roles


def gateway_of(roles: Roles) -> Gateway | None:
    """Return the ExpressRoute gateway, or None where there is none."""
    gateway = roles[ROLES.gateway]
    if gateway is None:
        return None
    bounds = (gateway.properties.get("autoScaleConfiguration") or {}).get("bounds") or {}
    return Gateway(
        name=gateway.name,
        sku=str((gateway.properties.get("sku") or {}).get("name", "")),
        min_scale_units=whole(bounds.get("min")),
        max_scale_units=whole(bounds.get("max")),
        provisioning_state=state_of(gateway),
        allow_remote_vnet_traffic=gateway.properties.get("allowRemoteVnetTraffic") is True,
        allow_virtual_wan_traffic=gateway.properties.get("allowVirtualWanTraffic") is True,
    )


def connection_of(roles: Roles, key: str) -> Connection:
    """Return the connection with a key, which must be there."""
    connection = roles.by_role[ROLES.connection(key)]
    return Connection(
        key=key,
        name=connection.name,
        routing_weight=whole(connection.properties.get("routingWeight")) or 0,
        provisioning_state=state_of(connection),
        fast_path=connection.properties.get("expressRouteGatewayBypass") is True,
    )


def circuits_of(
    roles: Roles, given: StackConfig | None, outputs: Mapping[str, Any]
) -> Iterator[Circuit | CircuitReference]:
    """Yield the circuits by key: those that connections lead to, and those that wait."""
    owned = {key: roles.by_role[ROLES.circuit(key)] for key in roles.keys(ROLES.circuit)}
    said = outputs.get("circuitIds") or {}
    for key in sorted({*owned, *roles.connections, *said}):
        connection = roles[ROLES.connection(key)]
        peer = connection.refers_to("peer") if connection else None
        # A connection to another circuit than that of its key is recognized by its peer.
        if key in owned and peer in (None, owned[key].identity):
            yield _circuit(roles, key, owned[key])
        elif peer:
            yield _referenced(roles, given, key, peer)
        elif said.get(key):
            yield _referenced(roles, given, key, ResourceId.of(str(said[key])))


def _circuit(roles: Roles, key: str, circuit: ArmResource) -> Circuit:
    provider = circuit.properties.get("serviceProviderProperties") or {}
    sku = circuit.properties.get("sku") or {}
    return Circuit(
        key=key,
        name=circuit.name,
        resource_group=circuit.group,
        location=location_of(circuit),
        peering_location=str(provider.get("peeringLocation", "")),
        service_provider=str(provider.get("serviceProviderName", "")),
        bandwidth_in_mbps=whole(provider.get("bandwidthInMbps")) or 0,
        tier=str(sku.get("tier", "")),
        family=str(sku.get("family", "")),
        private_peering=private_peering_of(roles[ROLES.private_peering(key)]),
    )


def _referenced(
    roles: Roles, given: StackConfig | None, key: str, identity: ResourceId
) -> CircuitReference:
    connections = given.region.express_route.connections if given else {}
    known = connections[key].circuit if key in connections else None
    # Another stack may own it and describe it here.
    circuits = (resource for resource in roles.all if resource.type == CIRCUIT)
    there = next((each for each in circuits if each.identity.is_same(identity)), None)
    if isinstance(known, ReferencedCircuitConfig) and ResourceId.parse(known.id).is_same(identity):
        return CircuitReference(
            key=key,
            id=identity,
            location=known.location,
            peering_location=known.peering_location,
            bandwidth_in_mbps=known.bandwidth_in_mbps.value,
            tier=known.sku.tier.value,
        )
    seen = _circuit(roles, key, there) if there else None
    return CircuitReference(
        key=key,
        id=identity,
        location=seen.location if seen else None,
        peering_location=seen.peering_location if seen else "",
        bandwidth_in_mbps=seen.bandwidth_in_mbps if seen else 0,
        tier=seen.tier if seen else "",
    )
