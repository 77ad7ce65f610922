"""Fixtures that run the command `sparehub` as a user or a script does."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from tests.configurations import ROOT
from tests.failover.operators import Start, worlds_in

Sparehub = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sparehub(tmp_path: Path) -> Sparehub:
    """Return a function that runs the command in a directory with the shipped stack files."""
    for name in ("Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.secondary.yaml"):
        shutil.copy(ROOT / name, tmp_path)

    def run(
        *arguments: str, answers: str = "", variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(VENV / "bin" / "sparehub"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "SPAREHUB_HOME": str(tmp_path / "home"), **(variables or {})},
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return a maker of worlds in memory, on the newest of which the command works."""
    return worlds_in(tmp_path, monkeypatch)


def change(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit the configuration keys of a stack file."""
    yaml = YAML()
    content = yaml.load(path)
    edit(content["config"])
    yaml.dump(content, path)


def change_region(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit the region in a stack file."""
    change(path, lambda config: edit(config["sparehub:region"]))
