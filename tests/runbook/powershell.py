"""PowerShell as its grammar reads it, without PowerShell."""

from collections.abc import Iterator
from typing import Any

import pytest

tree_sitter = pytest.importorskip("tree_sitter")
tree_sitter_powershell = pytest.importorskip("tree_sitter_powershell")


def syntax_errors(text: str) -> list[str]:
    """Return what the grammar of PowerShell does not read, or finds missing."""
    source = text.encode()
    language = tree_sitter.Language(tree_sitter_powershell.language())
    tree = tree_sitter.Parser(language).parse(source)
    return list(_errors(tree.root_node))


def literals(text: str) -> list[str]:
    """Return the values of the literals in single quotes of a text."""
    source = text.encode()
    language = tree_sitter.Language(tree_sitter_powershell.language())
    tree = tree_sitter.Parser(language).parse(source)
    return [
        node.text.decode()[1:-1].replace("''", "'")
        for node in _nodes(tree.root_node)
        if node.type == "verbatim_string_characters"
    ]


def _errors(node: Any) -> Iterator[str]:
    for each in _nodes(node):
        if each.type == "ERROR" or each.is_missing:
            yield f"line {each.start_point[0] + 1}: {each.text.decode()}"


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)
