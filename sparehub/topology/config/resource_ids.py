"""The ids of Azure resources: one type for them, and which names they may hold.

An id becomes the path of a URL, and a name becomes a part of an id, of a file name and of a Pulumi
URN. So neither may hold a character that ends or moves a path (`?`, `#`, `%`, `..`, an empty
segment), white space or a control character. Azure's own rules allow none of them:
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from sparehub.topology.azure.limits import NAME_LENGTH, RESOURCE_GROUP_NAME_LENGTH
from sparehub.topology.config.printable import shown
from sparehub.topology.errors import UnreadableError

GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""A subscription's id, by https://learn.microsoft.com/rest/api/resources/subscriptions/get"""
NAME_PATTERN = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"
"""A name of Microsoft.Network: starts alphanumeric, ends alphanumeric or `_`."""
NAME_FORM = (
    "start with a letter or digit, may hold letters, digits, `_`, `.` and `-`, and must end with a "
    "letter, a digit or `_`"
)
_NAME = re.compile(NAME_PATTERN)
_NETWORK = "microsoft.network"
_LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd")
"""Unicode categories of letters and digits in a resource group's name; it may hold `_().-` too."""
_ID = re.compile(
    r"(?=/)(?:/subscriptions/(?P<subscription>[^/]+))?(?:/resourceGroups/(?P<group>[^/]+))?"
    r"(?:/providers/(?P<provider>[^/]+)/(?P<path>[^/]+/[^/]+(?:/[^/]+/[^/]+)*))?",
    re.IGNORECASE,
)
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_PROVIDERS = "providers"
SUBSCRIPTION_TYPE = "microsoft.resources/subscriptions"
RESOURCE_GROUP_TYPE = "microsoft.resources/resourcegroups"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
"""A namespace or a type in an id."""


def is_subscription(text: str) -> bool:
    """Return whether a text can be a subscription's id: a GUID."""
    return GUID.fullmatch(text) is not None


def is_group_name(text: str) -> bool:
    """Return whether Azure takes a text as a resource group's name: 1 to 90 characters.

    Letters and digits of any script are allowed, a period at the end is not.
    """
    return len(text) <= RESOURCE_GROUP_NAME_LENGTH and not text.endswith(".") and _is_segment(text)


def is_name(text: str) -> bool:
    """Return whether Azure takes a text as the name of a resource of Microsoft.Network."""
    return len(text) <= NAME_LENGTH and _NAME.fullmatch(text) is not None


def is_stack_name(text: str) -> bool:
    """Return whether Pulumi takes a text as a stack's name, without organisation and project.

    https://www.pulumi.com/learn/building-with-pulumi/understanding-stacks
    """
    return re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", text) is not None


STACK_NAME_FORM = "1 to 100 letters, digits, `-`, `_` and `.`"


