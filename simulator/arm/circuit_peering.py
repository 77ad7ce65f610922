"""Private peerings of ExpressRoute circuits."""

from typing import ClassVar

from simulator.arm import addresses
from simulator.arm import refusals_express_route as refusals
from simulator.arm.accept import Spec
from simulator.arm.circuit import CIRCUIT, CONNECTION, provider_state
from simulator.arm.messages import JsonObject
from simulator.arm.resource_type import Durations, ResourceType, Write
from simulator.arm.transaction import Resource, Transaction

CIRCUIT_PEERING = f"{CIRCUIT}/peerings"
PRIVATE_PEERING = "AzurePrivatePeering"
_NEEDED = ("peerASN", "vlanId", "primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")
_PREFIX = 30
_MICROSOFT_ASN = 12076


class CircuitPeering(ResourceType):
    """A peering of a circuit; Microsoft peering is not simulated."""

    name = CIRCUIT_PEERING
    accepts: ClassVar[Spec] = {
        "gatewayManagerEtag": str,
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
        """Refuse a circuit that is not provisioned (ER-09) and what is incomplete (ER-10)."""
        circuit = write.transaction.get(write.id.parent.key) if write.id.parent else None
        if circuit and not circuit.private["provisioned"]:
            raise refusals.CIRCUIT_NOT_PROVISIONED(
                id=write.id.text, circuit=circuit.id.text, state=provider_state(circuit)
            )
        if problem := _problem(write):
            raise refusals.PEERING_INCOMPLETE(id=write.id.text, problem=problem)

    def compute(self, write: Write) -> JsonObject:
        """Add Microsoft's side. Its autonomous system is 12076 (ER-11)."""
        defaults = {
            "azureASN": _MICROSOFT_ASN,
            "connections": [],
            "gatewayManagerEtag": "",
            "lastModifiedBy": "Customer",
            "peeredConnections": [],
            "primaryAzurePort": "SIMULATED-CIS-1-PRI",
            "secondaryAzurePort": "SIMULATED-CIS-2-SEC",
            "state": "Enabled",
        }
        return defaults | write.properties

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete the private peering of a circuit with connections (ER-30)."""
        circuit = resource.id.parent
        for user in transaction.mentioning(circuit.key, CONNECTION) if circuit else []:
            raise refusals.PEERING_CONNECTED(id=resource.id.text, user=user.id.text)


def _problem(write: Write) -> str:
    """Return what is wrong with the peering's settings, or nothing."""
    properties = write.properties
    if properties.get("peeringType") != PRIVATE_PEERING or write.id.name != PRIVATE_PEERING:
        return f"peeringType and name must be {PRIVATE_PEERING}"
    if missing := [name for name in _NEEDED if name not in properties]:
        return f"{', '.join(missing)} must be given"
    first, second = (addresses.network(properties[name], write.id) for name in _NEEDED[2:])
    if first.prefixlen != _PREFIX or second.prefixlen != _PREFIX:
        return "the primary and secondary prefixes must be two /30"
    if addresses.overlap(first, second):
        return "the primary and secondary prefixes overlap"
    if not 1 <= properties["vlanId"] <= 4094:  # noqa: PLR2004  IEEE 802.1Q
        return "vlanId must be from 1 to 4094"
    return ""
