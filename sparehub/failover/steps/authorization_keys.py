"""Authorizations of circuits that somebody else owns: issued, replaced, deleted, and announced.

A write on such a circuit may be one in another team's subscription. So it is a step of the plan, it
is said before anybody confirms, and the journal knows each authorization from before it is issued
until it is gone. https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import read, settled
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.stack_snapshot import Snapshot, identity_of
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.context import StepContext
from sparehub.failover.steps.key_checks import in_use, key_digest, unusable_reason
from sparehub.topology.azure.durations import AUTHORIZATION_WRITE
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError, SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.operations import CONNECTION, ResourceOperation, Verb
from sparehub.topology.planning.plan import KeyedConnection, Plan

Given = Mapping[str, SecretStr]
"""Keys that were given by hand, by connection."""
_PATIENCE = 5.0 * AUTHORIZATION_WRITE.worst
"""Seconds that a write of an authorization is waited for."""


@dataclass(frozen=True)
class Keys:
    """The authorization keys of a stack, and what Azure and the journal know of them."""

    stacks: Stacks
    azure: Azure
    stack: Stack
    snapshot: Snapshot
    ledger: JournalState

    def stands(self, connection: KeyedConnection) -> bool:
        """Return whether the connection was made already, by the state and by Azure."""
        identity = self.snapshot.ids.get(connection.name, "")
        return bool(identity) and read(self.azure, identity).status != NOT_FOUND

    def key(self, connection: KeyedConnection) -> str:
        """Return the key that the stack file holds."""
        return self.stacks.secret(self.stack.name, connection.place)

    def problem(self, connection: KeyedConnection, key: str) -> str:
        """Return why a key cannot make the connection; empty where nothing is known against it."""
        made = ResourceOperation(Verb.CREATE, CONNECTION, connection.name)
        live = region_at(self.stack, Activation.ACTIVE)
        identity = identity_of(made, live, self.snapshot.subscription)
        return unusable_reason(self.azure, connection, identity, key, self.ledger.spent)

    def used_up(self, connection: KeyedConnection) -> bool:
        """Return whether the connection needs another key than the stack file holds."""
        return not self.stands(connection) and bool(self.problem(connection, self.key(connection)))

    def waiting(self, connection: KeyedConnection) -> str:
        """Return an authorization that was issued for the connection and never used; else empty.

        An operation that was given up may have left it.
        """
        for each in reversed(self.issued(connection)):
            found = read(self.azure, each)
            shown = found.properties
            fresh = key_digest(str(shown.get("authorizationKey"))) not in self.ledger.spent
            if found.accepted and fresh and not in_use(shown):
                return each
        return ""

    def left(self, connection: KeyedConnection, key: str) -> list[str]:
        """Return what was issued for the connection, is there, and is neither the key's nor in use.

        What Azure does not show may be in use, and is none of these.
        """
        found = {each: read(self.azure, each) for each in self.issued(connection)}
        return [each for each, answer in found.items() if is_left(answer, key)]

    def issued(self, connection: KeyedConnection) -> list[str]:
        """Return every authorization that was issued for the connection, oldest first."""
        return [
            each.id
            for each in self.ledger.issued
            if (each.stack, each.connection) == (self.stack.name, connection.key)
        ]


def is_left(answer: Answer, key: str) -> bool:
    """Return whether Azure shows an authorization that is not the one of a key, and is not used."""
    shown = answer.properties
    return answer.accepted and shown.get("authorizationKey") != key and not in_use(shown)


def store(journal: Journal, keys: Keys, plan: Plan, given: Given) -> None:
    """Put keys that were given by hand into the stack file, encrypted.

    Before anything else is done: who resumes would have to give them again.
    """
    journal.append("key-given", stack=plan.target, connections=list(given))
    for each in plan.keyed:
        if each.key in given:
            keys.stacks.set_secret(keys.stack.name, each.place, given[each.key].get_secret_value())


def issue(job: StepContext, connection: KeyedConnection) -> dict[str, Any]:
    """Give a connection a new key, if its own is used up; return what the journal is to know.

    It can be done again: an authorization that was issued already is found by its name.

    Raises:
        PreflightError: where none can be issued.
    """
    keys, stack = _keys(job), job.plan.target
    if keys.stands(connection) or not (problem := keys.problem(connection, keys.key(connection))):
        job.progress.note(f"{stack}: the authorization key of {connection.key} is kept")
        return {"authorization": None}
    name = f"sparehub-{job.operation.id}-{connection.key}"
    path = keys.waiting(connection) or f"{connection.circuit}/authorizations/{name}"
    job.write("authorization", id=path, stack=stack, connection=connection.key)
    key = _issued(job.azure, connection, path, stack, problem)
    job.stacks.set_secret(stack, connection.place, key)
    job.progress.note(f"{stack}: {connection.key} has a new authorization key, of {path}")
    return {"authorization": path}


def revoke(job: StepContext, connection: KeyedConnection) -> dict[str, Any]:
    """Delete what was issued for a connection and is used up; return what the journal is to know.

    What cannot be deleted now stays in the journal, and nothing halts for it.
    """
    keys, left = _keys(job), []
    try:
        key = keys.key(connection)
    except LeaseError:
        raise
    except SparehubError as error:
        job.progress.note(f"warning: used-up authorizations are left: {error}")
        return {"left": str(error)}
    for each in keys.issued(connection):
        found = read(job.azure, each)
        problem = "" if found.accepted or found.status == NOT_FOUND else found.problem
        if is_left(found, key):
            problem = _deleted(job.azure, each)
        elif found.accepted:
            continue
        if problem:
            left.append(each)
            job.progress.note(
                f"warning: {each} may be used up and is not deleted ({problem}): the next "
                "operation tries again"
            )
        else:
            job.write("authorization-removed", id=each)
            job.progress.note(f"{job.plan.target}: {each} was used up and is gone")
    return {"left": left}


def _keys(job: StepContext) -> Keys:
    stack = job.pair[job.plan.target]
    return Keys(job.stacks, job.azure, stack, job.stacks.snapshot(stack.name), job.ledger)


def _issued(azure: Azure, connection: KeyedConnection, path: str, stack: str, problem: str) -> str:
    """Return the key of an authorization, which is issued where it does not stand yet."""
    answer = read(azure, path)
    if answer.status == NOT_FOUND:
        answer = azure.send("PUT", path, {"properties": {}})
    if not answer.accepted:
        raise PreflightError(request_for_key(connection, stack, f"{problem}, and {answer.problem}"))
    found = settled(azure, path, _PATIENCE)
    key = str(found.properties.get("authorizationKey") or "")
    if not found.accepted or not key:
        raise PreflightError(f"{path} was issued, and Azure does not show its key: {found.problem}")
    return key


def _deleted(azure: Azure, authorization: str) -> str:
    """Delete an authorization; return why it still stands, empty where it is gone."""
    answer = azure.send("DELETE", authorization)
    found = settled(azure, authorization, _PATIENCE)
    if found.status == NOT_FOUND:
        return ""
    return answer.problem if found.accepted and not answer.accepted else found.problem


def circuit_location(connection: KeyedConnection, keys: Keys) -> str:
    """Return in whose subscription the circuit of a connection is, as a phrase."""
    theirs, ours = ResourceId.parse(connection.circuit).subscription, keys.snapshot.subscription
    if theirs.lower() == ours.lower():
        return f"in this stack's subscription {theirs}"
    return f"in subscription {theirs}, which is not this stack's ({ours})"


def request_for_key(connection: KeyedConnection, stack: str, problem: str) -> str:
    """Return the message that asks for a new key from the owner of the circuit."""
    return (
        f"the authorizationKey of connection {connection.key!r} {problem} ({connection.circuit}): "
        f"ask the circuit's owner for a new one, then `pulumi config set --secret --path "
        f"'{connection.place}' --stack {stack}`"
    )
