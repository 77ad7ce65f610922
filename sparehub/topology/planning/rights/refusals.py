"""What a refusal of Azure says of rights: the action that is missing, where, and who has it.

The two sentences are recorded ones:
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting and
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-linked-authorization-failed
"""

import re
from collections.abc import Iterator

from sparehub.topology.planning.rights.role_scopes import roles_with

_DIRECT = re.compile(
    r"does not have authorization to perform action '(?P<action>[\w./-]+)' "
    r"over scope '(?P<scope>[^']+)'"
)
_LINKED = re.compile(
    r"does not have permission to perform action(?:\(s\))? '(?P<action>[\w./-]+)' "
    r"on the linked scope(?:\(s\))? '(?P<scope>[^']+)'"
)


def missing_rights(message: str) -> Iterator[tuple[str, str]]:
    """Yield each action that a message says is missing, and its scope, once each."""
    text = " ".join(message.split())
    found = (*_DIRECT.finditer(text), *_LINKED.finditer(text))
    yield from dict.fromkeys((each["action"], each["scope"]) for each in found)


def advice_on_rights(message: str) -> str:
    """Return what to do about the rights that a message says are missing; empty if none are."""
    return "\n".join(
        f"missing: {action} at {scope}; {who_has(action)}"
        for action, scope in missing_rights(message)
    )


def who_has(action: str) -> str:
    """Return which roles have an action, as commands that print them."""
    keys = roles_with(action)
    if not keys:
        return "no role of Sparehub has it (docs/rights.md)"
    commands = ", ".join(f"`sparehub roles {key}`" for key in keys)
    return f"a role that has it: {commands}"
