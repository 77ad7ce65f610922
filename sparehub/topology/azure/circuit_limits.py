"""What a circuit takes by its tier and bandwidth: links and prefixes (ER-15, ER-21).

https://learn.microsoft.com/azure/expressroute/expressroute-faqs
"""

from collections.abc import Mapping
from types import MappingProxyType

_PREMIUM = "Premium"
_LINKS = 10
_LINKS_OF_PREMIUM: Mapping[int, int] = MappingProxyType(
    {50: 20, 100: 25, 200: 25, 500: 40, 1000: 50, 2000: 60, 5000: 75}
)
"""By bandwidth in Mbps."""
_LINKS_OF_FASTEST_PREMIUM = 100
_PREFIXES = 4_000
_PREFIXES_OF_PREMIUM = 10_000


def links_per_circuit(tier: str, bandwidth_in_mbps: int) -> int:
    """Return to how many virtual networks a circuit can be linked (ER-15)."""
    if tier != _PREMIUM:
        return _LINKS
    return _LINKS_OF_PREMIUM.get(bandwidth_in_mbps, _LINKS_OF_FASTEST_PREMIUM)


def prefixes_from_on_premises(tier: str) -> int:
    """Return how many prefixes a circuit learns from on-premises (ER-21)."""
    return _PREFIXES_OF_PREMIUM if tier == _PREMIUM else _PREFIXES
