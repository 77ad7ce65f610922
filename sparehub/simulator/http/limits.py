"""Limits of the HTTP front: no requests of a browser, and none that do not finish.

A page on the internet can have its name resolve to this machine (DNS rebinding) and would then read
and write the local Azure as its own site. A request that is meant for this front names it by a
loopback address, and no browser sends it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sparehub.simulator.arm.refusals.template import UNQUOTED, ErrorTemplate, Refusal

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_DEFAULT_PORT = 80

MISDIRECTED = ErrorTemplate(
    421,
    "SimulatorMisdirectedRequest",
    "The simulator is served to this machine alone: ask for {expected}, not for '{host}'.",
    "ARM",
    UNQUOTED,
)
FROM_A_PAGE = ErrorTemplate(
    403,
    "SimulatorOriginRefused",
    "A browser sent this request for a page of '{origin}'; the simulator answers no page.",
    "ARM",
    UNQUOTED,
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one front."""

    seconds: float = 20.0
    """Seconds in which a request must arrive, headers and body, and the next one must begin."""
    connections: int = 256
    """That are open at one time; one more is closed at once."""


def foreign(headers: Mapping[str, str], server: tuple[str, int | None]) -> Refusal | None:
    """Return why a request is not answered: it is for another host, or of a page; else None.

    ``server`` is the address and the port on which it came.
    """
    address, port = server
    names = {"localhost", "127.0.0.1", "::1", address.lower()}
    match = _HOST.fullmatch(headers.get("host", ""))
    requested = int(match[2] or _DEFAULT_PORT) if match else None
    if not match or match[1].lower().strip("[]") not in names or requested != port:
        return MISDIRECTED(expected=f"localhost:{port}", host=headers.get("host", ""))
    if origin := headers.get("origin"):
        return FROM_A_PAGE(origin=origin)
    return None


def protocol(limits: Limits) -> Any:  # noqa: ANN401 - uvicorn takes any factory of a protocol
    """Return the factory of the protocol of a connection."""
    return partial(_Protocol, limits)


class _Protocol(H11Protocol):
    """A connection that is closed where a request does not arrive in time.

    uvicorn bounds the time between two requests alone. A client that sends a byte now and then
    would hold a connection for good: in the headers, in the body, or after an answer that came
    before both.
    """

    def __init__(self, limits: Limits, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **named)
        self._limits = limits
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        self._begin()
        if len(self.connections) > self._limits.connections:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the time runs from the first one of a request to its last."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Continue with the next request, which may have arrived in part."""
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        state = self.conn.their_state
        if state is h11.SEND_BODY or (state is h11.IDLE and self.conn.trailing_data[0]):
            self._begin()
        else:
            self._end()

    def _begin(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._limits.seconds, self.transport.abort)

    def _end(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
