"""Circuits that others own, that come two at a time, and that the provider provisions later."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from tests.engine.conftest import Engine
from tests.engine.operator import copied

Make = Callable[..., Engine]
OTHERS = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-circuits"
BORROWED = f"{OTHERS}/providers/Microsoft.Network/expressRouteCircuits/erc-borrowed"
PEERING = {
    "peeringType": "AzurePrivatePeering",
    "peerASN": 65002,
    "vlanId": 300,
    "primaryPeerAddressPrefix": "172.16.2.0/30",
    "secondaryPeerAddressPrefix": "172.16.2.4/30",
}
CIRCUIT = {
    "location": "eastasia",
    "sku": {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"},
    "properties": {
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "peeringLocation": "Hong Kong",
            "bandwidthInMbps": 500,
        }
    },
}


def lend_a_circuit(azure: Engine) -> str:
    """Make a circuit in another subscription, and an authorization; return its key."""
    for path, body in (
        (OTHERS, {"location": "eastasia"}),
        (BORROWED, CIRCUIT),
        (f"{BORROWED}/peerings/AzurePrivatePeering", {"properties": PEERING}),
        (f"{BORROWED}/authorizations/for-sparehub", {"properties": {}}),
    ):
        assert azure.arm("PUT", path, body).status in {200, 201}
    issued = azure.arm("GET", f"{BORROWED}/authorizations/for-sparehub").body
    assert issued is not None
    key: str = issued["properties"]["authorizationKey"]
    return key


def connect_to_both(config: dict[str, Any]) -> None:
    config["sparehub:region"]["expressRoute"]["connections"]["borrowed"] = {
        "routingWeight": 10,
        "circuit": {
            "id": BORROWED,
            "peeringLocation": "Hong Kong",
            "sku": {"tier": "Standard"},
            "bandwidthInMbps": 500,
        },
    }


def test_a_referenced_circuit_is_joined_by_a_key_that_nobody_sees(engine: Make) -> None:
    """Beside an owned one: two connections of one gateway, one after the other."""
    azure = engine("primary")
    key = lend_a_circuit(azure)
    azure.change("primary", connect_to_both)
    place = "sparehub:region.expressRoute.connections.borrowed.circuit.authorizationKey"
    set_key = ("config", "set", "--secret", "--path", place, "--stack", "primary")
    azure.rehearsal.pulumi(*set_key, "a-wrong-key")

    assert "a-wrong-key" not in azure.refused("up", "--yes", "--stack", "primary")
    azure.rehearsal.pulumi(*set_key, key)
    printed = azure.rehearsal.pulumi("up", "--yes", "--stack", "primary")

    connections = [e for e in azure.rehearsal.log() if e.path.split("/")[-2] == "connections"]
    made = [e for e in connections if e.outcome == "Succeeded"]
    assert [e.path.split("/")[-1] for e in made] == [
        "con-eastasia-borrowed",
        "con-eastasia-hong-kong",
    ]
    assert made[1].at >= made[0].at + made[0].seconds
    exported = azure.rehearsal.pulumi("stack", "export", "--stack", "primary")
    shown = azure.rehearsal.pulumi("stack", "output", "--json", "--stack", "primary")
    stack_file = (azure.rehearsal.project / "Pulumi.primary.yaml").read_text()
    for text in (printed, exported, shown, stack_file):
        assert key not in text
    assert json.loads(shown)["circuitIds"]["borrowed"] == BORROWED


def test_a_service_key_is_a_secret(engine: Make) -> None:
    """The provider asks for it; nobody else may read it in output or state."""
    azure = engine("primary")
    azure.up("primary")
    circuit = azure.outputs("primary")["circuitIds"]["hong-kong"]
    found = azure.arm("GET", circuit).body
    assert found is not None
    service_key = found["properties"]["serviceKey"]

    exported = azure.rehearsal.pulumi("stack", "export", "--stack", "primary")
    printed = azure.rehearsal.pulumi("stack", "--show-urns", "--stack", "primary")
    assert service_key not in exported + printed


def test_a_circuit_that_stands_is_not_moved(pair_inside: Path, tmp_path: Path) -> None:
    """As by files that name a third region, over a pair deployed before: nothing is begun."""
    azure = copied(pair_inside, tmp_path / "home")

    def move(config: dict[str, Any]) -> None:
        connections = config["sparehub:region"]["expressRoute"]["connections"]
        connections["hong-kong"]["circuit"]["location"] = "japaneast"

    azure.change("primary", move)
    with azure.writes() as seen:
        said = azure.refused("up", "--yes", "--skip-preview", "--stack", "primary")

    assert "it is in eastasia, and Azure moves neither a circuit nor its resource" in said
    assert seen == []


def test_a_circuit_of_another_subscription_without_a_key_is_refused_at_preview(
    engine: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the subscription is known, by the environment or by the file; else it is warned of."""
    azure = engine("primary")
    azure.change("primary", connect_to_both)
    ours = "00000000-0000-0000-0000-000000000000"
    monkeypatch.delenv("ARM_SUBSCRIPTION_ID", raising=False)
    assert "is this stack's: set azure-native:subscriptionId (ER-14)" in " ".join(
        azure.preview("primary").split()
    )

    with monkeypatch.context() as named:
        named.setenv("ARM_SUBSCRIPTION_ID", ours)
        by_environment = azure.refused("preview", "--stack", "primary")
    azure.change("primary", lambda c: c.update({"azure-native:subscriptionId": ours}))
    by_file = azure.refused("preview", "--stack", "primary")
    for said in (by_environment, by_file):
        assert "the circuit is in another subscription than this stack" in said
    azure.change(
        "primary", lambda c: c.update({"azure-native:subscriptionId": OTHERS.split("/")[2]})
    )
    azure.preview("primary")


def provisioned(*, value: bool) -> Callable[[dict[str, Any]], object]:
    def change(config: dict[str, Any]) -> None:
        connections = config["sparehub:region"]["expressRoute"]["connections"]
        connections["hong-kong"]["circuit"]["provisioned"] = value

    return change


def test_a_circuit_that_the_provider_provisions_later(engine: Make) -> None:
    """First the circuit alone; Azure refuses the rest until the provider has done its part."""
    azure = engine("primary")
    control.provision_by_hand(azure.store, by_hand=True)
    azure.change("primary", provisioned(value=False))
    names = [name for _, name in azure.up("primary")]
    assert "erc-hong-kong" in names
    assert {"AzurePrivatePeering", "con-eastasia-hong-kong"}.isdisjoint(names)
    assert azure.outputs("primary")["connectionIds"] == {}

    azure.change("primary", provisioned(value=True))
    azure.refused("up", "--yes", "--skip-preview", "--stack", "primary")
    control.provision(azure.store, "erc-hong-kong")
    assert azure.up("primary") == [
        ("create", "AzurePrivatePeering"),
        ("create", "con-eastasia-hong-kong"),
    ]
