"""What goes wrong before anything is made: one message, a code, nothing created, nothing lost."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sparehub.drill.workspace import Rehearsal
from sparehub.files.home import Home
from sparehub.stacks.stack_files import stack_file
from sparehub.topology.errors import SparehubError
from tests.configurations import ROOT
from tests.engine.conftest import Engine

Make = Callable[..., Engine]


def test_a_wrong_configuration_creates_nothing(engine: Make) -> None:
    """Every problem in one message, without a traceback."""
    azure = engine("primary")
    azure.change(
        "primary",
        lambda config: (
            config["sparehub:region"]["hub"].update(adressSpace=[]),
            config["sparehub:region"]["hub"]["nva"].update(ipAddress="10.10.10.200"),
        ),
    )

    text = azure.refused("up", "--yes", "--stack", "primary")

    assert "the configuration of stack 'primary' has 2 problems; nothing was created:" in text
    assert "region.hub.adressSpace: unknown key; did you mean 'addressSpace'? (CONFIG)" in text
    assert "region.hub.nva.ipAddress: 10.10.10.200 is in GatewaySubnet" in text
    assert "Traceback" not in text
    assert "unhandled error" not in text
    assert azure.rehearsal.log() == []


def test_a_missing_stack_file_is_named(engine: Make) -> None:
    """Pulumi itself demands the keys that Pulumi.yaml declares."""
    azure = engine("primary")
    stack_file(azure.rehearsal.project, "primary").unlink()

    text = azure.refused("up", "--yes", "--stack", "primary")

    assert "missing" in text
    assert "sparehub:region" in text
    assert azure.rehearsal.log() == []


def test_no_passphrase_no_deployment(engine: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi says which variable it wants."""
    azure = engine("primary")
    without = Home.variables

    def variables(home: Home) -> dict[str, str]:
        return {k: v for k, v in without(home).items() if k != "PULUMI_CONFIG_PASSPHRASE"}

    monkeypatch.setattr(Home, "variables", variables)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)

    assert "PULUMI_CONFIG_PASSPHRASE" in azure.refused("up", "--yes", "--stack", "primary")
    assert azure.rehearsal.log() == []


def test_a_locked_state_is_left_alone(engine: Make) -> None:
    """Pulumi names the lock's holder, and `pulumi cancel` as the way out."""
    azure = engine("primary")
    locks = azure.rehearsal.home.path / "state/.pulumi/locks/organization/sparehub/primary"
    locks.mkdir(parents=True, exist_ok=True)
    holder = {
        "pid": 1,
        "username": "other",
        "hostname": "elsewhere",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    (locks / "11111111-2222-3333-4444-555555555555.json").write_text(json.dumps(holder))

    text = azure.refused("up", "--yes", "--stack", "primary")

    assert "locked by 1 lock" in text
    assert "pulumi cancel" in text
    assert azure.rehearsal.log() == []


def test_a_damaged_simulator_is_left_as_it_is(engine: Make) -> None:
    """One line that says what to do; the file stays for whoever wants to look."""
    azure = engine("primary")
    store = azure.store / "azure.sqlite"
    store.write_bytes(b"not a database" * 100)

    text = azure.refused("up", "--yes", "--stack", "primary")

    assert "sparehub simulate reset" in text
    assert "Traceback" not in text
    assert store.read_bytes() == b"not a database" * 100


def test_a_simulator_that_cannot_be_written_is_refused(engine: Make) -> None:
    """A file stands where its directory should be."""
    azure = engine("primary")
    for each in azure.store.iterdir():
        each.unlink()
    azure.store.rmdir()
    azure.store.write_text("in the way")

    text = azure.refused("up", "--yes", "--stack", "primary")

    assert "SPAREHUB_HOME" in text
    assert "Traceback" not in text


def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file stands where the home should be."""
    (tmp_path / "home").write_text("in the way")

    with pytest.raises(SparehubError, match="cannot be written"):
        Rehearsal.begin(tmp_path / "home" / "under", tmp_path, (), os.environ)


def test_a_rehearsal_deletes_nothing_that_is_not_one(tmp_path: Path) -> None:
    """Somebody's own directory stays, whole."""
    thesis = tmp_path / "demo" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")

    with pytest.raises(SparehubError, match="holds something that is not a rehearsal"):
        Rehearsal.begin(thesis.parent, ROOT, ("primary",), os.environ)
    assert thesis.read_text() == "years of work"