@dataclass(frozen=True, kw_only=True, eq=False)
class ResourceId:
    """The id of a resource, of a resource group or of a subscription; compared without case.

    ``types`` and ``names`` are as long as each other, the parent's first; both are empty in the id
    of a resource group. The subscription is empty where it is unknown: a stack file names a circuit
    of its own by resource group and name.
    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """

    subscription: str = ""
    resource_group: str = ""
    provider: str = ""
    """The resource provider, as Azure writes it: ``Microsoft.Network``."""
    types: tuple[str, ...] = ()
    """``("virtualNetworks", "subnets")``"""
    names: tuple[str, ...] = ()
    written: str = ""
    """The text that it was read from, which is shown and sent again as it is."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the id that a text is, or one that only keeps the text and the subscription.

        A state or an answer of Azure may refer to a resource by more than an id, or by less. That
        must not stop a fence: such a text is compared and sent as any id is, and has no parts.
        """
        subscription = _SUBSCRIPTION.match(text)
        return cls.read(text) or cls(
            subscription=subscription[1] if subscription else "", written=text
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the id that a text is; None where it is not one."""
        match = _ID.fullmatch(text)
        if match is None:
            return None
        path = (match["path"] or "").split("/")
        return cls(
            subscription=match["subscription"] or "",
            resource_group=match["group"] or "",
            provider=match["provider"] or "",
            types=tuple(path[::2]) if match["path"] else (),
            names=tuple(path[1::2]),
            written=text,
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id that a text is.

        Raises:
            UnreadableError: where it is not one.
        """
        identity = cls.read(text)
        if identity is None:
            raise UnreadableError(f"{shown(text)} is not the id of an Azure resource")
        return identity

    def __str__(self) -> str:
        if self.written:
            return self.written
        pairs = (f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=True))
        return "".join(
            (
                f"/subscriptions/{self.subscription}" if self.subscription else "",
                f"/resourceGroups/{self.resource_group}" if self.resource_group else "",
                f"/providers/{self.provider}" if self.provider else "",
                *pairs,
            )
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_id(self) -> bool:
        """Whether it is an id, and not a text that was kept (:meth:`of`)."""
        return not self.written or _ID.fullmatch(self.written) is not None

    @property
    def key(self) -> str:
        """The id in lower case: two ids of one resource have the same key."""
        return str(self).lower()

    @property
    def type(self) -> str:
        """The type in lower case: ``microsoft.network/virtualnetworks/subnets``."""
        if not self.types:
            return RESOURCE_GROUP_TYPE if self.resource_group else SUBSCRIPTION_TYPE
        words = [self.provider, *self.types]
        # An extension resource has its own provider after the id of what it extends.
        for index, kind in enumerate(self.types):
            if kind.lower() == _PROVIDERS:
                words = [self.names[index], *self.types[index + 1 :]]
        return "/".join(words).lower()

    @property
    def name(self) -> str:
        """The name, without that of the parent; the last word of a text that is not an id."""
        if not self.is_id:
            return self.written.rpartition("/")[2]
        return self.names[-1] if self.names else self.resource_group or self.subscription

    @property
    def parent(self) -> Self:
        """The id of the resource that this one is a child of; the resource group at the top."""
        if len(self.names) > 1:
            return self._of(self.provider, self.types[:-1], self.names[:-1])
        return self.group

    @property
    def group(self) -> Self:
        """The id of the resource group."""
        return self._of("", (), ())

    @property
    def top(self) -> Self:
        """The id of the resource that is a child of no other: the network of a subnet."""
        return self._of(self.provider, self.types[:1], self.names[:1])

    def child(self, kind: str, name: str) -> Self:
        """Return the id of a child: ``network.child("subnets", "app")``."""
        if self.written:
            return self.of(f"{self.written}/{kind}/{name}")
        return self._of(self.provider, (*self.types, kind), (*self.names, name))

    def is_same(self, other: "ResourceId") -> bool:
        """Compare two ids; an unknown subscription may be any."""
        known = self.subscription and other.subscription
        if known and not self.shares_subscription(other):
            return False
        return self.in_subscription("") == other.in_subscription("")

    def shares_subscription(self, other: "ResourceId") -> bool:
        """Return whether both are in one subscription, or both in one that is unknown."""
        return self.subscription.lower() == other.subscription.lower()

    def in_subscription(self, subscription: str) -> Self:
        """Return the same id in a subscription; a text that is not an id stays as it is."""
        if not self.is_id:
            return self
        return type(self)(
            subscription=subscription,
            resource_group=self.resource_group,
            provider=self.provider,
            types=self.types,
            names=self.names,
        )

    def _of(self, provider: str, types: tuple[str, ...], names: tuple[str, ...]) -> Self:
        return type(self)(
            subscription=self.subscription,
            resource_group=self.resource_group,
            provider=provider,
            types=types,
            names=names,
        )


def id_problem(identity: str) -> str:
    """Return what is wrong with the id of a resource or of a resource group; empty if nothing.

    The text says which part, escaped, and what is expected of it.
    """
    return next(_id_problems(identity), "")


def _id_problems(text: str) -> Iterator[str]:
    identity = ResourceId.read(text)
    if identity is None or not identity.subscription or not identity.resource_group:
        yield (
            "it must be /subscriptions/<subscription>/resourceGroups/<group>"
            "/providers/<namespace>/<type>/<name>"
        )
        return
    if not is_subscription(identity.subscription):
        yield f"{shown(identity.subscription)} is not a subscription's id, which is a GUID"
    if not is_group_name(identity.resource_group):
        yield (
            f"{shown(identity.resource_group)} is not the name of a resource group: "
            f"1 to {RESOURCE_GROUP_NAME_LENGTH} letters, digits, `_`, `(`, `)`, `.` and `-`, "
            "and no `.` at the end"
        )
    if identity.provider:
        yield from _name_problems(identity)


def _name_problems(identity: ResourceId) -> Iterator[str]:
    for word in (identity.provider, *identity.types):
        if not _WORD.fullmatch(word):
            yield f"{shown(word)} is not a resource type"
    of_network = identity.provider.lower() == _NETWORK
    for name in identity.names:
        if of_network and not is_name(name):
            yield (
                f"{shown(name)} is not a resource's name, which has 1 to {NAME_LENGTH} "
                f"characters: it must {NAME_FORM}"
            )
        if not _is_segment(name):
            yield f"{shown(name)} is not a resource's name: letters, digits, `_`, `.` and `-`"


def url_path(path: str) -> str:
    """Return a path of Azure Resource Manager for a URL, with letters beyond ASCII quoted.

    The path is an id, or goes on after one: ``<circuit>/authorizations``. It may come from a state,
    from a journal or from an answer of Azure.

    Raises:
        UnreadableError: where a part of it would end the path, or lead elsewhere.
    """
    head, *segments = path.split("/")
    wrong = [segment for segment in segments if not _is_segment(segment)]
    if head or wrong:
        what = "it does not begin with /" if head else f"{shown(wrong[0])} in it is not a name"
        raise UnreadableError(f"{shown(path)} is not a path in Azure, so it is not read: {what}")
    return quote(path, safe="/().-_")


def _is_segment(text: str) -> bool:
    """Return whether a text can be one segment of a path, without another meaning."""
    return text not in {"", ".", ".."} and all(
        letter in "_().-" or unicodedata.category(letter) in _LETTERS for letter in text
    )
