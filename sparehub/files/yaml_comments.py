"""Moves comments of a document that ruamel.yaml has loaded.

ruamel.yaml attaches one token to the value before a comment: the comment on the value's line, and
every comment line and empty line that follows, although those are about the next key. The
functions here keep those lines in place when a value is removed or inserted.
"""

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

Container = CommentedMap | CommentedSeq


def comment_on(parent: Container, key: Any, comment: str) -> None:  # noqa: ANN401 - a key or an index
    """Write a comment after a scalar, before an existing one."""
    value = _value(parent, key)
    old = value.split("\n", 1)[0].lstrip("# ")
    _put(parent, key, f"# {comment}{'; ' + old if old else ''}", _lines(value))


def take_lines(parent: Container, key: Any) -> str:  # noqa: ANN401 - a key or an index
    """Remove and return the comment lines that follow a value."""
    parent, key = _last(parent, key)
    value = _value(parent, key)
    _put(parent, key, value.split("\n", 1)[0], "")
    return _lines(value)


def give_lines(parent: Container, key: Any, lines: str) -> None:  # noqa: ANN401 - a key or an index
    """Append comment lines to those that follow a value."""
    if lines:
        parent, key = _last(parent, key)
        value = _value(parent, key)
        _put(parent, key, value.split("\n", 1)[0], _lines(value) + lines)


def _last(parent: Container, key: Any) -> tuple[Container, Any]:  # noqa: ANN401 - a key or an index
    """Return the innermost last item of a value, to which ruamel attaches the lines after it."""
    value = parent[key]
    while isinstance(value, Container) and value and not value.fa.flow_style():
        parent, key = value, (len(value) - 1 if isinstance(value, CommentedSeq) else [*value][-1])
        value = parent[key]
    return parent, key


def _lines(value: str) -> str:
    return value.split("\n", 1)[1] if "\n" in value else ""


def _slot(parent: Container) -> int:
    return 0 if isinstance(parent, CommentedSeq) else 2


def _value(parent: Container, key: Any) -> str:  # noqa: ANN401 - a key or an index
    tokens = parent.ca.items.get(key)
    token = tokens[_slot(parent)] if tokens else None
    return token.value if isinstance(token, CommentToken) else ""


def _put(parent: Container, key: Any, on_the_line: str, lines: str) -> None:  # noqa: ANN401 - a key or an index
    tokens = parent.ca.items.setdefault(key, [None, None, None, None])
    value = f"{on_the_line}\n{lines}"
    # Column 0 gives one space after the value.
    token = CommentToken(value, CommentMark(0), None) if on_the_line or lines else None
    tokens[_slot(parent)] = token
    if not any(tokens):
        del parent.ca.items[key]
    if isinstance(parent[key], Container) and parent[key].ca.comment:
        parent[key].ca.comment[0] = token  # a flow collection has it, too
