"""Connections of gateways: to ExpressRoute circuits, VPN devices and other gateways."""

from typing import ClassVar

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals import express_route
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.express_route import authorization
from sparehub.simulator.arm.types.express_route.authorization import AUTHORIZATION
from sparehub.simulator.arm.types.express_route.circuit import (
    CIRCUIT,
    CONNECTION,
    peering_location,
    provider_state,
)
from sparehub.simulator.arm.types.express_route.circuit_peering import CIRCUIT_PEERING
from sparehub.simulator.arm.types.express_route.connection_limits import check_limits
from sparehub.simulator.arm.types.express_route.gateway import EXPRESS_ROUTE, GATEWAY
from sparehub.simulator.arm.types.express_route.local_network_gateway import LOCAL_GATEWAY
from sparehub.simulator.arm.types.express_route.vpn import (
    DEFAULTS,
    IPSEC,
    VNET_TO_VNET,
    check_connection,
)

_VPN_SECONDS = 11.0
"""Recorded in azure-libraries-for-net: an IPsec connection, done at the first poll."""


class Connection(ResourceType):
    """A connection."""

    name = CONNECTION
    accepts: ClassVar[Spec] = {
        "authorizationKey": str,
        "connectionProtocol": str,
        "connectionType": str,
        "connectionMode": str,
        "dpdTimeoutSeconds": int,
        "enableBgp": bool,
        "enablePrivateLinkFastPath": bool,
        "expressRouteGatewayBypass": bool,
        "ipsecPolicies": [dict],
        "localNetworkGateway2": Reference(LOCAL_GATEWAY),
        "peer": Reference(CIRCUIT),
        "routingWeight": int,
        "sharedKey": str,
        "trafficSelectorPolicies": [dict],
        "usePolicyBasedTrafficSelectors": bool,
        "virtualNetworkGateway1": Reference(GATEWAY),
        "virtualNetworkGateway2": Reference(GATEWAY),
    }
    # Creation and deletion recorded in azure-powershell (2016); update taken as the deletion.
    seconds = Durations(create=181, update=90, delete=90)
    has_location = True
    verb = "PutVirtualNetworkGatewayConnectionOperation"

    def write_lock_key(self, identity: ResourceId, properties: JsonObject) -> str:
        """Return the gateway: Azure writes one connection of a gateway after another."""
        gateway: str = properties.get("virtualNetworkGateway1", {}).get("id", identity.key)
        return gateway.lower()

    def dependencies(self, write: Write) -> list[Resource]:
        """Return the circuit's peerings."""
        peer = write.properties.get("peer", {}).get("id", "").lower()
        return write.transaction.children(peer, CIRCUIT_PEERING)

    def check(self, write: Write) -> None:
        """Refuse ER-04, ER-05, ER-09, ER-14 to ER-16, ER-34, ER-36."""
        properties, identity = write.properties, write.id
        if properties.get("connectionType") not in (EXPRESS_ROUTE, IPSEC, VNET_TO_VNET):
            raise express_route.CONNECTION_TYPE(id=identity.text)
        store = write.transaction
        gateway = store.get(properties.get("virtualNetworkGateway1", {}).get("id", "").lower())
        if gateway and _is_vpn(properties):
            check_connection(write, gateway)
            return
        circuit = store.get(properties.get("peer", {}).get("id", "").lower())
        if gateway is None or circuit is None:
            problem = "virtualNetworkGateway1 and peer are needed"
            raise express_route.CONNECTION_INCOMPLETE(id=identity.text, problem=problem)
        if "sharedKey" in properties:
            raise express_route.CONNECTION_SHARED_KEY(id=identity.text)
        if gateway.properties["gatewayType"] != EXPRESS_ROUTE:
            raise refusals.REFERENCE_TYPE_WRONG(
                reference=gateway.id.text,
                expected=f"{GATEWAY} of type {EXPRESS_ROUTE}",
                path="properties.virtualNetworkGateway1",
            )
        if not circuit.private["provisioned"]:
            raise express_route.CIRCUIT_NOT_PROVISIONED(
                id=identity.text, circuit=circuit.id.text, state=provider_state(circuit)
            )
        _check_reach(identity.name, circuit, gateway)
        if write.existing:
            _check_unchanged(write, write.existing)
        else:
            check_limits(write, gateway, circuit)
            _authorization(write, circuit)

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults."""
        defaults = {
            "egressBytesTransferred": 0,
            "enableBgp": False,
            "expressRouteGatewayBypass": False,
            "ingressBytesTransferred": 0,
            "resourceGuid": guid(write.id.key),
            "routingWeight": 0,
        }
        return defaults | (DEFAULTS if _is_vpn(write.properties) else {}) | write.properties

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the unknown status of a VPN connection, whose device has not answered (recorded)."""
        del transaction
        unknown = (
            {"connectionStatus": "Unknown"} if provisioned and _is_vpn(resource.properties) else {}
        )
        return resource.properties | unknown

    def duration(self, write: Write) -> float:
        """Return how long a PUT takes: an ExpressRoute connection takes minutes."""
        return _VPN_SECONDS if _is_vpn(write.properties) else super().duration(write)

    def after_put(self, write: Write, resource: Resource) -> None:
        """Use up the authorization."""
        if write.existing or _is_vpn(write.properties):
            return
        circuit = write.transaction.get(resource.properties["peer"]["id"].lower())
        used_key = _authorization(write, circuit) if circuit else None
        if used_key:
            authorization.use(write.transaction, used_key, write.id.text)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Release the authorization."""
        del deleter
        authorization.release(transaction, resource.key)


def _is_vpn(properties: JsonObject) -> bool:
    return properties.get("connectionType") in (IPSEC, VNET_TO_VNET)


def _check_reach(name: str, circuit: Resource, gateway: Resource) -> None:
    """Refuse a gateway in a region that the circuit does not reach (ER-04, ER-05)."""
    location = peering_location(circuit)
    region, tier = gateway.document["location"], circuit.document["sku"]["tier"]
    if tier == "Local" and not geography.local_to(location, region):
        raise express_route.REACH_LOCAL(peering_location=location, region=region)
    if tier in ("Basic", "Standard") and not geography.same_geopolitical_region(location, region):
        raise express_route.REACH_STANDARD(name=name, peering_location=location, region=region)


def _check_unchanged(write: Write, existing: Resource) -> None:
    """Refuse to point an existing connection elsewhere."""
    for what in ("virtualNetworkGateway1", "peer"):
        if write.properties[what]["id"].lower() != existing.properties[what]["id"].lower():
            raise express_route.CONNECTION_FIXED(id=write.id.text, what=what)


def _authorization(write: Write, circuit: Resource) -> Resource | None:
    """Return the authorization that the connection needs or brings; refuse ER-14."""
    key = write.properties.get("authorizationKey")
    if key is None:
        if write.id.subscription != circuit.id.subscription:
            raise express_route.AUTHORIZATION_NEEDED(id=write.id.text, circuit=circuit.id.text)
        return None
    for candidate in write.transaction.children(circuit.key, AUTHORIZATION):
        if candidate.properties["authorizationKey"] == key:
            if candidate.private.get("used"):
                raise express_route.AUTHORIZATION_USED(
                    id=write.id.text, authorization=candidate.id.text
                )
            return candidate
    raise express_route.AUTHORIZATION_INVALID(id=write.id.text, circuit=circuit.id.text)
