"""Imports point one way, and nothing happens when a module is imported.

The contracts are in ``.importlinter``. What a graph of imports cannot say is checked here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.configurations import ROOT

PACKAGES = ("sparehub", "components", "engine", "benchmarks")
FILES = [
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__main__.py"
]
LIMIT = 12
"""Files and folders that a reader has before him at each level, ``__init__`` apart."""


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file names in an import."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_imports_keep_every_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers, purity of the topology, independence of the local Azure."""
    monkeypatch.syspath_prepend(str(ROOT))

    code = lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True)

    assert code == 0


def test_an_import_that_points_upwards_breaks_a_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rejected twin: the lower of two layers imports the upper one."""
    package = tmp_path / "layered"
    package.mkdir()
    for name, text in {"__init__": "", "above": "", "below": "import layered.above"}.items():
        (package / f"{name}.py").write_text(text)
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = layered\n"
        "[importlinter:contract:layers]\nname = layers\ntype = layers\n"
        "layers =\n    layered.above\n    layered.below\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    assert lint_imports(config_filename=str(tmp_path / ".importlinter"), no_cache=True) == 1


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_are_absolute_but_in_components(path: Path) -> None:
    """Components are ``components`` in the repository and ``sparehub.components`` in a wheel."""
    named = set(imports(path))
    relative = {each for each in named if each.startswith(".")}

    if path.parts[0] == "components":
        assert not {each for each in named if each.split(".")[0] == "components"}
    else:
        assert relative == set()
    assert not {each for each in named if each.startswith("sparehub.components")}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_happens_at_import(path: Path) -> None:
    """A module's top level defines; the program's own entry point alone acts."""
    acting = [
        ast.unparse(node)
        for node in ast.parse((ROOT / path).read_text()).body
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ]

    assert [each for each in acting if not each.startswith(("app.add_typer", "app.command("))] == []


def test_what_checks_a_failover_shares_nothing_with_it() -> None:
    """The invariants are read from Azure's log and Pulumi's export."""
    checking = {each for each in imports(Path("tests/engine/invariants.py")) if "sparehub" in each}

    assert {".".join(each.split(".")[:2]) for each in checking} == {"sparehub.simulator"}


def test_no_folder_shows_more_than_a_reader_can_take_in() -> None:
    """At most twelve files and folders at each level of the packages."""
    crowded = {}
    for folder in {
        path.parent for package in PACKAGES[:2] for path in (ROOT / package).rglob("*.py")
    }:
        shown = [
            each.name
            for each in folder.iterdir()
            if (each.suffix == ".py" and not each.name.startswith("__"))
            or (each.is_dir() and any(each.rglob("*.py")) and each.name != "__pycache__")
        ]
        if len(shown) > LIMIT:
            crowded[str(folder.relative_to(ROOT))] = len(shown)

    assert crowded == {}
