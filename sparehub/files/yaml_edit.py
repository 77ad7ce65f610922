"""Changes values in the text of a YAML document; everything else in it stays as it is.

What comes of it is read again before it is returned: it must say what the document said, with
exactly the wanted values changed, and keep every comment except those on lines that are removed.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.error import YAMLError

from sparehub.files.bounded_loading import LoadingError, load_yaml
from sparehub.files.yaml_tree import Entry, Node, Shape, comments, tree_of
from sparehub.topology.errors import PreflightError

Value = str | int | bool | None
"""What a key can be set to; None removes it."""
Path = tuple[str, ...]
"""The keys that lead to a value, from the root of the document."""

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
"""What YAML 1.1 or 1.2 takes for something else than text."""
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON leaves as it is, and YAML does not."""
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\r\n]*)?")
_COMMA = re.compile(r"\s*, ?")
_TIED = "an anchor, an alias, a tag or the layout there ties it to something else"


class UneditableError(PreflightError):
    """A value cannot be changed in the text of a document; ``line`` says where, from 1."""

    def __init__(self, line: int, key: str, why: str) -> None:
        self.line = line
        self.remedy = f"{key} cannot be changed there: {why}. Write `{key}: VALUE` on its own line"
        super().__init__(f"line {line}: {self.remedy}")


@dataclass(frozen=True)
class _Splice:
    """A piece of text that is replaced; whole lines go with their comments."""

    start: int
    end: int
    text: str = ""
    lines: bool = False


