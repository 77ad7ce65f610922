"""Authorizations of circuits that another team owns: issued, replaced and deleted.

A write on such a circuit may be one in another team's subscription. So it is a step of the plan, it
is announced before anybody confirms, and the journal holds each authorization from before it is
issued until it is deleted. https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import read, read_provisioned
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.stack_snapshot import Snapshot, identity_of
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.keys.key_checks import in_use, key_digest, unusable_reason
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.topology.azure.durations import AUTHORIZATION_WRITE
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import PreflightError, SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.operations import CONNECTION, ResourceOperation, Verb
from sparehub.topology.planning.plan import KeyedConnection, Plan

GivenKeys = Mapping[str, SecretStr]
"""Keys that were given by hand, by connection."""
_WRITE_TIMEOUT = 5.0 * AUTHORIZATION_WRITE.worst
"""Seconds that a write of an authorization may take."""


@dataclass(frozen=True)
class Keys:
    """The authorization keys of a stack, with what Azure and the journal hold of them."""

    stacks: Stacks
    azure: Azure
    stack: Stack
    snapshot: Snapshot
    journal_state: JournalState

    def is_connected(self, connection: KeyedConnection) -> bool:
        """Return whether the connection exists, by the state and by Azure."""
        identity = self.snapshot.ids.get(connection.name)
        return bool(identity) and read(self.azure, str(identity)).status != NOT_FOUND

    def key(self, connection: KeyedConnection) -> str:
        """Return the key that the stack file holds."""
        return self.stacks.secret(self.stack.name, connection.place)

    def problem(self, connection: KeyedConnection, key: str) -> str:
        """Return why a key cannot create the connection; empty where no reason is known."""
        creation = ResourceOperation(Verb.CREATE, CONNECTION, connection.name)
        live = region_at(self.stack, Activation.ACTIVE)
        identity = identity_of(creation, live, self.snapshot.subscription)
        return unusable_reason(self.azure, connection, identity, key, self.journal_state.used_keys)

    def used_up(self, connection: KeyedConnection) -> bool:
        """Return whether the connection needs another key than the stack file holds."""
        return not self.is_connected(connection) and bool(
            self.problem(connection, self.key(connection))
        )

    def unused(self, connection: KeyedConnection) -> str:
        """Return an authorization that was issued for the connection and never used; else empty.

        An operation that was given up may have left it.
        """
        used_keys = self.journal_state.used_keys
        for authorization in reversed(self.issued(connection)):
            answer = read(self.azure, authorization)
            digest = key_digest(str(answer.properties.get("authorizationKey")))
            if answer.accepted and digest not in used_keys and not in_use(answer.properties):
                return authorization
        return ""

    def orphaned(self, connection: KeyedConnection, key: str) -> list[str]:
        """Return the authorizations that were issued for the connection and serve nothing.

        One that Azure does not show may be in use, and is not among them.
        """
        answers = {issued: read(self.azure, issued) for issued in self.issued(connection)}
        return [issued for issued, answer in answers.items() if is_orphan(answer, key)]

    def issued(self, connection: KeyedConnection) -> list[str]:
        """Return every authorization that was issued for the connection, oldest first."""
        return [
            issued.id
            for issued in self.journal_state.issued
            if (issued.stack, issued.connection) == (self.stack.name, connection.key)
        ]


def is_orphan(answer: Answer, key: str) -> bool:
    """Return whether Azure shows an authorization that is not the one of a key, and is not used."""
    properties = answer.properties
    return answer.accepted and properties.get("authorizationKey") != key and not in_use(properties)


def store(journal: Journal, keys: Keys, plan: Plan, given: GivenKeys) -> None:
    """Put keys that were given by hand into the stack file, encrypted.

    Before anything else is done: `resume` would need them again.
    """
    journal.append(JournalEvent.KEYS_GIVEN, stack=plan.target, connections=list(given))
    for connection in plan.keyed:
        if connection.key in given:
            key = given[connection.key].get_secret_value()
            keys.stacks.set_secret(keys.stack.name, connection.place, key)


def issue(context: StepContext, connection: KeyedConnection) -> dict[str, Any]:
    """Give a connection a new key, if its own is used up; return what the journal records.

    It is idempotent: an authorization that was issued already is found by its name.

    Raises:
        PreflightError: where none can be issued.
    """
    keys, stack = _keys(context), context.plan.target
    if keys.is_connected(connection) or not (
        problem := keys.problem(connection, keys.key(connection))
    ):
        context.note(f"{stack}: the authorization key of {connection.key} is kept")
        return {"authorization": None}
    name = f"sparehub-{context.operation.id}-{connection.key}"
    path = keys.unused(connection) or f"{connection.circuit}/authorizations/{name}"
    context.write(
        JournalEvent.AUTHORIZATION_ISSUED, id=path, stack=stack, connection=connection.key
    )
    key = _issue(context.session.azure, connection, path, stack, problem)
    context.session.stacks.set_secret(stack, connection.place, key)
    context.note(f"{stack}: {connection.key} has a new authorization key, of {path}")
    return {"authorization": path}


def revoke(context: StepContext, connection: KeyedConnection) -> dict[str, Any]:
    """Delete what was issued for a connection and is used up; return what the journal records.

    What cannot be deleted now stays in the journal, and halts nothing.
    """
    keys, remaining = _keys(context), []
    try:
        key = keys.key(connection)
    except LeaseError:
        raise
    except SparehubError as error:
        context.note(f"warning: used-up authorizations are not deleted: {error}")
        return {"left": str(error)}
    azure = context.session.azure
    for issued in keys.issued(connection):
        answer = read(azure, issued)
        problem = "" if answer.accepted or answer.status == NOT_FOUND else answer.problem
        if is_orphan(answer, key):
            problem = _delete(azure, issued)
        elif answer.accepted:
            continue
        if problem:
            remaining.append(issued)
            context.note(
                f"warning: {issued} may be used up and is not deleted ({problem}): the next "
                "operation tries again"
            )
        else:
            context.write(JournalEvent.AUTHORIZATION_REMOVED, id=issued)
            context.note(f"{context.plan.target}: {issued} was used up and is deleted")
    return {"left": remaining}


def _keys(context: StepContext) -> Keys:
    session = context.session
    stack = session.pair[context.plan.target]
    snapshot = session.stacks.snapshot(stack.name)
    return Keys(session.stacks, session.azure, stack, snapshot, session.journal_state)


def _issue(azure: Azure, connection: KeyedConnection, path: str, stack: str, problem: str) -> str:
    """Return the key of an authorization, which is issued where it does not exist yet."""
    answer = read(azure, path)
    if answer.status == NOT_FOUND:
        answer = azure.send("PUT", path, {"properties": {}})
    if not answer.accepted:
        raise PreflightError(request_for_key(connection, stack, f"{problem}, and {answer.problem}"))
    shown = read_provisioned(azure, path, _WRITE_TIMEOUT)
    key = str(shown.properties.get("authorizationKey") or "")
    if not shown.accepted or not key:
        raise PreflightError(f"{path} was issued, and Azure does not show its key: {shown.problem}")
    return key


def _delete(azure: Azure, authorization: str) -> str:
    """Delete an authorization; return why it still exists, empty where it is gone."""
    answer = azure.send("DELETE", authorization)
    after = read_provisioned(azure, authorization, _WRITE_TIMEOUT)
    if after.status == NOT_FOUND:
        return ""
    return answer.problem if after.accepted and not answer.accepted else after.problem


def circuit_location(connection: KeyedConnection, keys: Keys) -> str:
    """Return in whose subscription the circuit of a connection is, as a phrase."""
    subscription = connection.circuit.subscription
    own = keys.snapshot.subscription
    if subscription.lower() == own.lower():
        return f"in this stack's subscription {subscription}"
    return f"in subscription {subscription}, which is not this stack's ({own})"


def request_for_key(connection: KeyedConnection, stack: str, problem: str) -> str:
    """Return the message that asks for a new key from the owner of the circuit."""
    return (
        f"the authorizationKey of connection {connection.key!r} {problem} ({connection.circuit}): "
        f"ask the circuit's owner for a new one, then `pulumi config set --secret --path "
        f"'{connection.place}' --stack {stack}`"
    )
