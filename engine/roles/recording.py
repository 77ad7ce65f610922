"""A recording: the actions that Azure checked while each command ran, by where they apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sparehub.simulator.arm.storage.logs.authorization_log import Authorization

SUBSCRIPTION, RESOURCE, THEIRS, ABOVE = "subscription", "resource", "theirs", "above theirs"
"""Where an action applies: at a whole subscription, at a group or resource, at another team's
circuit, or above that, where nobody gets a role."""
_SUBSCRIPTION_DEPTH = 2
"""Slashes in the id of a subscription."""


@dataclass(frozen=True)
class Recording:
    """What each command called."""

    theirs: str
    """The circuit of another team that is used."""
    calls: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Actions by command, then by where they apply."""

    def add(self, command: str, checked: Iterable[Authorization]) -> None:
        """Add what was checked while a command ran."""
        places = self.calls.setdefault(command, {})
        for each in checked:
            places.setdefault(self._place(each.scope), set()).add(each.action)

    def _place(self, scope: str) -> str:
        if scope.lower().startswith(self.theirs.lower()):
            return THEIRS
        if scope.lower().startswith("/".join(self.theirs.lower().split("/")[:3])):
            return ABOVE
        return SUBSCRIPTION if scope.count("/") <= _SUBSCRIPTION_DEPTH else RESOURCE

    def rows(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the sorted actions by command and place."""
        return {
            (command, place): tuple(sorted(places[place], key=str.lower))
            for command, places in sorted(self.calls.items())
            for place in (SUBSCRIPTION, RESOURCE, THEIRS, ABOVE)
            if place in places
        }
