"""YAML and JSON from somewhere else: measured while it is read, and refused in one message."""

import json
import re
import time
from pathlib import Path

import pytest

from sparehub.files import bounded_loading
from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded, yaml_loader
from tests.command_fixtures import Sparehub
from tests.configurations import shipped, with_spokes
from tests.files.invalid_yaml import BROKEN

SECONDS = 20.0
"""Far above what each takes, and far below what it would take unmeasured."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_text_that_is_no_document_is_refused_at_once(name: str, tmp_path: Path) -> None:
    """Before anything is made of it, and with no value of it in the message."""
    content, said = BROKEN[name]
    (tmp_path / "a.yaml").write_bytes(content)
    begun = time.monotonic()

    with pytest.raises(LoadingError, match=re.escape(said)) as caught:
        load_yaml(read_bounded(tmp_path / "a.yaml"))

    assert time.monotonic() - begun < SECONDS
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["a YAML bomb", "a bomb of merged keys", "brackets"])
def test_a_loader_that_keeps_comments_is_bounded_as_well(name: str) -> None:
    """It would be as slow."""
    content, said = BROKEN[name]

    with pytest.raises(LoadingError, match=re.escape(said)):
        load_yaml(content.decode(), yaml_loader("rt"))


def test_anchors_and_aliases_are_read() -> None:
    """The twin: what they stand for is counted, and is no fault by itself; nor is a BOM."""
    assert load_yaml("\ufeffa: &a {b: [1, 2]}\nc: *a\nd: {<<: *a, e: 1}") == {
        "a": {"b": [1, 2]},
        "c": {"b": [1, 2]},
        "d": {"b": [1, 2], "e": 1},
    }


def test_a_region_of_a_thousand_spokes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has a third of what a document may have."""
    values = with_spokes(shipped("primary"), 1000)
    text = json.dumps({"config": values})
    monkeypatch.setattr(bounded_loading, "MOST_VALUES", bounded_loading.MOST_VALUES // 3)

    assert load_yaml(text)["config"] == values


@pytest.mark.parametrize("option", [("--subscription", "a/b"), ("--resource-group", "../x")])
def test_adopt_refuses_a_place_that_is_none(option: tuple[str, str], sparehub: Sparehub) -> None:
    """It would become part of every id."""
    done = sparehub("adopt", "x.json", *option)

    assert done.returncode == 2
    assert f"error: {option[0]}: {option[1]!r} is no " in done.stderr


def test_init_writes_no_number_of_thousands_of_digits(sparehub: Sparehub, tmp_path: Path) -> None:
    """It is text, and refused as the prefix that it is not."""
    done = sparehub("init", "-o", "new.yaml", "--hub-address-space", "1" * 5000, answers="\n" * 40)

    assert "Traceback" not in done.stderr
    assert done.returncode in (2, 3)
    assert not (tmp_path / "new.yaml").exists()
