"""Regions and ExpressRoute peering locations: data.

Geopolitical regions: https://github.com/MicrosoftDocs/azure-docs,
includes/expressroute-azure-regions-geopolitical-region.md (2024-04-05). Regions of Local circuits:
https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers (2023-08-28).
"""

from types import MappingProxyType

_GEOPOLITICAL = {
    "Asia": (
        "eastasia southeastasia",
        "Bangkok, Hong Kong, Hong Kong2, Jakarta, Kuala Lumpur, Singapore, Singapore2, Taipei",
    ),
    "Europe": (
        (
            "francecentral francesouth germanynorth germanywestcentral italynorth northeurope "
            "norwayeast norwaywest polandcentral swedencentral switzerlandnorth switzerlandwest "
            "uksouth ukwest westeurope"
        ),
        (
            "Amsterdam, Amsterdam2, Berlin, Copenhagen, Dublin, Dublin2, Frankfurt, Frankfurt2, "
            "Geneva, London, London2, Madrid, Madrid2, Marseille, Milan, Milan2, Munich, Newport, "
            "Newport(Wales), Oslo, Paris, Paris2, Stavanger, Stockholm, Warsaw, Zurich, Zurich2"
        ),
    ),
    "North America": (
        (
            "canadacentral canadaeast centralus eastus eastus2 northcentralus southcentralus "
            "westcentralus westus westus2 westus3"
        ),
        (
            "Atlanta, Chicago, Chicago2, Dallas, Denver, Las Vegas, Los Angeles, Los Angeles2, "
            "Miami, "
            "Minneapolis, Montreal, New York, Phoenix, Portland, Quebec City, Queretaro, "
            "Queretaro(Mexico), Quincy, San Antonio, Seattle, Silicon Valley, Silicon Valley2, "
            "Toronto, Toronto2, Vancouver, Washington DC, Washington DC2"
        ),
    ),
    "Japan": ("japaneast japanwest", "Osaka, Tokyo, Tokyo2, Tokyo3"),
    "Oceania": (
        "australiaeast australiasoutheast",
        "Auckland, Melbourne, Perth, Sydney, Sydney2",
    ),
    "Australia Government": ("australiacentral australiacentral2", "Canberra, Canberra2"),
    "India": (
        "centralindia southindia westindia",
        "Chennai, Chennai2, Mumbai, Mumbai2, Pune",
    ),
    "South Korea": ("koreacentral koreasouth", "Busan, Seoul, Seoul2"),
    "UAE": ("uaecentral uaenorth", "Abu Dhabi, Dubai, Dubai2"),
    "South Africa": ("southafricanorth southafricawest", "Cape Town, Johannesburg"),
    "South America": (
        "brazilsouth",
        "Campinas, Rio de Janeiro, Sao Paulo, Sao Paulo2, Santiago",
    ),
    "Israel": ("israelcentral", "Tel Aviv, Tel Aviv2"),
    "Qatar": ("qatarcentral", "Doha, Doha2"),
}

_OTHER_REGIONS = (
    "austriaeast belgiumcentral brazilsoutheast centraluseuap chilecentral denmarkeast eastus2euap "
    "indonesiacentral jioindiacentral jioindiawest malaysiawest mexicocentral newzealandnorth "
    "spaincentral swedensouth taiwannorth"
)
"""Regions that the page of geopolitical regions does not list; those on ``euap`` are Azure's own
for early updates (recorded: an ExpressRoute gateway of azure-powershell's tests, 2023)."""

_LOCAL = {
    "eastasia": "Hong Kong, Hong Kong2",
    "southeastasia": "Singapore, Singapore2",
    "uksouth": "London, London2",
    "ukwest": "Newport, Newport(Wales)",
    "westeurope": "Amsterdam, Amsterdam2, Madrid",
    "northeurope": "Dublin, Dublin2",
    "germanywestcentral": "Frankfurt, Frankfurt2",
    "germanynorth": "Berlin",
    "francecentral": "Paris, Paris2",
    "francesouth": "Marseille",
    "switzerlandnorth": "Zurich",
    "switzerlandwest": "Geneva",
    "swedencentral": "Stockholm",
    "norwayeast": "Oslo",
    "norwaywest": "Stavanger",
    "eastus": "Washington DC, Washington DC2",
    "eastus2": "Washington DC, Washington DC2",
    "northcentralus": "Chicago, Chicago2",
    "southcentralus": "San Antonio",
    "westcentralus": "Denver",
    "westus": "Silicon Valley, Silicon Valley2",
    "westus2": "Portland, Quincy, Seattle",
    "westus3": "Phoenix",
    "canadacentral": "Toronto, Toronto2",
    "canadaeast": "Quebec City",
    "japaneast": "Tokyo, Tokyo2, Tokyo3",
    "japanwest": "Osaka",
    "australiaeast": "Sydney, Sydney2",
    "australiasoutheast": "Melbourne",
    "koreacentral": "Seoul, Seoul2",
    "koreasouth": "Busan",
    "centralindia": "Pune",
    "southindia": "Chennai, Chennai2",
    "westindia": "Mumbai, Mumbai2",
    "brazilsouth": "Campinas, Sao Paulo, Sao Paulo2",
    "southafricanorth": "Johannesburg",
    "southafricawest": "Cape Town",
    "uaenorth": "Dubai, Dubai2",
    "uaecentral": "Abu Dhabi",
    "qatarcentral": "Doha, Doha2",
}


