"""Fences that need nothing in the region that is lost (ER-38), and their removal.

Two kinds. The authorization of the lost region's connection is revoked, which deletes the links of
its subscription: https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm.
Or the private peering of its circuit is disabled, which closes both BGP sessions and cuts whoever
else is on the circuit: https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering.
A fence is chosen that cuts nobody else; where there is none, somebody has to accept the cut.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

from sparehub.azure.answers import NOT_FOUND, Answer, Azure
from sparehub.azure.reading import glance, read, settled, state_of
from sparehub.failover.adapters.stack_snapshot import connection_id, whole_circuit_id
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING, CircuitUse, CircuitUser, use_of
from sparehub.topology.azure.durations import (
    CIRCUIT_UPDATE,
    CONNECTION_DELETE,
    PRIVATE_PEERING_UPDATE,
)
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Region

Note = Callable[[str], None]
_TRIES = (0.0, 3.0, 6.0)
"""Seconds before each try: a circuit that is busy, or was written meanwhile, is no refusal."""
_FAILED_CIRCUIT = "ParentResourceIsInFailedState"
_CHANGED = 412
_NO_KEY = (
    "Azure shows no MD5 key (sharedKey): if a private peering has one, set it again should its "
    "sessions stay down"
)
_CIRCUIT = ("location", "tags", "sku", "properties")


class FenceError(SparehubError):
    """A fence could not be set, or not be taken away; ``acted`` where it may stand all the same."""

    def __init__(self, message: str, *, acted: bool = False) -> None:
        self.acted = acted
        super().__init__(message)


class CutError(FenceError):
    """Every fence of a connection would cut others, or nobody can say whether it would."""


@dataclass(frozen=True, kw_only=True)
class Fence:
    """One thing that keeps a region from being reached over one circuit."""

    how: Literal["privatePeering", "authorization"]
    id: str
    """What was disabled or revoked."""
    was: str = "Enabled"
    """The peering's state before: one that was disabled already is not enabled afterwards."""
    cuts: tuple[str, ...] = ()
    """Who else is cut, which somebody accepted."""

    def document(self) -> dict[str, Any]:
        """Return the fence for the journal."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Fence":
        """Return a fence as the journal holds it."""
        return cls(**{**document, "cuts": tuple(document.get("cuts") or ())})


def fences_for(  # noqa: PLR0913 - two regions, what one recorded, and what is accepted
    azure: Azure,
    live: Region,
    target: Region,
    subscription: str,
    recorded: Mapping[str, str] | None,
    *,
    cut: str = "",
) -> list[Fence]:
    """Return one fence for each connection of a region; nothing is written yet.

    A connection that is not recorded may stand all the same: it is left out only where Azure says
    that there is none. ``recorded`` are the ids that the region's stack recorded; None where it is
    not even known whether ``subscription`` is the region's own, so that "not found" says nothing.
    ``cut`` is why a fence that cuts others is accepted.

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
        shared = any(same_circuit(circuit, other) for other in others)
        name = REGION.connection(connection.key)
        identity = (recorded or {}).get(name) or connection_id(connection, live, subscription)
        if recorded is not None and glance(azure, identity).status == NOT_FOUND:
            continue
        found = _fence_of(azure, circuit, identity, live.address_prefixes, shared=shared, cut=cut)
        fences.append(found)
    return fences


def _fence_of(  # noqa: PLR0913 - a connection, what is ours, and what is accepted
    azure: Azure,
    circuit: str,
    connection: str,
    ours: tuple[IPv4Network, ...],
    *,
    shared: bool,
    cut: str,
) -> Fence:
    path = f"{circuit}{PRIVATE_PEERING}"
    peering = read(azure, path)
    if not peering.accepted:
        raise FenceError(f"{path} cannot be read: {peering.problem}")
    was = str(peering.properties.get("state") or "Enabled")
    if was == "Disabled":
        return Fence(how="privatePeering", id=path, was=was)
    use = use_of(azure, circuit, connection, peering.properties, ours)
    return _revocation(use, circuit, connection, cut=cut, shared=shared) or _disabling(
        use, circuit, connection, was, cut="" if shared else cut, shared=shared
    )


def _revocation(
    use: CircuitUse, circuit: str, connection: str, *, cut: str, shared: bool
) -> Fence | None:
    """Return the fence that takes only the links of this subscription; None where it is none.

    Raises:
        CutError: where it would take others, nobody accepts that, and there is no other way.
    """
    if not use.authorization:
        return None
    linked = use.in_subscription(connection, circuit)
    # A link that cannot be seen would go with the others of its subscription.
    unseen = tuple(each for each in use.unread if each.startswith("connections"))
    if cut or not (linked or unseen):
        return Fence(how="authorization", id=use.authorization, cuts=_cuts(linked, unseen))
    if shared:
        raise CutError(_cutting(f"revoking {use.authorization}", circuit, linked, unseen))
    return None


