"""The vault is asked before something goes on which a replicated machine depends."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs

from sparehub.azure import protected_items
from sparehub.testing import Graph, preview
from sparehub.testing.mocks import AzureMocks
from sparehub.testing.preview import PreviewRefusedError
from sparehub.topology.errors import UnreadableError
from tests.configurations import ROOT
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

PRIMARY, SECONDARY = ROOT / "Pulumi.primary.yaml", ROOT / "Pulumi.secondary.yaml"
KEY = "sparehub:region.siteRecovery"
MOVED = SITE_RECOVERY | {"cacheStorageAccount": {"name": "another"}}


class Provider(AzureMocks):
    """Mocks of a provider that somebody is signed in to."""

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "azure-native:authorization:getClientConfig":  # noqa: S105 - a function
            return {"clientId": "", "objectId": "", "subscriptionId": "", "tenantId": ""}, []
        return super().call(args)


def pair() -> dict[str, Graph]:
    """Return both stacks of a pair as they were deployed."""
    primary = preview(PRIMARY, config={"sparehub:region.replicate": REPLICATE})
    secondary = preview(SECONDARY, config={KEY: SITE_RECOVERY}, deployed={"primary": primary})
    return {"primary": primary, "secondary": secondary}


def again(deployed: dict[str, Graph], config: dict[str, Any]) -> Graph:
    recorded = {name: graph.state() for name, graph in deployed.items()}
    mocks = Provider(recorded=recorded)
    return preview(SECONDARY, config=config, deployed=deployed, mocks=mocks)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put one item into the vault; return the vaults that are read."""
    vaults: list[str] = []

    def read(vault: str, _configured: Mapping[str, str]) -> list[dict[str, Any]]:
        vaults.append(vault.rpartition("/")[2])
        return [{"properties": {"friendlyName": "app1"}}]

    monkeypatch.setattr(protected_items, "protected_items", read)
    return vaults


def test_a_cache_account_in_use_is_not_replaced(asked: list[str]) -> None:
    """One read, one message, and nothing is registered."""
    with pytest.raises(PreviewRefusedError) as refused:
        again(pair(), {KEY: MOVED})

    assert "replaces region/site-recovery/cache/account (stsparehubcache2): app1" in str(
        refused.value
    )
    assert asked == ["rsv-sparehub"]


def test_a_vault_in_use_is_not_deleted(asked: list[str]) -> None:
    """With all that is in it, where the key goes."""
    with pytest.raises(PreviewRefusedError, match="deletes region/site-recovery/vault/vault"):
        again(pair(), {})

    assert asked == ["rsv-sparehub"]


def test_a_deployment_that_takes_nothing_away_reads_nothing(asked: list[str]) -> None:
    """Nor does a switch."""
    again(pair(), {KEY: SITE_RECOVERY})
    again(pair(), {KEY: SITE_RECOVERY, "sparehub:region.standby.depth": "network"})

    assert asked == []


def test_an_empty_vault_lets_go(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(protected_items, "protected_items", lambda *_given: ())

    assert again(pair(), {KEY: MOVED})["region/site-recovery/cache/account"]
    assert asked == []


def silent(*_given: object) -> None:
    raise UnreadableError("the region is down")


def test_a_vault_that_does_not_answer_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its region may be lost."""
    said: list[str] = []
    deployed = pair()
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    monkeypatch.setattr(protected_items, "protected_items", silent)

    graph = again(deployed, {KEY: MOVED})

    (warning,) = [text for text in said if "could not be read" in text]
    assert warning.endswith(
        "so it is unknown whether machines depend on region/site-recovery/cache/account, which "
        "this deployment takes away: the region is down"
    )
    assert graph["region/site-recovery/cache/account"]


def test_under_mocks_nothing_is_read(asked: list[str]) -> None:
    """Without a provider that answers, Azure is not asked."""
    with pytest.raises(NotImplementedError, match="getClientConfig: override `call`"):
        preview(SECONDARY, config={KEY: MOVED}, deployed=pair())

    assert asked == []
