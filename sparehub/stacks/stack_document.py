"""A stack file whose values change while its comments and its order stay."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from io import StringIO
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sparehub.files.bounded_loading import yaml_loader
from sparehub.files.yaml_comments import comment_on, give_lines, take_lines
from sparehub.stacks.stack_files import load_stack_file

_SHORT = 3  # keys of a mapping that is written in one line


class StackDocument:
    """A stack file, read with its comments."""

    def __init__(self, text: str, stack: str) -> None:
        self._yaml = yaml_loader("rt")
        self._yaml.preserve_quotes = True
        self._yaml.width = 1 << 20  # a line is never broken
        self._newline = "\r\n" if "\r\n" in text else "\n"
        text = text.replace("\r\n", "\n")
        offset = _offset(text)
        self._yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
        self.content: CommentedMap = load_stack_file(text, stack, self._yaml)

    @property
    def config(self) -> CommentedMap:
        """The keys of the stack, with their comments."""
        config: CommentedMap = self.content["config"]
        return config

    @property
    def values(self) -> dict[str, Any]:
        """The keys of the stack, as plain values."""
        plain: dict[str, Any] = _plain(self.config)
        return plain

    def text(self) -> str:
        """Return the file as it is to be written."""
        stream = StringIO()
        self._yaml.dump(self.content, stream)
        return stream.getvalue().replace("\n", self._newline)

    def begin_anew(self, comment: str, beside: Mapping[str, Any]) -> None:
        """Keep nothing but ``config:``, below a comment and behind other keys of a stack file."""
        self.content = CommentedMap({**beside, "config": self.config})
        self.content.yaml_set_start_comment(comment)

    def model(self, parent: CommentedMap, key: str, node: CommentedMap | None) -> None:
        """Put a key behind the others of a mapping, after a model; empty where there is none."""
        if node is not None and key not in parent:
            _insert(parent, list(parent)[-1], key, _copy(node))
        elif node is None and key in parent:
            lines = take_lines(parent, key)
            parent[key] = CommentedMap()
            parent.ca.items.pop(key, None)
            give_lines(parent, key, lines)

    def update(self, values: Mapping[str, Any], like: CommentedMap) -> None:
        """Make the keys say what ``values`` say; what is new looks as it does in ``like``."""
        _update(self.config, values, like)

    def comment(self, keys: Sequence[str], comment: str) -> None:
        """Write a comment behind a value."""
        parent: Any = self.config
        for key in keys[:-1]:
            parent = parent[key]
            parent.fa.set_block_style()  # a comment ends a line, which braces do not bear
        comment_on(parent, keys[-1], comment)


def values_of(text: str, stack: str) -> dict[str, Any]:
    """Return the keys of a stack file's text, as plain values.

    Raises:
        ConfigurationError: where it is no stack file.
    """
    plain: dict[str, Any] = _plain(load_stack_file(text, stack)["config"])
    return plain


def _offset(text: str) -> int:
    """Return how far the file indents the dashes of a list below its key."""
    found = re.search(r"^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n( *)- ", text, re.MULTILINE)
    return max(len(found[2]) - len(found[1]), 0) if found else 2


def _update(target: CommentedMap, values: Mapping[str, Any], like: object) -> None:
    names = {str(key): key for key in target}
    before: str | None = None
    for name, value in values.items():
        model = like.get(name) if isinstance(like, CommentedMap) else None
        if name not in names:
            _insert(target, before, name, _node(value, model))
            names[name] = name
        else:
            _replace(target, names[name], value, model)
        before = names[name]
    for name in [name for name in names if name not in values]:
        _remove(target, names[name])


def _replace(target: Any, key: Any, value: Any, like: object) -> None:  # noqa: ANN401 - whatever YAML holds
    there = target[key]
    if _plain(there) == value:
        return
    lines = take_lines(target, key)
    if isinstance(there, CommentedMap) and isinstance(value, Mapping) and there and value:
        _update(there, value, like)
    elif isinstance(there, CommentedSeq) and isinstance(value, list) and there and value:
        del there[len(value) :]
        for number, each in enumerate(value):
            if number < len(there):
                _replace(there, number, each, None)
            else:
                there.append(_node(each, None))
    else:
        target[key] = _node(value, like)
    give_lines(target, key, lines)


def _remove(target: CommentedMap, key: Any) -> None:  # noqa: ANN401 - YAML's keys may be numbers
    lines = take_lines(target, key)
    keys = list(target)
    number = keys.index(key)
    del target[key]
    target.ca.items.pop(key, None)
    if number:
        give_lines(target, keys[number - 1], lines)
    elif lines and len(keys) > 1:
        text = "\n".join(line.strip().removeprefix("#").strip() for line in lines.splitlines())
        target.yaml_set_comment_before_after_key(keys[1], before=text.strip())


def _insert(target: CommentedMap, before: Any, key: str, node: Any) -> None:  # noqa: ANN401 - whatever YAML holds
    """Put a key behind another, or first; lines between two keys stay before the second."""
    if before is None:
        target.insert(0, key, node)
        return
    lines = take_lines(target, before)
    target.insert(list(target).index(before) + 1, key, node)
    give_lines(target, key, lines)


def _copy(node: CommentedMap) -> CommentedMap:
    """Return a copy of a mapping without the lines behind it, which speak of what comes next."""
    holder = CommentedMap({"": deepcopy(node)})
    take_lines(holder, "")
    copy: CommentedMap = holder[""]
    return copy


def _node(value: Any, like: object) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a value to be written, like one that is written already or in as few lines as fit."""
    if isinstance(value, Mapping):
        if isinstance(like, CommentedMap) and like and value:
            node = _copy(like)
            _update(node, value, None)
            return node
        made = CommentedMap({key: _node(each, None) for key, each in value.items()})
        scalars = not any(isinstance(each, Mapping | list) for each in value.values())
        if scalars and len(value) <= _SHORT:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_node(each, None) for each in value)
        if not any(isinstance(each, Mapping | list) for each in value):
            listed.fa.set_flow_style()
        return listed
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a value without what the loader hung on it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
