"""Refusals about resources in subnets, from network interfaces to firewalls, and VPN."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_LAB = "code and wording seen in public labs"
_NET = "https://github.com/Azure/azure-libraries-for-net (SessionRecords)"
_XPLAT = "https://github.com/Azure/azure-xplat-cli (test/recordings)"

# -- addresses ---------------------------------------------------------------------------------
PRIVATE_ADDRESS_RESERVED = ErrorTemplate(
    400,
    "PrivateIPAddressInReservedRange",
    "Private static IP address {address} falls within reserved IP range of subnet prefix {prefix}.",
    "VN-01",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/4225",
)
PRIVATE_ADDRESS_OUTSIDE = ErrorTemplate(
    400,
    "PrivateIPAddressNotInSubnet",
    "Private static IP address {address} does not belong to the range of subnet prefix {prefix}.",
    "VN-01",
    _LAB,
)
PRIVATE_ADDRESS_OUTSIDE_ALL = ErrorTemplate(
    400,
    "PrivateIPAddressNotInAnySubnet",
    "Private static IP address {address} does not belong to the range of any subnet in the virtual "
    "network {network}.",
    "VN-01",
    _NET,
)
PRIVATE_ADDRESS_TAKEN = ErrorTemplate(
    400,
    "PrivateIPAddressIsAllocated",
    "IP configuration {id} is using the private IP address {address} which is already allocated to "
    "resource {user}.",
    "VN-01",
    "https://github.com/daniel-rhoades/acs-engine-terraform/issues/10",
)
PRIVATE_ADDRESS_FORMAT = unquoted(
    "PrivateAddressFormat", "IP configuration {id}: '{address}' is not an IP address.", "VN-01"
)
SUBNET_FULL = ErrorTemplate(
    400,
    "SubnetIsFull",
    "Subnet {subnet} with address prefix {prefix} has no free address left.",
    "VN-01",
    "code seen in public cluster logs, wording shortened",
)
RESERVED_SUBNET = unquoted(
    "ReservedSubnet", "{id}: subnet {subnet} is for virtual network gateways only.", "VN-09"
)
NESTED_NAME = unquoted("NestedName", "{id}: each of {collection} needs a name.", "ARM")

# -- public addresses --------------------------------------------------------------------------
PUBLIC_ADDRESS = unquoted("PublicAddress", "Public IP address {id}: {problem}.", "in use")
PUBLIC_ADDRESS_BASIC = ErrorTemplate(
    400,
    "IPv4BasicSkuPublicIpCountLimitReached",
    "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this "
    "region.",
    "GWY-18",
    "https://github.com/skypilot-org/skypilot/issues/7977; wording in public azurerm logs",
)
PUBLIC_ADDRESS_STATIC = unquoted(
    "PublicAddressStatic", "Public IP address {id}: a Standard one must be Static.", "GWY-04"
)
PUBLIC_ADDRESS_IN_USE = ErrorTemplate(
    400,
    "PublicIPAddressCannotBeDeleted",
    "Public IP address {id} can not be deleted since it is still allocated to resource {user}. "
    "In order to delete the public IP, disassociate/detach the Public IP address from the "
    "resource.  To learn how to do this, see aka.ms/deletepublicip.",
    "GWY-12",
    _NET,
)
PUBLIC_ADDRESS_TAKEN = ErrorTemplate(
    400,
    "PublicIPAddressInUse",
    "Resource {id} is referencing public IP address {address} that is already allocated to "
    "resource {user}.",
    "in use",
    "code and wording seen in public cluster logs",
)

# -- interfaces and machines -------------------------------------------------------------------
INTERFACE_SUBNET = unquoted(
    "InterfaceSubnet", "Network interface {id}: each IP configuration needs a subnet.", "VN-24"
)
INTERFACE_IN_USE = ErrorTemplate(
    400,
    "NicInUse",
    "Network Interface {id} is used by existing resource {user}. In order to delete the network "
    "interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
    "in use",
    "code seen in a public client; wording in public Terraform and Packer logs",
)
INTERFACE_NOT_RUNNING = ErrorTemplate(
    400,
    "NicMustBeAttachedToRunningVmToGetEffectiveRoutes",
    "A network interface must be attached to a running virtual machine to get effective routes. "
    "The network interface {id} is not attached to a running virtual machine.",
    "RT-21",
    _XPLAT,
)
INTERFACE_NOT_RUNNING_GROUPS = ErrorTemplate(
    400,
    "NicMustBeAttachedToRunningVmToGetEffectiveSecurityGroups",
    "A network interface must be attached to a running virtual machine to get effective security "
    "groups. The network interface {id} is not attached to a running virtual machine.",
    "RT-21",
    _XPLAT,
)
DISK_IN_USE = unquoted(
    "DiskInUse", "Disk {disk} is attached to VM {machine}.", "in use", status=409
)
MACHINE_INTERFACE = unquoted(
    "MachineInterface", "Virtual machine {id} needs a network interface.", "VN-24"
)

# -- load balancers and firewalls --------------------------------------------------------------
FRONTEND_ADDRESS = unquoted(
    "FrontendAddress",
    "Load balancer {id}: frontend {name} needs a subnet or a public IP address, not both.",
    "RT-13",
)
HA_PORTS = unquoted(
    "HaPorts",
    "Load balancer {id}: rule {rule} with protocol All needs ports 0 and an internal Standard "
    "frontend.",
    "RT-13",
)
FIREWALL_SUBNET = unquoted(
    "FirewallSubnet", "Firewall {id} needs one AzureFirewallSubnet of /26 or larger.", "VN-16"
)

# -- security rules ----------------------------------------------------------------------------
RULE_CONFLICT = ErrorTemplate(
    400,
    "SecurityRuleConflict",
    "Security rule {name} conflicts with rule {other}. Rules cannot have the same Priority and "
    "Direction.",
    "VN-11",
    _LAB,
)
RULE_PRIORITY = ErrorTemplate(
    400,
    "SecurityRuleInvalidPriority",
    "Security rule has invalid Priority. Value provided: {priority} Allowed range {least}-{most}.",
    "VN-11",
    "code seen in public labs; wording in public copies of Azure's answers",
)
RULE_INVALID = unquoted("SecurityRule", "Security rule {id}: {problem}.", "VN-11")

# -- VPN ---------------------------------------------------------------------------------------
LOCAL_GATEWAY_ADDRESS = unquoted(
    "LocalGatewayAddress", "Local network gateway {id} needs an IP address or a name.", "GWY-04"
)
LOCAL_GATEWAY_IN_USE = unquoted(
    "LocalGatewayInUse",
    "Local network gateway {id} is used by {user} and cannot be deleted.",
    "in use",
)
GATEWAY_PUBLIC_ADDRESS_NEEDED = ErrorTemplate(
    400,
    "PublicIpForGatewayIsRequired",
    "Public IP address reference is required for gateway IP configration {id}.",
    "GWY-04",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/6548",
)
VPN_GATEWAY_BASIC_ADDRESS = ErrorTemplate(
    400,
    "PublicIpWithBasicSkuNotAllowedOnVPNGateways",
    "Basic IP configuration for VPN Virtual Network Gateways is not supported. Follow the link for "
    "more details : https://go.microsoft.com/fwlink/p/?linkid=2241350 {id}",
    "GWY-18",
    "https://github.com/Azure/bicep-registry-modules/issues/1685",
)
VPN_GATEWAY_WITHOUT_ZONES = ErrorTemplate(
    400,
    "NonAzSkusNotAllowedForVPNGateway",
    "VpnGw1-5 non-AZ SKUs are no longer supported for VPN gateways. Only VpnGw1-5AZ SKUs can be "
    "created going forward.",
    "GWY-19",
    "https://github.com/PaloAltoNetworks/terraform-azurerm-swfw-modules/issues/193; code and "
    "wording in public labs (2026)",
)
VPN_CLIENT_POOL = ErrorTemplate(
    400,
    "InvalidVpnClientAddressPrefixOrCidr",
    "The VPN client configuration specified for gateway {id} has an invalid IP or CIDR notation",
    "GWY-08",
    _XPLAT,
)
VPN_GATEWAY_SKU = unquoted(
    "VpnGatewaySku", "Gateway {id}: {name} is not a SKU of VPN gateways.", "GWY-08"
)
VPN_CONNECTION = unquoted("VpnConnection", "Connection {id}: {problem}.", "ER-34")

# -- run command ---------------------------------------------------------------------------------
RUN_COMMAND_STOPPED = ErrorTemplate(
    409,
    "OperationNotAllowed",
    "Cannot modify extensions in the VM when the VM is not running.",
    "in use",
    "https://github.com/azsk/AzTS-docs/issues/415 (of an extension; Run Command is one)",
)
RUN_COMMAND = unquoted("RunCommand", "Machine {id} knows no command '{command}'.", "ARM")
