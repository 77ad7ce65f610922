"""After a step: what stands must be what the step promised, by what was recorded and by Azure."""

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.azure.reading import read, settled, state_of
from sparehub.failover.adapters.stack_snapshot import Snapshot, connection_id
from sparehub.topology.azure.durations import CONNECTION_DELETE
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region


class VerificationError(SparehubError):
    """A step was done, and yet what stands is not what it promised."""


def verify_step(region: Region, live: Region, snapshot: Snapshot, azure: Azure) -> None:
    """Hold what a stack recorded, and its connections in Azure, against the region meant.

    ``live`` is the region while it is active: on standby, none of its connections may stand in
    Azure, recorded or not.

    Raises:
        VerificationError: naming what differs.
    """
    deployed = snapshot.deployed
    promised = tuple(sorted(connection.name for connection in region.connections))
    wrong = []
    if snapshot.activation != region.activation:
        wrong.append(f"it says {snapshot.activation!r}, not {region.activation.value!r}")
    if snapshot.pending:
        wrong.append("writes are pending: " + ", ".join(each.name for each in snapshot.pending))
    if snapshot.failed:
        wrong.append(f"Azure made these badly: {', '.join(snapshot.failed)}")
    if tuple(sorted(deployed.connections)) != promised:
        wrong.append(f"its connections are {deployed.connections}, not {promised}")
    if set(deployed.advertised_prefixes) != set(region.advertised_prefixes):
        shown = ", ".join(map(str, deployed.advertised_prefixes)) or "nothing"
        wrong.append(f"it advertises {shown}")
    if region.activation is Activation.STANDBY:
        wrong += _still_connected(live, snapshot, azure)
    elif not wrong:
        wrong += _badly_connected(region, snapshot, azure)
    if wrong:
        raise VerificationError(f"{region.location} is not what was promised: {'; '.join(wrong)}")


def _badly_connected(region: Region, snapshot: Snapshot, azure: Azure) -> list[str]:
    wrong = []
    for connection in region.connections:
        identity = snapshot.ids[REGION.connection(connection.key)]
        found = read(azure, identity)
        if not found.accepted:
            wrong.append(f"{connection.name} cannot be read: {found.problem}")
        elif (state := state_of(found)) != "Succeeded":
            wrong.append(f"{connection.name} is {state or 'in no state'!r} in Azure")
    return wrong


def _still_connected(live: Region, snapshot: Snapshot, azure: Azure) -> list[str]:
    """Ask Azure, which knows of connections that no state does."""
    if not snapshot.subscription:
        return ["its state names no subscription, so Azure cannot be asked for its connections"]
    wrong = []
    for connection in live.connections:
        identity = connection_id(connection, live, snapshot.subscription)
        found = settled(azure, identity, CONNECTION_DELETE.worst)
        if found.accepted:
            wrong.append(f"{connection.name} stands in Azure")
        elif found.status != NOT_FOUND:
            wrong.append(f"Azure does not say whether {connection.name} is gone ({found.problem})")
    return wrong
