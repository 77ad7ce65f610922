"""What azure-native 3.29 makes of each simulated type: tokens, paths, property names.

Names are those of the SDK's classes (``pulumi_azure_native.network`` and ``.resources``, 3.29.0),
in the wire's camel case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VERSION = "3.29.0"
"""The version of azure-native that is simulated."""

_GROUP_PATH = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_NETWORK_PATH = f"{_GROUP_PATH}/providers/Microsoft.Network"


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


@dataclass(frozen=True, kw_only=True)
class Schema:
    """One type of azure-native."""

    type: str
    """The type token without package and version, such as ``network:Subnet``."""
    path: str
    """The ARM path; its parameters are inputs, and changing one replaces the resource."""
    name: str
    """The input that names the resource."""
    random_name: bool
    """Whether an automatic name gets a random suffix; a child's does not."""
    inputs: frozenset[str]
    """What goes into the request body."""
    outputs: frozenset[str]
    """What only an answer holds."""
    required: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Inline collections of children: not in the inputs, they are read and sent back."""
    computed: frozenset[str] = frozenset()
    """Inputs that Azure changes by itself: no drift."""
    fixed_location: bool = False
    """Whether a change of ``location`` replaces the resource."""
    query: tuple[str, ...] = ()
    """Inputs that go into the query of a PUT."""
    api_version: str = "2024-05-01"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The inputs in the path, the resource's own name last."""
        parts = self.path.replace("{subscriptionId}", "").split("{")[1:]
        return tuple(part.split("}")[0] for part in parts)

    @property
    def located(self) -> bool:
        """Whether the type has a location of its own."""
        return "location" in self.inputs


_COMMON = words("azureApiVersion etag name provisioningState type")

