"""Dispatch an ARM request by method: reads, lists, polls, writes and actions."""

from sparehub.simulator.arm.actions.table import LISTS
from sparehub.simulator.arm.http_messages import Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.async_operations import (
    RETRY_AFTER,
    action_result_url,
    operation_headers,
    own_url,
    poll,
    record_operation,
    result_url_below,
)
from sparehub.simulator.arm.pipeline.resource_lookup import (
    ActionCall,
    ResolvedRequest,
    check_route,
    collection,
    require,
)
from sparehub.simulator.arm.pipeline.start_operation import accept_unchanged, start_operation
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.pipeline.writes import delete, patch, put
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.replication.views import VIEWS, ViewContext
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    Collection,
    NoSuchPath,
    ResourceId,
    Target,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import (
    ActionContext,
    AnswerStyle,
    StartedOperation,
    UnchangedError,
)
from sparehub.simulator.arm.types.body_schema import accept
from sparehub.simulator.arm.types.registry import REGISTRY
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
    name = "" if isinstance(target, NoSuchPath) else target.type.lower()
    if view := VIEWS.get(name):
        return Response(status=_OK, body=view(_view_context(timeline, resolved)))
    if isinstance(target, Collection):
        if offered := LISTS.get(name):
            return Response(status=_OK, body={"value": offered()})
        resources = collection(transaction, target)
        shown = [render(transaction, resource, now, listed=True) for resource in resources]
        more = {"nextLink": None} if "/vaults/" in target.type.lower() else {}
        return Response(status=_OK, body={"value": shown} | more)
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
    if resolved.type is None:
        raise refusals.TYPE_UNKNOWN(type=identity.type)
    verb = "delete" if resolved.method == "DELETE" else "write"
    access_control.check_request(timeline.transaction, resolved, verb)
    _check_conditions(resolved)
    if resolved.method == "DELETE":
        return _delete(timeline, resolved)
    if resolved.method == "PATCH" and resolved.type and resolved.type.patches is not None:
        require(timeline.transaction, identity)
        return _put(timeline, resolved)
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


def _view_context(timeline: Timeline, resolved: ResolvedRequest) -> ViewContext:
    """Return what a computed view works on; what it is a view of has to exist."""
    target = resolved.target
    name = target.name if isinstance(target, ResourceId) else ""
    parent = target.parent if isinstance(target, ResourceId) else _scope(target)
    scope = require(timeline.transaction, parent or resolved.resource_id)
    return ViewContext(timeline.transaction, scope, name, resolved.query, timeline.now)


def _scope(target: Target) -> ResourceId | None:
    scope = parse(target.scope) if isinstance(target, Collection) else None
    return scope if isinstance(scope, ResourceId) else None


def _put(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    try:
        resource = put(timeline, resolved)
    except UnchangedError as problem:
        return accept_unchanged(timeline, resolved, problem)
    region = timeline.transaction.region(resource)
    headers = record_operation(timeline, resolved, resource, region, deletion=False)
    resource_type = REGISTRY[resource.id.type.lower()]
    if resource_type.answers is AnswerStyle.ACCEPTED:
        return Response(status=_ACCEPTED, headers=headers)
    status = _OK if resolved.existing else resource_type.created_status
    if resource_type.answers is AnswerStyle.IMMEDIATE and status == _CREATED:
        headers = headers | {"location": own_url(resolved)}
    body = render(timeline.transaction, resource, timeline.now, answering=True)
    body = resource_type.answer(body, resolved.method)
    return Response(status=status, headers=headers, body=body)


def _delete(timeline: Timeline, resolved: ResolvedRequest) -> Response:
    """Delete a resource; a DELETE is idempotent: of one that does not exist it is 204."""
    identity, existing = resolved.resource_id, resolved.existing
    if resolved.type and not resolved.type.has_delete:
        raise refusals.METHOD_UNKNOWN(method="DELETE")
    if existing is None:
        if identity.is_group:
            raise refusals.GROUP_NOT_FOUND(group=identity.name)
        if resolved.type and (absent := resolved.type.absent(identity)):
            raise absent
        return Response(status=_NO_CONTENT)
    region = timeline.transaction.region(existing)
    if existing.deleted_at is not None:  # a second DELETE joins the first (recorded of a group)
        operation = existing.operation
        headers = operation_headers(resolved, existing, region, operation, deletion=True)
        return Response(status=_ACCEPTED, headers=headers)
    delete(timeline, existing)
    headers = record_operation(timeline, resolved, existing, region, deletion=True)
    immediate = REGISTRY[existing.id.type.lower()].answers is AnswerStyle.IMMEDIATE
    return Response(status=_OK if immediate else _ACCEPTED, headers=headers)


def _run_action(timeline: Timeline, resolved: ResolvedRequest, call: ActionCall) -> Response:
    """Run an action on a resource that exists.

    Azure answers 200 with the result if it has it soon enough (recorded, with ``Location``), and
    202 otherwise: the client then polls ``Location`` for the result.
    """
    store, action = timeline.transaction, call.action
    resource = require(store, call.resource)
    if action.text:
        body = {"text": resolved.content.decode("utf-8", "replace")}
    else:
        body = {} if resolved.content.strip() in (b"", b"null") else resolved.body
    if not isinstance(body, dict):
        raise refusals.FORMAT_INVALID(problem="the body should be an object")
    if action.body is not None:
        body, _ = accept(action.body, body)
    context = ActionContext(store, resource, call.argument, resolved.query, body, timeline.now)
    result = action.run(context)
    if isinstance(result, StartedOperation):
        return start_operation(timeline, resolved, resource, result)
    if action.method == "GET" or action.at_once:
        return Response(status=_OK, body=result)
    if action.accepted:
        return _accepted(timeline, resolved, resource)
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


def _accepted(timeline: Timeline, resolved: ResolvedRequest, resource: Resource) -> Response:
    """Answer 202 with where the end of the operation is polled."""
    store, now = timeline.transaction, timeline.now
    operation = guid("accepted", resource.key, store.next_revision("actions"))
    operations.record(store, operation, AsyncOperation(now, starts_at=now))
    headers = {"location": result_url_below(resource, operation, resolved)}
    return Response(status=_ACCEPTED, headers=headers)
