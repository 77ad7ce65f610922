"""Limits on YAML and JSON: too large or too deep documents are refused with one message."""

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
"""Far above the time of each test, and far below that without limits."""


@pytest.mark.parametrize("name", BROKEN)
def test_an_invalid_document_is_refused_quickly(name: str, tmp_path: Path) -> None:
    """Before it is built, and without its values in the message."""
    content, said = BROKEN[name]
    (tmp_path / "a.yaml").write_bytes(content)
    begun = time.monotonic()

    with pytest.raises(LoadingError, match=re.escape(said)) as caught:
        load_yaml(read_bounded(tmp_path / "a.yaml"))

    assert time.monotonic() - begun < SECONDS
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["a YAML bomb", "a bomb of merged keys", "brackets"])
def test_the_loader_that_keeps_comments_has_the_same_limits(name: str) -> None:
    """Without them it would be as slow."""
    content, said = BROKEN[name]

    with pytest.raises(LoadingError, match=re.escape(said)):
        load_yaml(content.decode(), yaml_loader("rt"))


def test_anchors_and_aliases_are_read() -> None:
    """Aliases below the limit and a byte order mark are allowed."""
    assert load_yaml("\ufeffa: &a {b: [1, 2]}\nc: *a\nd: {<<: *a, e: 1}") == {
        "a": {"b": [1, 2]},
        "c": {"b": [1, 2]},
        "d": {"b": [1, 2], "e": 1},
    }


def test_a_region_of_a_thousand_spokes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a third of the allowed values."""
    values = with_spokes(shipped("primary"), 1000)
    text = json.dumps({"config": values})
    monkeypatch.setattr(bounded_loading, "MOST_VALUES", bounded_loading.MOST_VALUES // 3)

    assert load_yaml(text)["config"] == values


@pytest.mark.parametrize("option", [("--subscription", "a/b"), ("--resource-group", "../x")])
def test_adopt_refuses_an_invalid_option(option: tuple[str, str], sparehub: Sparehub) -> None:
    """It would be part of every id."""
    done = sparehub("adopt", "x.json", *option)

    assert done.returncode == 2
    assert f"error: {option[0]}: {option[1]!r} is not " in done.stderr


def test_init_refuses_a_number_of_thousands_of_digits(sparehub: Sparehub, tmp_path: Path) -> None:
    """It is refused as an invalid prefix."""
    done = sparehub("init", "-o", "new.yaml", "--hub-address-space", "1" * 5000, answers="\n" * 40)

    assert "Traceback" not in done.stderr
    assert done.returncode in (2, 3)
    assert not (tmp_path / "new.yaml").exists()
