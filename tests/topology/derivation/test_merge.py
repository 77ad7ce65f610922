"""What a person changed in the second region's file on purpose stays, and is noted."""

from typing import Any

import pytest

from sparehub.topology.derivation.derive import Derivation, DeriveRequest, derive
from sparehub.topology.errors import ConfigurationError
from tests.configurations import OURS, THEIRS, shipped

CONNECTION = "kept: region.expressRoute.connections.singapore"


def region(values: Any) -> dict[str, Any]:
    found: dict[str, Any] = values["sparehub:region"]
    return found


def derived_again(primary: dict[str, Any], secondary: dict[str, Any], **wanted: Any) -> Derivation:
    """Derive twice; the second time changes nothing."""
    derivation = derive(primary, DeriveRequest(**wanted), secondary)
    again = derive(primary, DeriveRequest(**wanted), derivation.values)
    assert again.values == derivation.values
    return derivation


def notes(derivation: Derivation) -> list[str]:
    return [str(note) for note in derivation.notes if not str(note).startswith(CONNECTION)]


def test_what_is_the_second_regions_own_is_kept_and_noted() -> None:
    """Switch, names, tags, depth, gateway, circuit, name servers, spokes of its own."""
    secondary = shipped("secondary")
    secondary["sparehub:activation"] = "active"
    secondary["azure-native:subscriptionId"] = THEIRS.split("/")[2]
    secondary["sparehub:ignoredRules"] = {"ER-17": "read"}
    there = region(secondary)
    there.update(resourceGroup="rg-recovery", tags={"owner": "dr"}, dnsServers=["10.10.10.4"])
    there["standby"] = {"depth": "connection"}
    there["hub"]["nva"]["ipAddress"] = "10.10.10.11"
    there["expressRoute"]["gateway"] = {"sku": "ErGw2AZ"}
    there["spokes"]["replicas"] = {
        "addressSpace": ["10.50.0.0/24"],
        "subnets": {"dc": {"addressPrefix": "10.50.0.0/26"}},
        "standby": "connected",
    }
    there["spokes"]["spoke1"]["subnets"]["app"]["protected"] = False
    there["routes"] = {"spokes": [{"addressPrefix": "10.60.0.0/24", "nextHopType": "None"}]}
    primary = shipped("primary") | {"azure-native:subscriptionId": OURS.split("/")[2]}
    region(primary)["tags"] = {"owner": "prod", "cost": "42"}

    derivation = derived_again(primary, secondary)

    region(secondary)["tags"] = {"owner": "dr", "cost": "42"}
    assert derivation.values == secondary
    assert [note.split(":", 1)[1].split(":", 1)[0].strip() for note in notes(derivation)] == [
        ["azure-native", "subscriptionId"][0],
        "activation",
        "region.standby.depth",
        "region.hub.nva.ipAddress",
        "region.spokes.spoke1.subnets.app.protected",
        "region.spokes.replicas",
        "region.expressRoute.gateway",
        "region.resourceGroup",
        "region.tags.owner",
        "region.dnsServers",
        "region.routes",
    ]
    assert all(note.startswith("kept: ") for note in notes(derivation))


def test_a_secret_is_kept_and_never_shown() -> None:
    """The authorization of the second region's connection."""
    secondary = shipped("secondary")
    circuit = region(secondary)["expressRoute"]["connections"]["singapore"]["circuit"]
    for key in ("serviceProvider", "provisioned", "privatePeering"):
        del circuit[key]
    circuit["sku"] = {"tier": "Standard"}
    circuit["id"] = f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/lent"
    circuit["authorizationKey"] = {"secure": "v1:hush"}

    derivation = derived_again(shipped("primary"), secondary)

    assert derivation.values == secondary
    assert "hush" not in str(derivation.notes)


def test_what_changes_in_the_first_region_follows() -> None:
    """Spokes, subnets, addresses, on-premises; where an address was another, it is noted."""
    primary, secondary = shipped("primary"), shipped("secondary")
    first = region(primary)
    first["spokes"]["spoke3"] = {
        "addressSpace": ["10.3.0.0/24"],
        "subnets": {"app": {"addressPrefix": "10.3.0.0/24"}},
    }
    first["spokes"]["spoke1"]["subnets"] = {
        "app": {"addressPrefix": "10.1.0.0/25"},
        "db": {"addressPrefix": "10.1.0.128/25"},
    }
    first["onPremises"] = {"addressPrefixes": ["192.168.0.0/17"], "prefers": "primary"}
    first["hub"]["nva"]["kind"] = "azureFirewall"

    derivation = derived_again(primary, secondary)

    expected = shipped("secondary")
    for key in ("hub", "spokes", "onPremises"):
        region(expected)[key] = first[key]
    assert derivation.values == expected
    assert notes(derivation) == [
        (
            "followed: region.spokes.spoke1.subnets.app.addressPrefix: now 10.1.0.0/25, it was "
            "10.1.0.0/24"
        ),
        (
            "followed: region.onPremises: now {'addressPrefixes': ['192.168.0.0/17'], 'prefers': "
            "'primary'}, it was {'addressPrefixes': ['192.168.0.0/16'], 'prefers': 'none'}"
        ),
    ]


