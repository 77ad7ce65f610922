"""Data: SKUs of ExpressRoute gateways: what each carries, becomes in place, and where it is.

https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways (GWY-02,
GWY-13); of ErGwScale https://learn.microsoft.com/azure/expressroute/scalable-gateway of 2025-11-06
(GWY-16, GWY-17). Read on 2026-11-30.
"""

from collections.abc import Mapping
from types import MappingProxyType

SCALABLE = "ErGwScale"
_FAMILIES = (
    ("Standard", "HighPerformance", "UltraPerformance"),
    ("ErGw1AZ", "ErGw2AZ", "ErGw3AZ", SCALABLE),
)
"""In the order in which a gateway grows in place; between the two it has to be migrated."""
_GBPS: Mapping[str, int] = MappingProxyType(
    {
        "Standard": 1,
        "ErGw1AZ": 1,
        "HighPerformance": 2,
        "ErGw2AZ": 2,
        "UltraPerformance": 10,
        "ErGw3AZ": 10,
    }
)
_NOT_OFFERED = (
    "belgiumcentral eastus2 japaneast qatarcentral southcentralus southeastasia westeurope "
    "westindia westus2"
)
WITHOUT_SCALABLE = frozenset(_NOT_OFFERED.split())
"""GWY-16: regions that do not offer ErGwScale; the page names these nine and no other."""
FEWEST_TO_SCALE = 2
"""GWY-17: units that a gateway which scales by itself has at least; one alone is a fixed size."""


def capacity_in_gbps(sku: str, max_scale_units: int | None) -> int:
    """Return what a gateway carries (GWY-13): an ErGwScale as much as it has units at most."""
    return _GBPS.get(sku, max_scale_units or 1)


def can_become(before: str, after: str) -> bool:
    """Return whether Azure changes a gateway's SKU in place (GWY-02): only up, in its family."""
    for family in _FAMILIES:
        if before in family and after in family:
            return family.index(after) >= family.index(before)
    return before == after
