"""The GitHub workflows are pinned, have the least rights, and run what the Makefile has."""

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from tests.configurations import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version(path: Path) -> None:
    """A tag can be moved; a commit hash cannot. The comment says which version it is."""
    uses = [line.strip(" -") for line in path.read_text().splitlines()]

    assert [line for line in uses if line.startswith("uses:") and not PINNED.match(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_the_repository(path: Path) -> None:
    """No rights at the top; each job has the right to check out."""
    workflow = YAML(typ="safe").load(path)

    assert workflow["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in workflow["jobs"].values())


def test_zizmor_has_no_findings() -> None:
    """Offline: injection, credentials, pins and the update settings."""
    command = [str(VENV / "bin" / "zizmor"), "--offline", "--quiet", "--no-progress", ".github"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_pre_commit_runs_programs_that_set_up_installs() -> None:
    """Each hook's entry is a program of the virtual environment."""
    settings = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    entries = [hook["entry"].split()[0] for repo in settings["repos"] for hook in repo["hooks"]]

    assert [entry for entry in entries if not (ROOT / entry).exists()] == []


def test_every_test_that_the_makefile_names_exists() -> None:
    """A file that moves would leave its target without one test to run."""
    named = re.findall(r"\btests/[\w/*.]+", (ROOT / "Makefile").read_text())

    assert [name for name in named if not list(ROOT.glob(name))] == []
