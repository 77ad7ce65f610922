"""Data: Azure's regions, ExpressRoute's geopolitical regions and peering locations, region pairs.

Spelled as stack files spell them: regions as ``eastasia``, peering locations as ``Hong Kong``;
case is ignored. What is not listed is unknown, not wrong: Azure opens regions.

Geopolitical regions (RG-01): https://github.com/MicrosoftDocs/azure-docs,
includes/expressroute-azure-regions-geopolitical-region.md (2024-04-05). Local circuits (RG-02):
https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers (2023-08-28).
Metro (RG-03): ``_METROS``. Region pairs (RG-05): a hint only, since Site Recovery replicates
between any two (SR-01).
National clouds (RG-04) are isolated: their regions are known by how their names begin.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Geopolitical(NamedTuple):
    """An ExpressRoute geopolitical region: what a Standard circuit reaches (ER-04)."""

    name: str
    regions: frozenset[str]
    peering_locations: tuple[str, ...]


def _area(name: str, regions: str, peering_locations: str) -> Geopolitical:
    return Geopolitical(name, frozenset(regions.split()), tuple(peering_locations.split(", ")))


GEOPOLITICAL_REGIONS = (
    _area(
        "Asia",
        "eastasia southeastasia",
        "Bangkok, Hong Kong, Hong Kong2, Jakarta, Kuala Lumpur, Singapore, Singapore2, Taipei",
    ),
    _area(
        "Europe",
        "francecentral francesouth germanynorth germanywestcentral italynorth northeurope "
        "norwayeast norwaywest polandcentral swedencentral switzerlandnorth switzerlandwest "
        "uksouth ukwest westeurope",
        "Amsterdam, Amsterdam2, Berlin, Copenhagen, Dublin, Dublin2, Frankfurt, Frankfurt2, "
        "Geneva, London, London2, Madrid, Madrid2, Marseille, Milan, Milan2, Munich, "
        "Newport(Wales), Oslo, Paris, Paris2, Stavanger, Stockholm, Warsaw, Zurich, Zurich2",
    ),
    _area(
        "North America",
        "canadacentral canadaeast centralus eastus eastus2 northcentralus southcentralus "
        "westcentralus westus westus2 westus3",
        "Atlanta, Chicago, Chicago2, Dallas, Denver, Las Vegas, Los Angeles, Los Angeles2, "
        "Miami, Minneapolis, Montreal, New York, Phoenix, Portland, Quebec City, "
        "Queretaro(Mexico), Quincy, San Antonio, Seattle, Silicon Valley, Silicon Valley2, "
        "Toronto, Toronto2, Vancouver, Washington DC, Washington DC2",
    ),
    _area("Japan", "japaneast japanwest", "Osaka, Tokyo, Tokyo2, Tokyo3"),
    _area(
        "Oceania",
        "australiaeast australiasoutheast",
        "Auckland, Melbourne, Perth, Sydney, Sydney2",
    ),
    _area("Australia Government", "australiacentral australiacentral2", "Canberra, Canberra2"),
    _area("India", "centralindia southindia westindia", "Chennai, Chennai2, Mumbai, Mumbai2, Pune"),
    _area("South Korea", "koreacentral koreasouth", "Busan, Seoul, Seoul2"),
    _area("UAE", "uaecentral uaenorth", "Abu Dhabi, Dubai, Dubai2"),
    _area("South Africa", "southafricanorth southafricawest", "Cape Town, Johannesburg"),
    _area(
        "South America", "brazilsouth", "Campinas, Rio de Janeiro, Sao Paulo, Sao Paulo2, Santiago"
    ),
    _area("Israel", "israelcentral", "Tel Aviv, Tel Aviv2"),
    _area("Qatar", "qatarcentral", "Doha, Doha2"),
)

_METROS: Mapping[str, str] = MappingProxyType(
    {
        "Amsterdam": "westeurope",
        "Atlanta": "",
        "Brussels": "belgiumcentral",
        "Chicago": "northcentralus",
        "Copenhagen": "denmarkeast",
        "Dallas": "",
        "Dublin": "northeurope",
        "Frankfurt": "germanywestcentral",
        "Hong Kong": "eastasia",
        "Jakarta": "indonesiacentral",
        "Johannesburg": "southafricanorth",
        "Madrid": "spaincentral",
        "Melbourne": "australiasoutheast",
        "Milan": "italynorth",
        "Mumbai": "westindia",
        "New York": "",
        "Oslo": "norwayeast",
        "Paris": "francecentral",
        "Phoenix": "westus3",
        "Silicon Valley": "westus",
        "Singapore": "southeastasia",
        "Stockholm": "swedencentral",
        "Sydney": "australiaeast",
        "Taipei": "taiwannorth",
        "Toronto": "canadacentral",
        "Vienna": "austriaeast",
        "Washington DC": "eastus eastus2",
        "Zurich": "switzerlandnorth",
    }
)
"""RG-03: the cities with an ExpressRoute Metro, whose circuits have a link at each of two sites,
and the regions that a Local circuit there reaches. The peering location is ``Amsterdam Metro``.
https://learn.microsoft.com/azure/expressroute/metro of 2026-05-10, read on 2026-11-30."""
_EUROPEAN_METROS = ("brussels", "vienna")
"""Cities that the page of geopolitical regions, which is older, does not have: by the continent."""

