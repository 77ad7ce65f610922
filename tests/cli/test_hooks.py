"""Hooks on the command line: what check, plan, schema and --confirm say of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_fixtures import Sparehub, change_region

STOP = {"name": "stop", "before": "fence-primary", "command": ["./stop"], "timeoutInSeconds": 60}


def give(directory: Path, *hooks: dict[str, Any], stack: str = "primary") -> None:
    """Give a stack file hooks."""
    change_region(directory / f"Pulumi.{stack}.yaml", lambda region: region.update(hooks=[*hooks]))


def test_check_lists_the_steps_that_a_hook_may_name(sparehub: Sparehub, tmp_path: Path) -> None:
    """A hook whose step exists is not a finding."""
    give(tmp_path, STOP, {**STOP, "name": "typo", "before": "fence-primry"})

    done = sparehub("check", "--json")

    errors = [each for each in json.loads(done.stdout)["findings"] if each["severity"] == "error"]
    assert done.returncode == 3
    assert [(each["stack"], each["path"], each["rule"]) for each in errors] == [
        ("primary", "region.hooks[1].before", "CONFIG")
    ]
    assert "fence-primary, activate-secondary" in errors[0]["message"]


def test_a_name_of_both_files_is_an_error_of_check(sparehub: Sparehub, tmp_path: Path) -> None:
    """Also for a plan, which would take one for the other."""
    give(tmp_path, STOP)
    give(tmp_path, STOP, stack="secondary")

    assert sparehub("check").returncode == 3
    done = sparehub("plan", "failover")
    assert done.returncode == 3
    assert "'stop' is a hook of primary and of secondary: rename one" in done.stderr


def test_the_plan_shows_its_hooks(sparehub: Sparehub, tmp_path: Path) -> None:
    """In the table and in JSON."""
    give(tmp_path, STOP)

    assert "stop, before fence-primary: run ./stop" in sparehub("plan", "failover").stdout
    steps = json.loads(sparehub("plan", "failover", "--json").stdout)["steps"]
    assert [step["id"] for step in steps] == ["hook-stop", "fence-primary", "activate-secondary"]
    assert steps[0]["hook"] == STOP


@pytest.mark.parametrize("given", [["x"], ["=x"], ["x="], ["x=1", "x=2"]])
@pytest.mark.parametrize("command", ["failover", "failback", "resume"])
def test_a_confirmation_without_name_or_note_is_a_usage_error(
    sparehub: Sparehub, command: str, given: list[str]
) -> None:
    """And so is a second one of a name."""
    done = sparehub(command, *(f"--confirm={each}" for each in given))

    assert done.returncode == 2
    assert "--confirm takes HOOK=NOTE, once for each hook" in " ".join(done.stderr.split())


def test_the_schema_knows_the_keys_of_a_hook(sparehub: Sparehub) -> None:
    """For editors."""
    schema = json.loads(sparehub("schema").stdout)

    assert {*schema["$defs"]["HookConfig"]["properties"]} == {
        "name", "before", "after", "command", "http", "manual", "timeoutInSeconds",
        "expectedInSeconds", "onFailure", "when",
    }  # fmt: skip


def test_derive_leaves_hooks_out_and_keeps_those_of_the_second_file(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """They name steps and addresses of the region whose file has them."""
    give(tmp_path, STOP)
    give(tmp_path, {**STOP, "name": "mine", "before": "activate-primary"}, stack="secondary")
    before = (tmp_path / "Pulumi.secondary.yaml").read_text()

    done = sparehub("derive", "--same-circuit", "--write")

    assert "region.hooks" in done.stdout + done.stderr
    after = (tmp_path / "Pulumi.secondary.yaml").read_text()
    assert ("name: mine" in before, "name: mine" in after, "name: stop" in after) == (
        True,
        True,
        False,
    )


def test_parity_allows_different_hooks(sparehub: Sparehub, tmp_path: Path) -> None:
    """Each region has its own."""
    give(tmp_path, STOP)

    found = json.loads(sparehub("parity", "--json").stdout)["differences"]

    (hooks,) = [each for each in found if each["path"] == "region.hooks"]
    assert (hooks["verdict"], len(hooks["primary"]), hooks["secondary"]) == ("allowed", 1, [])
