"""What is derived of spokes that are always on, and of the peering of the hubs."""

from typing import Any

from sparehub.topology.derivation.derive import Derivation, DeriveRequest, derive
from tests.topology.peered_hubs import HUBS, NVAS, SPOKES, hub_id, peered

REMAP = f"{HUBS['primary']}={HUBS['secondary']}"
RANGE = f"{SPOKES['primary']}={SPOKES['secondary']}"


def derived(*remaps: str, existing: dict[str, Any] | None = None) -> Derivation:
    wanted = DeriveRequest(peering_location="Singapore", remaps=remaps)
    return derive(peered("primary"), wanted, existing)


def region(found: Derivation) -> dict[str, Any]:
    values: dict[str, Any] = found.values["sparehub:region"]
    return values


def notes(found: Derivation, kind: str) -> list[str]:
    return [note.path for note in found.notes if note.kind == kind]


def test_the_second_hub_is_peered_with_the_first() -> None:
    """Its file says what lies behind the first hub; the subscription has to be confirmed."""
    found = derived(REMAP, RANGE)

    assert region(found)["hub"]["peerings"] == {
        "primary": {
            "id": hub_id("primary"),
            "addressSpace": [HUBS["primary"]],
            "addressPrefixes": [SPOKES["primary"]],
            "nextHopIpAddress": NVAS["primary"],
        }
    }
    assert "region.hub.peerings.primary.id" in notes(found, "to be confirmed")


def test_a_spoke_that_is_always_on_is_derived_with_a_range_of_its_own() -> None:
    """By the move that is asked for it."""
    assert region(derived(REMAP, RANGE))["spokes"]["dc"] == {
        "alwaysOn": True,
        "addressSpace": [SPOKES["secondary"]],
        "subnets": {"app": {"addressPrefix": SPOKES["secondary"]}},
    }


def test_without_a_range_of_its_own_it_is_left_out() -> None:
    """The two regions cannot both have the first one's."""
    found = derived(REMAP)

    assert "dc" not in region(found)["spokes"]
    assert "region.spokes.dc" in notes(found, "left out")


def test_what_the_second_file_has_of_its_own_is_kept() -> None:
    """Its spoke, its key and its routes; deriving again changes nothing."""
    existing = peered("secondary")
    peerings = existing["sparehub:region"]["hub"]["peerings"]
    peerings["first-hub"] = peerings.pop("primary")
    found = derived(existing=existing)

    assert region(found)["hub"]["peerings"] == peerings
    assert region(found)["spokes"] == existing["sparehub:region"]["spokes"]
    assert derived(existing=dict(found.values)).values == found.values


def test_the_first_hubs_address_space_and_nva_are_followed() -> None:
    """A second file that has others is brought up to date."""
    existing = peered("secondary")
    peering = existing["sparehub:region"]["hub"]["peerings"]["primary"]
    peering.update(addressSpace=["10.30.0.0/24"], nextHopIpAddress="10.30.0.10")

    found = derived(existing=existing)

    assert region(found)["hub"]["peerings"] == {
        "primary": {
            "id": hub_id("primary"),
            "addressSpace": [HUBS["primary"]],
            "addressPrefixes": [SPOKES["primary"]],
            "nextHopIpAddress": NVAS["primary"],
        }
    }
