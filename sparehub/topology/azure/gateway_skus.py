"""SKUs of ExpressRoute gateways: families, capacities, limits, and where ErGwScale is offered.

https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways (GWY-01,
GWY-02, GWY-13, ER-16, ER-21); of ErGwScale (GWY-16, GWY-17)
https://learn.microsoft.com/azure/expressroute/scalable-gateway of 2025-11-06. Read on 2026-11-30.
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
SCALE_UNITS_MAX = 40
"""GWY-01: an ErGwScale has 1 to this many units."""
AUTO_SCALE_UNITS_MIN = 2
"""GWY-17: units that a gateway which scales by itself has at least; one alone is a fixed size."""
_CIRCUITS: Mapping[str, int] = MappingProxyType(
    {"Standard": 4, "ErGw1AZ": 4, "HighPerformance": 8, "ErGw2AZ": 8}
)
_CIRCUITS_OF_LARGEST = 16
_UNITS_FOR_SIXTEEN_CIRCUITS = 10
_SMALLEST = ("Standard", "ErGw1AZ")
_PREFIXES_OF_SMALLEST = 4_000
_PREFIXES_OF_LARGER = 9_500


def capacity_in_gbps(sku: str, max_scale_units: int | None) -> int:
    """Return what a gateway carries (GWY-13): an ErGwScale as much as it has units at most."""
    return _GBPS.get(sku, max_scale_units or 1)


def circuits_per_gateway(sku: str, min_scale_units: int | None) -> int:
    """Return how many circuits a gateway takes (ER-16): 4, 8 or 16."""
    if sku != SCALABLE:
        return _CIRCUITS.get(sku, _CIRCUITS_OF_LARGEST)
    units = min_scale_units or 1
    if units >= _UNITS_FOR_SIXTEEN_CIRCUITS:
        return _CIRCUITS_OF_LARGEST
    return 8 if units > 1 else 4


def prefixes_from_circuits(sku: str) -> int:
    """Return how many prefixes a gateway learns from its circuits (ER-21)."""
    return _PREFIXES_OF_SMALLEST if sku in _SMALLEST else _PREFIXES_OF_LARGER


def can_become(before: str, after: str) -> bool:
    """Return whether Azure changes a gateway's SKU in place (GWY-02): only up, in its family."""
    for family in _FAMILIES:
        if before in family and after in family:
            return family.index(after) >= family.index(before)
    return before == after
