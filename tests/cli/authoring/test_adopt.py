"""`sparehub adopt` where a vault stands: both halves of Site Recovery are handed over."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sparehub.cli.authoring.adopt import adopt_file
from sparehub.output import Output
from sparehub.topology.errors import SparehubError
from sparehub.topology.state.resources import state_resources
from tests.configurations import shipped
from tests.recorded_state import recorded
from tests.topology.adoption.test_site_recovery import REPLICATE, SITE_RECOVERY, VAULT


@pytest.fixture
def source(tmp_path: Path) -> Path:
    network = [
        {"id": each.id, **each.properties}
        for each in state_resources(recorded(shipped("secondary")))
    ]
    path = tmp_path / "all.json"
    path.write_text(json.dumps([*network, *VAULT.resources()]))
    return path


def adopt(source: Path, output: Output, other_out: Path | None = None) -> int:
    out = source.with_name("mine.yaml")
    return adopt_file(
        source, out, output, subscription=None, resource_group=None, other_out=other_out
    )


def test_the_other_file_s_half_is_printed_and_written(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As YAML to be put into that file, whole, and by --other-out into a file of its own."""
    other = source.with_name("other.yaml")

    code = adopt(source, Output(), other)

    printed = capsys.readouterr().out
    text = printed[printed.index("# Site Recovery in the other region's stack file") :]
    half = {"sparehub:region": {"replicate": REPLICATE}}
    assert YAML(typ="safe").load(text) == half
    assert YAML(typ="safe").load(other.read_text()) == half
    mine = YAML(typ="safe").load(source.with_name("mine.yaml").read_text())["config"]
    assert mine["sparehub:region"]["siteRecovery"] == SITE_RECOVERY
    assert code == 0


def test_the_other_file_s_half_is_in_the_json(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under a key of its own."""
    assert adopt(source, Output(as_json=True)) == 0

    assert json.loads(capsys.readouterr().out)["other"] == {"replicate": REPLICATE}


def test_an_existing_file_stays_and_nothing_is_written(source: Path) -> None:
    """All three are new, or none is."""
    other = source.with_name("other.yaml")
    other.write_text("mine")

    with pytest.raises(SparehubError, match=r"other\.yaml exists already"):
        adopt(source, Output(), other)

    assert other.read_text() == "mine"
    assert not source.with_name("mine.yaml").exists()
