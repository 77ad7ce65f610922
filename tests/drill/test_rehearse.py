"""What a rehearsal holds against the log of the local Azure, and what it refuses to begin with."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.drill.rehearse import copy_programs, hook_options, violations
from sparehub.simulator.control import LogEntry
from sparehub.topology.errors import PreflightError
from tests.command_fixtures import Sparehub, change_region
from tests.configurations import OURS

GROUP = f"{OURS}/resourceGroups/rg/providers/Microsoft.Network"


def entry(operation: str, name: str, at: float, outcome: str = "Succeeded") -> LogEntry:
    method = "DELETE" if operation == "delete" else "PUT"
    path = f"{GROUP}/connections/{name}"
    return LogEntry(at, method, path, 200, operation, 90, outcome)


def plan(conflict: tuple[str, ...] = ("10.1.0.0/24",)) -> dict[str, Any]:
    change = {"operations": [{"operation": "delete"}, {"operation": "create"}]}
    return {"conflict": conflict, "steps": [{"change": change}, {"change": None}]}


def test_a_failover_that_did_what_was_planned_has_no_violation() -> None:
    """The old connection is gone at the very moment at which the new one is begun."""
    assert violations(plan(), [entry("delete", "old", 0), entry("create", "new", 90)]) == []


def test_two_live_connections_are_found_at_any_instant() -> None:
    """Begun one second too early is too early; where addresses do not overlap, it is not."""
    entries = [entry("delete", "old", 0), entry("create", "new", 89)]

    assert violations(plan(), entries) == ["new was begun while old stood"]
    assert violations(plan(conflict=()), entries) == []


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (
            [entry("delete", "old", 0), entry("create", "new", 90, "Failed")],
            [f"{GROUP}/connections/new ended Failed"],
        ),
        ([entry("delete", "old", 0)], ["1 writes, and not the 2 of the plan"]),
        (
            [entry("delete", "old", 0), entry("create", "new", 90), entry("update", "new", 180)],
            ["3 writes, and not the 2 of the plan"],
        ),
    ],
)
def test_what_failed_is_missing_or_too_much_is_named(
    entries: list[LogEntry], found: list[str]
) -> None:
    """A rehearsal counts what Azure saw against what the plan says."""
    assert violations(plan(), entries) == found


def test_a_provider_that_a_project_names_is_refused(sparehub: Sparehub, tmp_path: Path) -> None:
    """It would be the real Azure's."""
    (tmp_path / "__main__.py").write_text("")
    with (tmp_path / "Pulumi.yaml").open("a") as file:
        file.write("plugins: {providers: [{name: azure-native, path: ../bin}]}\n")

    done = sparehub("drill", "rehearse")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "error: a rehearsal uses the local Azure alone, and would find the one that Pulumi.yaml "
        "names\n"
    )


def test_without_one_live_region_nothing_is_rehearsed(sparehub: Sparehub, tmp_path: Path) -> None:
    """Neither with two nor with none is it known which way to go."""
    file = tmp_path / "Pulumi.primary.yaml"
    file.write_text(file.read_text().replace("activation: active", "activation: standby"))

    done = sparehub("drill", "rehearse")

    assert done.returncode == 3
    assert done.stderr == "error: one region must be active, not none\n"
    assert not (tmp_path / "home").exists()


HOOK = {"name": "stop", "before": "fence-primary", "timeoutInSeconds": 9}


def give_hook(directory: Path, **more: Any) -> None:
    """Give the primary's file a hook."""
    file = directory / "Pulumi.primary.yaml"
    change_region(file, lambda region: region.update(hooks=[{**HOOK, **more}]))


def test_programs_of_hooks_in_the_project_are_copied(sparehub: Sparehub, tmp_path: Path) -> None:
    """With their mode; what is found on PATH or by an absolute path is not."""
    del sparehub  # it has put the stack files there
    program = tmp_path / "hooks" / "stop.sh"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o750)
    copy = tmp_path / "copy"
    copy.mkdir()

    for command in ("hooks/stop.sh", "sh", "/bin/sh"):
        give_hook(tmp_path, command=[command, "x"])
        copy_programs(tmp_path, copy)

    assert [path.relative_to(copy).as_posix() for path in copy.rglob("*")] == [
        "hooks",
        "hooks/stop.sh",
    ]
    assert (copy / "hooks" / "stop.sh").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("program", "says"), [("../x.sh", "is outside the project"), ("./x.sh", "cannot be copied")]
)
def test_a_program_that_cannot_be_copied_is_named(
    sparehub: Sparehub, tmp_path: Path, program: str, says: str
) -> None:
    """Nothing is written outside the copy."""
    del sparehub
    give_hook(tmp_path, command=[program])

    with pytest.raises(PreflightError, match=f"{program} of a hook {says}"):
        copy_programs(tmp_path, tmp_path / "copy")


def test_a_rehearsal_with_hooks_confirms_every_question() -> None:
    """And only those: commands and requests are run."""
    ask = {"hook": {**HOOK, "name": "ask", "manual": "Valid?"}}
    steps = [{"hook": {**HOOK, "command": ["./x"]}}, {"change": None}, ask]

    assert hook_options({"steps": steps}) == ["--run-hooks", "--confirm=ask=rehearsed"]
