"""Steps for authorization keys: a key serves one connection and is used up with it (ER-14).

A region that was connected with a key needs another key to be connected again. No configuration
shows whether its key is used up, so the plan counts these steps and a run skips them where the key
is still valid.
https://github.com/MicrosoftDocs/azure-docs/issues/30810
"""

from collections.abc import Iterator

from sparehub.topology.azure.durations import AUTHORIZATION_WRITE
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.plan import KeyedConnection, PlanStep, StepAction


def keyed_connections(region: Region) -> tuple[KeyedConnection, ...]:
    """Return the connections of a region that need an authorization key."""
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
    """Yield the steps that issue a key for each connection, one after the other."""
    for connection in connections:
        yield PlanStep(
            id=f"renew-authorization-{connection.key}",
            title=f"issue a new authorization for {connection.key}, if its key is used up",
            act=StepAction.ISSUE,
            needs=(),
            after=after,
            precondition=(
                "the connection of the key was deleted (ER-14); a key that is still valid is kept, "
                "and nothing is written"
            ),
            action=(
                f"PUT an authorization on {connection.circuit}, and pulumi config set --secret "
                "--path "
                f"'{connection.place}' --stack {stack}; --authorization-key {connection.key}=- "
                "stores a key of the circuit's owner instead"
            ),
            postcondition=f"the authorizationKey of {connection.key} is valid for a connection",
            undo="nothing uses the new authorization yet: it can be kept for the next attempt",
            seconds=AUTHORIZATION_WRITE,
            connection=connection,
        )
        after = (f"renew-authorization-{connection.key}",)


def revoke_steps(connections: tuple[KeyedConnection, ...], after: str) -> Iterator[PlanStep]:
    """Yield the steps that delete authorizations of earlier operations that nothing uses."""
    for connection in connections:
        yield PlanStep(
            id=f"remove-authorization-{connection.key}",
            title=(
                f"delete the authorization that {connection.key} used before, if Sparehub issued it"
            ),
            act=StepAction.REVOKE,
            needs=(),
            after=(after,),
            precondition="the journal says that Sparehub issued it, and nothing uses it",
            action=(
                f"DELETE it on {connection.circuit}; where that is refused it is kept in the "
                "journal, and the next operation tries again"
            ),
            postcondition=f"Sparehub's only authorization for {connection.key} is the one in use",
            undo="none: it is used up",
            seconds=AUTHORIZATION_WRITE,
            connection=connection,
        )