_METROS = (
    ("Amsterdam Metro", "Europe", "westeurope"),
    ("Atlanta Metro", "North America", ""),
    ("Brussels Metro", "Europe", "belgiumcentral"),
    ("Chicago Metro", "North America", "northcentralus"),
    ("Copenhagen Metro", "Europe", "denmarkeast"),
    ("Dallas Metro", "North America", ""),
    ("Dublin Metro", "Europe", "northeurope"),
    ("Frankfurt Metro", "Europe", "germanywestcentral"),
    ("Hong Kong Metro", "Asia", "eastasia"),
    ("Jakarta Metro", "Asia", "indonesiacentral"),
    ("Johannesburg Metro", "South Africa", "southafricanorth"),
    ("Madrid Metro", "Europe", "spaincentral"),
    ("Melbourne Metro", "Oceania", "australiasoutheast"),
    ("Milan Metro", "Europe", "italynorth"),
    ("Mumbai Metro", "India", "westindia"),
    ("New York Metro", "North America", ""),
    ("Oslo Metro", "Europe", "norwayeast"),
    ("Paris Metro", "Europe", "francecentral"),
    ("Phoenix Metro", "North America", "westus3"),
    ("Silicon Valley Metro", "North America", "westus"),
    ("Singapore Metro", "Asia", "southeastasia"),
    ("Stockholm Metro", "Europe", "swedencentral"),
    ("Sydney Metro", "Oceania", "australiaeast"),
    ("Taipei Metro", "Asia", "taiwannorth"),
    ("Toronto Metro", "North America", "canadacentral"),
    ("Vienna Metro", "Europe", "austriaeast"),
    ("Washington DC Metro", "North America", "eastus eastus2"),
    ("Zurich Metro", "Europe", "switzerlandnorth"),
)
"""Metro peering locations, with two sites each: geopolitical region (that of the city; of Brussels
and Vienna, which no list has, the continent's) and regions of Local circuits.
https://learn.microsoft.com/azure/expressroute/metro of 2026-05-10, read on 2026-11-30."""


def _locations(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",")]


_REGION_TO_GEOPOLITICAL = MappingProxyType(
    {region: name for name, (regions, _) in _GEOPOLITICAL.items() for region in regions.split()}
)
_LOCATION_TO_GEOPOLITICAL = MappingProxyType(
    {place: name for name, (_, places) in _GEOPOLITICAL.items() for place in _locations(places)}
    | {place.lower(): name for place, name, _ in _METROS}
)


def canonical_region(name: str) -> str:
    """Return a region as Azure stores it: ``East Asia`` is ``eastasia``."""
    return name.replace(" ", "").lower()


def is_region(name: str) -> bool:
    """Return whether Azure has the region (in its public cloud)."""
    return name in _REGION_TO_GEOPOLITICAL or name in _OTHER_REGIONS.split()


def peering_locations() -> list[str]:
    """Return the peering locations of ExpressRoute."""
    named = [name.strip() for _, places in _GEOPOLITICAL.values() for name in places.split(",")]
    return sorted([*named, *(place for place, _, _ in _METROS)])


def is_peering_location(name: str) -> bool:
    """Return whether ExpressRoute has the peering location."""
    return name.lower() in _LOCATION_TO_GEOPOLITICAL


def same_geopolitical_region(peering_location: str, region: str) -> bool:
    """Return whether a Standard circuit at the peering location reaches the region (ER-04)."""
    there = _LOCATION_TO_GEOPOLITICAL.get(peering_location.lower())
    return there is not None and there == _REGION_TO_GEOPOLITICAL.get(region)


def local_to(peering_location: str, region: str) -> bool:
    """Return whether a Local circuit at the peering location reaches the region (ER-05)."""
    place = peering_location.lower()
    is_metro = any(
        place == metro_location.lower() and region in near.split()
        for metro_location, _, near in _METROS
    )
    return is_metro or place in _locations(_LOCAL.get(region, ""))
