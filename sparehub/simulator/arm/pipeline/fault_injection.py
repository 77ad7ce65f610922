"""Fault injection: which injected fault a request meets, and what the fault does to it.

A throttled write is answered 429 with the seconds after which a client is to retry it.
"""

from dataclasses import replace

from sparehub.simulator.arm.http_messages import Response, TransportFault
from sparehub.simulator.arm.pipeline.body import properties_in, region_in
from sparehub.simulator.arm.pipeline.dispatch import dispatch_write
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.faults import Fault, FaultKind, FaultScope
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    Collection,
    ResourceId,
    Target,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, CONNECTION

_SECONDS_TO_RETRY = 14
_NAMESPACE = "Microsoft.Network"


def refuse_if_region_down(transaction: Transaction, resolved: ResolvedRequest) -> None:
    """Refuse a read, or an action that writes nothing, in a region that is down."""
    if faults.injected(transaction):
        scope = _fault_scope(transaction, resolved)
        if faults.is_down(transaction, scope):
            raise refusals.REGION_DOWN(region=scope.region)


def next_fault(transaction: Transaction, resolved: ResolvedRequest) -> Fault | None:
    """Count a write against the injected faults; return the one that applies to it."""
    if not faults.injected(transaction):
        return None
    return faults.count_write(
        transaction,
        _fault_scope(transaction, resolved),
        _circuit_scope(transaction, resolved),
        asynchronous=_is_asynchronous(resolved),
    )


def apply_fault(timeline: Timeline, resolved: ResolvedRequest, fault: Fault) -> Response:
    """Return the answer to a write that a fault applies to.

    Raises:
        Refusal: The write does not reach Azure, or Azure refuses it.

    """
    operation = guid("fault", fault.id, fault.seen)
    match fault.kind:
        case FaultKind.REGION_DOWN:
            raise refusals.REGION_DOWN(region=fault.region)
        case FaultKind.THROTTLED:
            raise refusals.RETRY_LATER(
                verb="PutOperation",
                operation=operation,
                thing=resolved.path,
                seconds=_SECONDS_TO_RETRY,
            )
        case FaultKind.CONFLICT:
            raise refusals.ANOTHER_OPERATION(operation=operation)
        case FaultKind.FAILED:
            timeline.will_fail = True
            return dispatch_write(timeline, resolved)
        case FaultKind.LOST_RESPONSE:
            answer = dispatch_write(timeline, resolved)
            return replace(answer, transport_fault=TransportFault.LOST)
        case FaultKind.TRANSPORT:
            return _disturb_transport(timeline, resolved, fault)
    raise AssertionError(fault.kind)  # a condition is not counted, so that it never applies here


def _disturb_transport(timeline: Timeline, resolved: ResolvedRequest, fault: Fault) -> Response:
    """Return what reaches the client. Where it is 504 or a truncated answer, Azure has written."""
    disturbance = faults.TRANSPORT[(fault.turn - 1) % len(faults.TRANSPORT)]
    match disturbance:
        case 500:
            raise refusals.SERVER_ERROR()  # noqa: RSE102  an entry of the catalogue is called
        case 502:
            raise refusals.BAD_GATEWAY(namespace=_NAMESPACE)
        case 504:
            dispatch_write(timeline, resolved)
            return refusals.GATEWAY_TIMEOUT(namespace=_NAMESPACE).response()
        case TransportFault.RESET:
            return Response(status=0, transport_fault=TransportFault.RESET)
        case TransportFault():
            return replace(dispatch_write(timeline, resolved), transport_fault=disturbance)
    raise AssertionError(disturbance)


def _is_asynchronous(resolved: ResolvedRequest) -> bool:
    """Return whether a write continues after its answer, as an asynchronous operation."""
    if resolved.action:
        return resolved.action.action.operates
    if resolved.type is None:
        return False
    if resolved.method == "DELETE":
        return resolved.type.answers is not AnswerStyle.IMMEDIATE
    updates = resolved.method == "PATCH" and resolved.type.patches is not None
    return resolved.type.asynchronous and (resolved.method == "PUT" or updates)


def _fault_scope(transaction: Transaction, resolved: ResolvedRequest) -> FaultScope:
    """Return type and region of what a request is about; empty where they are unknown."""
    target = resolved.target
    if resolved.action:  # it is about what it acts on
        identity = resolved.action.resource
        resource = transaction.get(identity.key)
        return FaultScope(identity.type, transaction.region(resource) if resource else "")
    match target:
        case AsyncOperationId():
            near = _nearest(transaction, parse(target.scope)) if target.scope else None
            return FaultScope("", transaction.region(near) if near else target.region)
        case Collection(scope):
            holder = parse(scope)
            if not isinstance(holder, ResourceId) or holder.is_group:
                return FaultScope(target.type, "")
            resource = transaction.get(holder.key)
            return FaultScope(target.type, transaction.region(resource) if resource else "")
        case ResourceId():
            resource = resolved.existing or (resolved.parent if target.parent else None)
            region = transaction.region(resource) if resource else region_in(resolved.content)
            return FaultScope(target.type, region)
    return FaultScope("", "")


def _nearest(transaction: Transaction, target: Target) -> Resource | None:
    """Return a resource, or where it has gone the nearest one above it."""
    identity = target if isinstance(target, ResourceId) else None
    while identity and not (found := transaction.get(identity.key)):
        identity = identity.parent
    return found if identity else None


def _circuit_scope(transaction: Transaction, resolved: ResolvedRequest) -> FaultScope | None:
    """Return type and region of the circuit that a write of a connection has to reach as well.

    A connection is made and deleted at its circuit as well, through the region in which the
    circuit's record lies. That the location decides it is an assumption: docs/simulator.md.
    """
    target = resolved.target
    if not isinstance(target, ResourceId) or target.type.lower() != CONNECTION.lower():
        return None
    if resolved.method == "DELETE":
        properties = resolved.existing.properties if resolved.existing else {}
    elif resolved.method == "PUT" and resolved.existing is None:
        properties = properties_in(resolved.content)
    else:
        return None
    peer = properties.get("peer")
    identity = peer.get("id") if isinstance(peer, dict) else None
    if not isinstance(identity, str):
        return None
    # Half a surrogate pair, which JSON can hold, cannot be looked for in the store.
    circuit = transaction.get(identity.encode("utf-8", "replace").decode().lower())
    return FaultScope(CIRCUIT, transaction.region(circuit)) if circuit else None
