"""Secrets and the files that Pulumi writes: never in clear on disk, always editable."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.failover.adapters.pulumi_errors import DeploymentError
from sparehub.failover.adapters.pulumi_stacks import Deployments
from sparehub.stacks.stack_file_edit import (
    ACTIVATION,
    GENERATION,
    OVERRIDE,
    editing_problems,
    set_values,
)
from sparehub.stacks.stack_files import StackText
from tests.engine.conftest import Engine
from tests.engine.test_circuits import connect_to_both

Make = Callable[..., Engine]
CLEAR = "open sesame"
SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""What marks a secret in a state: https://www.pulumi.com/docs/iac/concepts/secrets/."""
PLACE = "sparehub:region.expressRoute.connections.borrowed.circuit.authorizationKey"
SPY = """\
#!/bin/sh
echo "$*" >> {log}
case "$*" in *"stack import"*) [ -e {broken} ] && {{ cat; echo "no room" >&2; exit 1; }};; esac
exec {pulumi} "$@"
"""


@pytest.fixture
def azure(engine: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return an engine in this process's environment; Pulumi's arguments are written down."""
    made = engine("primary")
    environment = made.rehearsal.home.environment(os.environ)
    pulumi = shutil.which("pulumi", path=environment["PATH"])
    spy = tmp_path / "spy" / "pulumi"
    spy.parent.mkdir()
    log, broken = tmp_path / "arguments", tmp_path / "broken"
    spy.write_text(SPY.format(log=log, broken=broken, pulumi=pulumi))
    spy.chmod(0o755)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.pathsep.join([str(spy.parent), environment["PATH"]]))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return made


def holding(directory: Path, text: str) -> list[str]:
    """Return the files below a directory that hold a text."""
    files = (each for each in directory.rglob("*") if each.is_file())
    return [each.name for each in files if text.encode() in each.read_bytes()]


def interrupted(azure: Engine) -> None:
    """Give a stack a state with a secret in it, and a write that was never ended."""
    exported = json.loads(azure.rehearsal.pulumi("stack", "export", "--stack", "primary"))
    urn = "urn:pulumi:primary::sparehub::{0}::{1}"
    stack = {
        "urn": urn.format("pulumi:pulumi:Stack", "sparehub-primary"),
        "type": "pulumi:pulumi:Stack",
        "outputs": {"key": {**SIGNATURE, "plaintext": json.dumps(CLEAR)}},
    }
    kind = "azure-native:network:VirtualNetwork"
    pending = {"urn": urn.format(kind, "n"), "type": kind, "custom": True, "inputs": {}}
    exported["deployment"]["resources"] = [stack]
    file = azure.rehearsal.project / "state.json"
    file.write_text(json.dumps(exported))
    azure.rehearsal.pulumi("stack", "import", "--stack", "primary", "--file", str(file))
    file.unlink()
    # An import drops begun writes, so this one goes into the backend's own file.
    (state,) = azure.rehearsal.home.path.glob("state/.pulumi/stacks/*/primary.json")
    recorded = json.loads(state.read_text())
    begun = [{"resource": pending, "type": "creating"}]
    recorded["checkpoint"]["latest"]["pending_operations"] = begun
    state.write_text(json.dumps(recorded))


def test_no_decrypted_state_is_ever_on_disk(azure: Engine, tmp_path: Path) -> None:
    """Begun writes are struck out of a state whose secrets stay encrypted; under any `umask`."""
    interrupted(azure)
    before = os.umask(0)
    deployments = Deployments(azure.rehearsal.project)
    try:
        assert len(deployments.snapshot("primary").pending) == 1
        deployments.forget_pending("primary")
        assert deployments.snapshot("primary").pending == ()
    finally:
        deployments.close()
        os.umask(before)

    assert holding(tmp_path, CLEAR) == []
    assert list((tmp_path / "tmp").iterdir()) == []
    shown = ("stack", "output", "key", "--show-secrets", "--stack", "primary")
    assert azure.rehearsal.pulumi(*shown).strip() == CLEAR


def test_an_import_that_fails_leaves_no_state_behind(azure: Engine, tmp_path: Path) -> None:
    """Neither on disk nor in the message, although Pulumi printed it."""
    interrupted(azure)
    (tmp_path / "broken").touch()
    deployments = Deployments(azure.rehearsal.project)
    with pytest.raises(DeploymentError) as caught:
        deployments.forget_pending("primary")
    pending = deployments.snapshot("primary").pending
    deployments.close()

    assert "no room" in str(caught.value)
    assert "resources" not in str(caught.value)
    assert len(pending) == 1
    assert holding(tmp_path, CLEAR) == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert "--show-secrets" not in (tmp_path / "arguments").read_text()


def test_a_new_key_is_read_from_input_and_changes_one_value(azure: Engine, tmp_path: Path) -> None:
    """Arguments can be read by every user of the host; the copy that Pulumi writes is removed."""
    azure.change("primary", connect_to_both)
    file = azure.rehearsal.project / "Pulumi.primary.yaml"
    set_key = ("config", "set", "--secret", "--path", PLACE, "--stack", "primary")
    azure.rehearsal.pulumi(*set_key, "the old one")
    (tmp_path / "arguments").unlink(missing_ok=True)
    before = file.read_text().splitlines()
    deployments = Deployments(azure.rehearsal.project)
    assert deployments.secret("primary", PLACE) == "the old one"
    deployments.set_secret("primary", PLACE, CLEAR)
    assert deployments.secret("primary", PLACE) == CLEAR
    deployments.close()

    after = file.read_text().splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert [a.split(":")[0].strip() for a, _ in changed] == ["secure"]
    assert CLEAR not in (tmp_path / "arguments").read_text()
    assert holding(tmp_path, CLEAR) == []
    assert list(azure.rehearsal.home.scratch.iterdir()) == []


def test_what_pulumi_itself_writes_is_edited(azure: Engine) -> None:
    """Long values that it folds, the salt, objects with secrets; and Pulumi reads what we write."""
    azure.change("primary", connect_to_both)
    stack = ("--stack", "primary")
    reason = "East Asia is lost, says ticket 4711: " + "nobody answers there; " * 12
    azure.rehearsal.pulumi("config", "set", "overrideInterlock", reason.strip(), *stack)
    azure.rehearsal.pulumi("config", "set", "--secret", "--path", PLACE, CLEAR, *stack)
    azure.rehearsal.pulumi("config", "set", "--type", "int", "generation", "3", *stack)
    file = azure.rehearsal.project / "Pulumi.primary.yaml"
    assert "encryptionsalt" in file.read_text()

    assert list(editing_problems(StackText.read(azure.rehearsal.project, "primary"))) == []
    edits: list[dict[str, str | int]] = [
        {OVERRIDE: "another", ACTIVATION: "standby", GENERATION: 4},
        {OVERRIDE: reason.strip()},
    ]
    for values in edits:
        before = file.read_text()
        set_values(azure.rehearsal.project, "primary", values)
        get = ("config", "get", "overrideInterlock", *stack)
        assert azure.rehearsal.pulumi(*get).strip() == values[OVERRIDE]
        assert {OVERRIDE, ACTIVATION, GENERATION} >= changed_keys(before, file.read_text())
    assert azure.rehearsal.pulumi("config", "get", "generation", *stack).strip() == "4"
    set_values(azure.rehearsal.project, "primary", {OVERRIDE: None})
    assert OVERRIDE not in YAML(typ="safe").load(file)["config"]


@pytest.mark.parametrize(
    "text",
    [
        "config: {sparehub:activation: active, sparehub:pairedStack: secondary}\n",
        "config: {}\n",
        '{"config":{"sparehub:activation":"active"}}\n',
        "base: &x {sparehub:activation: active}\nconfig:\n  a:b: c\n  <<: *x\n",
        "word: &x active\nconfig:\n  sparehub:activation: *x\n",
        "config:\r\n  sparehub:activation: active # c\r\n  a:b: c\r\n",
    ],
    ids=["braces", "empty", "JSON", "merge", "alias", "carriage returns"],
)
def test_pulumi_reads_what_was_edited_in_any_layout(azure: Engine, text: str) -> None:
    """The value that we set is the value that it takes."""
    file = azure.rehearsal.project / "Pulumi.primary.yaml"
    file.write_bytes(text.encode())
    values: dict[str, str | int] = {
        ACTIVATION: "standby",
        OVERRIDE: "a: 'b' # c \"d\" \\ é",
        GENERATION: 12,
    }
    set_values(azure.rehearsal.project, "primary", values)

    for key, value in values.items():
        got = azure.rehearsal.pulumi("config", "get", key, "--stack", "primary").strip()
        assert got == str(value)


def test_a_preview_refuses_a_key_in_clear(engine: Make) -> None:
    """As `check` does: the program sees no difference, but knows which keys hold secrets."""
    azure = engine("primary")

    def in_clear(config: dict[str, Any]) -> None:
        connect_to_both(config)
        connections = config["sparehub:region"]["expressRoute"]["connections"]
        connections["borrowed"]["circuit"]["authorizationKey"] = CLEAR

    azure.change("primary", in_clear)
    said = azure.refused("preview", "--stack", "primary")

    assert f"{PLACE.removeprefix('sparehub:')}: is not encrypted" in said
    assert CLEAR not in said


def changed_keys(before: str, after: str) -> set[str]:
    """Return the keys of ``config:`` whose values differ."""
    one, other = (YAML(typ="safe").load(text)["config"] for text in (before, after))
    return {key for key in {*one, *other} if one.get(key) != other.get(key)}
