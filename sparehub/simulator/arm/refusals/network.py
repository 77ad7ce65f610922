"""Refusals about virtual networks, peerings and route tables."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_XPLAT = "https://github.com/Azure/azure-xplat-cli (test/recordings)"
_KYMA = "https://github.com/kyma-project/cloud-manager"
_LAB = "code seen in public labs, its wording in none"

# -- virtual networks and subnets --------------------------------------------------------------
PREFIX_FORMAT = ErrorTemplate(
    400,
    "InvalidAddressPrefixFormat",
    "Address prefix {prefix} of resource {id} is not formatted correctly. It should follow CIDR "
    "notation, for example 10.0.0.0/24.",
    "VN-04",
    _XPLAT,
)
PREFIX_HOST_BITS = ErrorTemplate(
    400,
    "InvalidCIDRNotation",
    "The address prefix {prefix} in resource {id} has an invalid CIDR notation. For the given "
    "prefix length, the address prefix should be {network}.",
    "VN-05",
    _XPLAT,
)
ADDRESS_SPACE_MISSING = unquoted(
    "AddressPrefixMissing", "Resource {id} needs at least one address prefix.", "VN-04"
)
ADDRESS_SPACE_REPEATED = unquoted(
    "AddressPrefixesOverlap", "Address prefixes {first} and {second} of {id} overlap.", "VN-07"
)
SUBNET_SIZE = unquoted(
    "SubnetSize",
    "Subnet {id}: {prefix} is not between /2 and /29.",
    "VN-02, VN-10",
)
SUBNET_OUTSIDE = ErrorTemplate(
    400,
    "NetcfgSubnetRangeOutsideVnet",
    "Subnet '{subnet}' is not valid because its IP address range is outside the IP address range "
    "of virtual network '{network}'.",
    "VN-06, VN-08",
    "a CLI log in a public repository; older API versions: " + _XPLAT,
)
SUBNETS_OVERLAP = ErrorTemplate(
    400,
    "NetcfgSubnetRangesOverlap",
    "Subnet '{subnet}' is not valid because its IP address range overlaps with that of an existing "
    "subnet in virtual network '{network}'.",
    "VN-07",
    "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq; " + _LAB,
)
SUBNET_IN_USE = ErrorTemplate(
    400,
    "InUseSubnetCannotBeDeleted",
    "Subnet {subnet} is in use by {user} and cannot be deleted. In order to delete the subnet, "
    "delete all the resources within the subnet. See aka.ms/deletesubnet.",
    "VN-17",
    "https://github.com/microsoft/nav-arm-templates/issues/161",
)
SUBNET_IN_USE_UPDATE = ErrorTemplate(
    400,
    "InUseSubnetCannotBeUpdated",
    "Subnet {subnet} is in use by {user} and cannot be updated.",
    "VN-18",
    "code in a public SDK's list of errors, its wording in none",
)
SUBNET_OF_GATEWAYS_GROUP = ErrorTemplate(
    400,
    "NetworkSecurityGroupCannotBeAttachedToGatewaySubnet",
    "The operation failed because the network security group {name} can not be associated to the "
    "GatewaySubnet. Please remove the network security group associated to the GatewaySubnet. No "
    "changes have occurred on the gateway at this time. See here for additional details: "
    "https://aka.ms/GatewaySubnet.",
    "VN-11",
    "https://github.com/Azure-Terraform/terraform-azurerm-virtual-network/issues/18",
)
SUBNET_OF_BASTION_TABLE = ErrorTemplate(
    400,
    "RouteTableCannotBeAttachedForAzureBastionSubnet",
    "Route Table {name} cannot be attached to Azure Bastion Subnet AzureBastionSubnet",
    "VN-26",
    "https://github.com/Azure/Azure-Landing-Zones/issues/1679; wording: "
    "https://github.com/MicrosoftDocs/azure-docs/issues/40561",
)
SUBNET_OF_BASTION_GROUP = ErrorTemplate(
    400,
    "NetworkSecurityGroupNotCompliantForAzureBastionSubnet",
    "Network security group {name} does not have necessary rules for Azure Bastion Subnet "
    "AzureBastionSubnet.",
    "VN-27",
    "https://github.com/Azure/azure-quickstart-templates/issues/8655",
)
SUBNET_OF_SERVICE_TABLE = unquoted(
    "ReservedSubnetRouteTable", "Subnet {id} cannot have a route table.", "VN-26"
)
SUBNET_OF_SERVICE_GROUP = unquoted(
    "ReservedSubnetSecurityGroup", "Subnet {id} cannot have a network security group.", "VN-16"
)
NAT_GATEWAY_OF_GATEWAYS = unquoted(
    "NatGatewayOnGatewaySubnet", "Subnet {id} cannot have a NAT gateway.", "VN-30"
)
NAT_GATEWAY_TWO_NETWORKS = unquoted(
    "NatGatewayOfTwoNetworks",
    "The NAT gateway of subnet {id} is that of {other}, which is in another virtual network.",
    "VN-29",
)
NAT_GATEWAY_SKU = unquoted("NatGatewaySku", "NAT gateway {id}: the SKU is Standard.", "ARM")
NAT_GATEWAY_IN_USE = unquoted(
    "NatGatewayInUse", "NAT gateway {name} is used by a subnet and cannot be deleted.", "in use"
)

# -- peerings ----------------------------------------------------------------------------------
SPACES_OVERLAP = ErrorTemplate(
    400,
    "VnetAddressSpacesOverlap",
    "Cannot create or update peering {id}. Virtual networks {local} and {remote} cannot be peered "
    "because their address spaces overlap. Overlapping address prefixes: {first}, {second}",
    "PE-03",
    "a CLI log of a subnet-peering lab in a public repository",
)
SPACE_OVERLAPS_PEER = ErrorTemplate(
    400,
    "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
    "Cannot create or update peering {id}. Virtual networks {local} and {remote} cannot be peered "
    "because address space of the first virtual network overlaps with address space of virtual "
    "network {third} already peered with the second virtual network. Overlapping address "
    "prefixes: {first}, {second}.",
    "PE-04",
    "https://github.com/Azure/ResourceModules/issues/731",
)
ALREADY_PEERED = ErrorTemplate(
    400,
    "AnotherPeeringAlreadyReferencesRemoteVnet",
    "Peering {other} already references remote virtual network {remote}. Cannot add another "
    "peering referencing the same remote virtual network.",
    "PE-06",
    _KYMA,
)
REMOTE_DISCONNECTED = ErrorTemplate(
    400,
    "RemotePeeringIsDisconnected",
    "Cannot create or update peering {id} because remote peering {other} referencing parent "
    "virtual network {local} is in Disconnected state. Update or re-create the remote peering to "
    "get it back to Initiated state. Peering gets Disconnected when remote vnet or remote peering "
    "is deleted and re-created.",
    "PE-07",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/14051",
)
REMOTE_HAS_NO_GATEWAY = ErrorTemplate(
    400,
    "RemoteVnetHasNoGateways",
    "Peering {id} cannot have UseRemoteGateway flag set to true because remote virtual network "
    "{remote} referenced by the peering does not have any gateways.",
    "PE-09, PE-12",
    "https://github.com/hashicorp/terraform/issues/30569",
)
REMOTE_FORBIDS_TRANSIT = ErrorTemplate(
    400,
    "SimulatorRemotePeeringForbidsTransit",
    "{name} cannot have UseRemoteGateways flag set to true, because corresponding remote peering "
    "has AllowGatewayTransit flag set to false.",
    "PE-10",
    "wording, without its code: "
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/2872",
)
TRANSIT_IN_USE = unquoted(
    "GatewayTransitInUse",
    "Peering {id} must keep AllowGatewayTransit: remote peering {other} uses the gateway.",
    "PE-10",
)
PARENT_HAS_GATEWAY = ErrorTemplate(
    400,
    "ParentVnetAlreadyHasGateways",
    "Peering {id} cannot have UseRemoteGateways flag set to true because virtual network {local} "
    "already has a gateway.",
    "PE-11",
    _LAB,
)
SECOND_REMOTE_GATEWAY = unquoted(
    "OneRemoteGatewayOnly",
    "Peering {id} cannot use remote gateways: peering {other} of the same network does.",
    "PE-11",
)
PEER_TO_ITSELF = unquoted("PeerToItself", "Peering {id} references its own network.", "PE-01")
REMOTE_NETWORK_FIXED = unquoted(
    "RemoteNetworkFixed", "Peering {id} cannot be pointed at another network.", "PE-01"
)

# -- route tables ------------------------------------------------------------------------------
NEXT_HOP_TYPE = unquoted(
    "NextHopType",
    "Route {id}: next hop type '{type}' is not one of VirtualNetworkGateway, VnetLocal, Internet, "
    "VirtualAppliance, None.",
    "RT-10",
)
NEXT_HOP_ADDRESS = unquoted(
    "NextHopAddress",
    "Route {id}: a next hop address must be given for VirtualAppliance and for nothing else.",
    "RT-12",
)
ROUTE_PREFIX_TWICE = ErrorTemplate(
    400,
    "RouteConflict",
    "Route: {name} conflicts with Route: {other}. Routes cannot have the same AddressPrefix.",
    "RT-20",
    "https://github.com/kubernetes-sigs/cloud-provider-azure/issues/657",
)
TABLE_IN_USE = ErrorTemplate(
    400,
    "InUseRouteTableCannotBeDeleted",
    "Route table {name} is in use and cannot be deleted.",
    "RT-19",
    "a comment in public Terraform code; an AKS support article",
)
SECURITY_GROUP_IN_USE = ErrorTemplate(
    400,
    "InUseNetworkSecurityGroupCannotBeDeleted",
    "Network security group {id} cannot be deleted because it is in use by the following "
    "resources: {users}. In order to delete the Network security group, remove the association "
    "with the resource(s). To learn how to do this, see aka.ms/deletensg.",
    "in use",
    "seen whole in public logs of azurerm and of Visual Studio tools; the list of several users: a "
    "guess",
)
