"""Readings of Azure: one resource, a list of any length, what a write left behind."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sparehub.azure.answers import Answer, Azure
from sparehub.topology.errors import UnreadableError

_SETTLED = ("Succeeded", "Failed", "Canceled")
_POLL = 2.0
"""Seconds between two looks at a write that goes on."""
_GLANCE = 10.0
"""Seconds."""
_MOST_PAGES = 1000
"""Of one list: an endless one is a fault of whoever answers."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list holds; ``problem`` says why there may be more, empty where there is not."""

    items: tuple[Mapping[str, Any], ...]
    problem: str = ""
    status: int = 0
    """Of the answer that ended it too early; 0 where all was read, or nothing came."""


def read(azure: Azure, path: str) -> Answer:
    """Return what stands at a path."""
    return azure.send("GET", path)


def glance(azure: Azure, path: str) -> Answer:
    """Return what stands at a path of a region that may be lost: asked for a few seconds alone."""
    return azure.send("GET", path, timeout=_GLANCE)


def listed(azure: Azure, path: str) -> Listing:
    """Return everything of a list, page after page.

    https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging
    """
    items: list[Mapping[str, Any]] = []
    for _ in range(_MOST_PAGES):
        try:
            answer = azure.send("GET", path)
        except UnreadableError as error:  # where the list is said to go on
            return Listing(items=tuple(items), problem=str(error))
        if not answer.accepted:
            return Listing(items=tuple(items), problem=answer.problem, status=answer.status)
        items += [each for each in answer.body.get("value") or () if isinstance(each, Mapping)]
        following = str(answer.body.get("nextLink") or "")
        if not following:
            return Listing(items=tuple(items))
        url = urlsplit(following)  # of this endpoint again, whatever its host says
        path = f"{unquote(url.path)}?{url.query}"
    return Listing(items=tuple(items), problem=f"the list of {path} does not end")


def state_of(answer: Answer) -> str:
    """Return the provisioning state that an answer shows; empty where there is none."""
    return str(answer.properties.get("provisioningState", ""))


def settled(azure: Azure, path: str, patience: float) -> Answer:
    """Return a resource once no write on it goes on, or what it is when patience ends."""
    deadline = time.monotonic() + patience
    while True:
        answer = read(azure, path)
        if not answer.accepted or state_of(answer) in _SETTLED or time.monotonic() > deadline:
            return answer
        time.sleep(_POLL)
