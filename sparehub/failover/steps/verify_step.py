"""Verifies a step: the deployed region must match the plan, in Pulumi's state and in Azure."""

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.azure.reading import read, read_provisioned, state_of
from sparehub.failover.adapters.stack_snapshot import Snapshot, connection_id
from sparehub.topology.azure.durations import CONNECTION_DELETE
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region


class VerificationError(SparehubError):
    """A step was done, and the deployed region is not what was planned."""


def verify_step(region: Region, live: Region, snapshot: Snapshot, azure: Azure) -> None:
    """Compare what a stack recorded, and its connections in Azure, with the planned region.

    Args:
        region: The planned region.
        live: The same region while it is active: on standby none of its connections may exist in
            Azure, recorded or not.
        snapshot: What the stack recorded.
        azure: Where the connections are read.

    Raises:
        VerificationError: naming what differs.
    """
    deployed = snapshot.deployed
    planned = tuple(sorted(connection.name for connection in region.connections))
    wrong = []
    if snapshot.activation != region.activation:
        wrong.append(f"it says {snapshot.activation!r}, not {region.activation.value!r}")
    if snapshot.pending:
        wrong.append(
            "operations are pending: " + ", ".join(write.name for write in snapshot.pending)
        )
    if snapshot.failed:
        wrong.append(f"these are in state Failed: {', '.join(snapshot.failed)}")
    if tuple(sorted(deployed.connections)) != planned:
        wrong.append(f"its connections are {deployed.connections}, not {planned}")
    if set(deployed.advertised_prefixes) != set(region.advertised_prefixes):
        shown = ", ".join(map(str, deployed.advertised_prefixes)) or "nothing"
        wrong.append(f"it advertises {shown}")
    if region.activation is Activation.STANDBY:
        wrong += _remaining_connections(live, snapshot, azure)
    elif not wrong:
        wrong += _failed_connections(region, snapshot, azure)
    if wrong:
        raise VerificationError(f"{region.location} is not what was planned: {'; '.join(wrong)}")


def _failed_connections(region: Region, snapshot: Snapshot, azure: Azure) -> list[str]:
    wrong = []
    for connection in region.connections:
        identity = snapshot.ids[REGION.connection(connection.key)]
        answer = read(azure, str(identity))
        if not answer.accepted:
            wrong.append(f"{connection.name} cannot be read: {answer.problem}")
        elif (state := state_of(answer)) != "Succeeded":
            wrong.append(f"{connection.name} is {state or 'in no state'!r} in Azure")
    return wrong


def _remaining_connections(live: Region, snapshot: Snapshot, azure: Azure) -> list[str]:
    """Ask Azure, where a connection may exist that no state records."""
    if not snapshot.subscription:
        return ["its state names no subscription, so Azure cannot be asked for its connections"]
    wrong = []
    for connection in live.connections:
        identity = connection_id(connection, live, snapshot.subscription)
        answer = read_provisioned(azure, str(identity), CONNECTION_DELETE.worst)
        if answer.accepted:
            wrong.append(f"{connection.name} exists in Azure")
        elif answer.status != NOT_FOUND:
            wrong.append(f"Azure does not say whether {connection.name} is gone ({answer.problem})")
    return wrong
