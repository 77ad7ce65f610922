"""Schemas of azure-native 3.29 for networks, gateways and circuits: data.

Names are those of the SDK's classes (``pulumi_azure_native.network`` and ``.resources``, 3.29.0),
in the wire's camel case.
"""

from sparehub.simulator.provider.schemas.base import COMMON, GROUP_PATH, NETWORK_PATH, Schema, words

NETWORK_SCHEMAS = (
    Schema(
        type="resources:ResourceGroup",
        path=GROUP_PATH,
        name="resourceGroupName",
        random_name=True,
        inputs=words("location managedBy tags"),
        outputs=words("azureApiVersion name properties type"),
        fixed_location=True,
        api_version="2024-03-01",
    ),
    Schema(
        type="network:VirtualNetwork",
        path=f"{NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}",
        name="virtualNetworkName",
        random_name=True,
        inputs=words(
            "addressSpace bgpCommunities ddosProtectionPlan dhcpOptions enableDdosProtection "
            "enableVmProtection encryption extendedLocation flowTimeoutInMinutes id ipAllocations "
            "location privateEndpointVNetPolicies subnets tags virtualNetworkPeerings"
        ),
        outputs=COMMON | words("flowLogs resourceGuid"),
        kept=("subnets", "virtualNetworkPeerings"),
        defaults=(("enableDdosProtection", False), ("enableVmProtection", False)),
        fixed_location=True,
    ),
    Schema(
        type="network:Subnet",
        path=f"{NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}/subnets/{{subnetName}}",
        name="subnetName",
        random_name=False,
        inputs=words(
            "addressPrefix addressPrefixes applicationGatewayIPConfigurations "
            "defaultOutboundAccess delegations id ipAllocations ipamPoolPrefixAllocations name "
            "natGateway networkSecurityGroup privateEndpointNetworkPolicies "
            "privateLinkServiceNetworkPolicies routeTable serviceEndpointPolicies "
            "serviceEndpoints sharingScope type"
        ),
        outputs=COMMON
        | words(
            "ipConfigurationProfiles ipConfigurations privateEndpoints purpose "
            "resourceNavigationLinks serviceAssociationLinks"
        ),
        defaults=(
            ("privateEndpointNetworkPolicies", "Disabled"),
            ("privateLinkServiceNetworkPolicies", "Enabled"),
        ),
    ),
    Schema(
        type="network:VirtualNetworkPeering",
        path=(
            f"{NETWORK_PATH}/virtualNetworks/{{virtualNetworkName}}"
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
        outputs=COMMON | words("remoteVirtualNetworkEncryption resourceGuid"),
        computed=words(
            "localAddressSpace localVirtualNetworkAddressSpace peeringState peeringSyncLevel "
            "remoteAddressSpace remoteVirtualNetworkAddressSpace"
        ),
        query=("syncRemoteAddressSpace",),
    ),
    Schema(
        type="network:RouteTable",
        path=f"{NETWORK_PATH}/routeTables/{{routeTableName}}",
        name="routeTableName",
        random_name=True,
        inputs=words("disableBgpRoutePropagation id location routes tags"),
        outputs=COMMON | words("resourceGuid subnets"),
        kept=("routes",),
    ),
    Schema(
        type="network:Route",
        path=f"{NETWORK_PATH}/routeTables/{{routeTableName}}/routes/{{routeName}}",
        name="routeName",
        random_name=False,
        inputs=words("addressPrefix id name nextHopIpAddress nextHopType type"),
        outputs=COMMON | words("hasBgpOverride"),
        required=("nextHopType",),
    ),
    Schema(
        type="network:NetworkSecurityGroup",
        path=f"{NETWORK_PATH}/networkSecurityGroups/{{networkSecurityGroupName}}",
        name="networkSecurityGroupName",
        random_name=True,
        inputs=words("flushConnection id location securityRules tags"),
        outputs=COMMON
        | words("defaultSecurityRules flowLogs networkInterfaces resourceGuid subnets"),
        kept=("securityRules",),
    ),
    Schema(
        type="network:ExpressRouteCircuit",
        path=f"{NETWORK_PATH}/expressRouteCircuits/{{circuitName}}",
        name="circuitName",
        random_name=True,
        inputs=words(
            "allowClassicOperations authorizationKey authorizations bandwidthInGbps "
            "circuitProvisioningState enableDirectPortRateLimit expressRoutePort "
            "gatewayManagerEtag globalReachEnabled id location peerings serviceKey "
            "serviceProviderNotes serviceProviderProperties serviceProviderProvisioningState sku "
            "tags"
        ),
        outputs=COMMON | words("authorizationStatus stag"),
        kept=("authorizations", "peerings"),
        computed=words(
            "circuitProvisioningState gatewayManagerEtag serviceKey "
            "serviceProviderProvisioningState"
        ),
    ),
    Schema(
        type="network:ExpressRouteCircuitPeering",
        path=f"{NETWORK_PATH}/expressRouteCircuits/{{circuitName}}/peerings/{{peeringName}}",
        name="peeringName",
        random_name=False,
        inputs=words(
            "azureASN connections gatewayManagerEtag id ipv6PeeringConfig microsoftPeeringConfig "
            "name peerASN peeringType primaryAzurePort primaryPeerAddressPrefix routeFilter "
            "secondaryAzurePort secondaryPeerAddressPrefix sharedKey state stats vlanId"
        ),
        outputs=COMMON | words("expressRouteConnection lastModifiedBy peeredConnections"),
        kept=("connections",),
        computed=words("azureASN gatewayManagerEtag primaryAzurePort secondaryAzurePort stats"),
    ),
    Schema(
        type="network:ExpressRouteCircuitAuthorization",
        path=(
            f"{NETWORK_PATH}/expressRouteCircuits/{{circuitName}}"
            "/authorizations/{authorizationName}"
        ),
        name="authorizationName",
        random_name=False,
        inputs=words("authorizationKey authorizationUseStatus id name"),
        outputs=COMMON | words("connectionResourceUri"),
        computed=words("authorizationKey authorizationUseStatus"),
    ),
    Schema(
        type="network:VirtualNetworkGateway",
        path=f"{NETWORK_PATH}/virtualNetworkGateways/{{virtualNetworkGatewayName}}",
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
        outputs=COMMON | words("inboundDnsForwardingEndpoint resourceGuid"),
        kept=("natRules",),
        sku_inside=True,
    ),
    Schema(
        type="network:VirtualNetworkGatewayConnection",
        path=f"{NETWORK_PATH}/connections/{{virtualNetworkGatewayConnectionName}}",
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
        outputs=COMMON
        | words(
            "connectionStatus egressBytesTransferred ingressBytesTransferred resourceGuid "
            "tunnelConnectionStatus"
        ),
        required=("connectionType", "virtualNetworkGateway1"),
    ),
)
