"""The tree of errors that ``sparehub.topology.errors`` draws."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import NamedTuple

import sparehub
from sparehub.topology import errors
from sparehub.topology.errors import SparehubError

_LINE = re.compile(r"(?P<indent>[│ ]*)(?:[├└]── )?(?P<name>\w+Error) +(?P<code>\d)  .+")
_INDENT = 4
"""Characters of one level of the drawing."""


class ErrorClass(NamedTuple):
    """A class of the tree: its name, its base and its exit code."""

    name: str
    base: str
    exit_code: int


def drawn() -> Iterator[ErrorClass]:
    """Yield the classes of the drawing, from the docstring of the module."""
    bases: list[str] = ["Exception"]
    for line in str(errors.__doc__).splitlines():
        if match := _LINE.fullmatch(line):
            depth = len(match["indent"]) // _INDENT + (line[0] != "S")
            bases = [*bases[: depth + 1], match["name"]]
            yield ErrorClass(match["name"], bases[depth], int(match["code"]))


def defined(error: type[SparehubError]) -> Iterator[ErrorClass]:
    """Yield a class of error and all that derive from it."""
    (base,) = error.__bases__
    yield ErrorClass(error.__name__, base.__name__, error.exit_code)
    for derived in error.__subclasses__():
        if derived.__module__.startswith("sparehub."):
            yield from defined(derived)


def test_the_drawing_is_the_whole_tree_of_errors() -> None:
    """Every class that derives from SparehubError, in any module, with its base and exit code."""
    for module in pkgutil.walk_packages(sparehub.__path__, "sparehub."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    assert sorted(drawn()) == sorted(defined(SparehubError))
