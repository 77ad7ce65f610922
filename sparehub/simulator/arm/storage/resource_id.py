"""Paths of Azure resources. Azure compares them without regard to case and keeps the spelling."""

import re
from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property, lru_cache

RESOURCE_GROUP = "Microsoft.Resources/resourceGroups"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP_SEGMENTS = 4  # subscriptions, its id, resourceGroups, its name


@dataclass(frozen=True)
class ResourceId:
    """The id of one resource, or of one resource group, in the spelling it came in."""

    text: str

    @cached_property
    def key(self) -> str:
        """What two spellings of one id have in common."""
        return self.text.lower()

    @cached_property
    def segments(self) -> list[str]:
        """The path without its slashes."""
        return self.text.strip("/").split("/")

    @property
    def subscription(self) -> str:
        """The subscription's GUID, in lower case."""
        return self.segments[1].lower()

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.segments[-1]

    @cached_property
    def group(self) -> "ResourceId":
        """The resource group that holds the resource, or the group itself."""
        return ResourceId("/" + "/".join(self.segments[:_GROUP_SEGMENTS]))

    @cached_property
    def is_group(self) -> bool:
        """Whether this is a resource group."""
        return len(self.segments) == _GROUP_SEGMENTS

    @cached_property
    def type(self) -> str:
        """The resource type, such as ``Microsoft.Network/virtualNetworks/subnets``."""
        if self.is_group:
            return RESOURCE_GROUP
        namespace, *rest = self.segments[self._provider + 1 :]
        return "/".join([namespace, *rest[::2]])

    @cached_property
    def _provider(self) -> int:
        """The place of the last ``providers``; an extension of a resource has two of them."""
        for place in range(len(self.segments) - 4, _GROUP_SEGMENTS, -2):
            if self.segments[place].lower() == "providers":
                return place
        return _GROUP_SEGMENTS

    @property
    def is_extension(self) -> bool:
        """Whether it extends another resource, such as a role assignment."""
        return not self.is_group and self._provider > _GROUP_SEGMENTS

    @cached_property
    def parent(self) -> "ResourceId | None":
        """The resource that this one is a child of; None for a top-level resource or a group."""
        if self.is_group:
            return None
        if self.type.count("/") == 1:
            if not self.is_extension:
                return None
            return ResourceId("/" + "/".join(self.segments[: self._provider]))
        return ResourceId("/" + "/".join(self.segments[:-2]))

    def child(self, type_name: str, name: str) -> "ResourceId":
        """Return the id of a child such as ``("subnets", "app")``."""
        return ResourceId(f"{self.text}/{type_name}/{name}")


@dataclass(frozen=True)
class Collection:
    """All resources of one type under a scope: a subscription, a resource group or a parent."""

    scope: str
    type: str


@dataclass(frozen=True)
class AsyncOperationId:
    """The status or the result of an asynchronous operation."""

    id: str
    result: bool  # ``operationResults``, that is the Location header, rather than ``operations``
    region: str = ""
    scope: str = ""
    """The path before it, where a service keeps operations below a resource (SR-31 to SR-33)."""
    segment: str = ""
    """The last segment but one in lower case, where there is a scope."""


@dataclass(frozen=True)
class NoSuchPath:
    """A path that Azure Resource Manager does not have, and what is wrong with it."""

    subscription: str | None  # set if the subscription is what is wrong


_BELOW = frozenset(
    ["operationresults", "operationstatus", "operationstatuses", "replicationoperationstatus"]
)
"""Segments before the id of an operation that a service keeps below a resource."""

Target = ResourceId | Collection | AsyncOperationId | NoSuchPath


@lru_cache(maxsize=16_384)
def parse(path: str) -> Target:  # noqa: C901, PLR0911, PLR0912  one case and return for each form of a path
    """Return what an ARM path stands for."""
    segments = path.strip("/").split("/")
    low = [segment.lower() for segment in segments]
    if len(segments) < 3 or low[0] != "subscriptions" or "" in segments:  # noqa: PLR2004
        return NoSuchPath(None)
    if not _is_text(path):
        return NoSuchPath(None)
    if not _GUID.fullmatch(segments[1]):
        return NoSuchPath(segments[1])
    text = "/" + "/".join(segments)
    match low[2:]:
        case ["resourcegroups"]:
            return Collection("/" + "/".join(segments[:2]), RESOURCE_GROUP)
        case ["resourcegroups", _]:
            return ResourceId(text)
        case ["operationresults", operation]:
            return AsyncOperationId(operation, result=True)
        case ["providers", _, "locations", region, "operations" | "operationresults" as what, last]:
            return AsyncOperationId(last, result=what == "operationresults", region=region)
        case ["resourcegroups", _, "providers", _, _, _, *rest, what, last] if what in _BELOW:
            del rest, last
            scope = "/" + "/".join(segments[:-2])
            identity = _operation_in(segments[-1])
            return AsyncOperationId(identity, what == "operationresults", "", scope, what)
        case ["providers", _, _]:
            return Collection("/" + "/".join(segments[:2]), "/".join(segments[3:]))
        case ["resourcegroups", _, "providers", _, _, *rest] if len(rest) % 2 == 1:
            return ResourceId(text)
        case ["resourcegroups", _, "providers", _, _, *_]:
            if low[-3] == "providers" and len(segments) > _GROUP_SEGMENTS + 3:
                return Collection("/" + "/".join(segments[:-3]), "/".join(segments[-2:]))
            inner = ResourceId("/" + "/".join(segments[:-1]))
            if len(segments) == _GROUP_SEGMENTS + 3:
                return Collection(inner.group.text, f"{segments[5]}/{segments[6]}")
            return Collection(inner.text, f"{inner.type}/{segments[-1]}")
        case _:
            return NoSuchPath(None)


def capitalized(identity: str) -> str:
    """Return an id as Site Recovery spells it: with ``/Subscriptions`` (SR-30)."""
    return f"/Subscriptions{identity[len('/subscriptions') :]}"


def _operation_in(segment: str) -> str:
    """Return an operation's GUID; a vault's is in base64, after a number (SR-32)."""
    try:
        text = b64decode(segment, validate=True).decode()
    except (ValueError, UnicodeDecodeError):
        return segment
    return text.partition(";")[2] or segment


def _is_text(path: str) -> bool:
    """Return whether a path can be stored: one from JSON may hold half a surrogate pair."""
    return path.isascii() or not any("\ud800" <= character <= "\udfff" for character in path)
