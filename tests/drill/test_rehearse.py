"""What a rehearsal holds against the log of the local Azure, and what it refuses to begin with."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.drill.rehearse import violations
from sparehub.simulator.control import LogEntry
from tests.command_fixtures import Sparehub
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
