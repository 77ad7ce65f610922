"""The rules of a pair at `pulumi preview`, on the real engine, beside a deployed primary."""

from copy import deepcopy
from typing import Any

import pytest

from tests.configurations import shipped
from tests.engine.conftest import Change, Engine

PRIMARYS_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/{}"
SECURITY_GROUP = (
    PRIMARYS_GROUP.format("rg-sparehub-eastasia")
    + "/providers/Microsoft.Network/networkSecurityGroups/nsg"
)


def region(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config["sparehub:region"]
    return found


def circuit(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region(config)["expressRoute"]["connections"]["singapore"]["circuit"]
    return found


def subnets(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = region(config)["spokes"]["spoke1"]["subnets"]
    return found


def one_network(config: dict[str, Any]) -> None:
    region(config)["resourceGroup"] = "rg-sparehub-eastasia"
    region(config)["hub"]["name"] = "vnet-hub-eastasia"


WRONG: dict[str, Change] = {
    "ER-10": lambda c: circuit(c)["privatePeering"].update(primaryPeerAddressPrefix="10.1.0.0/30"),
    "PE-05": one_network,
    "RG-01": lambda c: c.update({"azure-native:location": "japaneast"}),
    "RG-02": lambda c: circuit(c).update(
        peeringLocation="London", sku={"tier": "Local", "family": "UnlimitedData"}
    ),
    "RT-25": lambda c: subnets(c)["app"].update(protected=False),
    "SR-01": lambda c: c.update({"azure-native:location": "eastasia"}),
    "SR-08": lambda c: region(c)["spokes"].pop("spoke2"),
    "SR-09": lambda c: subnets(c).update(application=subnets(c).pop("app")),
    "SR-12": lambda c: subnets(c)["app"].update(addressPrefix="10.1.0.0/25"),
    "SR-19": lambda c: region(c).update(resourceGroup="rg-sparehub-eastasia"),
    "VN-24": lambda c: subnets(c)["app"].update(networkSecurityGroupId=SECURITY_GROUP),
}


@pytest.fixture(scope="module")
def beside_a_primary(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return an engine whose primary stands; previews change nothing, so all tests share it."""
    azure = Engine(tmp_path_factory.mktemp("rules") / "home", ("primary", "secondary"))
    azure.up("primary")
    return azure


def write(azure: Engine, change: Change) -> None:
    """Put the shipped keys back into the secondary's file, and change them."""
    keys = deepcopy(shipped("secondary"))
    change(keys)

    def replace(config: dict[str, Any]) -> None:
        config.clear()
        config.update(keys)

    azure.change("secondary", replace)


@pytest.mark.parametrize("rule", WRONG)
def test_a_wrong_pair_is_refused_at_preview(beside_a_primary: Engine, rule: str) -> None:
    """By the rule's id, before the first resource."""
    write(beside_a_primary, WRONG[rule])

    with beside_a_primary.writes() as seen:
        text = beside_a_primary.refused("preview", "--stack", "secondary")

    assert f"({rule})" in text
    assert "the configuration of stack 'secondary' has" in text
    assert "Traceback" not in text
    assert "azure-native" not in text
    assert seen == []


def test_the_right_pair_is_warned_of_in_one_block(beside_a_primary: Engine) -> None:
    """The twin of every refusal: the shipped secondary is previewed."""
    write(beside_a_primary, lambda _: None)

    _, text = beside_a_primary.preview("secondary").split("Diagnostics:")

    assert text.count("the rules warn") == 1
    assert "(ER-02)" in text
    assert "(RT-13)" in text
