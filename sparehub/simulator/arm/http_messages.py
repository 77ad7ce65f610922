"""HTTP messages: requests to the simulated Azure Resource Manager, and its responses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

CONFIGURED = "x-sparehub-configured"
"""A header of ours: the simulated second at which the client's provider process was configured.

Azure has no such header. At clock ``instant`` nothing is waited for, so this is how the core knows
that a request cannot have been sent before the client existed.
"""


class TransportFault(StrEnum):
    """A fault of the connection, not of Azure: what happens to an answer on its way."""

    LOST = "lost"
    """The connection is closed without an answer; Azure has executed the request."""
    RESET = "reset"
    """The connection is closed without an answer; the request has not reached Azure."""
    TRUNCATED = "truncated"
    """The body of the answer is truncated."""
    SLOW = "slow"
    """The answer comes, late."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request to ``https://management.azure.com``."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Response:
    """The answer to a :class:`Request`; ``body`` is a JSON value, or None for an empty body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    transport_fault: TransportFault | None = None
