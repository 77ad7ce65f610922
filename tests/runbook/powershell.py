"""PowerShell as its grammar reads it, without PowerShell."""

from collections.abc import Iterator
from typing import Any

import tree_sitter_powershell
from tree_sitter import Language, Parser


def syntax_errors(text: str) -> list[str]:
    """Return what the grammar of PowerShell does not read, or finds missing."""
    return list(_errors(_root(text)))


def literals(text: str) -> list[str]:
    """Return the values of the literals in single quotes of a text."""
    return [
        node.text.decode()[1:-1].replace("''", "'")
        for node in _nodes(_root(text))
        if node.type == "verbatim_string_characters"
    ]


def _root(text: str) -> Any:
    """Return the root of the syntax tree."""
    language = Language(tree_sitter_powershell.language())
    return Parser(language).parse(text.encode()).root_node


def _errors(node: Any) -> Iterator[str]:
    for each in _nodes(node):
        if each.type == "ERROR" or each.is_missing:
            yield f"line {each.start_point[0] + 1}: {each.text.decode()}"


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)
