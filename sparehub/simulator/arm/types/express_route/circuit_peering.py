"""Peerings of ExpressRoute circuits: private ones, and Microsoft peerings, which route nothing."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.express_route import global_reach
from sparehub.simulator.arm.types.express_route.circuit import (
    CIRCUIT,
    CONNECTION,
    is_test_circuit,
    provider_state,
)
from sparehub.simulator.arm.types.network import addresses

CIRCUIT_PEERING = f"{CIRCUIT}/peerings"
PRIVATE_PEERING = "AzurePrivatePeering"
MICROSOFT_PEERING = "MicrosoftPeering"
_CONFIG = {
    "advertisedPublicPrefixesState": "ValidationNeeded",
    "customerASN": 0,
    "legacyMode": 0,
    "routingRegistryName": "NONE",
}
"""Azure's defaults of a Microsoft peering (recorded in azure-libraries-for-net)."""
_NEEDED = ("peerASN", "vlanId", "primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")
_PREFIX = 30
MICROSOFT_ASN = 12076


class CircuitPeering(ResourceType):
    """A private or Microsoft peering of a circuit."""

    name = CIRCUIT_PEERING
    accepts: ClassVar[Spec] = {
        "gatewayManagerEtag": str,
        "ipv6PeeringConfig": {
            "primaryPeerAddressPrefix": str,
            "secondaryPeerAddressPrefix": str,
            "state": str,
        },
        "microsoftPeeringConfig": {
            "advertisedCommunities": [str],
            "advertisedPublicPrefixes": [str],
            "customerASN": int,
            "legacyMode": int,
            "routingRegistryName": str,
        },
        "peerASN": int,
        "peeringType": str,
        "primaryPeerAddressPrefix": str,
        "secondaryPeerAddressPrefix": str,
        "sharedKey": str,
        "state": str,
        "vlanId": int,
    }
    # Creation and update recorded in azure-libraries-for-net; deletion taken as the update.
    seconds = Durations(create=43, update=21, delete=21)
    fails_parent = True
    verb = "PutExpressRouteCircuitPeeringOperation"

    def check(self, write: Write) -> None:
        """Refuse a circuit that is not provisioned (ER-09) and incomplete settings (ER-10)."""
        circuit = write.parent
        if (
            circuit
            and not circuit.private["provisioned"]
            and not is_test_circuit(circuit.properties)
        ):
            raise refusals.CIRCUIT_NOT_PROVISIONED(
                id=write.id.text, circuit=circuit.id.text, state=provider_state(circuit)
            )
        if problem := _problem(write):
            raise refusals.PEERING_INCOMPLETE(id=write.id.text, problem=problem)

    def failure(self, write: Write) -> Refusal | None:
        """Return that Microsoft peering needs a Premium circuit (ER-13): the operation fails."""
        circuit = write.parent
        tier = circuit.document["sku"]["tier"] if circuit else "Premium"
        if write.id.name == MICROSOFT_PEERING and tier != "Premium":
            return refusals.MICROSOFT_PEERING_SKU(tier=tier)
        return None

    def compute(self, write: Write) -> JsonObject:
        """Add Microsoft's side. Its autonomous system is 12076 (ER-11)."""
        defaults = {
            "azureASN": MICROSOFT_ASN,
            "gatewayManagerEtag": "",
            "lastModifiedBy": "Customer",
            "primaryAzurePort": "SIMULATED-CIS-1-PRI",
            "secondaryAzurePort": "SIMULATED-CIS-2-SEC",
            "state": "Enabled",
        }
        if write.id.name != MICROSOFT_PEERING:
            return defaults | write.properties
        config = write.properties["microsoftPeeringConfig"]
        return defaults | write.properties | {"microsoftPeeringConfig": _CONFIG | config}

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Show both ends of Global Reach; while it is made, not yet Microsoft's side (recorded).

        The shared key is not shown: hashicorp/terraform-provider-azurerm,
        express_route_circuit_peering_resource_test.go does not compare it after an import.
        """
        shown = {name: value for name, value in resource.properties.items() if name != "sharedKey"}
        shown["connections"] = global_reach.made_here(transaction, resource)
        shown["peeredConnections"] = global_reach.made_there(transaction, resource)
        if not provisioned and resource.private["new"]:
            shown |= {"azureASN": 0, "lastModifiedBy": ""}
            for name in ("gatewayManagerEtag", "primaryAzurePort", "secondaryAzurePort"):
                del shown[name]
        return shown

    def private(self, write: Write) -> JsonObject:
        """Record whether the peering is new."""
        return {"new": write.existing is None}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete the private peering of a circuit with connections (ER-30)."""
        circuit = resource.id.parent if resource.id.name == PRIVATE_PEERING else None
        for user in transaction.referrers(circuit.key, CONNECTION) if circuit else []:
            raise refusals.PEERING_CONNECTED(id=resource.id.text, user=user.id.text)


def _problem(write: Write) -> str:
    """Return the problem with the peering's settings; empty if there is none."""
    properties = write.properties
    kinds = (PRIVATE_PEERING, MICROSOFT_PEERING)
    if properties.get("peeringType") != write.id.name or write.id.name not in kinds:
        return f"peeringType and name must be {PRIVATE_PEERING} or {MICROSOFT_PEERING}"
    missing = [name for name in _NEEDED if name not in properties]
    config = properties.get("microsoftPeeringConfig", {})
    if write.id.name == MICROSOFT_PEERING and not config.get("advertisedPublicPrefixes"):
        missing.append("microsoftPeeringConfig.advertisedPublicPrefixes")
    if missing:
        return f"{', '.join(missing)} must be given"
    first, second = (addresses.network(properties[name], write.id) for name in _NEEDED[2:])
    if {first.version, second.version} != {4} or {first.prefixlen, second.prefixlen} != {_PREFIX}:
        return "the primary and secondary prefixes must be two /30"
    if addresses.overlap(first, second):
        return "the primary and secondary prefixes overlap"
    if not 1 <= properties["vlanId"] <= 4094:  # noqa: PLR2004  IEEE 802.1Q
        return "vlanId must be from 1 to 4094"
    return ""
