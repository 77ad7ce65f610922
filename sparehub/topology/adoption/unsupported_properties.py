"""Properties that a region's resources have in Azure and no configuration can say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sparehub.topology.state import resources as arm
from sparehub.topology.state.parts import tag_route_of
from sparehub.topology.state.region import Reading
from sparehub.topology.state.resources import ArmResource
from sparehub.topology.state.values import prefix_of

# What the model holds, and what Azure says of itself.
_ENVELOPE = (
    "id name type location tags etag apiVersion kind resourceGroup resourceGuid provisioningState "
    "comments scale"
)
_KNOWN = {
    arm.RESOURCE_GROUP: "properties managedBy",
    arm.VIRTUAL_NETWORK: "addressSpace dhcpOptions subnets virtualNetworkPeerings",
    arm.SUBNET: (
        "addressPrefix addressPrefixes routeTable serviceEndpoints networkSecurityGroup "
        "natGateway defaultOutboundAccess ipConfigurations purpose"
    ),
    arm.PEERING: (
        "remoteVirtualNetwork allowVirtualNetworkAccess allowForwardedTraffic allowGatewayTransit "
        "useRemoteGateways peeringState peeringSyncLevel remoteAddressSpace remoteGateways "
        "remoteVirtualNetworkAddressSpace remoteBgpCommunities peerCompleteVnets"
    ),
    arm.ROUTE_TABLE: "routes disableBgpRoutePropagation subnets",
    arm.GATEWAY: (
        "gatewayType sku ipConfigurations autoScaleConfiguration bgpSettings vpnType "
        "vpnGatewayGeneration packetCaptureDiagnosticState"
    ),
    arm.CONNECTION: (
        "virtualNetworkGateway1 peer connectionType routingWeight connectionStatus "
        "connectionProtocol ingressBytesTransferred egressBytesTransferred connectionMode"
    ),
    arm.CIRCUIT: (
        "sku serviceProviderProperties peerings authorizations circuitProvisioningState serviceKey "
        "serviceProviderProvisioningState gatewayManagerEtag stag"
    ),
    arm.CIRCUIT_PEERING: (
        "peeringType peerASN vlanId primaryPeerAddressPrefix secondaryPeerAddressPrefix state "
        "azureASN primaryAzurePort secondaryAzurePort lastModifiedBy gatewayManagerEtag "
        "connections peeredConnections stats"
    ),
}
# What Azure fills in where nobody said anything; any other value was meant.
# https://learn.microsoft.com/rest/api/virtualnetwork
_USUAL: Mapping[str, Any] = {
    "privateEndpointNetworkPolicies": "Disabled",
    "privateLinkServiceNetworkPolicies": "Enabled",
    "privateEndpointVNetPolicies": "Disabled",
    "adminState": "Enabled",
}
_LOST = ": a `pulumi up` that writes the resource takes it away"


def unsupported_properties(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield id and reason of each property that has a value and no place in the configuration."""
    tags = dict(reading.region.tags)
    for resource in reading.roles.by_role.values():
        known = {*_ENVELOPE.split(), *_KNOWN.get(resource.type, "").split()}
        for name, value in sorted(resource.properties.items()):
            if name not in known and value not in (None, False, "", [], {}, _USUAL.get(name)):
                yield resource.id, f"{name} is set, which the configuration cannot say{_LOST}"
        has_tags = resource.type in arm.TAGGED
        if has_tags and (resource.properties.get("tags") or {}) != tags:
            yield resource.id, "its tags are not the region's, which the configuration gives to all"
        yield from ((resource.id, reason) for reason in _more(resource))


def _more(resource: ArmResource) -> Iterator[str]:
    """Yield what a known property holds beyond what the model does."""
    properties = resource.properties
    if resource.type == arm.SUBNET and len(properties.get("addressPrefixes") or ()) > 1:
        yield f"it has several prefixes; the configuration gives a subnet one{_LOST}"
    if resource.type == arm.VIRTUAL_NETWORK:
        space = (properties.get("addressSpace") or {}).get("addressPrefixes") or ()
        unread = [str(each) for each in space if prefix_of(each) is None]
        if unread:
            what = "is IPv6, which Site Recovery does not replicate (SR-21)"
            yield f"{', '.join(unread)} {what}{_LOST}"
    if resource.type == arm.ROUTE_TABLE:
        for route in properties.get("routes") or ():
            if prefix_of(route.get("addressPrefix")) is None and tag_route_of(route) is None:
                what = f"route {route.get('name')}: {route.get('addressPrefix')}"
                yield f"{what} is not an IPv4 prefix{_LOST}"
    if arm.is_subnet_peering(resource):
        yield (
            "it is a subnet peering (peerCompleteVnets: false), which the configuration cannot "
            "say; Azure fixes the kind at creation, so no `pulumi up` makes another of it: delete "
            "both halves first (PE-22)"
        )
    if resource.type == arm.GATEWAY:
        yield from _gateway(properties.get("ipConfigurations") or ())


def _gateway(configurations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(configurations) > 1:
        yield "it has several IP configurations; the configuration gives a gateway one"
    for each in configurations:
        if each.get("publicIPAddress"):
            yield "it has a public IP address; Azure manages that of a new one itself (GWY-03)"
        if each.get("name") not in ("default", None):
            yield f"its IP configuration is called {each['name']}; the program's is `default`"
