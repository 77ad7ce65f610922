"""External fences: they isolate an unreachable region without its help (ER-38), and their removal.

Two kinds. The authorization of the region's connection is revoked, which deletes the links of its
subscription: https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm.
Or the private peering of its circuit is disabled, which closes both BGP sessions and cuts all
users of the circuit: https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering.
A fence is chosen that cuts nobody else; where there is none, somebody has to accept the cut.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import glance, read, read_provisioned, state_of
from sparehub.failover.adapters.stack_snapshot import connection_id, whole_circuit_id
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.queries.circuit_users import (
    PRIVATE_PEERING_PATH,
    CircuitUse,
    CircuitUser,
    use_of,
)
from sparehub.output import Note
from sparehub.topology.azure.durations import (
    CIRCUIT_UPDATE,
    CONNECTION_DELETE,
    PRIVATE_PEERING_UPDATE,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region

_BACKOFF = (0.0, 3.0, 6.0)
"""Seconds before each retry: a circuit that is busy, or was written meanwhile, is retried."""
_FAILED_CIRCUIT = "ParentResourceIsInFailedState"
_PRECONDITION_FAILED = 412
_NO_KEY = (
    "Azure shows no MD5 key (sharedKey): if a private peering has one, set it again should its "
    "sessions stay down"
)
_CIRCUIT = ("location", "tags", "sku", "properties")


class FenceError(SparehubError):
    """A fence could not be set or removed; ``acted`` where it may be set nevertheless."""

    def __init__(self, message: str, *, acted: bool = False) -> None:
        self.acted = acted
        super().__init__(message)


class CutError(FenceError):
    """Every fence of a connection would cut others, or that is unknown."""


def fences_for(  # noqa: PLR0913 - two regions, what one recorded, and what is accepted
    azure: Azure,
    live: Region,
    target: Region,
    subscription: str,
    recorded: Mapping[str, ResourceId] | None,
    *,
    cut: str = "",
) -> list[Fence]:
    """Return one fence for each connection of a region; nothing is written yet.

    A connection that is not recorded may exist nevertheless: it is left out only where Azure says
    that there is none.

    Args:
        azure: Where circuits and connections are read.
        live: The region to isolate, as it is while it is live.
        target: The region that takes over.
        subscription: Where the region's own resources are.
        recorded: The ids that the region's stack recorded; None where ``subscription`` may not be
            the region's own, so that "not found" says nothing.
        cut: Why a fence that cuts others is accepted; empty where it is not.

    Raises:
        CutError: where a fence would cut others and nobody accepts that.
        FenceError: where a connection has none.
    """
    if not subscription:
        raise FenceError("no state names a subscription, so no circuit can be found")
    others = [circuit_id(circuit) for circuit in target.circuits]
    circuits = {circuit.key: circuit for circuit in live.circuits}
    fences = []
    for connection in live.connections:
        circuit = whole_circuit_id(circuits[connection.key], subscription)
        shared = any(circuit.is_same(other) for other in others)
        name = REGION.connection(connection.key)
        identity = (recorded or {}).get(name) or connection_id(connection, live, subscription)
        if recorded is not None and glance(azure, str(identity)).status == NOT_FOUND:
            continue
        fence = _fence_of(azure, circuit, identity, live.address_prefixes, shared=shared, cut=cut)
        fences.append(fence)
    return fences


def _fence_of(  # noqa: PLR0913 - a connection, the region's prefixes, what is accepted
    azure: Azure,
    circuit: ResourceId,
    connection: ResourceId,
    own_prefixes: tuple[IPv4Network, ...],
    *,
    shared: bool,
    cut: str,
) -> Fence:
    path = f"{circuit}{PRIVATE_PEERING_PATH}"
    peering = read(azure, path)
    if not peering.accepted:
        raise FenceError(f"{path} cannot be read: {peering.problem}")
    was = str(peering.properties.get("state") or "Enabled")
    if was == "Disabled":
        return Fence(how="privatePeering", id=path, was=was)
    use = use_of(azure, circuit, connection, peering.properties, own_prefixes)
    return _revocation(use, circuit, connection, cut=cut, shared=shared) or _disabling(
        use, circuit, connection, was, cut="" if shared else cut, shared=shared
    )


def _revocation(
    use: CircuitUse, circuit: ResourceId, connection: ResourceId, *, cut: str, shared: bool
) -> Fence | None:
    """Return the fence that deletes only links of this subscription; None where it would not.

    Raises:
        CutError: where it would delete others, nobody accepts that, and there is no other way.
    """
    if not use.authorization:
        return None
    linked = use.in_subscription(connection, circuit)
    # A link that cannot be seen would be deleted with the others of its subscription.
    unseen = tuple(unread for unread in use.unread if unread.startswith("connections"))
    if cut or not (linked or unseen):
        return Fence(how="authorization", id=use.authorization, cuts=_cuts(linked, unseen))
    if shared:
        raise CutError(_cutting(f"revoking {use.authorization}", circuit, linked, unseen))
    return None


def _disabling(  # noqa: PLR0913 - a connection, what is known of its circuit, what is accepted
    use: CircuitUse,
    circuit: ResourceId,
    connection: ResourceId,
    was: str,
    *,
    cut: str,
    shared: bool,
) -> Fence:
    """Return the fence that disables the circuit's private peering.

    Raises:
        FenceError: where the other region needs that circuit, too.
        CutError: where it would cut others and nobody accepts that.
    """
    if shared:
        raise FenceError(
            f"{connection} uses no authorization of {circuit}, the circuit of both regions, so "
            "there is none to revoke, and its peering must stay"
        )
    if (use.others or use.unread) and not cut:
        what = f"disabling the private peering of {circuit}"
        raise CutError(_cutting(what, circuit, use.others, use.unread))
    cuts = _cuts(use.others, use.unread)
    return Fence(how="privatePeering", id=f"{circuit}{PRIVATE_PEERING_PATH}", was=was, cuts=cuts)


def _cuts(others: tuple[CircuitUser, ...], unread: tuple[str, ...]) -> tuple[str, ...]:
    unknown = (f"unknown users, since this cannot be read: {problem}" for problem in unread)
    return (*map(str, others), *unknown)


def _cutting(
    what: str, circuit: ResourceId, others: tuple[CircuitUser, ...], unread: tuple[str, ...]
) -> str:
    lines = []
    if others:
        lines += [f"{what} would also cut:", *(f"  {user}" for user in others)]
    if unread:
        lines.append(f"the other users of {circuit} are unknown:")
        lines += [f"  {problem}" for problem in unread]
    return "\n".join(lines)


def is_set(azure: Azure, fence: Fence) -> bool:
    """Return whether Azure says that a fence is set."""
    answer = read(azure, fence.id)
    if fence.how == "authorization":
        return answer.status == NOT_FOUND
    return answer.properties.get("state") == "Disabled"


def set_fence(azure: Azure, fence: Fence, note: Note) -> None:
    """Set a fence and verify it; one that is set already is not written again.

    Raises:
        FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, "Disabled", note)
        return
    answer, acted = _delete_with_retry(azure, fence.id, note)
    # An answer may be lost although the deletion was done: so it is read.
    after = read_provisioned(azure, fence.id, CONNECTION_DELETE.worst)
    if after.status != NOT_FOUND:
        problem = answer.problem if after.accepted else after.problem
        raise FenceError(f"{fence.id} cannot be revoked: {problem}", acted=acted)