def _disabling(  # noqa: PLR0913 - a connection, what is known of its circuit, what is accepted
    use: CircuitUse, circuit: str, connection: str, was: str, *, cut: str, shared: bool
) -> Fence:
    """Return the fence that takes the whole circuit.

    Raises:
        FenceError: where the other region needs that circuit, too.
        CutError: where it would take others and nobody accepts that.
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
    return Fence(how="privatePeering", id=f"{circuit}{PRIVATE_PEERING}", was=was, cuts=cuts)


def _cuts(others: tuple[CircuitUser, ...], unread: tuple[str, ...]) -> tuple[str, ...]:
    return (*map(str, others), *(f"whoever is not known, since of {each}" for each in unread))


def _cutting(
    what: str, circuit: str, others: tuple[CircuitUser, ...], unread: tuple[str, ...]
) -> str:
    lines = []
    if others:
        lines += [f"{what} would also cut:", *(f"  {each}" for each in others)]
    if unread:
        lines += [f"nobody can say who else is on {circuit}:", *(f"  {each}" for each in unread)]
    return "\n".join(lines)


def stands(azure: Azure, fence: Fence) -> bool:
    """Return whether Azure says that a fence stands."""
    found = read(azure, fence.id)
    if fence.how == "authorization":
        return found.status == NOT_FOUND
    return found.properties.get("state") == "Disabled"


def set_fence(azure: Azure, fence: Fence, note: Note) -> None:
    """Set a fence and see that it stands; one that stands already is left alone.

    Raises:
        FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, "Disabled", note)
        return
    answer, acted = _insist(azure, "DELETE", fence.id, note)
    # What was answered is not what was done: an answer may be lost.
    after = settled(azure, fence.id, CONNECTION_DELETE.worst)
    if after.status != NOT_FOUND:
        problem = answer.problem if after.accepted else after.problem
        raise FenceError(f"{fence.id} cannot be revoked: {problem}", acted=acted)


def undone(azure: Azure, fence: Fence, note: Note) -> bool:
    """Take a fence back that is not to stand, or not alone; return whether that is certain."""
    if fence.how == "authorization":  # nothing brings one back
        return settled(azure, fence.id, CONNECTION_DELETE.worst).accepted
    try:
        _write_peering(azure, fence.id, fence.was, note)
    except FenceError:
        return False
    return True


def remove_fence(azure: Azure, fence: Fence, note: Note) -> None:
    """Give back what a fence took, once the region it kept out is disconnected.

    Raises:
        FenceError: where Azure refuses, or does not answer.
    """
    if fence.how == "privatePeering" and fence.was == "Disabled":
        note(f"{fence.id} was disabled before the failover, and stays so")
        return
    if fence.how == "privatePeering":
        _write_peering(azure, fence.id, fence.was, note)
        return
    note(
        f"the authorization {fence.id.split('/')[-1]} was revoked: that region's stack needs a new "
        "authorizationKey before it can be connected again"
    )
    for each in fence.cuts:
        note(f"cut with it, and not given back by this: {each}")


def _write_peering(azure: Azure, path: str, state: str, note: Note) -> None:
    """Write a peering back as it is, but for its state.

    Everything that Azure shows is written, under the etag that it was read with. An MD5 key is not
    shown (hashicorp/terraform-provider-azurerm does not compare it, either), which is said.
    """
    acted, told = False, False
    for wait in _TRIES:
        azure.wait(wait)
        found = read(azure, path)
        if not found.accepted:
            raise FenceError(f"{path} cannot be read: {found.problem}", acted=acted)
        if _stands(found, state):
            return
        if not told:
            note(f"{path} is written whole, as Azure shows it. {_NO_KEY}")
        told = True
        body = {**found.body, "properties": {**found.properties, "state": state}}
        answer = azure.send("PUT", path, body, etag=str(found.body.get("etag") or ""))
        # 412: somebody else wrote it, or this did and the answer was lost.
        acted = acted or answer.accepted or answer.passing or answer.status == _CHANGED
        if _FAILED_CIRCUIT in str(answer.body):
            _write_again(azure, path.removesuffix(PRIVATE_PEERING), note)
        elif not answer.passing and answer.status != _CHANGED:
            break
    if not acted:
        raise FenceError(f"{path} cannot be set to {state}: {answer.problem}")
    after = settled(azure, path, PRIVATE_PEERING_UPDATE.worst * 3)
    if not _stands(after, state):
        said = repr(after.properties.get("state")) if answer.accepted else answer.problem
        raise FenceError(f"{path} was set to {state} and says {said}", acted=True)


def _stands(answer: Answer, state: str) -> bool:
    return answer.properties.get("state") == state and state_of(answer) == "Succeeded"


def _insist(azure: Azure, method: str, path: str, note: Note) -> tuple[Answer, bool]:
    """Send a request until it is accepted or refused; return the answer, and whether it may act.

    What no answer came to, or the answer of something between, may have been done all the same.
    """
    acted = False
    for wait in _TRIES:
        azure.wait(wait)
        answer = azure.send(method, path)
        # 404: it was gone, or is by this, whose answer was lost.
        acted = acted or answer.accepted or answer.passing or answer.status == NOT_FOUND
        if _FAILED_CIRCUIT in str(answer.body):
            _write_again(azure, str(ResourceId.parse(path).parent), note)
        elif not answer.passing:
            break
    return answer, acted


def _write_again(azure: Azure, circuit: str, note: Note) -> None:
    """Write a circuit as it is, which ends its state Failed: till then nothing of it can be.

    What Azure says when it refuses (ER-12): "Run PUT operation on the parent, then retry". Its
    peerings and authorizations go with it, whole: a write that leaves them out takes them away
    (hashicorp/terraform-provider-azurerm#2250).
    """
    found = azure.send("GET", circuit)
    if found.accepted:
        note(f"{circuit} is in Failed, and is written whole. {_NO_KEY}")
        body = {name: found.body[name] for name in _CIRCUIT if name in found.body}
        azure.send("PUT", circuit, body, etag=str(found.body.get("etag") or ""))
        settled(azure, circuit, CIRCUIT_UPDATE.worst)