LOCAL_REGIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {f"{city} metro".lower(): tuple(regions.split()) for city, regions in _METROS.items()}
    | {
        place.lower(): tuple(regions.split())
        for regions, places in (
            ("eastasia", "Hong Kong, Hong Kong2"),
            ("southeastasia", "Singapore, Singapore2"),
            ("uksouth", "London, London2"),
            ("ukwest", "Newport(Wales)"),
            ("westeurope", "Amsterdam, Amsterdam2, Madrid"),
            ("northeurope", "Dublin, Dublin2"),
            ("germanywestcentral", "Frankfurt, Frankfurt2"),
            ("germanynorth", "Berlin"),
            ("francecentral", "Paris, Paris2"),
            ("francesouth", "Marseille"),
            ("switzerlandnorth", "Zurich"),
            ("switzerlandwest", "Geneva"),
            ("swedencentral", "Stockholm"),
            ("norwayeast", "Oslo"),
            ("norwaywest", "Stavanger"),
            ("eastus eastus2", "Washington DC, Washington DC2"),
            ("northcentralus", "Chicago, Chicago2"),
            ("southcentralus", "San Antonio"),
            ("westcentralus", "Denver"),
            ("westus", "Silicon Valley, Silicon Valley2"),
            ("westus2", "Portland, Quincy, Seattle"),
            ("westus3", "Phoenix"),
            ("canadacentral", "Toronto, Toronto2"),
            ("canadaeast", "Quebec City"),
            ("japaneast", "Tokyo, Tokyo2, Tokyo3"),
            ("japanwest", "Osaka"),
            ("australiaeast", "Sydney, Sydney2"),
            ("australiasoutheast", "Melbourne"),
            ("koreacentral", "Seoul, Seoul2"),
            ("koreasouth", "Busan"),
            ("centralindia", "Pune"),
            ("southindia", "Chennai, Chennai2"),
            ("westindia", "Mumbai, Mumbai2"),
            ("brazilsouth", "Campinas, Sao Paulo, Sao Paulo2"),
            ("southafricanorth", "Johannesburg"),
            ("southafricawest", "Cape Town"),
            ("uaenorth", "Dubai, Dubai2"),
            ("uaecentral", "Abu Dhabi"),
            ("qatarcentral", "Doha, Doha2"),
        )
        for place in places.split(", ")
    }
)
"""RG-02: the regions that a Local circuit reaches, by its peering location in lower case."""

