"""Edits values in the text of a YAML document and leaves every other character alone.

The edited text is parsed again before it is returned: its data must be that of the document with
exactly the requested values changed, and every comment must remain, except on removed lines.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import Event

from sparehub.files.bounded_loading import LoadingError, load_yaml
from sparehub.files.yaml_tree import Entry, Node, Shape, comments, tree_of
from sparehub.files.yaml_values import (
    Path,
    Value,
    has_value,
    same,
    scalar_text,
    with_values,
    without_sharing,
)
from sparehub.topology.errors import PreflightError

_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\r\n]*)?")
_COMMA = re.compile(r"\s*, ?")
_TIED = "an anchor, an alias, a tag or the layout connects it with another value"


class UneditableError(PreflightError):
    """A value cannot be changed in the text of a document; ``line`` counts from 1."""

    def __init__(self, line: int, key: str, why: str) -> None:
        self.line = line
        self.remedy = f"{key} cannot be changed there: {why}. Write `{key}: VALUE` on its own line"
        super().__init__(f"line {line}: {self.remedy}")


@dataclass(frozen=True)
class _Splice:
    """A replacement of a range of characters; ``lines``: of whole lines, with their comments."""

    start: int
    end: int
    text: str = ""
    lines: bool = False


class Document:
    """The text of a YAML mapping that has been loaded before, so it is valid."""

    def __init__(self, text: str, events: Iterable[Event] | None = None) -> None:
        self._text = text
        self.root = tree_of(text, events)
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def edited(self, changes: Mapping[Path, Value]) -> str:
        """Return the text in which each key has its new value.

        Raises:
            UneditableError: A value cannot be written without changing something else.
        """
        before = without_sharing(load_yaml(self._text))
        needed = {
            path: value for path, value in changes.items() if not has_value(before, path, value)
        }
        if not needed:
            return self._text
        by_mapping: dict[Path, dict[str, Value]] = {}
        for path, value in needed.items():
            by_mapping.setdefault(path[:-1], {})[path[-1]] = value
        splices = [
            splice
            for parents, values in by_mapping.items()
            for splice in self._in_mapping(self._mapping(parents, next(iter(values))), values)
        ]
        after = self._text
        for splice in sorted(splices, key=lambda splice: (splice.start, splice.end), reverse=True):
            after = after[: splice.start] + splice.text + after[splice.end :]
        if not self._is_expected(with_values(before, needed), after, splices):
            path = next(iter(needed))
            first = min(splice.start for splice in splices)
            raise UneditableError(self.line(first), path[-1], _TIED)
        return after

    def is_simple(self, mapping: Path, values: Sequence[Path]) -> bool:
        """Return whether values of a mapping can be changed for certain, without trying it.

        Nothing in the document is shared, every key of the mapping begins a line, and every
        existing value is one word or one quoted text on one line.
        """
        try:
            node = self._mapping(mapping, "")
        except UneditableError:
            return False
        names = {path[-1] for path in values if path[:-1] == mapping}
        if self.root.shared or node.shape is not Shape.BLOCK:
            return False
        if not {entry.name for entry in node.entries} - names:
            return False  # the mapping would be empty
        for entry in node.entries:
            begin = self._text.rfind("\n", 0, entry.key.start) + 1
            if self._text[begin : entry.key.start].strip(" "):
                return False
        return all(self._is_simple(path) for path in values)

    def _is_simple(self, path: Path) -> bool:
        try:
            entry = self._mapping(path[:-1], "").entry(path[-1])
        except UneditableError:
            return False
        if entry is None:
            return True
        written = self._text[entry.value.start : entry.value.end]
        return (
            entry.value.shape in {Shape.PLAIN, Shape.QUOTED}
            and bool(written)
            and len(written.splitlines()) == 1
        )

    def line(self, offset: int) -> int:
        """Return the line of a character offset, counted from 1."""
        return self._text.count("\n", 0, offset) + 1

    def _mapping(self, path: Path, key: str) -> Node:
        """Return the mapping at a path."""
        node = self.root
        for name in path:
            entry = node.entry(name)
            if entry is None or not entry.value.mapping:
                offset = entry.key.start if entry else node.start
                raise UneditableError(self.line(offset), key, f"{name!r} is not written out")
            node = entry.value
        return node

    def _in_mapping(self, mapping: Node, values: Mapping[str, Value]) -> Iterator[_Splice]:
        removed = [entry for entry in mapping.entries if values.get(entry.name or "", 0) is None]
        for name, value in values.items():
            entry = mapping.entry(name)
            if entry and value is not None:
                yield self._replaced(entry, value)
            elif not entry and value is None:
                why = "it comes from an anchor elsewhere"
                raise UneditableError(self.line(mapping.start), name, why)
        new = [
            f"{name}: {scalar_text(value)}"
            for name, value in values.items()
            if value is not None and not mapping.entry(name)
        ]
        if len(removed) == len(mapping.entries):
            yield _Splice(mapping.start, mapping.end, f"{{{', '.join(new)}}}", lines=True)
        elif mapping.shape is Shape.FLOW:
            first = mapping.start + 1
            yield from (_Splice(first, first, f"{item}, ") for item in new)
            yield from self._without(mapping.entries, removed)
        else:
            yield from (self._inserted(mapping, line) for line in new)
            yield from (self._line_removed(entry) for entry in removed)

    def _replaced(self, entry: Entry, value: Value) -> _Splice:
        """Return the replacement of a scalar, quoted in the same way."""
        node = entry.value
        if not node.scalar and node.shape is not Shape.ALIAS:
            why = "it holds more than one value"
            raise UneditableError(self.line(entry.key.start), str(entry.name), why)
        old = self._text[node.start : node.end]
        written = scalar_text(value, old[0] if node.shape is Shape.QUOTED else "")
        if not old:
            written = f" {written}"
        if node.shape is Shape.BLOCK_SCALAR and (header := _HEADER.match(old)) and header[1]:
            written += f" {header[1]}"
        return _Splice(node.start, node.end, written)

    def _inserted(self, mapping: Node, line: str) -> _Splice:
        """Return a line before the first entry that begins on a line of its own."""
        for entry in mapping.entries:
            begin = self._text.rfind("\n", 0, entry.key.start) + 1
            indent = self._text[begin : entry.key.start]
            if not indent.strip(" "):
                return _Splice(begin, begin, f"{indent}{line}{self._newline}")
        key = line.partition(": ")[0]
        raise UneditableError(self.line(mapping.start), key, "no key of its mapping begins a line")

    def _line_removed(self, entry: Entry) -> _Splice:
        """Return the removal of the lines of an entry, with the comment after its value."""
        begin = self._text.rfind("\n", 0, entry.key.start) + 1
        end = self._text.find("\n", entry.value.end) + 1 or len(self._text)
        behind = self._text[entry.value.end : end].strip()
        if self._text[begin : entry.key.start].strip(" ") or behind.rstrip()[:1] not in {"", "#"}:
            why = "there is something else on its line"
            raise UneditableError(self.line(entry.key.start), str(entry.name), why)
        return _Splice(begin, end, lines=True)

    def _without(self, entries: Sequence[Entry], removed: Sequence[Entry]) -> Iterator[_Splice]:
        """Yield the removal of entries of a flow mapping, each with the comma after it.

        The last entry goes with the comma before it, unless a comment is between them.
        """
        end = len(entries)
        while entries[end - 1] in removed:
            end -= 1
        for entry in entries[:end]:
            if entry in removed:
                if not (comma := _COMMA.match(self._text, entry.value.end)):
                    why = "there is a comment between it and its comma"
                    raise UneditableError(self.line(entry.key.start), str(entry.name), why)
                yield _Splice(entry.key.start, comma.end())
        for before, entry in zip(entries[end - 1 :], entries[end:], strict=False):
            between = self._text[before.value.end : entry.key.start]
            start = before.value.end if between.strip() == "," else entry.key.start
            yield _Splice(start, entry.value.end)

    def _is_expected(
        self,
        expected: Any,  # noqa: ANN401 - YAML
        after: str,
        splices: Sequence[_Splice],
    ) -> bool:
        """Parse an edited text, and compare its data and comments with the expected ones."""
        try:
            data = without_sharing(load_yaml(after))
            kept = [comment for _, comment in comments(after, tree_of(after))]
        except (LoadingError, YAMLError):
            return False
        removed = [splice for splice in splices if splice.lines]
        expected_comments = [
            comment
            for offset, comment in comments(self._text, self.root)
            if not any(splice.start <= offset < splice.end for splice in removed)
        ]
        return kept == expected_comments and same(data, expected)
