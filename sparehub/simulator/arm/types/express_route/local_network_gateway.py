"""Local network gateways: the other end of a VPN connection."""

from ipaddress import ip_address
from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network import addresses

LOCAL_GATEWAY = "Microsoft.Network/localNetworkGateways"
CONNECTION = "Microsoft.Network/connections"


class LocalNetworkGateway(ResourceType):
    """A VPN device on premises, and the prefixes behind it."""

    name = LOCAL_GATEWAY
    accepts: ClassVar[Spec] = {
        "bgpSettings": {"asn": int, "bgpPeeringAddress": str, "peerWeight": int},
        "fqdn": str,
        "gatewayIpAddress": str,
        "localNetworkAddressSpace": {"addressPrefixes": [str]},
    }
    # Recorded in azure-libraries-for-net: done at the first poll, after 10 s.
    seconds = Durations(create=10, update=10, delete=10)
    has_location = True
    verb = "PutLocalNetworkGatewayOperation"

    def check(self, write: Write) -> None:
        """Refuse prefixes that are none (VN-04, VN-05) and a device without an address."""
        space = write.properties.get("localNetworkAddressSpace", {}).get("addressPrefixes", [])
        addresses.networks(space, write.id)
        address = write.properties.get("gatewayIpAddress")
        if address is None and "fqdn" not in write.properties:
            raise refusals.LOCAL_GATEWAY_ADDRESS(id=write.id.text)
        if address is not None:
            try:
                ip_address(address)
            except ValueError:
                raise refusals.LOCAL_GATEWAY_ADDRESS(id=write.id.text) from None

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults."""
        return {"resourceGuid": guid(write.id.key)} | write.properties

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete the end of a connection."""
        for user in transaction.referrers(resource.key, CONNECTION):
            raise refusals.LOCAL_GATEWAY_IN_USE(id=resource.id.text, user=user.id.text)
