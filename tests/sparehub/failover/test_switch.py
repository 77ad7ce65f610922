"""The switch in a stack file: one line changes, whatever else stands there."""

import difflib
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sparehub.failover.switch import ACTIVATION, OVERRIDE, set_value
from tests.configurations import ROOT


def changed(before: str, after: str) -> list[str]:
    """Return the lines that differ."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [each for each in lines if each[:2] not in {"--", "++", "@@"}]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Pulumi.primary.yaml", tmp_path)
    return tmp_path


def test_one_word_changes_and_its_comment_stays(directory: Path) -> None:
    """And the same word again changes nothing."""
    file = directory / "Pulumi.primary.yaml"
    before = file.read_text()
    set_value(directory, "primary", ACTIVATION, "standby")

    assert changed(before, file.read_text()) == [
        "-  sparehub:activation: active # the switch: standby | active",
        "+  sparehub:activation: standby # the switch: standby | active",
    ]
    set_value(directory, "primary", ACTIVATION, "active")
    assert file.read_text() == before


def test_a_reason_of_any_text_is_put_in_and_taken_out(directory: Path) -> None:
    """Quotes, colons and hashes are text."""
    file = directory / "Pulumi.primary.yaml"
    before = file.read_text()
    reason = 'it is "lost": \\ # really'
    set_value(directory, "primary", OVERRIDE, reason)

    assert YAML(typ="safe").load(file.read_text())["config"][OVERRIDE] == reason
    assert len(changed(before, file.read_text())) == 1
    set_value(directory, "primary", OVERRIDE, None)
    assert file.read_text() == before
    set_value(directory, "primary", OVERRIDE, None)
    assert file.read_text() == before


def test_a_file_without_the_key_gets_it(directory: Path) -> None:
    """Pulumi's default is `standby`, so that a file may leave it out."""
    file = directory / "Pulumi.primary.yaml"
    lines = [each for each in file.read_text().splitlines(keepends=True) if ACTIVATION not in each]
    file.write_text("".join(lines))
    set_value(directory, "primary", ACTIVATION, "active")

    assert YAML(typ="safe").load(file.read_text())["config"][ACTIVATION] == "active"
    assert len(changed("".join(lines), file.read_text())) == 1