def take_back(azure: Azure, fence: Fence, note: Note) -> bool:
    """Remove a fence that is not enough by itself; return whether it is certainly not set."""
    if fence.how == "authorization":  # a revoked one cannot be restored
        return read_provisioned(azure, fence.id, CONNECTION_DELETE.worst).accepted
    try:
        _write_peering(azure, fence.id, fence.was, note)
    except FenceError:
        return False
    return True


def remove_fence(azure: Azure, fence: Fence, note: Note) -> None:
    """Remove a fence, once the region that it isolates is disconnected.

    Raises:
        FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering" and fence.was == "Disabled":
        note(f"{fence.id} was disabled before the failover, and stays disabled")
        return
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, fence.was, note)
        return
    note(
        f"the authorization {fence.id.split('/')[-1]} was revoked: that region's stack needs a new "
        "authorizationKey before it can be connected again"
    )
    for cut in fence.cuts:
        note(f"cut with it, and not restored by this: {cut}")


def _write_peering(azure: Azure, path: str, state: str, note: Note) -> None:
    """Set the state of a private peering, with retries; write the rest of it back as it is.

    Everything that Azure shows is written, under the etag that it was read with. Azure does not
    show an MD5 key (hashicorp/terraform-provider-azurerm does not compare it, either): the note
    says so.
    """
    acted, announced = False, False
    for wait in _BACKOFF:
        azure.wait(wait)
        current = read(azure, path)
        if not current.accepted:
            raise FenceError(f"{path} cannot be read: {current.problem}", acted=acted)
        if _is_in(current, state):
            return
        if not announced:
            note(f"{path} is written as a whole, as Azure shows it. {_NO_KEY}")
        announced = True
        body = {**current.body, "properties": {**current.properties, "state": state}}
        answer = azure.send("PUT", path, body, etag=str(current.body.get("etag") or ""))
        # 412: somebody else wrote it, or this request did and its answer was lost.
        acted = acted or answer.accepted or answer.passing or answer.status == _PRECONDITION_FAILED
        if _FAILED_CIRCUIT in str(answer.body):
            _write_again(azure, path.removesuffix(PRIVATE_PEERING_PATH), note)
        elif not answer.passing and answer.status != _PRECONDITION_FAILED:
            break
    if not acted:
        raise FenceError(f"{path} cannot be set to {state}: {answer.problem}")
    after = read_provisioned(azure, path, PRIVATE_PEERING_UPDATE.worst * 3)
    if not _is_in(after, state):
        shown = repr(after.properties.get("state")) if answer.accepted else answer.problem
        raise FenceError(f"{path} was set to {state} and shows {shown}", acted=True)


def _is_in(answer: Answer, state: str) -> bool:
    return answer.properties.get("state") == state and state_of(answer) == "Succeeded"


def _delete_with_retry(azure: Azure, path: str, note: Note) -> tuple[Answer, bool]:
    """Delete until Azure accepts or refuses; return the answer, and whether it may have acted.

    A request without an answer, or with one of a proxy, may have been done nevertheless.
    """
    acted = False
    for wait in _BACKOFF:
        azure.wait(wait)
        answer = azure.send("DELETE", path)
        # 404: it was gone before, or an earlier request deleted it and its answer was lost.
        acted = acted or answer.accepted or answer.passing or answer.status == NOT_FOUND
        if _FAILED_CIRCUIT in str(answer.body):
            _write_again(azure, str(ResourceId.parse(path).parent), note)
        elif not answer.passing:
            break
    return answer, acted


def _write_again(azure: Azure, circuit: str, note: Note) -> None:
    """Write a circuit as it is, which ends its state Failed: Azure refuses its children until then.

    What Azure says when it refuses (ER-12): "Run PUT operation on the parent, then retry". The
    body holds its peerings and authorizations: a write without them deletes them
    (hashicorp/terraform-provider-azurerm#2250).
    """
    current = azure.send("GET", circuit)
    if current.accepted:
        note(f"{circuit} is in state Failed, and is written as a whole. {_NO_KEY}")
        body = {name: current.body[name] for name in _CIRCUIT if name in current.body}
        azure.send("PUT", circuit, body, etag=str(current.body.get("etag") or ""))
        read_provisioned(azure, circuit, CIRCUIT_UPDATE.worst)
