"""Judging a request: whose it is, what it may do, and what the answer is."""

from sparehub.simulator.arm.actions.table import LISTS
from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.async_operations import addresses, follow, poll
from sparehub.simulator.arm.pipeline.body import read_body
from sparehub.simulator.arm.pipeline.delete import delete
from sparehub.simulator.arm.pipeline.patch import patch
from sparehub.simulator.arm.pipeline.put import put
from sparehub.simulator.arm.pipeline.routing import (
    ActionCall,
    action_of,
    collection,
    existing,
    target_of,
)
from sparehub.simulator.arm.pipeline.run_action import act
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import AsyncOperationId, Collection, ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.arm.types.render import render

_CREATED, _OK, _ACCEPTED, _NO_CONTENT = 201, 200, 202, 204


def answer(
    timeline: Timeline, request: Request, target: ResourceId | Collection | AsyncOperationId
) -> Response:
    """Answer a GET of a resource, a list, an operation, or of what is computed."""
    transaction, now = timeline.transaction, timeline.now
    if not isinstance(target, AsyncOperationId):
        _hold(transaction, target, "read")
    if asked := action_of(request, target):
        return _act(timeline, request, asked)
    match target:
        case ResourceId():
            resource = existing(transaction, target)
            body = render(transaction, resource, now)
            return Response(status=_OK, headers={"etag": resource.etag}, body=body)
        case Collection(_, type_name) if offered := LISTS.get(type_name.lower()):
            return Response(status=_OK, body={"value": offered()})
        case Collection():
            found = collection(transaction, target)
            return Response(
                status=_OK, body={"value": [render(transaction, each, now) for each in found]}
            )
        case AsyncOperationId():
            return poll(transaction, target, now, request)


def judge(timeline: Timeline, request: Request) -> Response:
    """Do a write, or refuse it."""
    target = target_of(request)
    if asked := action_of(request, target):
        if not isinstance(target, AsyncOperationId):
            _hold(timeline.transaction, target, "action", asked.resource.text)
        return _act(timeline, request, asked)
    if not isinstance(target, ResourceId) or request.method not in ("PUT", "PATCH", "DELETE"):
        raise refusals.METHOD_UNKNOWN(method=request.method)
    _hold(timeline.transaction, target, "delete" if request.method == "DELETE" else "write")
    present = timeline.transaction.get(target.key)
    _check_conditions(request, present)
    if request.method == "PUT" and present and not target.is_group:
        _check_sent_tag(request, present)
    match request.method:
        case "DELETE":
            return _delete(timeline, request, target, present)
        case "PATCH":
            resource = existing(timeline.transaction, target)
            patched = patch(timeline, resource, read_body(request.body))
            body = render(timeline.transaction, patched, timeline.now)
            return Response(status=_OK, body=body)
    return _put(timeline, request, target, present)


def _hold(
    transaction: Transaction, target: ResourceId | Collection, verb: str, scope: str = ""
) -> None:
    """Refuse what the client may not do there, or what a lock is in the way of."""
    at = scope or (target.text if isinstance(target, ResourceId) else target.scope)
    kind = REGISTRY.get(target.type.lower())
    access_control.hold(
        transaction, at, access_control.action_on(kind.name if kind else target.type, verb)
    )


def _check_conditions(request: Request, present: Resource | None) -> None:
    """Refuse a write whose ``If-Match`` or ``If-None-Match`` does not hold."""
    etag = present.etag if present else ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    wanted = headers.get("if-match")
    if wanted is not None and not present:
        raise refusals.PRECONDITION_FAILED(condition=f"If-Match: {wanted}", etag=etag)
    if wanted is not None and present and wanted not in ("*", etag):
        raise refusals.ETAG_MISMATCH(sent=wanted, etag=etag, id=present.id.text)
    if headers.get("if-none-match") == "*" and present:
        raise refusals.PRECONDITION_FAILED(condition="If-None-Match: *", etag=etag)


def _check_sent_tag(request: Request, present: Resource) -> None:
    """Refuse a body with an entity tag that is not the resource's: as if it were ``If-Match``.

    Recorded of API version 2025-05-01; a tag may be sent without its quotation marks.
    """
    body = read_body(request.body)
    sent = body.get("etag") if isinstance(body, dict) else None
    if not isinstance(sent, str) or not sent:
        return
    tag = sent if sent.startswith(('W/"', '"')) else f'W/"{sent}"'
    if tag != present.etag:
        raise refusals.ETAG_MISMATCH(sent=tag, etag=present.etag, id=present.id.text)


def _act(timeline: Timeline, request: Request, asked: ActionCall) -> Response:
    """Do an action on a resource that is there."""
    resource = existing(timeline.transaction, asked.resource)
    body = read_body(request.body) if request.body.strip() not in (b"", b"null") else {}
    if not isinstance(body, dict):
        raise refusals.FORMAT_INVALID(problem="the body should be an object")
    return act(timeline, request, asked, resource, body)


def _put(
    timeline: Timeline, request: Request, target: ResourceId, present: Resource | None
) -> Response:
    resource = put(timeline, target, read_body(request.body), request.query)
    region = timeline.transaction.region(resource)
    return Response(
        status=_OK if present else _CREATED,
        headers=follow(timeline, request, resource, region, deletion=False),
        body=render(timeline.transaction, resource, timeline.now, answering=True),
    )


def _delete(
    timeline: Timeline, request: Request, target: ResourceId, present: Resource | None
) -> Response:
    if present is None:
        if target.is_group:
            raise refusals.GROUP_NOT_FOUND(group=target.name)
        return Response(status=_NO_CONTENT)
    region = timeline.transaction.region(present)
    if present.removed is not None:  # a second DELETE joins the first (recorded of a group)
        headers = addresses(request, present, region, present.operation, deletion=True)
        return Response(status=_ACCEPTED, headers=headers)
    delete(timeline, present)
    headers = follow(timeline, request, present, region, deletion=True)
    return Response(status=_ACCEPTED, headers=headers)
