"""``python -m engine.architecture_page``: draws the packages in ``docs/architecture.md``."""

import ast
from collections.abc import Iterator, Mapping

from grimp import ImportGraph, build_graph

from engine.paths import ROOT
from sparehub.output import Output

PAGE = ROOT / "docs" / "architecture.md"
ROOTS = ("sparehub", "components", "engine", "benchmarks")
"""The packages of the repository, but for the tests."""
DRAWN = ("sparehub", "sparehub.topology", "sparehub.failover", "sparehub.simulator.arm")
"""The packages of which the page has a picture."""


def begin(package: str) -> str:
    """Return the mark before the picture of a package."""
    return f"<!-- begin {package}: written by `python -m engine.architecture_page` -->"


def end(package: str) -> str:
    """Return the mark after the picture of a package."""
    return f"<!-- end {package} -->"


def imports() -> ImportGraph:
    """Return the graph of all imports between modules of the repository."""
    return build_graph(*ROOTS, cache_dir=None)


def rooms(graph: ImportGraph, package: str) -> dict[str, set[str]]:
    """Return each part of a package with the other parts that it imports.

    The picture of ``sparehub`` has the packages beside it as well.
    """

    def room(module: str) -> str | None:
        if package == "sparehub" and module.split(".", maxsplit=1)[0] != package:
            return module.split(".", maxsplit=1)[0]
        inside = module.removeprefix(f"{package}.")
        return f"{package}.{inside.split('.')[0]}" if inside != module else None

    parts: dict[str, set[str]] = {}
    for module in graph.modules:
        if importer := room(module):
            imported = {room(name) for name in graph.find_modules_directly_imported_by(module)}
            parts.setdefault(importer, set()).update(filter(None, imported - {importer}))
    return parts


def reduced(parts: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the imports without those that follow from others (the transitive reduction)."""

    def below(part: str) -> set[str]:
        return parts[part].union(*(below(name) for name in parts[part]))

    return {
        part: names - set[str]().union(*(below(name) for name in names))
        for part, names in parts.items()
    }


def summary(package: str) -> str:
    """Return the first line of the docstring of a module or package."""
    path = ROOT.joinpath(*package.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").split("\n")[0]


def picture(graph: ImportGraph, package: str) -> Iterator[str]:
    """Yield the lines of a Mermaid picture of a package, and of a table of its parts."""
    arrows = reduced(rooms(graph, package))
    yield "```mermaid"
    yield "flowchart TD"
    for part in sorted(arrows):
        name = part.rpartition(".")[2]
        for imported in sorted(arrows[part]):
            yield f"  {name} --> {imported.rpartition('.')[2]}"
    yield from (["```", "", f"| in `{package.replace('.', '/')}` | has |", "| --- | --- |"])
    for part in sorted(arrows):
        path = part.replace(".", "/")
        path = path if (ROOT / path).is_dir() else f"{path}.py"
        text = summary(part).replace("``", "`").replace("|", "\\|")
        yield f"| [`{path.removeprefix(package.replace('.', '/') + '/')}`](../{path}) | {text} |"


def drawn(text: str) -> str:
    """Return the page with every picture drawn anew.

    Raises:
        ValueError: if a mark is missing.
    """
    graph = imports()
    for package in DRAWN:
        head, _, rest = text.partition(begin(package))
        if end(package) not in rest:
            raise ValueError(f"{PAGE.name} has no marks for the picture of {package}")
        lines = [begin(package), *picture(graph, package), end(package)]
        text = head + "\n".join(lines) + rest.partition(end(package))[2]
    return text


def main() -> None:
    """Write the page; a test fails while it is out of date."""
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    Output().note(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
