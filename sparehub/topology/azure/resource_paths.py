"""How the id of a resource is made: ARM's types, and the inputs that name each part.

The inputs are those of azure-native, parents first. The id is ``/subscriptions/<subscription>/
resourceGroups/<resourceGroupName>/providers/Microsoft.Network/<type>/<name>/...``.
https://learn.microsoft.com/azure/templates/microsoft.network/allversions
"""

from collections.abc import Mapping

_NETWORK = ("virtualNetworks", "virtualNetworkName")
_ROUTE_TABLE = ("routeTables", "routeTableName")
_CIRCUIT = ("expressRouteCircuits", "circuitName")
_VAULT = ("vaults", "resourceName")
_FABRIC = ("replicationFabrics", "fabricName")
RESOURCE_PATHS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "VirtualNetwork": (_NETWORK,),
    "Subnet": (_NETWORK, ("subnets", "subnetName")),
    "VirtualNetworkPeering": (
        _NETWORK,
        ("virtualNetworkPeerings", "virtualNetworkPeeringName"),
    ),
    "RouteTable": (_ROUTE_TABLE,),
    "Route": (_ROUTE_TABLE, ("routes", "routeName")),
    "NetworkSecurityGroup": (("networkSecurityGroups", "networkSecurityGroupName"),),
    "PublicIPAddress": (("publicIPAddresses", "publicIpAddressName"),),
    "VirtualNetworkGateway": (("virtualNetworkGateways", "virtualNetworkGatewayName"),),
    "VirtualNetworkGatewayConnection": (("connections", "virtualNetworkGatewayConnectionName"),),
    "ExpressRouteCircuit": (_CIRCUIT,),
    "ExpressRouteCircuitPeering": (_CIRCUIT, ("peerings", "peeringName")),
    "ExpressRouteCircuitAuthorization": (_CIRCUIT, ("authorizations", "authorizationName")),
    "StorageAccount": (("storageAccounts", "accountName"),),
    "Vault": (("vaults", "vaultName"),),
    "ReplicationFabric": (_VAULT, _FABRIC),
    "ReplicationPolicy": (_VAULT, ("replicationPolicies", "policyName")),
    "ReplicationProtectionContainerMapping": (
        _VAULT,
        _FABRIC,
        ("replicationProtectionContainers", "protectionContainerName"),
        ("replicationProtectionContainerMappings", "mappingName"),
    ),
    "ReplicationNetworkMapping": (
        _VAULT,
        _FABRIC,
        ("replicationNetworks", "networkName"),
        ("replicationNetworkMappings", "networkMappingName"),
    ),
}
"""Type and naming input of each part, by the last word of azure-native's type token."""
