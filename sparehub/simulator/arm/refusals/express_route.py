"""Refusals about circuits, gateways and connections."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

_XPLAT = "https://github.com/Azure/azure-xplat-cli (test/recordings)"
_LAB = "code seen in public labs, its wording in none"

# -- circuits ----------------------------------------------------------------------------------
PROVIDER_UNKNOWN = ErrorTemplate(
    400,
    "ExpressRouteCircuitServiceProviderDoesNotExist",
    "The Service Provider {provider} specified for Express Route Circuit {id} does not exist.",
    "ER-07",
    _XPLAT,
)
BANDWIDTH = unquoted(
    "CircuitBandwidth", "Circuit {id}: {bandwidth} Mbps is not offered ({offered}).", "ER-01"
)
BANDWIDTH_LOWERED = unquoted(
    "CircuitBandwidthLowered",
    "Circuit {id}: bandwidth can be raised only, not from {old} to {new} Mbps.",
    "ER-02",
)
CIRCUIT_SKU = unquoted("CircuitSku", "Circuit {id}: {problem}.", "ER-03")
CIRCUIT_PROVIDER_FIXED = unquoted(
    "CircuitProviderFixed",
    "Circuit {id}: service provider and peering location cannot be changed.",
    "ER-07",
)
CIRCUIT_CONNECTED = unquoted(
    "CircuitConnected", "Circuit {id} is used by {user} and cannot be deleted.", "ER-30", 409
)
CIRCUIT_PROVISIONED = ErrorTemplate(
    409,
    "ConflictError",
    "The specified dedicated circuit is not in Deprovisioned state. Please initiate the "
    "deprovisioning process with your service provider.",
    "ER-39",
    "https://github.com/oracle-quickstart/oci-azure-interconnect/issues/8",
)
CIRCUIT_NOT_PROVISIONED = unquoted(
    "CircuitNotProvisioned",
    "{id} needs circuit {circuit} to be Provisioned by its service provider; it is {state}.",
    "ER-09",
)
PEERING_INCOMPLETE = unquoted("CircuitPeering", "Circuit peering {id}: {problem}.", "ER-10")
PEERING_CONNECTED = unquoted(
    "CircuitPeeringInUse", "Circuit peering {id} is used by {user} and cannot be deleted.", "ER-30"
)

DOWNGRADE = unquoted(
    "CircuitDowngrade",
    "Circuit {id}: it cannot become {tier}: {problem}.",
    "ER-29",
    409,
)
MICROSOFT_PEERING_SKU = ErrorTemplate(
    200,
    " InvalidSkuTypeForMicrosoftPeering",
    " Invalid SkuType {tier} for creating Microsoft Peering.",
    "ER-13",
    _XPLAT,
)
"""The error in a finished asynchronous operation, spaces and all: status 200."""

# -- gateways ----------------------------------------------------------------------------------
GATEWAY_TYPE = unquoted(
    "GatewayType", "Gateway {id}: gatewayType must be ExpressRoute or Vpn.", "GWY-08"
)
GATEWAY_FIXED = unquoted("GatewayFixed", "Gateway {id}: {what} cannot be changed.", "GWY-06")
GATEWAY_SKU = unquoted("GatewaySku", "Gateway {id}: {problem}.", "GWY-01, GWY-08")
GATEWAY_SKU_CHANGE = unquoted(
    "GatewaySkuChange",
    "Gateway {id}: SKU {old} cannot be changed to {new}; only upgrades within one family (without "
    "availability zones, or with them up to ErGwScale) are possible.",
    "GWY-02",
)
GATEWAY_SUBNET = unquoted(
    "GatewaySubnet",
    "Gateway {id}: exactly one IP configuration in a subnet named GatewaySubnet is needed.",
    "GWY-06, VN-09",
)
GATEWAY_SUBNET_ROUTES = unquoted(
    "GatewaySubnetRoutes",
    "Gateway {id}: {problem}; gateways with this configuration are blocked from being created.",
    "VN-12",
)
GATEWAY_SUBNET_SMALL = unquoted(
    "GatewaySubnetTooSmall",
    "{id}: GatewaySubnet {prefix} is too small, {needed} or larger is needed for {reason}.",
    "VN-10",
)
GATEWAY_PUBLIC_ADDRESS = unquoted(
    "GatewayPublicAddress",
    "Gateway {id}: a new ExpressRoute gateway gets an address managed by Microsoft; none may be "
    "given.",
    "GWY-03",
)
GATEWAY_BASIC_ADDRESS = ErrorTemplate(
    400,
    "PublicIpWithBasicSkuNotAllowedOnExpressRouteGateways",
    "Basic IP configuration for ExpressRoute Virtual Network Gateways is not supported. Please "
    "create and associate a Standard IP. {id}",
    "GWY-18",
    "https://github.com/oracle-quickstart/oci-azure-interconnect/issues/6",
)
GATEWAY_BOUNDS = ErrorTemplate(
    200,
    "ExpressRouteVirtualNetworkGatewayAutoscaleBoundsNotValid",
    "ExpressRoute Virtual Network Gateway has invalid autoscale bounds. Min should be greater than "
    "1 and less than Max 40.",
    "GWY-17",
    "https://github.com/hashicorp/terraform-provider-azurerm/pull/31628",
)
"""The error in a finished asynchronous operation: status 200."""
GATEWAY_SECOND = unquoted(
    "SecondGateway",
    "Gateway {id}: virtual network {network} already has {type} gateway {other}.",
    "GWY-07",
)
GATEWAY_BESIDE_REMOTE = unquoted(
    "GatewayBesideRemoteGateways",
    "Gateway {id}: peering {other} of virtual network {network} uses remote gateways.",
    "PE-11",
)
GATEWAY_CONNECTED = ErrorTemplate(
    400,
    "VirtualNetworkGatewayCannotBeDeleted",
    "Virtual network gateway {id} cannot be deleted: connection {user} references it.",
    "GWY-11, ER-35",
    _LAB,
)
GATEWAY_PEERED = unquoted(
    "GatewayUsedByPeering",
    "Virtual network gateway {id} cannot be deleted: peering {user} uses it.",
    "PE-14",
)

DEVICE_PATH = unquoted(
    "DevicePath", "Circuit peering {id}: '{path}' is neither primary nor secondary.", "ER-10"
)
FAILOVER_TEST = unquoted("FailoverTest", "Failover test of {id}: {problem}.", "ER-38")
GATEWAY_TIMED_OUT = ErrorTemplate(
    200,
    "GwmOperationTimeOut",
    "Operation timed out. Please retry after some time or contact support.",
    "GWY-09",
    "https://github.com/Azure/azure-rest-api-specs/issues/21743; recorded",
)
"""The error in a finished asynchronous operation: status 200."""

# -- connections and authorizations ------------------------------------------------------------
CONNECTION_TYPE = unquoted(
    "ConnectionType",
    "Connection {id}: connectionType must be ExpressRoute, IPsec or Vnet2Vnet.",
    "ER-34",
)
CONNECTION_INCOMPLETE = unquoted("ConnectionIncomplete", "Connection {id}: {problem}.", "ER-34")
CONNECTION_SHARED_KEY = unquoted(
    "ConnectionSharedKey",
    "Connection {id}: a shared key cannot be used with an ExpressRoute connection.",
    "ER-34",
)
CONNECTION_FIXED = unquoted(
    "ConnectionFixed", "Connection {id}: {what} cannot be changed.", "ER-34"
)
CONNECTION_TWICE = unquoted(
    "ConnectionExists",
    "Connection {id}: connection {other} already links the gateway and the circuit.",
    "ER-16",
)
REACH_STANDARD = ErrorTemplate(
    400,
    "InvalidParameter",
    "The creation of the virtual network gateway connection: {name} failed because your circuit "
    "in {peering_location} cannot be connected to {region} on a standard circuit. Virtual network "
    "gateway connections on a standard ExpressRoute circuit are only allowed within the same "
    "geopolitical region. Please upgrade to a premium SKU.",
    "ER-04",
    "a provider test log in a public repository (a virtual WAN's ExpressRoute connection)",
)
REACH_LOCAL = ErrorTemplate(
    400,
    "InvalidParameter",
    "The creation of the virtual network gateway connection failed because your circuit in "
    "{peering_location} cannot be connected to {region} on a Local circuit. A Local ExpressRoute "
    "circuit can only connect to a designated Azure region. Please upgrade the circuit to "
    "Standard SKU or Premium SKU.",
    "ER-05",
    "three public labs (2026)",
)
LINKS_PER_CIRCUIT = unquoted(
    "CircuitLinks",
    "Connection {id}: circuit {circuit} already has {limit} links, the most it may have.",
    "ER-15",
)
CIRCUITS_PER_GATEWAY = unquoted(
    "GatewayCircuits",
    "Connection {id}: gateway {gateway} already has {limit} circuits {which}.",
    "ER-16",
)
TOO_MANY_PREFIXES = unquoted(
    "TooManyPrefixes",
    "Connection {id}: the gateway's network and the networks that use it have {prefixes} "
    "prefixes; a connection can be created with {limit} at most.",
    "ER-36",
)
AUTHORIZATION_NEEDED = unquoted(
    "AuthorizationNeeded",
    "Connection {id}: circuit {circuit} is in another subscription, an authorization key is "
    "needed.",
    "ER-14",
)
AUTHORIZATION_INVALID = unquoted(
    "AuthorizationInvalid",
    "Connection {id}: the authorization key is not one of circuit {circuit}, or was revoked.",
    "ER-14",
)
AUTHORIZATION_USED = unquoted(
    "AuthorizationUsed",
    "Connection {id}: the authorization key of {authorization} has been used; one key is good for "
    "one connection.",
    "ER-14",
)
