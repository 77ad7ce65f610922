"""Where each rule of Azure that a region is held to was read."""

_LEARN = "https://learn.microsoft.com/azure"
_NETWORK_FAQ = f"{_LEARN}/virtual-network/virtual-networks-faq"
_EXPRESSROUTE_FAQ = f"{_LEARN}/expressroute/expressroute-faqs"
_GATEWAYS = f"{_LEARN}/expressroute/expressroute-about-virtual-network-gateways"
_ROUTING = f"{_LEARN}/expressroute/expressroute-routing"
_LINKING = f"{_LEARN}/expressroute/expressroute-howto-linkvnet-arm"
_LOCATIONS = f"{_LEARN}/expressroute/expressroute-locations-providers"
_RECOVERY_ROUTING = (
    f"{_LEARN}/expressroute/designing-for-disaster-recovery-with-expressroute-privatepeering"
)
_GEOPOLITICAL = (
    "https://github.com/MicrosoftDocs/azure-docs/blob/main/includes/"
    "expressroute-azure-regions-geopolitical-region.md"
)
_ROUTES = f"{_LEARN}/virtual-network/virtual-networks-udr-overview"
_PEERING = f"{_LEARN}/virtual-network/virtual-network-manage-peering"
_GATEWAY_ROUTES = (
    "https://github.com/MicrosoftDocs/azure-docs/blob/main/includes/vpn-gateway-gwudr-warning.md"
)
_NAT_GATEWAY = f"{_LEARN}/nat-gateway/nat-gateway-resource"
_LIMITS = f"{_LEARN}/azure-resource-manager/management/azure-subscription-service-limits"
_NAMES = f"{_LEARN}/azure-resource-manager/management/resource-name-rules"
_SITE_RECOVERY = f"{_LEARN}/site-recovery"
_SUPPORT_MATRIX = f"{_SITE_RECOVERY}/azure-to-azure-support-matrix"
_MAPPING = f"{_SITE_RECOVERY}/azure-to-azure-network-mapping"
_QUESTIONS = f"{_SITE_RECOVERY}/azure-to-azure-common-questions"
_RETAINING = f"{_SITE_RECOVERY}/site-recovery-retain-ip-azure-vm-failover"
_NETWORKING = f"{_SITE_RECOVERY}/azure-to-azure-about-networking"
_PRIVATE_ENDPOINTS = f"{_SITE_RECOVERY}/azure-to-azure-how-to-enable-replication-private-endpoints"
_WITH_EXPRESSROUTE = f"{_SITE_RECOVERY}/azure-vm-disaster-recovery-with-expressroute"
_DIRECTORY = f"{_SITE_RECOVERY}/site-recovery-active-directory"
_NAME_RESOLUTION = (
    f"{_LEARN}/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances"
)

