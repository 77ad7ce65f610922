"""Announces what an operation will write on circuits that another team owns."""

from collections.abc import Iterator

from sparehub.azure.reading import read
from sparehub.failover.preflight.objections import Objection, Refuses
from sparehub.failover.steps.keys.authorization_keys import (
    GivenKeys,
    Keys,
    circuit_location,
    request_for_key,
)
from sparehub.topology.planning.plan import KeyedConnection, Mode, Plan


def announcements(plan: Plan, keys: Keys, given: GivenKeys) -> Iterator[Objection]:
    """Yield what will be written on which circuit, where, and as whom; nothing is written yet.

    It refuses where a key cannot be used, and no other one can be issued.
    """
    user = keys.azure.account("").user or "whoever is signed in"
    for connection in plan.keyed:
        if keys.is_connected(connection):
            continue
        by_hand = given.get(connection.key)
        key = by_hand.get_secret_value() if by_hand else keys.key(connection)
        problem = keys.problem(connection, key)
        if by_hand and problem:
            text = f"the key that was given for {connection.key} {problem} ({connection.circuit})"
            yield Objection(text=f"{text}; nothing was done")
        elif by_hand:
            yield _announced(
                f"{plan.target}: the key given for {connection.key} is stored in the stack file"
            )
        elif problem:
            yield _replaced(plan, keys, connection, problem, user)
        else:
            yield _announced(
                f"{plan.target}: nothing is known against the authorization key of "
                f"{connection.key}, so nothing is written on {connection.circuit}"
            )
        replaced = bool(problem) and not by_hand
        kept = keys.unused(connection) if replaced else ""
        for old in keys.orphaned(connection, "" if replaced else key):
            if old != kept:
                yield _announced(f"{plan.target}: {old}, issued before, will be deleted as {user}")


def _replaced(
    plan: Plan, keys: Keys, connection: KeyedConnection, problem: str, user: str
) -> Objection:
    """Return that a key will be replaced; a refusal where the circuit says that it cannot be."""
    listed = read(keys.azure, f"{connection.circuit}/authorizations")
    unknown = plan.mode is Mode.UNPLANNED and not listed.came
    if not listed.accepted and not unknown:
        request = request_for_key(connection, plan.target, problem)
        return Objection(text=f"{request}, or give it by --authorization-key")
    warning = "" if listed.accepted else f" (it does not answer: {listed.problem})"
    return _announced(
        f"{plan.target}: the authorization key of {connection.key} {problem}. A new authorization "
        f"will be written on {connection.circuit}, {circuit_location(connection, keys)}, as {user}"
        f"{warning}; "
        f"`--authorization-key {connection.key}=-` stores a key of its owner instead"
    )


def _announced(text: str) -> Objection:
    return Objection(text=text, refuses=Refuses.NONE, word="")
