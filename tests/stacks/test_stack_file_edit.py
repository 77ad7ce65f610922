"""Editing one value of a stack file changes one line and nothing else."""

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
    return [line for line in lines if line[:2] not in {"--", "++", "@@"}]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Pulumi.primary.yaml", tmp_path)
    return tmp_path


def test_one_word_changes_and_its_comment_stays(directory: Path) -> None:
    """The old value again restores the same bytes."""
    file = directory / "Pulumi.primary.yaml"
    before = file.read_text()
    set_values(directory, "primary", {ACTIVATION: "standby"})

    assert changed(before, file.read_text()) == [
        "-  sparehub:activation: active # the switch: standby | active",
        "+  sparehub:activation: standby # the switch: standby | active",
    ]
    set_values(directory, "primary", {ACTIVATION: "active"})
    assert file.read_text() == before


def test_a_reason_of_any_text_is_set_and_removed(directory: Path) -> None:
    """Quotes, colons and hashes are escaped."""
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


def test_a_missing_key_is_inserted(directory: Path) -> None:
    """The default of the key is `standby`, so a file may leave it out."""
    file = directory / "Pulumi.primary.yaml"
    lines = [line for line in file.read_text().splitlines(keepends=True) if ACTIVATION not in line]
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


def test_a_number_in_a_flow_mapping_is_edited(tmp_path: Path) -> None:
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
def test_an_anchored_number_is_not_changed_through_its_alias(
    tmp_path: Path, text: str, after: str
) -> None:
    """An alias is replaced by the value, a merged value is overridden."""
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
def test_a_number_with_an_anchor_is_not_edited(tmp_path: Path, text: str) -> None:
    """An edit would change its aliases, too."""
    file = tmp_path / "Pulumi.primary.yaml"
    before = f"config:\n  sparehub:region: {{expressRoute: {{connections: {{{text}}}}}}}\n"
    file.write_text(before)
    with pytest.raises(PreflightError, match="yaml, line 2: bandwidthInMbps cannot be changed"):
        set_bandwidth(tmp_path, "primary", "hk", 1000)

    assert file.read_text() == before