_SCHEMAS = (
    Schema(
        type="resources:ResourceGroup",
        path=_GROUP_PATH,
        name="resourceGroupName",
        random_name=True,
        inputs=words("location managedBy tags"),
        outputs=words("azureApiVersion name properties type"),
        fixed_location=True,
        api_version="2024-03-01",
    ),
    Schema(
        type="network:VirtualNetwork",
        path=f"{_NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}",
        name="virtualNetworkName",
        random_name=True,
        inputs=words(
            "addressSpace bgpCommunities ddosProtectionPlan dhcpOptions enableDdosProtection "
            "enableVmProtection encryption extendedLocation flowTimeoutInMinutes id ipAllocations "
            "location privateEndpointVNetPolicies subnets tags virtualNetworkPeerings"
        ),
        outputs=_COMMON | words("flowLogs resourceGuid"),
        kept=("subnets", "virtualNetworkPeerings"),
        fixed_location=True,
    ),
    Schema(
        type="network:Subnet",
        path=f"{_NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}/subnets/{{subnetName}}",
        name="subnetName",
        random_name=False,
        inputs=words(
            "addressPrefix addressPrefixes applicationGatewayIPConfigurations "
            "defaultOutboundAccess delegations id ipAllocations ipamPoolPrefixAllocations name "
            "natGateway networkSecurityGroup privateEndpointNetworkPolicies "
            "privateLinkServiceNetworkPolicies routeTable serviceEndpointPolicies "
            "serviceEndpoints sharingScope type"
        ),
        outputs=_COMMON
        | words(
            "ipConfigurationProfiles ipConfigurations privateEndpoints purpose "
            "resourceNavigationLinks serviceAssociationLinks"
        ),
    ),
    Schema(
        type="network:VirtualNetworkPeering",
        path=(
            f"{_NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}"
            "/virtualNetworkPeerings/{virtualNetworkPeeringName}"
        ),
        name="virtualNetworkPeeringName",
        random_name=False,
        inputs=words(
            "allowForwardedTraffic allowGatewayTransit allowVirtualNetworkAccess "
            "doNotVerifyRemoteGateways enableOnlyIPv6Peering id localAddressSpace localSubnetNames "
            "localVirtualNetworkAddressSpace name peerCompleteVnets peeringState peeringSyncLevel "
            "remoteAddressSpace remoteBgpCommunities remoteSubnetNames remoteVirtualNetwork "
            "remoteVirtualNetworkAddressSpace type useRemoteGateways"
        ),
        outputs=_COMMON | words("remoteVirtualNetworkEncryption resourceGuid"),
        computed=words(
            "localAddressSpace localVirtualNetworkAddressSpace peeringState peeringSyncLevel "
            "remoteAddressSpace remoteVirtualNetworkAddressSpace"
        ),
        query=("syncRemoteAddressSpace",),
    ),
    Schema(
        type="network:RouteTable",
        path=f"{_NETWORK_PATH}/routeTables/{{routeTableName}}",
        name="routeTableName",
        random_name=True,
        inputs=words("disableBgpRoutePropagation id location routes tags"),
        outputs=_COMMON | words("resourceGuid subnets"),
        kept=("routes",),
    ),
    Schema(
        type="network:Route",
        path=f"{_NETWORK_PATH}/routeTables/{{routeTableName}}/routes/{{routeName}}",
        name="routeName",
        random_name=False,
        inputs=words("addressPrefix id name nextHopIpAddress nextHopType type"),
        outputs=_COMMON | words("hasBgpOverride"),
        required=("nextHopType",),
    ),
    Schema(
        type="network:NetworkSecurityGroup",
        path=f"{_NETWORK_PATH}/networkSecurityGroups/{{networkSecurityGroupName}}",
        name="networkSecurityGroupName",
        random_name=True,
        inputs=words("flushConnection id location securityRules tags"),
        outputs=_COMMON
        | words("defaultSecurityRules flowLogs networkInterfaces resourceGuid subnets"),
        kept=("securityRules",),
    ),
    Schema(
        type="network:ExpressRouteCircuit",
        path=f"{_NETWORK_PATH}/expressRouteCircuits/{{circuitName}}",
        name="circuitName",
        random_name=True,
        inputs=words(
            "allowClassicOperations authorizationKey authorizations bandwidthInGbps "
            "circuitProvisioningState enableDirectPortRateLimit expressRoutePort "
            "gatewayManagerEtag globalReachEnabled id location peerings serviceKey "
            "serviceProviderNotes serviceProviderProperties serviceProviderProvisioningState sku "
            "tags"
        ),
        outputs=_COMMON | words("authorizationStatus stag"),
        kept=("authorizations", "peerings"),
        computed=words(
            "circuitProvisioningState gatewayManagerEtag serviceKey "
            "serviceProviderProvisioningState"
        ),
    ),
    Schema(
        type="network:ExpressRouteCircuitPeering",
        path=f"{_NETWORK_PATH}/expressRouteCircuits/{{circuitName}}/peerings/{{peeringName}}",
        name="peeringName",
        random_name=False,
        inputs=words(
            "azureASN connections gatewayManagerEtag id ipv6PeeringConfig microsoftPeeringConfig "
            "name peerASN peeringType primaryAzurePort primaryPeerAddressPrefix routeFilter "
            "secondaryAzurePort secondaryPeerAddressPrefix sharedKey state stats vlanId"
        ),
        outputs=_COMMON | words("expressRouteConnection lastModifiedBy peeredConnections"),
        kept=("connections",),
        computed=words("azureASN gatewayManagerEtag primaryAzurePort secondaryAzurePort stats"),
    ),
    Schema(
        type="network:ExpressRouteCircuitAuthorization",
        path=(
            f"{_NETWORK_PATH}/expressRouteCircuits/{{circuitName}}"
            "/authorizations/{authorizationName}"
        ),
        name="authorizationName",
        random_name=False,
        inputs=words("authorizationKey authorizationUseStatus id name"),
        outputs=_COMMON | words("connectionResourceUri"),
        computed=words("authorizationKey authorizationUseStatus"),
    ),
    Schema(
        type="network:VirtualNetworkGateway",
        path=f"{_NETWORK_PATH}/virtualNetworkGateways/{{virtualNetworkGatewayName}}",
        name="virtualNetworkGatewayName",
        random_name=True,
        inputs=words(
            "activeActive adminState allowRemoteVnetTraffic allowVirtualWanTraffic "
            "autoScaleConfiguration bgpSettings customRoutes disableIPSecReplayProtection "
            "enableBgp enableBgpRouteTranslationForNat enableDnsForwarding enablePrivateIpAddress "
            "extendedLocation gatewayDefaultSite gatewayType id identity ipConfigurations location "
            "natRules resiliencyModel sku tags vNetExtendedLocationResourceId "
            "virtualNetworkGatewayPolicyGroups vpnClientConfiguration vpnGatewayGeneration vpnType"
        ),
        outputs=_COMMON | words("inboundDnsForwardingEndpoint resourceGuid"),
        kept=("natRules",),
    ),
    Schema(
        type="network:VirtualNetworkGatewayConnection",
        path=f"{_NETWORK_PATH}/connections/{{virtualNetworkGatewayConnectionName}}",
        name="virtualNetworkGatewayConnectionName",
        random_name=True,
        inputs=words(
            "authorizationKey connectionMode connectionProtocol connectionType dpdTimeoutSeconds "
            "egressNatRules enableBgp enablePrivateLinkFastPath expressRouteGatewayBypass "
            "gatewayCustomBgpIpAddresses id ingressNatRules ipsecPolicies localNetworkGateway2 "
            "location peer routingWeight sharedKey tags trafficSelectorPolicies "
            "useLocalAzureIpAddress usePolicyBasedTrafficSelectors virtualNetworkGateway1 "
            "virtualNetworkGateway2"
        ),
        outputs=_COMMON
        | words(
            "connectionStatus egressBytesTransferred ingressBytesTransferred resourceGuid "
            "tunnelConnectionStatus"
        ),
        required=("connectionType", "virtualNetworkGateway1"),
    ),
)

SCHEMAS: Mapping[str, Schema] = MappingProxyType({each.type: each for each in _SCHEMAS})
"""The simulated types by their token."""


def short_token(token: str) -> str:
    """Return ``azure-native:network/v20240501:Subnet`` as ``network:Subnet``."""
    _, module, name = [*token.split(":"), "", ""][:3]
    return f"{module.split('/')[0]}:{name}"
