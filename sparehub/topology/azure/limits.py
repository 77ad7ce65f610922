"""Azure's limits: counts, lengths of names and of prefixes, ranges of values, with their sources.

Each limit has the id of its rule; ``sources`` has the address of the page. What depends on the SKU
of a gateway is in ``gateway_skus``; what depends on the tier of a circuit is in ``circuit_limits``.
"""

# Names: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
NAME_LENGTH = 80
"""Characters of the name of most resources of Microsoft.Network."""
RESOURCE_GROUP_NAME_LENGTH = 90
VIRTUAL_NETWORK_NAME_LENGTH = 64
VIRTUAL_NETWORK_NAME_MIN_LENGTH = 2

# Virtual networks and subnets
SMALLEST_SUBNET = 29
"""VN-02: the longest prefix of a subnet; Azure keeps five addresses of each."""
RECOMMENDED_GATEWAY_SUBNET = 27
"""VN-10: the longest prefix that Microsoft recommends for GatewaySubnet."""
GATEWAY_SUBNET_OF_MANY_CIRCUITS = 26
"""VN-10: the longest prefix of GatewaySubnet for a gateway with ``MANY_CIRCUITS`` or more."""
MANY_CIRCUITS = 16
SUBNETS_PER_NETWORK = 3000
"""VN-25."""
DNS_SERVERS_PER_NETWORK = 20
"""VN-25."""
PEERINGS_PER_NETWORK = 500
"""PE-19: of plain peerings; 1,000 are for those that Azure Virtual Network Manager makes."""

# Route tables (RT-17)
ROUTES_PER_TABLE = 1000
"""More than this no source allows."""
ROUTES_PER_TABLE_IN_OLDER_SOURCES = 400

# Network security groups:
# https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
FIRST_RULE_PRIORITY = 100
LAST_RULE_PRIORITY = 4096

# Prefixes over ExpressRoute
ADVERTISED_PREFIXES = 1000
"""ER-21: IPv4 prefixes from a gateway to a circuit; above it the connection goes down."""
PREFIXES_AT_CONNECTION_CREATION = 200
"""ER-36: a connection is created only while the gateway's network and the spokes that use the
gateway have at most this many prefixes."""

# Circuits and connections
EQUAL_CONNECTIONS = 4
"""ER-22: of equal routes by several circuits, as many are used side by side."""
CIRCUITS_PER_PEERING_LOCATION = 4
"""ER-16: of one gateway."""
CIRCUITS_PER_SUBSCRIPTION_AND_REGION = 10
"""ER-16: unless Microsoft raises it."""
ROUTING_WEIGHT_MAX = 32_000
"""ER-22: the weight of a connection is 0 to this."""

# Private peering
LINK_PREFIX_LENGTH = 30
"""ER-10: each of the two links is a /30."""
VLAN_ID_MAX = 4094
"""ER-10: a VLAN is 1 to this."""
ASN_MAX = 2**32 - 1
"""ER-11: an ASN has 16 or 32 bits."""
MICROSOFT_ASN = 12076
"""ER-11: the ASN of Microsoft's edge routers."""
RESERVED_ASNS = range(65515, 65521)
"""ER-11: ASNs that Microsoft keeps."""
