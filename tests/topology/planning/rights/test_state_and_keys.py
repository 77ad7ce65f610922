"""Where state and keys are, by the files, and what is wrong with it."""

import pytest

from sparehub.topology.planning.rights.state_and_keys import (
    STORAGE,
    VAULT,
    Keeper,
    keeper_of_key,
    keeper_of_state,
    keepers,
    misplaced,
)

ACCOUNT = "azblob://state?storage_account=stpulumi"
KEY = "azurekeyvault://kv-pulumi.vault.azure.net/keys/sparehub"
STATE = Keeper(type=STORAGE, name="stpulumi", what="Pulumi's state")
SECRETS = Keeper(type=VAULT, name="kv-pulumi", what="the key of primary's secrets")
REGIONS = {"primary": "eastasia", "secondary": "southeastasia"}


@pytest.mark.parametrize(
    ("backend", "keeper"),
    [
        (ACCOUNT, STATE),
        ("azblob://state", None),
        ("https://app.pulumi.com", None),
        ("file://~", None),
        ("", None),
    ],
)
def test_the_account_of_a_backend(backend: str, keeper: Keeper | None) -> None:
    """Another kind of backend names none."""
    assert keeper_of_state(backend) == keeper


@pytest.mark.parametrize(
    ("provider", "keeper"), [(KEY, SECRETS), ("passphrase", None), ("azurekeyvault://", None)]
)
def test_the_vault_of_a_secrets_provider(provider: str, keeper: Keeper | None) -> None:
    """A passphrase is in no vault."""
    assert keeper_of_key(provider, "primary") == keeper


def test_project_and_stack_files_name_them() -> None:
    """Each on its own; a project that says nothing of a backend names none."""
    stacks: dict[str, dict[str, object]] = {
        "primary": {"secretsprovider": KEY},
        "secondary": {"config": {}},
    }

    assert keepers({"backend": {"url": ACCOUNT}}, stacks) == (SECRETS, STATE)
    assert keepers({"name": "sparehub"}, {"secondary": {}}) == ()


def test_what_lies_in_one_of_the_regions_is_said() -> None:
    """A third region is right; what the login does not see is unknown."""
    kept = (SECRETS, STATE)
    here = {(STORAGE, "stpulumi"): "eastasia", (VAULT, "kv-pulumi"): "japaneast"}

    (said,) = misplaced(kept, here, REGIONS)
    assert said == (
        "Pulumi's state is in stpulumi in eastasia, the region of primary: if that is lost, "
        "nothing can be deployed; move it to a third region (docs/rights.md)"
    )
    assert [*misplaced(kept, {**here, (STORAGE, "stpulumi"): "japaneast"}, REGIONS)] == []
    assert [*misplaced((SECRETS,), {}, REGIONS)] == [
        "the key of primary's secrets is in kv-pulumi, whose region this login does not see"
    ]
