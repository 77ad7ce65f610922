"""A custom role of Azure, in the form that ``az role definition create`` takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = "/subscriptions/SUBSCRIPTION_ID"
"""The scope in a shipped file; `sparehub roles` fills it in."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A custom role: who has it may do exactly its actions."""

    key: str
    """Its name in Sparehub, such as ``operator``."""
    description: str
    actions: tuple[str, ...]
    """Sorted, without wildcards."""

    @property
    def name(self) -> str:
        """Its name in Azure; it has to be unique in a tenant."""
        return f"Sparehub {self.key}"

    def definition(self, scopes: Sequence[str]) -> dict[str, Any]:
        """Return the definition as JSON of Azure's command line.

        https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties

        Args:
            scopes: ids of the subscriptions, or groups, in which it may be assigned.
        """
        return {
            "Name": self.name,
            "IsCustom": True,
            "Description": self.description,
            "Actions": [*self.actions],
            "NotActions": [],
            "DataActions": [],
            "NotDataActions": [],
            "AssignableScopes": [*scopes],
        }


def merged(*parts: Iterable[str]) -> tuple[str, ...]:
    """Return the actions of all parts, sorted, each once; case does not matter."""
    found = {action.lower(): action for part in parts for action in part}
    return tuple(found[key] for key in sorted(found))


def without(actions: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the actions that are not among the others, sorted."""
    known = {action.lower() for action in others}
    return merged(action for action in actions if action.lower() not in known)
