"""Schemas of azure-native 3.29 for resources in subnets: data.

Names are those of the SDK's classes (``pulumi_azure_native.network`` and ``.compute``, 3.29.0), in
the wire's camel case.
"""

from sparehub.simulator.provider.schemas.base import COMMON, GROUP_PATH, NETWORK_PATH, Schema, words

ATTACHED_SCHEMAS = (
    Schema(
        type="network:PublicIPAddress",
        path=f"{NETWORK_PATH}/publicIPAddresses/{{publicIpAddressName}}",
        name="publicIpAddressName",
        random_name=True,
        inputs=words(
            "ddosSettings deleteOption dnsSettings extendedLocation id idleTimeoutInMinutes "
            "ipAddress ipTags linkedPublicIPAddress location migrationPhase natGateway "
            "publicIPAddressVersion publicIPAllocationMethod publicIPPrefix "
            "servicePublicIPAddress sku tags zones"
        ),
        outputs=COMMON | words("ipConfiguration resourceGuid"),
        computed=words("ipAddress"),
    ),
    Schema(
        type="network:NetworkInterface",
        path=f"{NETWORK_PATH}/networkInterfaces/{{networkInterfaceName}}",
        name="networkInterfaceName",
        random_name=True,
        inputs=words(
            "auxiliaryMode auxiliarySku disableTcpStateTracking dnsSettings "
            "enableAcceleratedNetworking enableIPForwarding extendedLocation id "
            "ipConfigurations location migrationPhase networkSecurityGroup nicType "
            "privateLinkService tags workloadType"
        ),
        outputs=COMMON
        | words(
            "defaultOutboundConnectivityEnabled dscpConfiguration hostedWorkloads macAddress "
            "primary privateEndpoint resourceGuid tapConfigurations virtualMachine "
            "vnetEncryptionSupported"
        ),
    ),
    Schema(
        type="compute:VirtualMachine",
        path=f"{GROUP_PATH}/providers/Microsoft.Compute/virtualMachines/{{vmName}}",
        name="vmName",
        random_name=True,
        inputs=words(
            "additionalCapabilities applicationProfile availabilitySet billingProfile "
            "capacityReservation diagnosticsProfile evictionPolicy extendedLocation "
            "extensionsTimeBudget hardwareProfile host hostGroup identity licenseType location "
            "networkProfile osProfile placement plan platformFaultDomain priority "
            "proximityPlacementGroup scheduledEventsPolicy scheduledEventsProfile "
            "securityProfile storageProfile tags userData virtualMachineScaleSet zones"
        ),
        outputs=COMMON | words("instanceView managedBy resources systemData timeCreated vmId"),
        api_version="2024-11-01",
    ),
    Schema(
        type="network:LoadBalancer",
        path=f"{NETWORK_PATH}/loadBalancers/{{loadBalancerName}}",
        name="loadBalancerName",
        random_name=True,
        inputs=words(
            "backendAddressPools extendedLocation frontendIPConfigurations id inboundNatPools "
            "inboundNatRules loadBalancingRules location outboundRules probes sku tags"
        ),
        outputs=COMMON | words("resourceGuid"),
        kept=("backendAddressPools", "inboundNatRules"),
    ),
    Schema(
        type="network:AzureFirewall",
        path=f"{NETWORK_PATH}/azureFirewalls/{{azureFirewallName}}",
        name="azureFirewallName",
        random_name=True,
        inputs=words(
            "additionalProperties applicationRuleCollections autoscaleConfiguration "
            "firewallPolicy hubIPAddresses id ipConfigurations location "
            "managementIpConfiguration natRuleCollections networkRuleCollections sku tags "
            "threatIntelMode virtualHub zones"
        ),
        outputs=COMMON | words("ipGroups"),
        sku_inside=True,
    ),
    Schema(
        type="network:LocalNetworkGateway",
        path=f"{NETWORK_PATH}/localNetworkGateways/{{localNetworkGatewayName}}",
        name="localNetworkGatewayName",
        random_name=True,
        inputs=words("bgpSettings fqdn gatewayIpAddress id localNetworkAddressSpace location tags"),
        outputs=COMMON | words("resourceGuid"),
    ),
    Schema(
        type="network:SecurityRule",
        path=(
            f"{NETWORK_PATH}/networkSecurityGroups/{{networkSecurityGroupName}}"
            "/securityRules/{securityRuleName}"
        ),
        name="securityRuleName",
        random_name=False,
        inputs=words(
            "access description destinationAddressPrefix destinationAddressPrefixes "
            "destinationApplicationSecurityGroups destinationPortRange destinationPortRanges "
            "direction id name priority protocol sourceAddressPrefix sourceAddressPrefixes "
            "sourceApplicationSecurityGroups sourcePortRange sourcePortRanges type"
        ),
        outputs=COMMON,
        required=("access", "direction", "priority", "protocol"),
    ),
)
