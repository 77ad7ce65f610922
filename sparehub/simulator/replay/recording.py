"""Recordings of Azure's answers: how a file of them is read.

The format is that of the recordings' own README: ``recordings``, each a list of ``exchanges``
``{method, path, status, headers, request, response}``.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.resource_id import ResourceId, Target, parse


class RecordingError(Exception):
    """A file is not a file of recordings."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and Azure's answer."""

    index: int
    """Its place in its recording."""
    method: str
    path: str
    """The path without its query."""
    query: Mapping[str, str]
    request: object
    """The request's JSON body; None if there is none, or if it was not recorded."""
    request_recorded: bool
    at: float
    """When, in seconds; of a collapsed series, the first time."""
    last: float
    """When it was answered so for the last time."""
    waiting: bool
    """Whether it stands for a series of requests that went on for a while."""
    status: int | None
    """Azure's status; None if the recorder did not keep it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    response: object = None

    @property
    def target(self) -> Target:
        """The target of the path."""
        return parse(self.path)

    @property
    def key(self) -> str:
        """The key of the resource that it is about; empty if it is about none."""
        target = self.target
        return target.key if isinstance(target, ResourceId) else ""

    @property
    def accepted(self) -> bool:
        """Whether Azure accepted the request; so counts one whose status was not recorded."""
        return self.status is None or self.status < 300  # noqa: PLR2004  HTTP's successes

    @property
    def writes(self) -> bool:
        """Whether it is to change something."""
        return self.method in ("PUT", "PATCH", "DELETE")

    @property
    def operations(self) -> list[str]:
        """The paths of the asynchronous operation that Azure answered with."""
        names = ("azure-asyncoperation", "location")
        addresses = [self.headers[name] for name in names if name in self.headers]
        return [urlsplit(address).path for address in addresses]


@dataclass(frozen=True)
class Recording:
    """Exchanges in the order of their dates: a world of its own."""

    name: str
    exchanges: tuple[Exchange, ...]


def read(path: Path) -> list[Recording]:
    """Return the recordings of a file; a file of other facts, such as quoted errors, has none.

    Raises:
        RecordingError: The file cannot be read as what it should be.

    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [
            Recording(str(item.get("name", "")), tuple(_exchanges(item["exchanges"])))
            for item in document.get("recordings", [])
        ]
    except OSError as problem:
        raise RecordingError(f"{path}: cannot be read ({problem.strerror})") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise RecordingError(f"{path}: not a file of recordings ({problem!r})") from None


def _exchanges(items: list[JsonObject]) -> Iterator[Exchange]:
    now = 0.0
    for index, item in enumerate(items):
        address = urlsplit(item["path"])
        headers = {name.lower(): str(value) for name, value in (item.get("headers") or {}).items()}
        now = max(now, _seconds(headers.get("date"), now))
        last = max(now, _seconds(item.get("last_date"), now))
        repeated = item.get("repeated", 1)
        yield Exchange(
            index=index,
            method=item["method"],
            path=address.path,
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            request=_body(item.get("request")),
            request_recorded=not item.get("requestNotRecorded"),
            at=now,
            last=last,
            # A series that was over within a second shows nobody waiting.
            waiting=last > now or (repeated != 1 and "last_date" not in item),
            status=item.get("status"),
            headers=headers,
            response=item.get("response"),
        )


def _seconds(date: str | None, otherwise: float) -> float:
    return parsedate_to_datetime(date).timestamp() if date else otherwise


def _body(request: Any) -> object:  # noqa: ANN401  JSON
    """Return a request's body: some recorders keep it as text, or as Python shows bytes."""
    if not isinstance(request, str):
        return request
    text = request
    if text[:2] in ("b'", 'b"'):
        text = ast.literal_eval(text).decode()
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
