"""State and keys are looked for in the files, then in Azure."""

from pathlib import Path

import pytest

from sparehub.failover.queries.state_and_keys import locations_of, named_keepers
from sparehub.topology.planning.rights.state_and_keys import STORAGE, VAULT, Keeper
from tests.failover.steps.test_fencing import Script

GRAPH = "POST /providers/Microsoft.ResourceGraph/resources"
STATE = Keeper(type=STORAGE, name="stpulumi", what="Pulumi's state")
SECRETS = Keeper(type=VAULT, name="kv", what="the key of primary's secrets")
STACKS = ("primary", "secondary")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose state is in an account, and the primary's key in a vault."""
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    backend = "backend: {url: 'azblob://state?storage_account=stpulumi'}\n"
    (tmp_path / "Pulumi.yaml").write_text(f"name: sparehub\n{backend}")
    key = "secretsprovider: azurekeyvault://kv.vault.azure.net/keys/k\n"
    (tmp_path / "Pulumi.primary.yaml").write_text(f"{key}config: {{}}\n")
    (tmp_path / "Pulumi.secondary.yaml").write_text("config: {}\n")
    return tmp_path


def test_files_name_account_and_vault(project: Path) -> None:
    assert named_keepers(project, STACKS) == (SECRETS, STATE)


def test_the_environment_names_the_backend_before_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Pulumi reads it."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///tmp/state")

    assert named_keepers(project, STACKS) == (SECRETS,)


def test_what_cannot_be_read_names_nothing(project: Path) -> None:
    """Another question says what is wrong with a stack file."""
    (project / "Pulumi.yaml").write_text("a: [")
    (project / "Pulumi.primary.yaml").write_text("- no\n")
    (project / "Pulumi.secondary.yaml").unlink()

    assert named_keepers(project, STACKS) == ()
    (project / "Pulumi.yaml").write_text("- no\n")
    assert named_keepers(project, STACKS) == ()


def test_azure_says_where_they_are() -> None:
    """By the index of all resources; where it does not answer, nothing is known."""
    rows = [{"name": "StPulumi", "location": "japaneast"}]
    script = Script({GRAPH: [(200, {"data": rows})]})

    assert locations_of(script, [STATE]) == {(STORAGE, "stpulumi"): "japaneast"}
    assert locations_of(Script({GRAPH: [(403, {})]}), [STATE]) == {}
