"""The switch in a stack file: one line changes, whatever else stands there."""

import difflib
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sparehub.stacks.stack_file_edit import ACTIVATION, OVERRIDE, set_bandwidth, set_values
from sparehub.topology.errors import PreflightError
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
    set_values(directory, "primary", {ACTIVATION: "standby"})

    assert changed(before, file.read_text()) == [
        "-  sparehub:activation: active # the switch: standby | active",
        "+  sparehub:activation: standby # the switch: standby | active",
    ]
    set_values(directory, "primary", {ACTIVATION: "active"})
    assert file.read_text() == before


def test_a_reason_of_any_text_is_put_in_and_taken_out(directory: Path) -> None:
    """Quotes, colons and hashes are text."""
    file = directory / "Pulumi.primary.yaml"
    before = file.read_text()
    reason = 'it is "lost": \\ # really'
    set_values(directory, "primary", {OVERRIDE: reason})

    assert YAML(typ="safe").load(file.read_text())["config"][OVERRIDE] == reason
    assert len(changed(before, file.read_text())) == 1
    set_values(directory, "primary", {OVERRIDE: None})
    assert file.read_text() == before
    set_values(directory, "primary", {OVERRIDE: None})
    assert file.read_text() == before


def test_a_file_without_the_key_gets_it(directory: Path) -> None:
    """Pulumi's default is `standby`, so that a file may leave it out."""
    file = directory / "Pulumi.primary.yaml"
    lines = [each for each in file.read_text().splitlines(keepends=True) if ACTIVATION not in each]
    file.write_text("".join(lines))
    set_values(directory, "primary", {ACTIVATION: "active"})

    assert YAML(typ="safe").load(file.read_text())["config"][ACTIVATION] == "active"
    assert len(changed("".join(lines), file.read_text())) == 1


@pytest.mark.parametrize("text", ["bandwidthInMbps: 1000 # for now", "bandwidthInMbps: 1_000"])
def test_one_number_changes_and_its_comment_stays(directory: Path, text: str) -> None:
    """And back again, to the same bytes."""
    file = directory / "Pulumi.primary.yaml"
    before = file.read_text().replace("bandwidthInMbps: 1000", text)
    file.write_text(before)
    set_bandwidth(directory, "primary", "hong-kong", 2000)

    after = text.replace("1000", "2000").replace("1_000", "2000")
    assert file.read_text() == before.replace(text, after)
    set_bandwidth(directory, "primary", "hong-kong", 1000)
    assert file.read_text() == before.replace("1_000", "1000")


def test_a_number_within_braces_changes(tmp_path: Path) -> None:
    """The rest of its line stays."""
    file = tmp_path / "Pulumi.primary.yaml"
    text = (
        "config: {sparehub:region: {expressRoute: {connections: {hk: {circuit: "
        "{bandwidthInMbps: 200, sku: {tier: Standard}}}}}}} # 200\n"
    )
    file.write_text(text)
    set_bandwidth(tmp_path, "primary", "hk", 1000)

    assert file.read_text() == text.replace("Mbps: 200", "Mbps: 1000")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("bandwidthInMbps: *fast", "bandwidthInMbps: 1000"),
        ("<<: {bandwidthInMbps: 200}", "bandwidthInMbps: 1000, <<: {bandwidthInMbps: 200}"),
    ],
)
def test_a_number_that_stands_elsewhere_is_left_alone(
    tmp_path: Path, text: str, after: str
) -> None:
    """An alias is replaced, a merged value is overridden: nothing else changes with it."""
    file = tmp_path / "Pulumi.primary.yaml"
    before = (
        "fast: &fast 200\nconfig:\n  sparehub:region: "
        f"{{expressRoute: {{connections: {{hk: {{circuit: {{{text}}}}}}}}}}}\n"
    )
    file.write_text(before)
    set_bandwidth(tmp_path, "primary", "hk", 1000)

    assert file.read_text() == before.replace(text, after)


@pytest.mark.parametrize(
    "text",
    [
        "hk: {circuit: &shared {bandwidthInMbps: 200}}, sg: {circuit: *shared}",
        "hk: {circuit: {bandwidthInMbps: &mbps 200}}, sg: {circuit: {bandwidthInMbps: *mbps}}",
    ],
    ids=["a mapping", "a number"],
)
def test_a_number_that_others_share_is_not_changed(tmp_path: Path, text: str) -> None:
    """What carries an anchor would change in another place, too."""
    file = tmp_path / "Pulumi.primary.yaml"
    before = f"config:\n  sparehub:region: {{expressRoute: {{connections: {{{text}}}}}}}\n"
    file.write_text(before)
    with pytest.raises(PreflightError, match="yaml, line 2: bandwidthInMbps cannot be changed"):
        set_bandwidth(tmp_path, "primary", "hk", 1000)

    assert file.read_text() == before
