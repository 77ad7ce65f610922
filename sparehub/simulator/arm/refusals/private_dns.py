"""Refusals about private DNS zones and private endpoints."""

from sparehub.simulator.arm.refusals.template import ErrorTemplate, unquoted

ZONE_REGISTRATION = ErrorTemplate(
    409,
    "Conflict",
    "A virtual network can only be linked to 1 Private DNS zone(s) with auto-registration enabled; "
    "conflicting Private DNS zone is '{zone}'.",
    "DNS-06",
    "https://github.com/Azure/Azure-Landing-Zones/issues/3890",
)
ZONE_OVERLAP = ErrorTemplate(
    400,
    "BadRequest",
    "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried "
    "to link virtual network with '{zone}' and '{other}' zones.",
    "DNS-06",
    "https://github.com/MicrosoftDocs/azure-aks-docs/issues/212",
)
ZONE_NESTED = ErrorTemplate(
    409,
    "CannotDeleteResource",
    "Cannot delete resource while nested resources exist. Some existing nested resource IDs "
    "include: '{nested}'. Please delete all nested resources before deleting this resource.",
    "DNS-06",
    "https://github.com/learntocloud/networking-lab/issues/8",
)
RECORD_INVALID = unquoted("PrivateDnsRecord", "Record set {id}: {problem}.", "DNS-06")
ENDPOINT_TARGET = unquoted(
    "PrivateEndpointTarget",
    "Private endpoint {id} needs one connection with a privateLinkServiceId.",
    "DNS-07",
)
ENDPOINT_GROUPS = unquoted(
    "PrivateDnsZoneGroups", "Private endpoint {id} has a DNS zone group already: {other}.", "DNS-07"
)
