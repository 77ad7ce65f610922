"""Where each rule of Azure that the configuration is held to was read."""

_LEARN = "https://learn.microsoft.com/azure"
_NETWORK_FAQ = f"{_LEARN}/virtual-network/virtual-networks-faq"
_EXPRESSROUTE_FAQ = f"{_LEARN}/expressroute/expressroute-faqs"
_GATEWAYS = f"{_LEARN}/expressroute/expressroute-about-virtual-network-gateways"
_ROUTING = f"{_LEARN}/expressroute/expressroute-routing"
_ROUTES = f"{_LEARN}/virtual-network/virtual-networks-udr-overview"
_PEERING = f"{_LEARN}/virtual-network/virtual-network-manage-peering"
_NAMES = f"{_LEARN}/azure-resource-manager/management/resource-name-rules"
_SITE_RECOVERY = f"{_LEARN}/site-recovery"

SOURCES = {
    "CONFIG": _NAMES,
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
    "PE-03": _PEERING,
    "PE-04": _PEERING,
    "PE-19": _GATEWAYS,
    "ER-01": _EXPRESSROUTE_FAQ,
    "ER-03": _EXPRESSROUTE_FAQ,
    "ER-09": f"{_LEARN}/expressroute/expressroute-howto-routing-arm",
    "ER-10": _ROUTING,
    "ER-11": _ROUTING,
    "ER-14": f"{_LEARN}/expressroute/expressroute-howto-linkvnet-arm",
    "ER-18": f"{_SITE_RECOVERY}/azure-vm-disaster-recovery-with-expressroute",
    "ER-21": _EXPRESSROUTE_FAQ,
    "ER-22": _EXPRESSROUTE_FAQ,
    "GWY-01": _GATEWAYS,
    "RT-12": _ROUTES,
    "RT-14": _ROUTES,
    "RT-17": f"{_LEARN}/azure-resource-manager/management/azure-subscription-service-limits",
    "SR-27": f"{_SITE_RECOVERY}/site-recovery-test-failover-to-azure",
    "SR-21": f"{_SITE_RECOVERY}/azure-to-azure-support-matrix",
}
"""The address by the id of the rule; CONFIG is the shape of the file and Azure's names."""