def test_a_spoke_that_was_renamed_makes_way() -> None:
    """Under both names its addresses would be there twice (PE-04)."""
    primary = shipped("primary")
    spokes = region(primary)["spokes"]
    spokes["web"] = spokes.pop("spoke1")

    derivation = derived_again(primary, shipped("secondary"))

    assert set(region(derivation.values)["spokes"]) == {"web", "spoke2"}
    assert notes(derivation) == [
        (
            "followed: region.spokes.spoke1: its addresses are those of what the first region has: "
            "it made way"
        )
    ]


def test_recorded_moves_apply_until_others_are_asked_for() -> None:
    """What came of the old ones is not a decision; what a person chose is."""
    primary = shipped("primary")
    region(primary)["dnsServers"] = ["10.1.0.4"]
    wanted = DeriveRequest(peering_location="Singapore", remaps=("10.1.0.0/16=10.101.0.0/16",))
    first = derive(primary, wanted)

    same = derived_again(primary, dict(first.values))
    moved = derived_again(primary, dict(first.values), remaps=("10.1.0.0/16=10.201.0.0/16",))
    region(first.values)["dnsServers"] = ["10.1.0.4"]
    chosen = derived_again(primary, dict(first.values))

    assert region(same.values)["spokes"]["spoke1"]["addressSpace"] == ["10.101.0.0/24"]
    assert region(moved.values)["spokes"]["spoke1"]["addressSpace"] == ["10.201.0.0/24"]
    assert region(moved.values)["dnsServers"] == ["10.201.0.4"]
    assert region(moved.values)["remap"] == {"10.1.0.0/16": "10.201.0.0/16"}
    assert notes(moved) == []
    assert region(chosen.values)["dnsServers"] == ["10.1.0.4"]


def test_an_nva_that_its_subnet_left_behind_follows() -> None:
    """An address of its own is kept only while the NVA's subnet holds it (RT-12)."""
    secondary = shipped("secondary")
    region(secondary)["hub"]["nva"]["ipAddress"] = "10.10.10.11"

    derivation = derived_again(
        shipped("primary"), secondary, remaps=("10.10.10.0/24=10.110.10.0/24",)
    )

    assert region(derivation.values)["hub"]["nva"]["ipAddress"] == "10.110.10.10"
    assert notes(derivation) == [
        (
            "followed: region.hub.nva.ipAddress: now 10.110.10.10; 10.10.10.11 lies outside "
            "10.110.10.0/25"
        )
    ]


def test_connections_change_only_when_asked_for() -> None:
    """Another place, or the first region's circuit: what was there makes way, and is noted."""
    for wanted, key in (
        ({"peering_location": "Kuala Lumpur"}, "kuala-lumpur"),
        ({"same_circuit": True}, "hong-kong"),
    ):
        derivation = derived_again(shipped("primary"), shipped("secondary"), **wanted)

        assert list(region(derivation.values)["expressRoute"]["connections"]) == [key]
        assert str(derivation.notes[0]) == (
            "followed: region.expressRoute.connections.singapore: made way for what was asked for"
        )


def test_what_is_kept_must_still_make_a_region() -> None:
    """A subnet of the second region's own lies where its hub is no longer."""
    secondary = shipped("secondary")
    hub = region(secondary)["hub"]
    hub["subnets"]["GatewaySubnet"]["addressPrefix"] = "10.10.10.128/25"
    hub["subnets"]["bastion"] = {"addressPrefix": "10.20.0.0/26"}

    with pytest.raises(ConfigurationError, match=r"subnets\.bastion.*VN-06"):
        derive(shipped("primary"), DeriveRequest(), secondary)


def test_a_file_of_another_shape_is_refused_by_place() -> None:
    """A text where keys belong, and keys where a list does."""
    secondary = shipped("secondary")
    region(secondary)["hub"]["nva"] = "x"
    region(secondary)["onPremises"]["addressPrefixes"] = {}

    with pytest.raises(ConfigurationError) as caught:
        derive(shipped("primary"), DeriveRequest(), secondary)

    assert {str(each) for each in caught.value.problems} == {
        "region.hub.nva: must be a mapping of keys (CONFIG)",
        "region.onPremises.addressPrefixes: must be a list (CONFIG)",
    }
