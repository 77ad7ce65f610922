"""What the id of an Azure resource is, and which names may stand in it.

An id becomes the path of a URL, and a name a part of an id, of a file name and of a Pulumi URN. So
neither may hold what ends or moves a path (`?`, `#`, `%`, `..`, an empty segment), nor white space
or a control character. Azure's own rules leave none of them:
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

import re
import unicodedata
from collections.abc import Iterator
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
"""Unicode categories of what a resource group's name may hold, besides `_`, `(`, `)`, `.`, `-`."""
_FORM = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<namespace>[^/]+)/(?P<rest>[^/]+/[^/]+(?:/[^/]+/[^/]+)*)",
    re.IGNORECASE,
)
_GROUP_FORM = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)", re.IGNORECASE
)
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


def type_of_id(identity: str) -> str:
    """Return the type that the id of a resource is of, in lower case; empty where it is no id."""
    found = _FORM.fullmatch(identity)
    return f"{found['namespace']}/{_types(found)}".lower() if found else ""


def id_problem(identity: str) -> str:
    """Return what is wrong with the id of a resource or of a resource group; empty if nothing.

    The text says which part, escaped, and what is expected of it.
    """
    return next(_id_problems(identity), "")


def _id_problems(identity: str) -> Iterator[str]:
    found = _GROUP_FORM.fullmatch(identity) or _FORM.fullmatch(identity)
    if found is None:
        yield (
            "it must be /subscriptions/<subscription>/resourceGroups/<group>"
            "/providers/<namespace>/<type>/<name>"
        )
        return
    if not is_subscription(found["subscription"]):
        yield f"{shown(found['subscription'])} is not a subscription's id, which is a GUID"
    if not is_group_name(found["group"]):
        yield (
            f"{shown(found['group'])} is not the name of a resource group: "
            f"1 to {RESOURCE_GROUP_NAME_LENGTH} letters, digits, `_`, `(`, `)`, `.` and `-`, "
            "and no `.` at the end"
        )
    if found.re is _FORM:
        yield from _name_problems(found)


def _name_problems(found: re.Match[str]) -> Iterator[str]:
    for word in (found["namespace"], *_types(found).split("/")):
        if not _WORD.fullmatch(word):
            yield f"{shown(word)} is not a resource type"
    of_network = found["namespace"].lower() == _NETWORK
    for name in found["rest"].split("/")[1::2]:
        if of_network and not is_name(name):
            yield (
                f"{shown(name)} is not a resource's name, which has 1 to {NAME_LENGTH} "
                f"characters: it must {NAME_FORM}"
            )
        if not _is_segment(name):
            yield f"{shown(name)} is not a resource's name: letters, digits, `_`, `.` and `-`"


def _types(found: re.Match[str]) -> str:
    return "/".join(found["rest"].split("/")[::2])


def url_path(path: str) -> str:
    """Return a path of Azure Resource Manager as it stands in a URL, letters beyond ASCII quoted.

    The path may be an id, or go on behind one: ``<circuit>/authorizations``. It may come from a
    state, from a journal or from an answer of Azure.

    Raises:
        UnreadableError: where a part of it would end the path, or lead elsewhere.
    """
    head, *segments = path.split("/")
    wrong = [each for each in segments if not _is_segment(each)]
    if head or wrong:
        what = "it does not begin with /" if head else f"{shown(wrong[0])} in it is no name"
        raise UnreadableError(f"{shown(path)} is no path in Azure, and is not asked for: {what}")
    return quote(path, safe="/().-_")


def _is_segment(text: str) -> bool:
    """Return whether a text can stand between two slashes, and means nothing else there."""
    return text not in {"", ".", ".."} and all(
        each in "_().-" or unicodedata.category(each) in _LETTERS for each in text
    )
