"""Authorization keys: each is good for one connection, and used up once that is deleted (ER-14).

So a region that was connected by a key, and is to be connected again, needs a new one: it is
issued where the operator may write to the circuit, and asked for where not.
https://github.com/MicrosoftDocs/azure-docs/issues/30810
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.failover.azure import Azure, read, settled
from sparehub.failover.journal import Journal
from sparehub.failover.ledger import Ledger
from sparehub.failover.port import Stacks
from sparehub.failover.snapshot import connection_id
from topology.durations import CONNECTION_CREATE
from topology.errors import PreflightError
from topology.failover import region_at
from topology.model import CircuitReference, Region
from topology.pair import Stack
from topology.words import Activation

Note = Callable[[str], None]


@dataclass(frozen=True)
class Keyed:
    """A connection that a key is given for, its id in Azure, and whose circuit it goes to."""

    connection: str
    identity: str
    circuit: str

    @property
    def place(self) -> str:
        """Where the key stands in the stack file."""
        return (
            f"sparehub:region.expressRoute.connections.{self.connection}.circuit.authorizationKey"
        )


def mark(key: str) -> str:
    """Return what tells one key from another and tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def marks(stacks: Stacks, stack: Stack, region: Region) -> list[str]:
    """Return the marks of the keys of a region's connections."""
    return [mark(stacks.secret(stack.name, each.place)) for each in keyed(region)]


def spend(stacks: Stacks, journal: Journal, stack: Stack, operation: str = "") -> None:
    """Write down that a stack's keys are used up, which a deletion of its connections does."""
    used = marks(stacks, stack, region_at(stack, Activation.ACTIVE))
    if set(used) - Ledger.of(journal.records).spent:
        journal.append("spent", operation, keys=used)


def renew(  # noqa: PLR0913, PLR0917 - what is needed to look at a key, and to issue one
    stacks: Stacks,
    azure: Azure,
    stack: Stack,
    given: Iterable[Keyed],
    spent: Iterable[str],
    name: str,
    note: Note,
) -> bool:
    """Give a stack a new key in place of each that is used up; return whether any was.

    ``name`` is that of a new authorization: the same one again where the run died meanwhile.

    :raises PreflightError: where a key cannot be used, and none can be issued.
    """
    renewed = False
    for each in given:
        key = stacks.secret(stack.name, each.place)
        if not refusal(azure, each, key, spent):
            continue
        fresh = _issue(azure, each, stack.name, f"{name}-{each.connection}")
        stacks.set_secret(stack.name, each.place, fresh)
        note(f"{stack.name}: a new authorization key for {each.circuit.split('/')[-1]}")
        renewed = True
    return renewed


def refuse_unusable(
    stacks: Stacks, azure: Azure, stack: Stack, given: Iterable[Keyed], spent: Iterable[str]
) -> None:
    """Refuse keys that are no good, where no new ones can be issued.

    :raises PreflightError: naming the key's place and the circuit.
    """
    for each in given:
        problem = refusal(azure, each, stacks.secret(stack.name, each.place), spent)
        if problem and not read(azure, f"{each.circuit}/authorizations").accepted:
            raise PreflightError(_ask(each, stack.name, problem))


def refusal(azure: Azure, keyed: Keyed, key: str, spent: Iterable[str]) -> str:
    """Return why a key cannot make a connection; empty where nothing is known against it."""
    if mark(key) in spent:
        return "is used up: the connection that it made was deleted"
    listed = read(azure, f"{keyed.circuit}/authorizations")
    if not listed.accepted:
        return ""  # somebody else's circuit: only he can look
    found = [_properties(each) for each in listed.body.get("value", [])]
    known = [each for each in found if each.get("authorizationKey") == key]
    if not known:
        return "is none of the circuit's: it was deleted, or is for another circuit"
    user = str(known[0].get("connectionResourceUri"))
    in_use = known[0].get("authorizationUseStatus") == "InUse"
    # By the connection itself: made by a run that died before anybody wrote that down.
    if in_use and user.lower() != keyed.identity.lower():
        return f"is in use by {user}"
    return ""


def keyed(region: Region, subscription: str = "") -> list[Keyed]:
    """Return the connections of a region for which a key is given."""
    circuits = {circuit.key: circuit for circuit in region.circuits}
    return [
        Keyed(connection.key, connection_id(connection, region, subscription), circuit.id)
        for connection in region.connections
        if connection.authorization_key
        and isinstance(circuit := circuits[connection.key], CircuitReference)
    ]


def _issue(azure: Azure, keyed: Keyed, stack: str, name: str) -> str:
    path = f"{keyed.circuit}/authorizations/{name}"
    answer = azure.send("PUT", path, {"properties": {}})
    if not answer.accepted:
        raise PreflightError(_ask(keyed, stack, f"cannot be replaced ({answer.problem})"))
    issued = settled(azure, path, CONNECTION_CREATE.worst)
    return str(_properties(issued.body).get("authorizationKey", ""))


def _properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resource.get("properties") or {}
    return found


def _ask(keyed: Keyed, stack: str, problem: str) -> str:
    return (
        f"the authorizationKey of connection {keyed.connection!r} {problem} ({keyed.circuit}): ask "
        f"the circuit's owner for a new one, then `pulumi config set --secret --path "
        f"'{keyed.place}' --stack {stack}`"
    )
