"""The one way in which text from somewhere else becomes data: YAML and JSON, bounded.

A few lines of YAML can stand for more values than a machine can hold (aliases of aliases), and a
few kilobytes of brackets for more levels than Python can walk. So a document is measured while it
is read, before anything is made of it: every command answers a wrong one in about a second.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    NodeEvent,
    ScalarEvent,
    StreamStartEvent,
)
from ruamel.yaml.parser import Parser, RoundTripParser
from ruamel.yaml.reader import ReaderError

MOST_BYTES = 2 * 1024 * 1024
"""Of a file: a region of 1,000 spokes has a fifth of that."""
MOST_JSON_BYTES = 64 * 1024 * 1024
"""Of a file: the export of a large subscription has a tenth of that."""
MOST_VALUES = 60_000
"""Keys and values of a YAML document, aliases counted as what they stand for: a region of 1,000
spokes has a third of that."""
MOST_LEVELS = 50
"""Mappings and lists within each other: a stack file has ten."""
MOST_JSON_LEVELS = 200
"""Levels of a JSON document: Azure's own nest in about thirty."""
_MOST_DIGITS = 100
_NUMBER = re.compile(r"[-+]?[0-9][0-9A-Fa-f_xob.:+-]*")


_NO_VALUE = "it holds a value that YAML takes for a date or a number, and that is none: quote it"


class LoadingError(ValueError):
    """A text cannot be read; ``str`` says what is wrong with it, and never shows a value."""


def read_bounded(path: Path, most: int = MOST_BYTES) -> str:
    """Return the text of a file of at most so many bytes, its line ends as they are.

    Raises:
        OSError: where it cannot be read.
        LoadingError: where it is no text in UTF-8, or too large.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise LoadingError(f"is larger than {most:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        message = f"is no text in UTF-8: byte {error.start} is 0x{content[error.start]:02x}"
        raise LoadingError(message) from None


def load_yaml(text: str, yaml: YAML | None = None) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return the one document of a text, as plain data or as ``yaml`` makes it.

    Raises:
        LoadingError: where there is none, or it cannot be read.
    """
    if text.count("\n") + text.count(",") > 2 * MOST_VALUES:  # no need to read on
        raise LoadingError(f"has more than {2 * MOST_VALUES:,} lines and commas")
    try:
        return (yaml or yaml_loader("safe")).load(text)
    except YAMLError as error:
        raise LoadingError(_said_by(error)) from None
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError):
        # A date, a number or a tag that the loader takes for one, and that is none.
        raise LoadingError(f"is not YAML: {_NO_VALUE}") from None


def yaml_loader(kind: Literal["safe", "rt"]) -> YAML:
    """Return what loads YAML: plain data, or with comments; bounded either way."""
    yaml = YAML(typ=kind, pure=True)
    yaml.Parser = _RoundTripParser if kind == "rt" else _Parser
    return yaml


def load_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a JSON document.

    Raises:
        LoadingError: where it is none, nests without end, or holds no number where it says one.
    """
    try:
        document = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise _deep(MOST_JSON_LEVELS) from None
    except LoadingError:
        raise
    except json.JSONDecodeError as error:
        raise LoadingError(f"is not JSON, line {error.lineno}: {error.msg}") from None
    except UnicodeDecodeError:
        raise LoadingError("is no text in UTF-8") from None
    except ValueError:  # Python makes no number of thousands of digits
        raise LoadingError("is not JSON: a number in it has too many digits") from None
    level = [document]
    for _ in range(MOST_JSON_LEVELS):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return document
    raise _deep(MOST_JSON_LEVELS)


def _inside(value: object) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield from (
            each
            for each in (value.values() if isinstance(value, dict) else value)
            if isinstance(each, dict | list)
        )


def _deep(levels: int) -> LoadingError:
    return LoadingError(f"nests without end: {levels} levels and more")


def _no_constant(text: str) -> NoReturn:
    raise LoadingError(f"is not JSON: {text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise LoadingError("is not JSON: a number in it is too large")
    return number


class _UnboundedError(YAMLError):
    """A document is more than it may be; it says where in the way of ruamel's own errors."""

    def __init__(self, problem: str, mark: Any) -> None:  # noqa: ANN401 - ruamel's have no common type
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = mark


class _Measure:
    """How much a document stands for, and how deep it nests, as its events go by."""

    def __init__(self) -> None:
        self.total = 0
        self.open: list[tuple[str | None, int]] = []
        """The anchor of each collection that has not ended, and the total when it began."""
        self.sizes: dict[str, int] = {}
        """What each anchor stands for, once that has ended."""

    def take(self, event: Any) -> None:  # noqa: ANN401 - ruamel's events have no common type of use
        """Count an event.

        Raises:
            YAMLError: where the document is too much.
        """
        if isinstance(event, CollectionEndEvent):
            anchor, before = self.open.pop()
            if anchor:
                self.sizes[anchor] = self.total - before
        elif isinstance(event, NodeEvent):
            self.total += self._size(event)
            if isinstance(event, CollectionStartEvent):
                self.open.append((event.anchor, self.total - 1))
            self._refuse_too_much(event)

    def _size(self, event: NodeEvent) -> int:
        """Return for how many values an event stands."""
        if isinstance(event, AliasEvent):
            if any(event.anchor == anchor for anchor, _ in self.open):
                raise _UnboundedError("nests without end: an alias holds itself", event.start_mark)
            return self.sizes.get(event.anchor, 1)
        if isinstance(event, ScalarEvent):
            text = event.value
            if not event.style and len(text) > _MOST_DIGITS and _NUMBER.fullmatch(text):
                problem = f"has a number of more than {_MOST_DIGITS} digits"
                raise _UnboundedError(problem, event.start_mark)
            if event.anchor:
                self.sizes[event.anchor] = 1
        return 1

    def _refuse_too_much(self, event: NodeEvent) -> None:
        if len(self.open) > MOST_LEVELS:
            raise _UnboundedError(
                f"nests without end: {MOST_LEVELS} levels and more", event.start_mark
            )
        if self.total > MOST_VALUES:
            problem = f"stands for more than {MOST_VALUES:,} values, its aliases counted"
            raise _UnboundedError(problem, event.start_mark)


class _Measuring:
    """A parser whose events are measured as they are taken."""

    _measure: _Measure | None = None

    def get_event(self) -> Any:  # noqa: ANN401 - ruamel's events have no common type of use
        """Return the next event."""
        event = super().get_event()  # type: ignore[misc] # of the parser that is mixed in
        if self._measure is None or isinstance(event, StreamStartEvent):
            self._measure = _Measure()
        self._measure.take(event)
        return event


class _Parser(_Measuring, Parser):
    """ruamel's parser, measured."""


class _RoundTripParser(_Measuring, RoundTripParser):
    """ruamel's parser that keeps comments, measured."""


def _said_by(error: YAMLError) -> str:
    """Return what is wrong with the YAML and where, without any value: it may be a secret."""
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    if isinstance(error, ReaderError):
        return f"is not YAML: it holds the character {chr(error.character)!r}"
    problem = str(getattr(error, "problem", None) or "unreadable")
    twice = re.match(r'found duplicate key "([^"]*)"', problem)
    if twice:
        problem = f"the key {twice[1]!r} is given twice"
    elif problem.startswith("failed to"):  # what follows is the value
        problem = _NO_VALUE
    if isinstance(error, _UnboundedError):
        return f"{problem}{where}"
    return f"is not YAML{where}: {problem}"
