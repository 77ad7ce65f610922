"""Which regions are known, and which one holds the records of a pair's circuits."""

import pytest

from sparehub.simulator.arm.data.geography import is_region
from sparehub.topology.azure.geography import (
    GEOPOLITICAL_REGIONS,
    LOCAL_REGIONS,
    REGION_PAIRS,
    cloud_of,
    geopolitical_region_of_peering_location,
    is_known_region,
    region_for_records,
)

LISTED = sorted(region for area in GEOPOLITICAL_REGIONS for region in area.regions)


@pytest.mark.parametrize("primary", LISTED)
def test_records_lie_in_a_third_region_for_every_pair(primary: str) -> None:
    """Neither of the pair, one that is known, and one that the local Azure has, too."""
    for secondary in (None, *LISTED):
        third = region_for_records(primary, secondary)
        assert third is not None
        assert third not in (primary, secondary)
        assert is_known_region(third)
        assert is_region(third)


def test_records_stay_in_their_geopolitical_region_where_it_has_three() -> None:
    """Of Europe in Europe, of North America there; of Asia, which has two regions, nearby."""
    found = {
        primary: region_for_records(primary, REGION_PAIRS[primary])
        for primary in ("westeurope", "swedencentral", "eastus", "eastus2", "eastasia", "japaneast")
    }
    assert found == {
        "westeurope": "swedencentral",
        "swedencentral": "francecentral",
        "eastus": "centralus",
        "eastus2": "southcentralus",
        "eastasia": "japaneast",
        "japaneast": "koreacentral",
    }


def test_nothing_is_proposed_for_a_region_that_is_not_listed() -> None:
    """A new one may lie anywhere, and a national cloud is isolated (RG-04)."""
    assert [region_for_records(each, None) for each in ("atlantisnorth", "usgovtexas")] == [
        None,
        None,
    ]
    assert [cloud_of(each) for each in ("usgovtexas", "chinanorth3", "eastasia")] == [
        "US Government",
        "China",
        "Public",
    ]
    assert [is_known_region(each) for each in ("spaincentral", "swedensouth", "atlantis")] == [
        True,
        True,
        False,
    ]


def test_a_metro_reaches_what_its_city_does() -> None:
    """Its geopolitical region is the city's; a Local circuit reaches the metro's own regions."""
    shown = {
        place: (geopolitical_region_of_peering_location(place), LOCAL_REGIONS[place.lower()])
        for place in ("Singapore Metro", "Amsterdam Metro", "Washington DC Metro", "Dallas Metro")
    }
    assert shown == {
        "Singapore Metro": ("Asia", ("southeastasia",)),
        "Amsterdam Metro": ("Europe", ("westeurope",)),
        "Washington DC Metro": ("North America", ("eastus", "eastus2")),
        "Dallas Metro": ("North America", ()),
    }
    assert [
        geopolitical_region_of_peering_location(place)
        for place in ("singapore metro", "Seoul Metro", "Metro", "Vienna Metro", "Vienna")
    ] == ["Asia", None, None, "Europe", None]
