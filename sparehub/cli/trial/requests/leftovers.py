"""What trials have left in a subscription, and whose it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sparehub.azure.client import ArmClient
from sparehub.azure.reading import listed
from sparehub.cli.trial.requests.names import TAG, Trial, trial_of
from sparehub.topology.errors import UnreadableError

_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class GroupLeft:
    """A resource group that a trial has left, or that belongs to one that still runs.

    ``owner``, ``created`` and ``delete_after`` are its tags; empty where somebody removed them.
    """

    trial: str
    path: str
    owner: str
    created: str
    delete_after: str


def groups_left(client: ArmClient, subscription: str) -> Iterator[GroupLeft]:
    """Yield each resource group of a trial, by its tag.

    The name is checked as well: a group of somebody else may have got the tag by a copy.

    Raises:
        SignInError: Nobody is signed in.
        UnreadableError: Azure does not answer the list.
    """
    path = f"/subscriptions/{subscription}/resourcegroups?$filter=tagName eq '{TAG}'"
    found = listed(client, path)
    if found.problem:
        raise UnreadableError(f"the resource groups of trials cannot be listed: {found.problem}")
    for group in found.items:
        tags = {str(key).lower(): str(tag) for key, tag in (group.get("tags") or {}).items()}
        identity = tags.get(TAG, "").lower()
        name = str(group.get("name") or "")
        if identity and trial_of(name) == identity:
            yield GroupLeft(
                trial=identity,
                path=f"/subscriptions/{subscription}/resourceGroups/{name}",
                owner=tags.get("owner", ""),
                created=tags.get("created", ""),
                delete_after=tags.get("delete-after", ""),
            )


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """One trial that is not removed: begun from here, left by somebody, or still running."""

    trial: str
    groups: tuple[str, ...]
    """Paths; those of a trial of the journal may not exist."""
    owner: str
    created: str
    delete_after: str
    begun_here: bool
    """Whether the journal of this home has it."""

    def __str__(self) -> str:
        return f"{self.trial} of {self.owner}, created {self.created}"

    def may_run(self, now: datetime) -> bool:
        """Return whether it may be the running trial of somebody else.

        It was not begun from here, and its time is not over; without a readable time it may run.
        """
        if self.begun_here:
            return False
        try:
            ends = datetime.fromisoformat(self.delete_after)
        except ValueError:
            return True
        return ends.tzinfo is None or ends > now


def leftovers(begun: Iterable[Trial], found: Iterable[GroupLeft]) -> tuple[Leftover, ...]:
    """Return every trial of the journal and of the tags, in the order of their ids."""
    trials = {
        each.id: Leftover(
            trial=each.id,
            groups=each.groups,
            owner=each.owner,
            created=each.created,
            delete_after=each.delete_after,
            begun_here=True,
        )
        for each in begun
    }
    for group in found:
        known = trials.get(group.trial)
        if known is None:
            trials[group.trial] = Leftover(
                trial=group.trial,
                groups=(group.path,),
                owner=group.owner or _UNKNOWN,
                created=group.created or _UNKNOWN,
                delete_after=group.delete_after or _UNKNOWN,
                begun_here=False,
            )
        elif group.path.lower() not in map(str.lower, known.groups):
            trials[group.trial] = replace(known, groups=(*known.groups, group.path))
    return tuple(trials[identity] for identity in sorted(trials))
