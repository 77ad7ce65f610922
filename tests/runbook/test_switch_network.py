"""The Python runbook, as a process, against the local Azure over HTTP."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparehub.azure.versions import version_of
from sparehub.site_recovery.runbook import switch_network
from sparehub.topology.planning.plan import PlanKind
from tests.runbook.world import SwitchWorld, copy_of, served, shipped_pair

SOURCE = Path(switch_network.__file__).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def world(templates: Path, tmp_path: Path) -> Iterator[SwitchWorld]:
    """Return the shipped pair, the primary active, served over HTTP."""
    made = copy_of(shipped_pair(), PlanKind.FAILOVER, templates, tmp_path / "azure")
    with served(made):
        yield made


def written(world: SwitchWorld, before: int) -> list[tuple[str, str]]:
    """Return method and last word of each write since."""
    return [(method, path.split("/")[-1]) for method, path, _ in world.writes()[before:]]


def test_it_is_one_file_of_python_3_10_with_the_standard_library_alone() -> None:
    """Azure Automation has Python 3.10; nothing of Sparehub is there."""
    tree = ast.parse(SOURCE, feature_version=(3, 10))

    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
        )
    }
    assert imported == {
        "automationassets",  # of the sandbox
        "collections",
        "concurrent",
        "contextlib",
        "dataclasses",
        "hashlib",
        "http",
        "ipaddress",
        "json",
        "os",
        "sys",
        "threading",
        "time",
        "typing",
        "urllib",
    }


def test_it_speaks_the_versions_of_sparehub() -> None:
    """A request of the runbook means the same as one of Sparehub."""
    paths = {
        provider: f"/subscriptions/s/resourceGroups/g/providers/{provider}/t/n"
        for provider in switch_network.API_VERSIONS
        if provider != "microsoft.automation"
    }

    assert {each: switch_network.api_version(path) for each, path in paths.items()} == {
        each: version_of(path) for each, path in paths.items()
    }


def test_it_switches_the_network(world: SwitchWorld) -> None:
    """The source's connection is deleted, then the target's is made; nothing else is written."""
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert written(world, before) == [
        ("DELETE", "con-eastasia-hong-kong"),
        ("PUT", "con-southeastasia-singapore"),
    ]


def test_a_second_run_writes_nothing(world: SwitchWorld) -> None:
    """Each request is read first."""
    world.run()
    before = len(world.writes())

    again = world.run()

    assert again.returncode == 0, again.stdout + again.stderr
    assert written(world, before) == []
