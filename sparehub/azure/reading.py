"""Reads from Azure: one resource, a paged list, a resource once it is provisioned."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sparehub.azure.answers import Answer, Azure
from sparehub.topology.errors import UnreadableError

_FINAL_STATES = ("Succeeded", "Failed", "Canceled")
_POLL = 2.0
"""Seconds between two polls of a resource that is being provisioned."""
_SHORT_TIMEOUT = 10.0
"""Seconds."""
_MOST_PAGES = 1000
"""Pages of one list; a list with more is taken for endless."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The items of a list; ``problem`` says why the list is incomplete, and is empty otherwise."""

    items: tuple[Mapping[str, Any], ...]
    problem: str = ""
    status: int = 0
    """Status of the answer that ended the list early; 0 where it is complete, or none came."""


def read(azure: Azure, path: str) -> Answer:
    """Return the resource at a path."""
    return azure.send("GET", path)


def glance(azure: Azure, path: str) -> Answer:
    """Return a resource of a region that may be lost, with a timeout of a few seconds."""
    return azure.send("GET", path, timeout=_SHORT_TIMEOUT)


def listed(azure: Azure, path: str) -> Listing:
    """Return all items of a list, page after page.

    https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging
    """
    items: list[Mapping[str, Any]] = []
    for _ in range(_MOST_PAGES):
        try:
            answer = azure.send("GET", path)
        except UnreadableError as error:  # the link to the next page is not a path in Azure
            return Listing(items=tuple(items), problem=str(error))
        if not answer.accepted:
            return Listing(items=tuple(items), problem=answer.problem, status=answer.status)
        items += [item for item in answer.body.get("value") or () if isinstance(item, Mapping)]
        following = str(answer.body.get("nextLink") or "")
        if not following:
            return Listing(items=tuple(items))
        url = urlsplit(following)  # its host is ignored: the next page is of this endpoint
        path = f"{unquote(url.path)}?{url.query}"
    return Listing(items=tuple(items), problem=f"the list of {path} does not end")


def state_of(answer: Answer) -> str:
    """Return the provisioning state of a resource; empty where it has none."""
    return str(answer.properties.get("provisioningState", ""))


def read_provisioned(azure: Azure, path: str, timeout: float) -> Answer:
    """Return a resource once it is provisioned, or as it is after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = read(azure, path)
        if not answer.accepted or state_of(answer) in _FINAL_STATES or time.monotonic() > deadline:
            return answer
        time.sleep(_POLL)
