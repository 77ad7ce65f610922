"""Fences that need nothing in the region that is lost (ER-38), and their removal.

Two circuits: the private peering of the lost region's circuit is disabled, which closes its BGP
sessions. One circuit: the authorization of the lost region's connection is revoked, which deletes
the connection. https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import read, settled, state_of
from sparehub.failover.snapshot import Snapshot, connection_id
from topology.circuits import circuit_id, same_circuit
from topology.durations import CIRCUIT_UPDATE, CONNECTION_DELETE, PRIVATE_PEERING_UPDATE
from topology.errors import SparehubError
from topology.model import Circuit, CircuitReference, Region

Note = Callable[[str], None]
PRIVATE_PEERING = "/peerings/AzurePrivatePeering"
_TRIES = (0.0, 1.0, 3.0, 6.0)
"""Seconds before each try: one bad answer, or a circuit that is busy, is no refusal."""
_FAILED_CIRCUIT = "ParentResourceIsInFailedState"
_WRITTEN = (
    "peeringType",
    "peerASN",
    "vlanId",
    "primaryPeerAddressPrefix",
    "secondaryPeerAddressPrefix",
)

_CIRCUIT = ("location", "tags", "sku", "properties")


class FenceError(SparehubError):
    """A fence could not be set, or not be taken away; ``acted`` where it may stand all the same."""

    def __init__(self, message: str, *, acted: bool = False) -> None:
        self.acted = acted
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """One thing that keeps a region from being reached over one circuit."""

    how: Literal["privatePeering", "authorization"]
    id: str
    """What was disabled or revoked."""

    def document(self) -> dict[str, str]:
        """Return the fence for the journal."""
        return asdict(self)


def fences_for(azure: Azure, live: Region, target: Region, snapshot: Snapshot) -> list[Fence]:
    """Return one fence for each connection of a region; nothing is written yet.

    A connection that is not recorded may stand all the same: it is left out only where its circuit
    is shared and Azure says that there is none.

    :raises FenceError: where a connection has none.
    """
    if not snapshot.subscription:
        raise FenceError("the region's state names no subscription, so no circuit can be found")
    others = [circuit_id(circuit) for circuit in target.circuits]
    circuits = {circuit.key: circuit for circuit in live.circuits}
    fences = []
    for connection in live.connections:
        circuit = whole_circuit_id(circuits[connection.key], snapshot.subscription)
        if not any(same_circuit(circuit, other) for other in others):
            fences.append(Fence(how="privatePeering", id=circuit + PRIVATE_PEERING))
            continue
        identity = connection_id(connection, live, snapshot.subscription)
        if revoked := _revocation(azure, circuit, identity):
            fences.append(revoked)
    return fences


def set_fence(azure: Azure, fence: Fence) -> None:
    """Set a fence and see that it stands; one that stands already is left alone.

    :raises FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, "Disabled")
        return
    answer, acted = _insist(azure, "DELETE", fence.id)
    # What was answered is not what was done: an answer may be lost.
    after = settled(azure, fence.id, CONNECTION_DELETE.worst)
    if after.status != NOT_FOUND:
        problem = answer.problem if after.accepted else after.problem
        raise FenceError(f"{fence.id} cannot be revoked: {problem}", acted=acted)


def undone(azure: Azure, fence: Fence) -> bool:
    """Take a fence back that is not to stand, or not alone; return whether that is certain."""
    if fence.how == "authorization":  # nothing brings one back
        return settled(azure, fence.id, CONNECTION_DELETE.worst).accepted
    try:
        _write_peering(azure, fence.id, "Enabled")
    except FenceError:
        return False
    return True


def remove_fence(azure: Azure, fence: Fence, note: Note) -> None:
    """Take a fence away, once the region it kept out is disconnected.

    :raises FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, "Enabled")
        return
    note(
        f"the authorization {fence.id.split('/')[-1]} was revoked: that region's stack needs a new "
        "authorizationKey before it can be connected again"
    )


def whole_circuit_id(circuit: Circuit | CircuitReference, subscription: str) -> str:
    """Return a circuit's id, an owned one being in the subscription of its stack."""
    if isinstance(circuit, CircuitReference):
        return circuit.id
    return f"/subscriptions/{subscription}{circuit_id(circuit)}"


def _revocation(azure: Azure, circuit: str, connection: str) -> Fence | None:
    """Return what to revoke; None where Azure says that the connection does not stand."""
    answer = read(azure, f"{circuit}/authorizations")
    if not answer.accepted:
        raise FenceError(f"the authorizations of {circuit} cannot be read: {answer.problem}")
    for each in answer.body.get("value", []):
        user = str(each["properties"].get("connectionResourceUri", ""))
        if user.lower() == connection.lower():
            return Fence(how="authorization", id=str(each["id"]))
    if read(azure, connection).status == NOT_FOUND:
        return None
    raise FenceError(
        f"{connection} uses no authorization of {circuit}, the circuit of both regions, so there "
        "is none to revoke"
    )


def _write_peering(azure: Azure, path: str, state: str) -> None:
    found = read(azure, path)
    if not found.accepted:
        raise FenceError(f"{path} cannot be read: {found.problem}")
    properties: dict[str, Any] = dict(found.body["properties"])
    if properties.get("state") == state and state_of(found) == "Succeeded":
        return
    body = {name: properties[name] for name in _WRITTEN if name in properties}
    content = {"properties": {**body, "state": state}}
    answer, acted = _insist(azure, "PUT", path, content)
    if not acted:
        raise FenceError(f"{path} cannot be set to {state}: {answer.problem}")
    after = settled(azure, path, PRIVATE_PEERING_UPDATE.worst * 3)
    shown = after.body.get("properties") or {}
    if shown.get("state") != state or state_of(after) != "Succeeded":
        said = repr(shown.get("state")) if answer.accepted else answer.problem
        raise FenceError(f"{path} was set to {state} and says {said}", acted=True)


def _insist(
    azure: Azure, method: str, path: str, body: Mapping[str, Any] | None = None
) -> tuple[Answer, bool]:
    """Send a request until it is accepted or refused; return the answer, and whether it may act.

    What no answer came to, or the answer of something between, may have been done all the same.
    """
    acted = False
    for wait in _TRIES:
        azure.wait(wait)
        answer = azure.send(method, path, body)
        acted = acted or answer.accepted or answer.passing
        if _FAILED_CIRCUIT in str(answer.body):
            _write_again(azure, "/".join(path.split("/")[:-2]))
        elif not answer.passing:
            break
    return answer, acted


def _write_again(azure: Azure, circuit: str) -> None:
    """Write a circuit as it is, which ends its state Failed: till then nothing of it can be.

    What Azure says when it refuses (ER-12): "Run PUT operation on the parent, then retry".
    """
    found = azure.send("GET", circuit)
    if found.accepted:
        body = {name: found.body[name] for name in _CIRCUIT if name in found.body}
        azure.send("PUT", circuit, body)
        settled(azure, circuit, CIRCUIT_UPDATE.worst)
