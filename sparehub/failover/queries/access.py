"""What Azure says of rights, deny assignments and locks; read only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.azure.answers import NOT_FOUND, Azure, properties_of
from sparehub.azure.reading import Listing, listed
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.rights.permissions import (
    Denial,
    Lock,
    Need,
    Permission,
    permitted,
    subscription_of,
)
from sparehub.topology.planning.rights.refusals import who_has

_AUTHORIZATION = "/providers/Microsoft.Authorization"


@dataclass
class Access:
    """What Azure says of rights, deny assignments and locks; each list is asked for once."""

    azure: Azure
    problems: dict[str, None] = field(default_factory=dict)
    """What could not be read."""
    _known: dict[str, Listing] = field(default_factory=dict)
    _principals: dict[ResourceId, str] = field(default_factory=dict)

    def forbidding(self, need: Need, *, own: bool = True) -> Iterator[str]:
        """Yield what is in the way of an operation, for a person.

        Without ``own`` the resource itself is asked for nothing.
        Locks and deny assignments of a whole subscription are one list each:
        https://learn.microsoft.com/rest/api/resources/management-locks/list-at-subscription-level
        https://learn.microsoft.com/azure/role-based-access-control/deny-assignments-rest
        """
        what = f"{need.purpose} ({need.action} at {need.scope})"
        if not self._is_permitted(need, own=own):
            group = f"no role at {need.scope.group} or above lets the login"
            yield f"{'the login may not' if own else group} {what}; {who_has(need.action)}"
        subscription = subscription_of(need.scope)
        for denial in map(_denial, self._denials(subscription)):
            concerns = denial.stops(need) and denial.concerns(self._principal(subscription))
            if concerns:
                yield f"the deny assignment {denial.name!r} at {denial.scope} forbids to {what}"
        yield from self.locking(need)

    def locking(self, need: Need) -> Iterator[str]:
        """Yield the locks that are in the way of an operation, for a person.

        Whose operation it is does not matter: Azure's own services are stopped, too.
        """
        what = f"{need.purpose} ({need.action} at {need.scope})"
        subscription = subscription_of(need.scope)
        for lock in map(_lock, self._list(f"{subscription}{_AUTHORIZATION}/locks")):
            if lock.stops(need):
                yield f"the lock {lock.name!r} ({lock.level}) at {lock.scope} forbids to {what}"

    def doubtful(self, need: Need) -> Iterator[str]:
        """Yield the deny assignments of which nobody can say whether they concern the login."""
        subscription = subscription_of(need.scope)
        for denial in map(_denial, self._denials(subscription)):
            if denial.stops(need) and denial.concerns(self._principal(subscription)) is None:
                yield f"{denial.name!r} at {denial.scope}: {need.purpose} ({need.action})"

    def _is_permitted(self, need: Need, *, own: bool) -> bool:
        """Return whether roles permit it, by the group or by the resource itself.

        What nobody may read of the group is asked of the resource. What cannot be read is a
        problem, and no missing right; a resource that is not there has no rights of its own.
        """
        at = need.scope.group
        group = self._read(f"{at}{_AUTHORIZATION}/permissions")
        if permitted(map(_permission, group.items), need.action):
            return True
        problem = group.problem
        if own:
            found = self._read(f"{need.scope}{_AUTHORIZATION}/permissions")
            mine = permitted(map(_permission, found.items), need.action)
            if mine or not found.problem:
                return mine
            if not problem and found.status != NOT_FOUND:
                at, problem = need.scope, found.problem
        if problem:
            self.problems[f"rights at {at}: {problem}"] = None
        return bool(problem)

    def _denials(self, subscription: ResourceId) -> tuple[Mapping[str, Any], ...]:
        principal = self._principal(subscription)
        asked = f"?$filter=assignedTo('{principal}')" if principal else ""
        return self._list(f"{subscription}{_AUTHORIZATION}/denyAssignments{asked}")

    def _principal(self, subscription: ResourceId) -> str:
        if subscription not in self._principals:
            account = self.azure.account(subscription.subscription)
            self._principals[subscription] = account.principal
        return self._principals[subscription]

    def _list(self, path: str) -> tuple[Mapping[str, Any], ...]:
        found = self._read(path)
        if found.problem:
            self.problems[f"{path.partition('?')[0]}: {found.problem}"] = None
        return found.items

    def _read(self, path: str) -> Listing:
        if path not in self._known:
            self._known[path] = listed(self.azure, path)
        return self._known[path]


def _lock(item: Mapping[str, Any]) -> Lock:
    identity = str(item.get("id") or "")
    # An extension resource: what it locks is the id before its own provider.
    scope = identity[: identity.lower().rfind(f"{_AUTHORIZATION}/locks/".lower())]
    level = str(properties_of(item).get("level") or "")
    return Lock(scope=ResourceId.of(scope), name=str(item.get("name") or ""), level=level)


def _denial(item: Mapping[str, Any]) -> Denial:
    properties = properties_of(item)
    return Denial(
        scope=ResourceId.of(str(properties.get("scope") or "/")),
        name=str(properties.get("denyAssignmentName") or item.get("name") or ""),
        permissions=tuple(map(_permission, properties.get("permissions") or ())),
        principals=_ids(properties.get("principals")),
        excluded=_ids(properties.get("excludePrincipals")),
        not_below=bool(properties.get("doNotApplyToChildScopes")),
    )


def _permission(item: Mapping[str, Any]) -> Permission:
    return Permission(
        actions=tuple(item.get("actions") or ()), not_actions=tuple(item.get("notActions") or ())
    )


def _ids(principals: object) -> tuple[str, ...]:
    found = principals if isinstance(principals, list) else []
    return tuple(str(each.get("id")) for each in found if isinstance(each, dict))
