"""The question whether rights, deny assignments or locks forbid what a plan writes; read only."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.azure.answers import NOT_FOUND, Azure, properties_of
from sparehub.azure.reading import Listing, listed
from sparehub.failover.adapters.stack_snapshot import Snapshot, identity_of, whole_circuit_id
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.permissions import (
    Denial,
    Identify,
    Lock,
    Need,
    Permission,
    needs_of,
    needs_of_fence,
    needs_of_issue,
    needs_of_start,
    permitted,
    subscription_of,
)
from sparehub.topology.planning.plan import StepAction

_MOST_SHOWN = 5
_AUTHORIZATION = "/providers/Microsoft.Authorization"
_HINT = (
    "read without writing; `az lock list`, `az role assignment list` and the deny assignments in "
    "the portal have the rest"
)


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
            yield f"{'the login may not' if own else group} {what}"
        subscription = subscription_of(need.scope)
        for denial in map(_denial, self._denials(subscription)):
            concerns = denial.stops(need) and denial.concerns(self._principal(subscription))
            if concerns:
                yield f"the deny assignment {denial.name!r} at {denial.scope} forbids to {what}"
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


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What some steps write in one stack, and which operations its refusal refuses."""

    stack: str
    refuses: Refuses
    needs: tuple[Need, ...]


def nothing_forbids_the_writes(situation: PreflightContext) -> Iterator[Objection]:
    """Nothing that a switch or a fence writes is locked, denied, or beyond the login's rights."""
    access = Access(situation.azure)
    doubts: dict[str, None] = {}
    for wanted in _wanted(situation):
        lines = [line for need in wanted.needs for line in access.forbidding(need)]
        for need in wanted.needs:
            doubts |= dict.fromkeys(access.doubtful(need))
        if lines:
            text = f"{len(lines)} things forbid what has to be written in {wanted.stack}"
            if len(lines) == 1:
                text = f"something forbids what has to be written in {wanted.stack}"
            yield Objection(
                text=text,
                hint=_HINT,
                listed=_shown(lines),
                refuses=wanted.refuses,
                stack=wanted.stack,
            )
    yield from _no_fence(situation, access)
    yield from _no_key(situation, access)
    if doubts:
        yield Objection(
            text="deny assignments may be against this login, which Azure does not say",
            listed=_shown(doubts),
            refuses=Refuses.NONE,
        )
    if access.problems:
        yield Objection(
            text="rights and locks cannot all be read",
            listed=_shown(access.problems),
            refuses=Refuses.PLANNED,
        )


def _wanted(situation: PreflightContext) -> Iterator[_Wanted]:
    """Yield what the steps write: of the target, then of the source.

    A source that may be lost is not asked: it could refuse nothing, and each of its resources may
    be silent for as long as a request takes.
    """
    plan = situation.plan
    wanted = [(plan.target, Refuses.EVERY)]
    if not situation.unplanned:
        wanted.append((plan.source, Refuses.PLANNED))
    for stack, refuses in wanted:
        snapshot = situation.snapshots.get(stack)
        if snapshot is None:
            continue
        region = situation.live(stack)
        operations = {
            operation
            for step in plan.steps
            if step.change and step.change.stack == stack and step.act is not StepAction.RAISE
            for operation in step.change.operations
        }
        needs = needs_of(region, operations, _identify(situation, snapshot, stack))
        if stack == plan.target:
            started = (step.starts for step in plan.steps if step.starts)
            needs += tuple(need for each in started for need in needs_of_start(each))
        yield _Wanted(stack=stack, refuses=refuses, needs=needs)


def _identify(situation: PreflightContext, snapshot: Snapshot, stack: str) -> Identify:
    region = situation.live(stack)

    def identify(name: str) -> ResourceId | None:
        """Return the id of what is recorded, or of what would be made under this name."""
        unmade = ResourceOperation(Verb.CREATE, "", name)
        return snapshot.ids.get(name) or (
            identity_of(unmade, region, snapshot.subscription) if snapshot.subscription else None
        )

    return identify


def _no_fence(situation: PreflightContext, access: Access) -> Iterator[Objection]:
    """Yield the circuits of the source at which nothing could be written to fence it (ER-38).

    A planned operation needs no such fence; that an unplanned one would have none is said. There
    the circuits are not asked for rights of their own: theirs may be the region that is lost.
    """
    source = situation.plan.source
    snapshot = situation.snapshots.get(source)
    if snapshot is None or not snapshot.subscription:
        return
    before = dict(access.problems)
    for circuit in situation.live(source).connected_circuits:
        identity = whole_circuit_id(circuit, snapshot.subscription)
        own = not situation.unplanned
        ways = [[*access.forbidding(need, own=own)] for need in needs_of_fence([identity])]
        if all(ways):
            yield Objection(
                text=f"{source} could not be fenced at circuit {circuit.key} if it were lost",
                listed=_shown(line for lines in ways for line in lines),
                refuses=Refuses.NONE,
                stack=source,
            )
    access.problems = {**before, **access.problems} if situation.unplanned else before


def _no_key(situation: PreflightContext, access: Access) -> Iterator[Objection]:
    """Yield the connections for which no new authorization could be issued.

    Whether their keys are used up is another question: one that is good is kept, and nothing is
    written, so nothing is refused here.
    """
    for connection in situation.plan.keyed:
        before, access.problems = access.problems, {}
        lines = [line for need in needs_of_issue(connection) for line in access.forbidding(need)]
        unread, access.problems = access.problems, before
        if lines or unread:
            could = "no new authorization could be issued"
            if not lines:
                could = "nobody can say whether a new authorization could be issued"
            yield Objection(
                text=f"if the key of {connection.key} is used up, {could}",
                listed=_shown(lines or unread),
                refuses=Refuses.NONE,
                stack=situation.plan.target,
            )


def _shown(lines: Iterable[str]) -> tuple[str, ...]:
    found = [f"  {each}" for each in lines]
    more = len(found) - _MOST_SHOWN
    return (*found[:_MOST_SHOWN], *((f"  and {more} more",) if more > 0 else ()))


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
