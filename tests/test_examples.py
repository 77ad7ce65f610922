"""The example of Site Recovery: its files and its project stay those of the repository."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from sparehub.drill.workspace import Rehearsal
from sparehub.stacks.program_digest import program_entry, read_program
from sparehub.stacks.stack_files import STACKS
from sparehub.testing import preview
from tests.configurations import ROOT, shipped

EXAMPLE = ROOT / "examples" / "site-recovery"
ADDED = {"primary": ["replicate", "hooks"], "secondary": ["siteRecovery"]}


def content(path: Path) -> dict[str, Any]:
    """Return a YAML file."""
    read: dict[str, Any] = YAML(typ="safe").load(path)
    return read


def test_check_finds_no_error_in_the_example() -> None:
    """Nothing but the two warnings of the shipped pair."""
    done = subprocess.run(
        [VENV / "bin" / "sparehub", "check", "--json", "--stack-dir", EXAMPLE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["findings"]
    assert [(each["severity"], each["stack"], each["rule"]) for each in found] == [
        ("warning", "secondary", "ER-02"),
        ("warning", "secondary", "RT-13"),
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_the_example_is_the_shipped_pair_with_machines(stack: str) -> None:
    """Each file has the keys of the repository's, and those of Site Recovery beside them."""
    config = content(EXAMPLE / f"Pulumi.{stack}.yaml")["config"]
    region = config["sparehub:region"]

    added = [key for key in region if key in ADDED[stack]]

    assert added == ADDED[stack]
    for key in added:
        del region[key]
    assert config == shipped(stack)


def test_the_example_has_two_machines_in_each_spoke() -> None:
    """By their names and recovery groups; the domain controller starts first."""
    region = content(EXAMPLE / "Pulumi.primary.yaml")["config"]["sparehub:region"]

    machines = region["replicate"]["machines"]

    assert {name: (each["spoke"], each["group"]) for name, each in machines.items()} == {
        "dc1": ("spoke1", 1),
        "files1": ("spoke1", 2),
        "db1": ("spoke2", 2),
        "app1": ("spoke2", 3),
    }


def test_the_project_of_the_example_runs_the_program_of_the_repository() -> None:
    """Its Pulumi.yaml declares the same keys, and its plans name the same program."""
    own, ours = content(EXAMPLE / "Pulumi.yaml"), content(ROOT / "Pulumi.yaml")

    assert own["config"] == ours["config"]
    assert own["name"] == ours["name"]
    assert program_entry(EXAMPLE).resolve() == ROOT / "__main__.py"
    assert read_program(EXAMPLE).digest == read_program(ROOT).digest


def test_a_preview_finds_the_program_in_another_directory() -> None:
    """The vault of the example is declared by the program that `main` names."""
    graph = preview(EXAMPLE / "Pulumi.secondary.yaml")

    vault = graph["region/site-recovery/vault/vault"]
    assert vault.inputs["location"] == "japaneast"


def test_pulumi_finds_the_program_in_another_directory(tmp_path: Path) -> None:
    """A copy beside the repository's program: `pulumi preview` plans the example's resources."""
    rehearsal = Rehearsal.begin(tmp_path / "home", EXAMPLE, (), os.environ)
    for name in ("__main__.py", "components", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    project = tmp_path / "examples" / "site-recovery"
    shutil.copytree(EXAMPLE, project)
    environment = {**rehearsal.home.environment(os.environ), "PYTHONPATH": str(ROOT)}

    for command in ("stack init primary", "preview --stack primary"):
        done = subprocess.run(
            ["pulumi", *command.split(), "--non-interactive"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    assert "stsparehubcacheea" in done.stdout


def test_a_rehearsal_copies_the_program_that_main_names(tmp_path: Path) -> None:
    """The copy has the program beside its Pulumi.yaml, which names no other directory."""
    rehearsal = Rehearsal.begin(tmp_path / "home", EXAMPLE, (), os.environ)

    expected = content(EXAMPLE / "Pulumi.yaml")
    del expected["main"]
    assert content(rehearsal.project / "Pulumi.yaml") == expected
    assert (rehearsal.project / "__main__.py").read_bytes() == (ROOT / "__main__.py").read_bytes()
    assert (rehearsal.project / "components" / "region.py").is_file()


@pytest.mark.long
def test_the_demo_of_machines_shows_what_it_claims(tmp_path: Path) -> None:
    """There, back, and away from a lost region, as `make demo-machines` runs it."""
    done = subprocess.run(
        [VENV / "bin" / "python", "-m", "engine.demo.machines"],
        cwd=ROOT,
        env={**os.environ, "SPAREHUB_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr
    assert (tmp_path / "demo-machines" / "project" / "pair.html").is_file()
