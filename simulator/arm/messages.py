"""What goes into the simulated Azure Resource Manager, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

CONFIGURED = "x-sparehub-configured"
"""A header of ours: the simulated second at which the client's provider process was configured.

Azure has no such header. At clock ``instant`` nothing is waited for, so this is how the core knows
that a request cannot have been sent before the client existed.
"""


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
    body: JsonObject | None = None
