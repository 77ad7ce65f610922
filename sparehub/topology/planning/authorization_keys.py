"""Steps for authorization keys: each is good for one connection, and used up with it (ER-14).

A region that was connected by a key and is to be connected again needs another one. Whether that is
so no configuration says, so the steps say what is done if it is, and are counted as if it were.
https://github.com/MicrosoftDocs/azure-docs/issues/30810
"""

from collections.abc import Iterator

from sparehub.topology.azure.durations import AUTHORIZATION_WRITE
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.plan import KeyedConnection, PlanStep, StepAction


def keyed_connections(region: Region) -> tuple[KeyedConnection, ...]:
    """Return the connections of a region that are made by an authorization key."""
    circuits = {circuit.key: circuit for circuit in region.circuits}
    return tuple(
        KeyedConnection(key=connection.key, circuit=circuit.id)
        for connection in region.connections
        if connection.authorization_key
        and isinstance(circuit := circuits[connection.key], CircuitReference)
    )


def issue_steps(
    stack: str, connections: tuple[KeyedConnection, ...], after: tuple[str, ...]
) -> Iterator[PlanStep]:
    """Yield the steps that give connections new keys, one after the other."""
    for each in connections:
        yield PlanStep(
            id=f"renew-authorization-{each.key}",
            title=f"issue a new authorization for {each.key}, if its key is used up",
            act=StepAction.ISSUE,
            needs=(),
            after=after,
            precondition=(
                "a connection that the key made was deleted (ER-14); a key that is still good is "
                "kept, and nothing is written"
            ),
            action=(
                f"PUT an authorization on {each.circuit}, and pulumi config set --secret --path "
                f"'{each.place}' --stack {stack}; --authorization-key {each.key}=- stores a key of "
                "the circuit's owner instead"
            ),
            postcondition=f"the authorizationKey of {each.key} can make the connection",
            undo="nothing uses the new authorization yet: it can stay for the next try",
            seconds=AUTHORIZATION_WRITE,
            connection=each,
        )
        after = (f"renew-authorization-{each.key}",)


def revoke_steps(connections: tuple[KeyedConnection, ...], after: str) -> Iterator[PlanStep]:
    """Yield the steps that delete what earlier operations issued and nothing uses any more."""
    for each in connections:
        yield PlanStep(
            id=f"remove-authorization-{each.key}",
            title=f"delete the authorization that {each.key} used before, if Sparehub issued it",
            act=StepAction.REVOKE,
            needs=(),
            after=(after,),
            precondition="the journal says that Sparehub issued it, and nothing uses it",
            action=(
                f"DELETE it on {each.circuit}; where that is refused it stays in the journal, and "
                "the next operation tries again"
            ),
            postcondition=f"of what Sparehub issued for {each.key} only the one in use is left",
            undo="none: it is used up",
            seconds=AUTHORIZATION_WRITE,
            connection=each,
        )
