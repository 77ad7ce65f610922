"""Policy assignments that deny: one condition each, on the type or the location of a resource.

https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sparehub.simulator.arm.storage.transaction import Transaction

_STORED = "policies: assignments"


@dataclass(frozen=True, kw_only=True)
class PolicyAssignment:
    """A policy assignment with the effect Deny."""

    scope: str
    name: str
    types: tuple[str, ...] = ()
    """Types that may not be made, such as ``Microsoft.Network/publicIPAddresses``."""
    locations: tuple[str, ...] = ()
    """The only locations that are allowed; empty: all are."""

    @property
    def id(self) -> str:
        """The id of the assignment."""
        return f"{self.scope}/providers/Microsoft.Authorization/policyAssignments/{self.name}"

    @property
    def definition(self) -> str:
        """The id of its definition."""
        return f"{self.scope}/providers/Microsoft.Authorization/policyDefinitions/{self.name}"

    def denies(self, path: str, type_name: str, location: str) -> bool:
        """Return whether a resource may not be made or changed."""
        scope = self.scope.lower().rstrip("/")
        if not path.lower().startswith(f"{scope}/"):
            return False
        wrong_place = self.locations and location and location.lower() not in self.locations
        return bool(wrong_place) or type_name.lower() in map(str.lower, self.types)


def assignments(transaction: Transaction) -> list[PolicyAssignment]:
    """Return all policy assignments."""
    return [
        PolicyAssignment(
            scope=values["scope"],
            name=values["name"],
            types=tuple(values["types"]),
            locations=tuple(values["locations"]),
        )
        for values in json.loads(transaction.setting(_STORED, "[]"))
    ]


def set_assignments(transaction: Transaction, new: Iterable[PolicyAssignment]) -> None:
    """Replace all policy assignments."""
    transaction.set(_STORED, json.dumps([asdict(each) for each in new]))
