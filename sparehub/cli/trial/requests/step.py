"""One request of a trial."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """A request, and what has to hold after it."""

    title: str
    path: str
    method: str = "PUT"
    body: Mapping[str, Any] = field(default_factory=dict)
    minutes: float = 30
    """How long its operation may take."""
    refused: bool = False
    """Whether Azure has to refuse it; the trial goes on in both cases."""
    has_result: bool = False
    """Whether a POST has a result that is read from where its answer points."""
    shows: tuple[str, str] | None = None
    """Property and value that the resource is read for until it shows them."""