SOURCES = {
    "CONFIG": _NAMES,
    "INTENT": _ROUTES,
    "VN-01": _NETWORK_FAQ,
    "VN-02": _NETWORK_FAQ,
    "VN-03": _NETWORK_FAQ,
    "VN-04": _NETWORK_FAQ,
    "VN-05": _NETWORK_FAQ,
    "VN-06": _NETWORK_FAQ,
    "VN-07": _NETWORK_FAQ,
    "VN-09": _GATEWAYS,
    "VN-10": _GATEWAYS,
    "VN-11": _GATEWAYS,
    "VN-12": _GATEWAYS,
    "VN-13": _GATEWAY_ROUTES,
    "VN-16": f"{_LEARN}/firewall/firewall-faq",
    "VN-24": _NETWORK_FAQ,
    "VN-25": _LIMITS,
    "VN-26": "https://github.com/Azure/Azure-Landing-Zones/issues/1679",
    "VN-27": f"{_LEARN}/bastion/bastion-nsg",
    "VN-28": f"{_LEARN}/nat-gateway/nat-overview",
    "VN-29": _NAT_GATEWAY,
    "VN-30": _NAT_GATEWAY,
    "PE-01": _PEERING,
    "PE-02": _PEERING,
    "PE-03": _PEERING,
    "PE-04": _PEERING,
    "PE-05": _RETAINING,
    "PE-06": _PEERING,
    "PE-09": "https://github.com/hashicorp/terraform/issues/30569",
    "PE-10": "https://github.com/hashicorp/terraform-provider-azurerm/issues/2872",
    "PE-11": _PEERING,
    "PE-13": "https://github.com/hashicorp/terraform/issues/30569",
    "PE-18": f"{_LEARN}/virtual-network/update-virtual-network-peering-address-space",
    "PE-19": _GATEWAYS,
    "PE-21": _PEERING,
    "ER-01": _EXPRESSROUTE_FAQ,
    "ER-02": _EXPRESSROUTE_FAQ,
    "ER-03": _EXPRESSROUTE_FAQ,
    "ER-06": _LOCATIONS,
    "ER-07": _LOCATIONS,
    "ER-09": f"{_LEARN}/expressroute/expressroute-howto-routing-arm",
    "ER-10": _ROUTING,
    "ER-11": _ROUTING,
    "ER-14": _LINKING,
    "ER-15": _EXPRESSROUTE_FAQ,
    "ER-16": _GATEWAYS,
    "ER-17": _EXPRESSROUTE_FAQ,
    "ER-18": _WITH_EXPRESSROUTE,
    "ER-21": _EXPRESSROUTE_FAQ,
    "ER-22": _EXPRESSROUTE_FAQ,
    "ER-23": _RECOVERY_ROUTING,
    "ER-24": _RECOVERY_ROUTING,
    "ER-36": _LINKING,
    "ER-38": "https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering",
    "GWY-01": _GATEWAYS,
    "GWY-13": _GATEWAYS,
    "GWY-14": _GATEWAYS,
    "GWY-16": f"{_LEARN}/expressroute/scalable-gateway",
    "GWY-17": f"{_LEARN}/expressroute/scalable-gateway",
    "RT-04": _ROUTES,
    "RT-07": _ROUTES,
    "RT-08": _ROUTES,
    "RT-09": _ROUTES,
    "RT-10": _ROUTES,
    "RT-11": _ROUTES,
    "RT-12": _ROUTES,
    "RT-13": _ROUTES,
    "RT-14": _ROUTES,
    "RT-17": _LIMITS,
    "RT-18": _ROUTES,
    "RT-20": _ROUTES,
    "RT-25": _NETWORKING,
    "RT-25b": f"{_LEARN}/virtual-network/virtual-network-service-endpoints-overview",
    "RT-26": _NETWORKING,
    "SR-01": _SUPPORT_MATRIX,
    "SR-02": f"{_SITE_RECOVERY}/azure-to-azure-tutorial-enable-replication",
    "SR-05": _SUPPORT_MATRIX,
    "SR-06": _MAPPING,
    "SR-08": _MAPPING,
    "SR-09": _MAPPING,
    "SR-12": _RETAINING,
    "SR-13": _WITH_EXPRESSROUTE,
    "SR-14": _QUESTIONS,
    "SR-15": _QUESTIONS,
    "SR-16": f"{_SITE_RECOVERY}/recovery-plan-overview",
    "SR-19": _QUESTIONS,
    "SR-21": _SUPPORT_MATRIX,
    "SR-22": _SUPPORT_MATRIX,
    "SR-23": _SUPPORT_MATRIX,
    "SR-27": f"{_SITE_RECOVERY}/site-recovery-test-failover-to-azure",
    "SR-44": f"{_SITE_RECOVERY}/azure-to-azure-customize-networking",
    "SR-56": f"{_SITE_RECOVERY}/azure-to-azure-how-to-reprotect",
    "SR-61": f"{_SITE_RECOVERY}/recovery-plan-overview",
    "SR-62": f"{_SITE_RECOVERY}/site-recovery-runbook-automation",
    "SR-65": f"{_SITE_RECOVERY}/site-recovery-runbook-automation",
    "SR-66": _PRIVATE_ENDPOINTS,
    "SR-67": _PRIVATE_ENDPOINTS,
    "SR-68": _NETWORKING,
    "SR-75": f"{_SITE_RECOVERY}/azure-to-azure-how-to-enable-replication",
    "SR-84": _SUPPORT_MATRIX,
    "DNS-01": _NAME_RESOLUTION,
    "DNS-02": _NAME_RESOLUTION,
    "DNS-03": _DIRECTORY,
    "DNS-04": _DIRECTORY,
    "DNS-05": _DIRECTORY,
    "RG-01": _GEOPOLITICAL,
    "RG-02": _LOCATIONS,
    "RG-04": _GEOPOLITICAL,
    "RG-05": f"{_LEARN}/reliability/cross-region-replication-azure",
}
"""The address by the id of the rule; CONFIG is the shape of the file and Azure's names, INTENT what
the operator wants, held against how Azure selects routes."""