REGION_PAIRS: Mapping[str, str] = MappingProxyType(
    {
        "eastasia": "southeastasia",
        "southeastasia": "eastasia",
        "eastus": "westus",
        "westus": "eastus",
        "eastus2": "centralus",
        "centralus": "eastus2",
        "northcentralus": "southcentralus",
        "southcentralus": "northcentralus",
        "westus2": "westcentralus",
        "westcentralus": "westus2",
        "westus3": "eastus",
        "canadacentral": "canadaeast",
        "canadaeast": "canadacentral",
        "northeurope": "westeurope",
        "westeurope": "northeurope",
        "uksouth": "ukwest",
        "ukwest": "uksouth",
        "francecentral": "francesouth",
        "francesouth": "francecentral",
        "germanywestcentral": "germanynorth",
        "germanynorth": "germanywestcentral",
        "switzerlandnorth": "switzerlandwest",
        "switzerlandwest": "switzerlandnorth",
        "norwayeast": "norwaywest",
        "norwaywest": "norwayeast",
        "swedencentral": "swedensouth",
        "swedensouth": "swedencentral",
        "japaneast": "japanwest",
        "japanwest": "japaneast",
        "koreacentral": "koreasouth",
        "koreasouth": "koreacentral",
        "australiaeast": "australiasoutheast",
        "australiasoutheast": "australiaeast",
        "centralindia": "southindia",
        "southindia": "centralindia",
        "westindia": "southindia",
        "southafricanorth": "southafricawest",
        "southafricawest": "southafricanorth",
        "uaenorth": "uaecentral",
        "uaecentral": "uaenorth",
        "brazilsouth": "southcentralus",
        "brazilsoutheast": "brazilsouth",
    }
)
"""RG-05: the region that Azure pairs with one; some have none."""


_OTHER_REGIONS = (
    "austriaeast belgiumcentral chilecentral denmarkeast indonesiacentral jioindiacentral "
    "jioindiawest malaysiawest mexicocentral newzealandnorth spaincentral taiwannorth"
)
"""Regions that no list above has with its neighbours (RG-03, RG-05, SR-01)."""

_METRO_CITIES = {f"{city} metro".lower(): city.lower() for city in _METROS}
_NATIONAL_CLOUDS = {"china": "China", "usgov": "US Government", "usdod": "US Government"}
"""By how the names of their regions begin."""
PUBLIC = "Public"

_FOR_RECORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Asia": ("japaneast", "koreacentral", "centralindia"),
        "Europe": ("swedencentral", "francecentral", "germanywestcentral"),
        "North America": ("centralus", "southcentralus", "canadacentral"),
        "Japan": ("koreacentral", "southeastasia", "eastasia"),
        "Oceania": ("southeastasia", "japaneast", "koreacentral"),
        "Australia Government": ("australiaeast", "australiasoutheast", "southeastasia"),
        "India": ("southeastasia", "japaneast", "koreacentral"),
        "South Korea": ("japaneast", "southeastasia", "eastasia"),
        "UAE": ("qatarcentral", "centralindia", "southeastasia"),
        "South Africa": ("westeurope", "swedencentral", "uaenorth"),
        "South America": ("centralus", "eastus2", "southcentralus"),
        "Israel": ("italynorth", "swedencentral", "francecentral"),
        "Qatar": ("uaenorth", "centralindia", "southeastasia"),
    }
)
"""By geopolitical region, where a circuit's record may lie: at home where there is a third region,
else nearby; three of each, since a pair can take two. A choice of ours: any region will do (ER-06).
"""


def cloud_of(region: str) -> str:
    """Return the cloud of a region (RG-04)."""
    found = (cloud for start, cloud in _NATIONAL_CLOUDS.items() if region.startswith(start))
    return next(found, PUBLIC)


def is_known_region(region: str) -> bool:
    """Return whether a region of the public cloud is one that we know."""
    others = {*REGION_PAIRS, *REGION_PAIRS.values(), *_OTHER_REGIONS.split()}
    return geopolitical_region(region) is not None or region in others


def region_for_records(primary: str, secondary: str | None) -> str | None:
    """Return a region that is neither of a pair, for the records of its circuits.

    None where the primary is in no geopolitical region that we know.
    """
    near = _FOR_RECORDS.get(geopolitical_region(primary) or "", ())
    return next((region for region in near if region not in (primary, secondary)), None)


def geopolitical_region(region: str) -> str | None:
    """Return the geopolitical region of an Azure region; None of one that is not listed."""
    return next((area.name for area in GEOPOLITICAL_REGIONS if region in area.regions), None)


def geopolitical_region_of_peering_location(peering_location: str) -> str | None:
    """Return the geopolitical region of a peering location; None of one that is not listed."""
    wanted = peering_location.lower()
    if wanted in _METRO_CITIES:
        wanted = _METRO_CITIES[wanted]
        if wanted in _EUROPEAN_METROS:
            return "Europe"
    return next(
        (
            area.name
            for area in GEOPOLITICAL_REGIONS
            if wanted in (place.lower() for place in area.peering_locations)
        ),
        None,
    )
