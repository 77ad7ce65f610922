"""Dispatch an ARM request by method: reads, lists, polls, writes and actions."""

from sparehub.simulator.arm.actions.table import LISTS
from sparehub.simulator.arm.http_messages import Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.async_operations import (
    RETRY_AFTER,
    action_result_url,
    operation_headers,
    poll,
    record_operation,
)
from sparehub.simulator.arm.pipeline.resource_lookup import (
    ActionCall,
    ResolvedRequest,
    check_route,
    collection,
    require,
)
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.pipeline.writes import delete, patch, put
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import AsyncOperationId, Collection
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.render import render

_CREATED, _OK, _ACCEPTED, _NO_CONTENT = 201, 200, 202, 204


def dispatch_read(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    """Answer a GET of a resource, a list, an operation, or a computed view."""
    transaction, target, now = timeline.transaction, resolved.target, timeline.now
    if isinstance(target, AsyncOperationId):
        return poll(transaction, target, now, resolved)
    access_control.check_request(transaction, resolved, "read")
    if resolved.action:
        return _run_action(timeline, resolved, resolved.action)
    if isinstance(target, Collection):
        if offered := LISTS.get(target.type.lower()):
            return Response(status=_OK, body={"value": offered()})
        resources = collection(transaction, target)
        shown = [render(transaction, resource, now) for resource in resources]
        return Response(status=_OK, body={"value": shown})
    resource = resolved.existing or require(transaction, resolved.resource_id)
    body = render(transaction, resource, now)
    return Response(status=_OK, headers={"etag": resource.etag}, body=body)


def dispatch_write(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    """Do a PUT, PATCH, DELETE or action, or refuse it."""
    check_route(resolved)
    if resolved.action:
        access_control.check_request(timeline.transaction, resolved, "action")
        return _run_action(timeline, resolved, resolved.action)
    identity, existing = resolved.resource_id, resolved.existing
    if resolved.method not in ("PUT", "PATCH", "DELETE"):
        raise refusals.METHOD_UNKNOWN(method=resolved.method)
    verb = "delete" if resolved.method == "DELETE" else "write"
    access_control.check_request(timeline.transaction, resolved, verb)
    _check_conditions(resolved)
    if resolved.method == "DELETE":
        return _delete(timeline, resolved)
    if resolved.method == "PATCH":
        patched = patch(timeline, existing or require(timeline.transaction, identity), resolved)
        body = render(timeline.transaction, patched, timeline.now)
        return Response(status=_OK, body=body)
    if existing and not identity.is_group:
        _check_etag_in_body(resolved.body, existing)
    return _put(timeline, resolved)


def _check_conditions(resolved: ResolvedRequest) -> None:
    """Refuse a write whose ``If-Match`` or ``If-None-Match`` is not satisfied."""
    existing = resolved.existing
    etag = existing.etag if existing else ""
    headers = {name.lower(): value for name, value in resolved.headers.items()}
    condition = headers.get("if-match")
    if condition is not None and not existing:
        raise refusals.PRECONDITION_FAILED(condition=f"If-Match: {condition}", etag=etag)
    if condition is not None and existing and condition not in ("*", etag):
        raise refusals.ETAG_MISMATCH(sent=condition, etag=etag, id=existing.id.text)
    if headers.get("if-none-match") == "*" and existing:
        raise refusals.PRECONDITION_FAILED(condition="If-None-Match: *", etag=etag)


def _check_etag_in_body(body: object, existing: Resource) -> None:
    """Refuse a body with an entity tag that is not the resource's: as if it were ``If-Match``.

    Recorded of API version 2025-05-01; a tag may be sent without its quotation marks.
    """
    sent = body.get("etag") if isinstance(body, dict) else None
    if not isinstance(sent, str) or not sent:
        return
    etag = sent if sent.startswith(('W/"', '"')) else f'W/"{sent}"'
    if etag != existing.etag:
        raise refusals.ETAG_MISMATCH(sent=etag, etag=existing.etag, id=existing.id.text)


def _put(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    resource = put(timeline, resolved)
    region = timeline.transaction.region(resource)
    return Response(
        status=_OK if resolved.existing else _CREATED,
        headers=record_operation(timeline, resolved, resource, region, deletion=False),
        body=render(timeline.transaction, resource, timeline.now, answering=True),
    )


def _delete(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    """Delete a resource; a DELETE is idempotent: of one that does not exist it is 204."""
    identity, existing = resolved.resource_id, resolved.existing
    if existing is None:
        if identity.is_group:
            raise refusals.GROUP_NOT_FOUND(group=identity.name)
        return Response(status=_NO_CONTENT)
    region = timeline.transaction.region(existing)
    if existing.deleted_at is not None:  # a second DELETE joins the first (recorded of a group)
        operation = existing.operation
        headers = operation_headers(resolved, existing, region, operation, deletion=True)
        return Response(status=_ACCEPTED, headers=headers)
    delete(timeline, existing)
    headers = record_operation(timeline, resolved, existing, region, deletion=True)
    return Response(status=_ACCEPTED, headers=headers)


def _run_action(timeline: Timeline, resolved: ResolvedRequest, call: ActionCall) -> Response:
    """Run an action on a resource that exists.

    Azure answers 200 with the result if it has it soon enough (recorded, with ``Location``), and
    202 otherwise: the client then polls ``Location`` for the result.
    """
    store, action = timeline.transaction, call.action
    resource = require(store, call.resource)
    body = {} if resolved.content.strip() in (b"", b"null") else resolved.body
    if not isinstance(body, dict):
        raise refusals.FORMAT_INVALID(problem="the body should be an object")
    result = action.run(
        ActionContext(store, resource, call.argument, resolved.query, body, timeline.now)
    )
    if action.method == "GET":
        return Response(status=_OK, body=result)
    count = store.next_revision("actions")
    operation = guid("action", resource.key, resolved.path.lower(), count)
    seconds = 0.0 if timeline.instant else timeline.clock.takes(action.seconds)
    finishes_at = timeline.now + seconds
    operations.record(store, operation, AsyncOperation(finishes_at, result=result))
    region = store.region(resource)
    headers = {"location": action_result_url(resource, region, operation, resolved)}
    if finishes_at > timeline.now:
        return Response(status=_ACCEPTED, headers=RETRY_AFTER | headers)
    return Response(status=_OK, headers=headers, body=result)
