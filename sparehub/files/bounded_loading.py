"""Loads YAML and JSON from files, states and answers, with limits on size, values and depth.

A few lines of YAML can expand to more values than the memory holds (aliases of aliases, a "YAML
bomb"), and a few kilobytes of brackets to more levels than Python can recurse into. So the events
of a document are counted while it is parsed, before any value is built from them.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    StreamStartEvent,
)
from ruamel.yaml.parser import Parser, RoundTripParser
from ruamel.yaml.reader import ReaderError

MOST_BYTES = 2 * 1024 * 1024
"""Bytes of a YAML file; a region of 1,000 spokes has a fifth of that."""
MOST_JSON_BYTES = 64 * 1024 * 1024
"""Bytes of a JSON file; the export of a large subscription has a tenth of that."""
MOST_VALUES = 60_000
"""Keys and values of a YAML document with its aliases expanded; a region of 1,000 spokes has a
third of that."""
MOST_LEVELS = 50
"""Levels of a YAML document; a stack file has ten."""
MOST_JSON_LEVELS = 200
"""Levels of a JSON document; Azure's have about thirty."""
_MOST_DIGITS = 100
_NUMBER = re.compile(r"[-+]?[0-9][0-9A-Fa-f_xob.:+-]*")


_NO_VALUE = "a value looks like a date or a number and is not a valid one: quote it"


class LoadingError(ValueError):
    """A text cannot be loaded; the message names the problem and never shows a value."""


def read_bounded(path: Path, most: int = MOST_BYTES) -> str:
    """Return the text of a file of at most ``most`` bytes, with its line ends.

    Raises:
        OSError: The file cannot be read.
        LoadingError: The file is not UTF-8 text, or too large.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise LoadingError(f"is larger than {most:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}"
        raise LoadingError(message) from None


def load_yaml(text: str, yaml: YAML | None = None) -> Any:  # noqa: ANN401 - YAML
    """Return the one document of a text, as plain data or as the loader ``yaml`` builds it.

    Raises:
        LoadingError: The text is not one YAML document, or exceeds a limit.
    """
    return load_events(text, yaml)[0]


def load_events(text: str, yaml: YAML | None = None) -> tuple[Any, Sequence[Event]]:
    """Return a document, and ruamel's events that it was made of, which say where each part is.

    Raises:
        LoadingError: where there is none, or it cannot be read.
    """
    if text.count("\n") + text.count(",") > 2 * MOST_VALUES:  # no need to read on
        raise LoadingError(f"has more than {2 * MOST_VALUES:,} lines and commas")
    loader = yaml or yaml_loader("safe")
    try:
        return loader.load(text), loader.parser.events
    except YAMLError as error:
        raise LoadingError(_message_of(error)) from None
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError):
        # The loader takes a value for a date, a number or a tag that it is not.
        raise LoadingError(f"is not YAML: {_NO_VALUE}") from None


def yaml_loader(kind: Literal["safe", "rt"]) -> YAML:
    """Return a YAML loader with limits: for plain data, or one that keeps comments (``rt``)."""
    yaml = YAML(typ=kind, pure=True)
    yaml.Parser = _RoundTripParser if kind == "rt" else _Parser
    return yaml


def load_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON document.

    Raises:
        LoadingError: The text is not JSON, is nested too deeply, or has an invalid number.
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
        raise LoadingError("is not UTF-8 text") from None
    except ValueError:  # Python refuses a number of thousands of digits
        raise LoadingError("is not JSON: a number in it has too many digits") from None
    level = [document]
    for _ in range(MOST_JSON_LEVELS):
        level = [child for value in level for child in _collections_in(value)]
        if not level:
            return document
    raise _deep(MOST_JSON_LEVELS)


def _collections_in(value: object) -> Iterator[Any]:
    if isinstance(value, dict | list):
        children = value.values() if isinstance(value, dict) else value
        yield from (child for child in children if isinstance(child, dict | list))


def _deep(levels: int) -> LoadingError:
    return LoadingError(f"nests without end: {levels} levels and more")


def _no_constant(text: str) -> NoReturn:
    raise LoadingError(f"is not JSON: {text} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise LoadingError("is not JSON: a number in it is too large")
    return number


class _UnboundedError(YAMLError):
    """A document exceeds a limit; it has a position, as ruamel's own errors have."""

    def __init__(self, problem: str, mark: Any) -> None:  # noqa: ANN401 - ruamel's have no common type
        super().__init__(problem)
        self.problem = problem
        self.problem_mark = mark


class _Measure:
    """Counts the values and levels of a document from its parser events."""

    def __init__(self) -> None:
        self.total = 0
        self.open: list[tuple[str | None, int]] = []
        """The anchor of each collection that has not ended, and the total when it began."""
        self.sizes: dict[str, int] = {}
        """Number of values of each anchor that has ended."""

    def take(self, event: Any) -> None:  # noqa: ANN401 - ruamel's events have no common type of use
        """Count an event.

        Raises:
            YAMLError: The document exceeds a limit.
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
        """Return the number of values of an event; that of an alias is its anchor's."""
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
            problem = f"has more than {MOST_VALUES:,} values, its aliases expanded"
            raise _UnboundedError(problem, event.start_mark)


class _Measuring:
    """Mixin for a parser that counts its events."""

    _measure: _Measure | None = None
    events: Sequence[Event] = ()
    """The events that were taken; a text is parsed once, which is most of the time of a command."""

    def get_event(self) -> Any:  # noqa: ANN401 - ruamel's events have no common type of use
        """Return the next event."""
        event = super().get_event()  # type: ignore[misc] # of the parser that is mixed in
        if self._measure is None or isinstance(event, StreamStartEvent):
            self._measure = _Measure()
            self.events = self._taken = list[Event]()
        self._measure.take(event)
        self._taken.append(event)
        return event


class _Parser(_Measuring, Parser):
    """ruamel's parser, with limits."""


class _RoundTripParser(_Measuring, RoundTripParser):
    """ruamel's parser that keeps comments, with limits."""


def _message_of(error: YAMLError) -> str:
    """Return problem and line of a YAML error without any value, which may be a secret."""
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    if isinstance(error, ReaderError):
        return f"is not YAML: it has the character {chr(error.character)!r}"
    problem = str(getattr(error, "problem", None) or "unreadable")
    twice = re.match(r'found duplicate key "([^"]*)"', problem)
    if twice:
        problem = f"the key {twice[1]!r} is given twice"
    elif problem.startswith("failed to"):  # the value follows
        problem = _NO_VALUE
    if isinstance(error, _UnboundedError):
        return f"{problem}{where}"
    return f"is not YAML{where}: {problem}"
