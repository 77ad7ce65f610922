"""Merges new values into a stack file and keeps its comments and the order of its keys."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from io import StringIO
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sparehub.files.bounded_loading import yaml_loader
from sparehub.files.yaml_comments import comment_on, give_lines, take_lines
from sparehub.stacks.stack_files import load_stack_file

_SHORT = 3  # keys of a mapping that is written on one line


class StackDocument:
    """A stack file, loaded with its comments."""

    def __init__(self, text: str, stack: str) -> None:
        self._yaml = yaml_loader("rt")
        self._yaml.preserve_quotes = True
        self._yaml.width = 1 << 20  # no line is wrapped
        self._newline = "\r\n" if "\r\n" in text else "\n"
        text = text.replace("\r\n", "\n")
        offset = _offset(text)
        self._yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
        self.content: CommentedMap = load_stack_file(text, stack, self._yaml)

    @property
    def config(self) -> CommentedMap:
        """The configuration keys, with their comments."""
        config: CommentedMap = self.content["config"]
        return config

    @property
    def values(self) -> dict[str, Any]:
        """The configuration keys, as plain values."""
        plain: dict[str, Any] = _plain(self.config)
        return plain

    def text(self) -> str:
        """Return the text of the file."""
        stream = StringIO()
        self._yaml.dump(self.content, stream)
        return stream.getvalue().replace("\n", self._newline)

    def restart(self, comment: str, other_keys: Mapping[str, Any]) -> None:
        """Keep only ``config:``, below a new comment and after other top-level keys."""
        self.content = CommentedMap({**other_keys, "config": self.config})
        self.content.yaml_set_start_comment(comment)

    def add_key(self, parent: CommentedMap, key: str, model: CommentedMap | None) -> None:
        """Append a key as a copy of a model; without a model, empty an existing key."""
        if model is not None and key not in parent:
            _insert(parent, list(parent)[-1], key, _copy(model))
        elif model is None and key in parent:
            lines = take_lines(parent, key)
            parent[key] = CommentedMap()
            parent.ca.items.pop(key, None)
            give_lines(parent, key, lines)

    def update(self, values: Mapping[str, Any], like: CommentedMap) -> None:
        """Set the configuration keys to ``values``; new keys are formatted as in ``like``."""
        _update(self.config, values, like)

    def comment(self, keys: Sequence[str], comment: str) -> None:
        """Write a comment after a value."""
        parent: Any = self.config
        for key in keys[:-1]:
            parent = parent[key]
            parent.fa.set_block_style()  # in flow style a comment would end the line
        comment_on(parent, keys[-1], comment)


def values_of(text: str, stack: str) -> dict[str, Any]:
    """Return the configuration keys in a stack file's text, as plain values.

    Raises:
        ConfigurationError: The text is not a stack file.
    """
    plain: dict[str, Any] = _plain(load_stack_file(text, stack)["config"])
    return plain


def _offset(text: str) -> int:
    """Return how many columns the file indents the dashes of a list below its key."""
    match = re.search(r"^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n( *)- ", text, re.MULTILINE)
    return max(len(match[2]) - len(match[1]), 0) if match else 2


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


def _replace(target: Any, key: Any, value: Any, like: object) -> None:  # noqa: ANN401 - YAML
    old = target[key]
    if _plain(old) == value:
        return
    lines = take_lines(target, key)
    if isinstance(old, CommentedMap) and isinstance(value, Mapping) and old and value:
        _update(old, value, like)
    elif isinstance(old, CommentedSeq) and isinstance(value, list) and old and value:
        del old[len(value) :]
        for index, item in enumerate(value):
            if index < len(old):
                _replace(old, index, item, None)
            else:
                old.append(_node(item, None))
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


def _insert(target: CommentedMap, before: Any, key: str, node: Any) -> None:  # noqa: ANN401 - YAML
    """Insert a key after another, or first; lines between two keys stay before the second."""
    if before is None:
        target.insert(0, key, node)
        return
    lines = take_lines(target, before)
    target.insert(list(target).index(before) + 1, key, node)
    give_lines(target, key, lines)


def _copy(node: CommentedMap) -> CommentedMap:
    """Return a copy of a mapping without the lines after it, which are about the next key."""
    holder = CommentedMap({"": deepcopy(node)})
    take_lines(holder, "")
    copy: CommentedMap = holder[""]
    return copy


def _node(value: Any, like: object) -> Any:  # noqa: ANN401 - YAML
    """Return a value as a node, formatted like another node, or compactly."""
    if isinstance(value, Mapping):
        if isinstance(like, CommentedMap) and like and value:
            node = _copy(like)
            _update(node, value, None)
            return node
        mapping = CommentedMap({key: _node(item, None) for key, item in value.items()})
        scalars = not any(isinstance(item, Mapping | list) for item in value.values())
        if scalars and len(value) <= _SHORT:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_node(item, None) for item in value)
        if not any(isinstance(item, Mapping | list) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML
    """Return a value as plain Python types, with text keys."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
