"""Imports go one way, and nothing happens when a module is imported."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configurations import ROOT

# What each package may import of ours; what points anywhere else points back.
ALLOWED = {
    "topology": {"topology"},
    "components": {"components", "topology"},
    "simulator": {"simulator"},
    "sparehub": {"sparehub", "topology", "simulator", "engine"},
    "engine": {"engine"},
    "__main__": {"components", "topology"},
}
OURS = {"benchmarks", "tests", *ALLOWED}
FILES = [
    path.relative_to(ROOT)
    for package in ALLOWED
    for path in [*(ROOT / package).rglob("*.py"), ROOT / f"{package}.py"]
    if path.exists()
]


def imports(path: Path) -> Iterator[str]:
    """Yield the first word of every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module).split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_one_way(path: Path) -> None:
    """Configuration to model to components; the simulator knows none of them."""
    ours = OURS.intersection(imports(path))

    assert ours <= ALLOWED[path.parts[0].removesuffix(".py")]


@pytest.mark.parametrize("path", [each for each in FILES if each.parts[0] == "topology"], ids=str)
def test_topology_is_pure(path: Path) -> None:
    """No Pulumi, no clock, no randomness, no files."""
    plain = sys.stdlib_module_names - {"os", "pathlib", "random", "secrets", "time", "datetime"}

    assert set(imports(path)) <= plain | {"pydantic", "pydantic_core", "numpy", "topology"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_components_speak_azure_native(path: Path) -> None:
    """A resource is made in one place."""
    speaks = "pulumi_azure_native" in imports(path)

    assert not speaks or path.parts[0] == "components"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_happens_at_import(path: Path) -> None:
    """A module's top level defines; the program's own entry point alone acts."""
    if path.name == "__main__.py":
        return
    acting = [
        ast.unparse(node)
        for node in ast.parse((ROOT / path).read_text()).body
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ]

    assert [each for each in acting if not each.startswith("app.add_typer")] == []


def test_what_judges_a_failover_shares_nothing_with_it() -> None:
    """The invariants are read from Azure's log and Pulumi's export."""
    judging = set(imports(Path("tests/engine/invariants.py")))

    assert OURS.intersection(judging) == {"simulator"}