class Document:
    """The text of a YAML mapping that was loaded before, so that it is known to be sound."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.root = tree_of(text)
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def edited(self, changes: Mapping[Path, Value]) -> str:
        """Return the text in which each key has the value that is wanted.

        Raises:
            UneditableError: where that cannot be written without a change of anything else.
        """
        before = _plain(_load(self._text))
        wanted = {path: each for path, each in changes.items() if not _says(before, path, each)}
        if not wanted:
            return self._text
        by_mapping: dict[Path, dict[str, Value]] = {}
        for path, value in wanted.items():
            by_mapping.setdefault(path[:-1], {})[path[-1]] = value
        splices = [
            splice
            for place, values in by_mapping.items()
            for splice in self._in_mapping(self._mapping(place, next(iter(values))), values)
        ]
        after = self._text
        for splice in sorted(splices, key=lambda each: (each.start, each.end), reverse=True):
            after = after[: splice.start] + splice.text + after[splice.end :]
        if not self._says_the_same(before, wanted, after, splices):
            path = next(iter(wanted))
            place = min(each.start for each in splices)
            raise UneditableError(self.line(place), path[-1], _TIED)
        return after

    def outline(self, path: Path) -> object:
        """Return what is written at a path: mappings, and the text of everything else."""
        try:
            return _outline(self._mapping(path, ""))
        except UneditableError:
            return None

    def is_simple(self, mapping: Path, values: Sequence[Path]) -> bool:
        """Return whether it can be seen without a try that values in a mapping can be changed.

        Nothing in the document is shared, each key of the mapping begins a line, and each of the
        values that is there is one word or one quoted text, on one line.
        """
        try:
            where = self._mapping(mapping, "")
        except UneditableError:
            return False
        names = {path[-1] for path in values if path[:-1] == mapping}
        if self.root.shared or where.shape is not Shape.BLOCK:
            return False
        if not {entry.name for entry in where.entries} - names:
            return False  # nothing would be left of it
        for entry in where.entries:
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

    def line(self, place: int) -> int:
        """Return the line of a place in the text, counted from 1."""
        return self._text.count("\n", 0, place) + 1

    def _mapping(self, path: Path, key: str) -> Node:
        """Return the mapping at a path."""
        node = self.root
        for name in path:
            entry = node.entry(name)
            if entry is None or not entry.value.mapping:
                place = entry.key.start if entry else node.start
                raise UneditableError(self.line(place), key, f"{name!r} is not written out")
            node = entry.value
        return node

    def _in_mapping(self, mapping: Node, values: Mapping[str, Value]) -> Iterator[_Splice]:
        removed = [each for each in mapping.entries if values.get(each.name or "", 0) is None]
        for name, value in values.items():
            entry = mapping.entry(name)
            if entry and value is not None:
                yield self._replaced(entry, value)
            elif not entry and value is None:
                why = "it comes from an anchor elsewhere"
                raise UneditableError(self.line(mapping.start), name, why)
        new = [
            f"{name}: {_scalar(value)}"
            for name, value in values.items()
            if value is not None and not mapping.entry(name)
        ]
        if len(removed) == len(mapping.entries):
            yield _Splice(mapping.start, mapping.end, f"{{{', '.join(new)}}}", lines=True)
        elif mapping.shape is Shape.FLOW:
            yield from (_Splice(mapping.start + 1, mapping.start + 1, f"{each}, ") for each in new)
            yield from self._without(mapping.entries, removed)
        else:
            yield from (self._inserted(mapping, each) for each in new)
            yield from (self._line_removed(each) for each in removed)

    def _replaced(self, entry: Entry, value: Value) -> _Splice:
        """Return another scalar in the place of one, quoted as that was."""
        node = entry.value
        if not node.scalar and node.shape is not Shape.ALIAS:
            why = "it holds more than one value"
            raise UneditableError(self.line(entry.key.start), str(entry.name), why)
        there = self._text[node.start : node.end]
        written = _scalar(value, there[0] if node.shape is Shape.QUOTED else "")
        if not there:
            written = f" {written}"
        if node.shape is Shape.BLOCK_SCALAR and (header := _HEADER.match(there)) and header[1]:
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
        raise UneditableError(self.line(mapping.start), key, "no key there begins a line")

    def _line_removed(self, entry: Entry) -> _Splice:
        """Return the removal of the lines of an entry, the comment behind its value included."""
        begin = self._text.rfind("\n", 0, entry.key.start) + 1
        end = self._text.find("\n", entry.value.end) + 1 or len(self._text)
        behind = self._text[entry.value.end : end].strip()
        if self._text[begin : entry.key.start].strip(" ") or behind.rstrip()[:1] not in {"", "#"}:
            why = "it shares its line with something else"
            raise UneditableError(self.line(entry.key.start), str(entry.name), why)
        return _Splice(begin, end, lines=True)

    def _without(self, entries: Sequence[Entry], removed: Sequence[Entry]) -> Iterator[_Splice]:
        """Yield the removal of entries of a flow mapping, each with the comma behind it.

        The last one goes with the comma before it, unless comments stand between.
        """
        end = len(entries)
        while entries[end - 1] in removed:
            end -= 1
        for entry in entries[:end]:
            if entry in removed:
                if not (comma := _COMMA.match(self._text, entry.value.end)):
                    why = "a comment stands between it and its comma"
                    raise UneditableError(self.line(entry.key.start), str(entry.name), why)
                yield _Splice(entry.key.start, comma.end())
        for before, entry in zip(entries[end - 1 :], entries[end:], strict=False):
            between = self._text[before.value.end : entry.key.start]
            start = before.value.end if between.strip() == "," else entry.key.start
            yield _Splice(start, entry.value.end)

    def _says_the_same(
        self,
        before: Any,  # noqa: ANN401 - whatever YAML holds
        wanted: Mapping[Path, Value],
        after: str,
        splices: Sequence[_Splice],
    ) -> bool:
        """Read a changed text again, and compare its data and its comments with the wanted."""
        try:
            found = _plain(_load(after))
            kept = [comment for _, comment in comments(after, tree_of(after))]
        except (LoadingError, YAMLError):
            return False
        gone = [each for each in splices if each.lines]
        expected = [
            comment
            for place, comment in comments(self._text, self.root)
            if not any(each.start <= place < each.end for each in gone)
        ]
        return kept == expected and _same(found, _with(before, wanted))


def _outline(node: Node) -> object:
    if node.mapping:
        return {entry.name: _outline(entry.value) for entry in node.entries}
    return node.text


def _scalar(value: Value, quote: str = "") -> str:
    """Return a value as YAML: text is quoted as asked, or where it is more than a word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    word = _BARE.fullmatch(text) and not _WORDS.fullmatch(text)
    if word and quote != '"':
        return f"'{text}'" if quote else text
    escaped = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def _load(text: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    return load_yaml(text)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a value that shares no part with itself, as one with aliases does."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def _says(document: Any, path: Path, value: Value) -> bool:  # noqa: ANN401 - whatever YAML holds
    """Return whether a key has a value already; None: whether it is not there."""
    for name in path:
        key = _key(document, name)
        if not isinstance(document, dict) or key not in document:
            return value is None
        document = document[key]
    return value is not None and _same(document, value)


def _with(document: Any, wanted: Mapping[Path, Value]) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a document with other values."""
    document = _plain(document)
    for (*places, key), value in wanted.items():
        mapping = document
        for name in places:
            mapping = mapping[_key(mapping, name)]
        if value is None:
            del mapping[_key(mapping, key)]
        else:
            mapping[_key(mapping, key)] = value
    return document


def _key(mapping: Any, name: str) -> Any:  # noqa: ANN401 - YAML's keys may be numbers
    """Return the key of a mapping that is written as a name; the name where there is none."""
    return next((key for key in mapping if str(key) == name), name) if mapping else name


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - whatever YAML holds
    """Compare two values and their types: 1 is neither true nor 1.0; the order of keys is free."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return repr(one) == repr(other)
