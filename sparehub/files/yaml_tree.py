"""Positions of the keys, values and comments of a YAML document in its text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sparehub.files.bounded_loading import yaml_loader

_COLON = re.compile(r"\s*:")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\r\n]*", re.MULTILINE)


class Shape(Enum):
    """How a part of a document is written."""

    PLAIN = "plain"
    QUOTED = "quoted"
    BLOCK_SCALAR = "block scalar"
    ALIAS = "alias"
    SEQUENCE = "sequence"
    BLOCK = "block mapping"
    FLOW = "flow mapping"


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node of a document; ``start`` and ``end`` are character offsets, ``end`` exclusive."""

    shape: Shape
    start: int
    end: int
    text: str = ""
    """The text of a scalar."""
    entries: tuple["Entry", ...] = ()
    """Of a mapping."""
    items: tuple["Node", ...] = ()
    """Of a sequence."""
    shared: bool = False
    """Whether it, or a part of it, is an alias or carries an anchor or a tag."""

    @property
    def scalar(self) -> bool:
        """Whether it is a scalar, and not an alias of one."""
        return self.shape in {Shape.PLAIN, Shape.QUOTED, Shape.BLOCK_SCALAR}

    @property
    def mapping(self) -> bool:
        """Whether it is a mapping, and not an alias of one."""
        return self.shape in {Shape.BLOCK, Shape.FLOW}

    def entry(self, name: str) -> "Entry | None":
        """Return the entry of a key; None where the mapping has none."""
        return next((entry for entry in self.entries if entry.name == name), None)


@dataclass(frozen=True)
class Entry:
    """A key of a mapping, and its value."""

    key: Node
    value: Node

    @property
    def name(self) -> str | None:
        """The text of the key; None where it is not a scalar."""
        return self.key.text if self.key.scalar else None


def tree_of(text: str, events: Iterable[Event] | None = None) -> Node:
    """Return the root of the first document of a text; ``events`` are those of a loaded one.

    Raises:
        YAMLError: The text is not YAML, or has no document.
    """
    following = iter(yaml_loader("safe").parse(text) if events is None else events)
    for event in following:
        if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent):
            return _node(event, following, text)
    message = "a text without a document"
    raise YAMLError(message)


def _node(event: Any, events: Iterator[Any], text: str, key: Node | None = None) -> Node:  # noqa: ANN401 - ruamel's events have no common type of use
    """Return the node that begins with an event; ``key`` is the key of a value."""
    if isinstance(event, MappingStartEvent):
        return _mapping(event, events, text)
    if isinstance(event, SequenceStartEvent):
        return _sequence(event, events, text)
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, AliasEvent):
        return Node(shape=Shape.ALIAS, start=start, end=end, shared=True)
    if start == end and key and (colon := _COLON.match(text, key.end)):
        start = end = colon.end()  # the parser places an empty value at the next key
    shape = Shape.PLAIN
    if event.style in {"|", ">"}:
        shape = Shape.BLOCK_SCALAR
        end = start + len(text[start:end].rstrip())
    elif event.style in {"'", '"'}:
        shape = Shape.QUOTED
    shared = event.anchor is not None or event.tag is not None
    return Node(shape=shape, start=start, end=end, text=event.value, shared=shared)


def _mapping(begin: MappingStartEvent, events: Iterator[Any], text: str) -> Node:
    entries = []
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        key = _node(event, events, text)
        entries.append(Entry(key, _node(next(events), events, text, key)))
    shared = begin.anchor is not None or begin.tag is not None
    shared = shared or any(entry.key.shared or entry.value.shared for entry in entries)
    if begin.flow_style:
        start, end = begin.end_mark.index - 1, event.end_mark.index
        shape = Shape.FLOW
    else:
        start, end = entries[0].key.start, entries[-1].value.end
        shape = Shape.BLOCK
    return Node(shape=shape, start=start, end=end, entries=tuple(entries), shared=shared)


def _sequence(begin: SequenceStartEvent, events: Iterator[Any], text: str) -> Node:
    items = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        items.append(_node(event, events, text))
    start = begin.start_mark.index
    end = event.end_mark.index if begin.flow_style else max(start, *(item.end for item in items))
    shared = begin.anchor is not None or begin.tag is not None
    shared = shared or any(item.shared for item in items)
    return Node(shape=Shape.SEQUENCE, start=start, end=end, items=tuple(items), shared=shared)


def comments(text: str, root: Node) -> list[tuple[int, str]]:
    """Return the comments of a document with their character offsets."""
    leaves = iter(sorted(_leaves(root, text)))
    start, end = next(leaves, (len(text), len(text)))
    result: list[tuple[int, str]] = []
    offset = 0
    while match := _COMMENT.search(text, offset):
        while end <= match.start() < len(text) and start < len(text):
            start, end = next(leaves, (len(text), len(text)))
        if start <= match.start() < end:
            offset = end
            continue
        result.append((match.start(), match.group()))
        offset = match.end()
    return result


def _leaves(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of scalars; the first line of a block scalar may end in a comment."""
    if node.shape is Shape.BLOCK_SCALAR:
        yield text.find("\n", node.start, node.end) + 1 or node.end, node.end
    elif node.scalar or node.shape is Shape.ALIAS:
        yield node.start, node.end
    for item in node.items:
        yield from _leaves(item, text)
    for entry in node.entries:
        yield from _leaves(entry.key, text)
        yield from _leaves(entry.value, text)
