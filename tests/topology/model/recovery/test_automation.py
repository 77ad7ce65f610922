"""The Automation account of ``network: runbook``, and the names of what it holds."""

from typing import Any

import pytest

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.recovery.automation import AutomationAccount, SwitchNames
from tests.configurations import OURS, region_of
from tests.site_recovery_files import recovery


def said(**changes: Any) -> dict[str, Any]:
    values = recovery()
    values["sparehub:region"]["siteRecovery"] |= changes
    return values


def account(**changes: Any) -> AutomationAccount | None:
    built = region_of(said(network="runbook", automation=changes)).site_recovery
    return built.automation if built else None


def test_an_account_of_no_words_is_in_the_region_that_takes_over() -> None:
    """In a group of its own, so that nothing else is lost or deleted with it."""
    assert account() == AutomationAccount(
        name="aa-sparehub-southeastasia",
        resource_group="rg-sparehub-automation-southeastasia",
        location="southeastasia",
    )


def test_an_account_is_named_and_placed_as_the_file_says() -> None:
    """Its id is of the subscription of the stack."""
    said = account(name="aa-ours", resourceGroup="rg-ours", location="Japan East")

    assert said == AutomationAccount(name="aa-ours", resource_group="rg-ours", location="japaneast")
    assert str(said.id(OURS.rpartition("/")[2])) == (
        f"{OURS}/resourceGroups/rg-ours/providers/Microsoft.Automation/automationAccounts/aa-ours"
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"network": "runbook"}, "network: runbook needs an Automation account"),
        ({"automation": {}}, "automation is for network: runbook"),
        ({"network": "before", "automation": {}}, "automation is for network: runbook"),
        (
            {"network": "runbook", "automation": {"name": "aa"}},
            "'aa' is not the name of an Automation account",
        ),
        (
            {"network": "runbook", "automation": {"resourceGroup": "rg-recovered"}},
            "the name 'rg-recovered' is also that of",
        ),
    ],
)
def test_an_account_goes_with_the_runbook_and_has_a_name_that_azure_takes(
    changes: dict[str, Any], problem: str
) -> None:
    """And a group that is not another one's."""
    with pytest.raises(ConfigurationError, match=problem):
        region_of(said(**changes))


def test_each_direction_has_a_runbook_and_data_of_its_own() -> None:
    """A plan's context does not say where to (SR-54); the Python runbook reads it from its data."""
    away, back = SwitchNames(), SwitchNames(back=True)

    assert (away.start, away.switch, away.data, away.key("hong-kong")) == (
        "sparehub-start-switch",
        "sparehub-switch-network",
        "sparehub-switch-data",
        "sparehub-authorization-key-hong-kong",
    )
    assert (back.start, back.switch, back.data, back.key("hong-kong")) == (
        "sparehub-start-switch-back",
        "sparehub-switch-network",
        "sparehub-switch-data-back",
        "sparehub-authorization-key-hong-kong-back",
    )
