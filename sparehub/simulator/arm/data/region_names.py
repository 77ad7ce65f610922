"""Display names of regions, as Site Recovery shows them: ``East US 2`` for ``eastus2``.

https://learn.microsoft.com/azure/reliability/regions-list, read on 2026-11-30.
"""

from types import MappingProxyType

_NAMES = (
    "Australia Central, Australia Central 2, Australia East, Australia Southeast, Austria East, "
    "Belgium Central, Brazil South, Brazil Southeast, Canada Central, Canada East, Central India, "
    "Central US, Central US EUAP, Chile Central, East Asia, East US, East US 2, East US 2 EUAP, "
    "France Central, France South, Germany North, Germany West Central, Indonesia Central, "
    "Israel Central, Italy North, Japan East, Japan West, Jio India Central, Jio India West, "
    "Korea Central, Korea South, Malaysia West, Mexico Central, New Zealand North, "
    "North Central US, North Europe, Norway East, Norway West, Poland Central, Qatar Central, "
    "South Africa North, South Africa West, South Central US, South India, Southeast Asia, "
    "Spain Central, Sweden Central, Sweden South, Switzerland North, Switzerland West, "
    "UAE Central, UAE North, UK South, UK West, West Central US, West Europe, West India, "
    "West US, West US 2, West US 3"
)
_BY_REGION = MappingProxyType({name.replace(" ", "").lower(): name for name in _NAMES.split(", ")})


def display_name(region: str) -> str:
    """Return the display name of a region; of an unknown one, its own name."""
    return _BY_REGION.get(region, region)
