"""Azure Resource Manager: a request in, a response out."""

import json
import re
from dataclasses import replace
from pathlib import Path

from simulator.arm import refusals
from simulator.arm.clock import Clock
from simulator.arm.deleting import delete, settle
from simulator.arm.messages import CONFIGURED, JsonObject, Request, Response
from simulator.arm.putting import put
from simulator.arm.refusal import Refusal
from simulator.arm.registry import REGISTRY
from simulator.arm.rendering import render
from simulator.arm.resource_id import Collection, NoSuchPath, Operation, ResourceId, parse
from simulator.arm.store import Store
from simulator.arm.timeline import Timeline
from simulator.arm.transaction import LogLine, Resource, Transaction

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_HOST = "https://management.azure.com"
_RETRY_AFTER = {"retry-after": "10"}
_CREATED, _OK, _ACCEPTED, _NO_CONTENT = 201, 200, 202, 204


class Azure:
    """The simulated Azure over one store. Several may be open on it, in several processes."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self.store = Store(directory)
        self.clock = clock or Clock()

    def handle(self, request: Request) -> Response:
        """Answer a request; a refused one changes nothing but the log."""
        if request.method != "GET":
            return self._write(request)
        try:
            return self._read(request)
        except Refusal as refusal:
            return refusal.response()

    def sent(self, identity: str) -> JsonObject | None:
        """Return the body that the last client sent for a resource; Azure does not tell that."""
        with self.store.transaction(write=False) as transaction:
            resource = transaction.get(identity.lower())
            return resource.sent if resource else None

    # -- reading -----------------------------------------------------------------------------

    def _read(self, request: Request) -> Response:
        target = _target(request)
        self._settle()
        with self.store.transaction(write=False) as transaction:
            now = self.clock.read(transaction).seconds
            match target:
                case ResourceId():
                    resource = _existing(transaction, target)
                    body = render(transaction, resource, now)
                    return Response(status=_OK, headers={"etag": resource.etag}, body=body)
                case Collection(scope, type_name):
                    found = _collection(transaction, scope, type_name)
                    value = [render(transaction, each, now) for each in found]
                    return Response(status=_OK, body={"value": value})
                case Operation():
                    return _operation(transaction, target, now)

    def _settle(self) -> None:
        """Carry out the deletions whose time has passed, if there are any."""
        with self.store.transaction(write=False) as transaction:
            due = transaction.due(self.clock.read(transaction).seconds)
        if due:
            with self.store.transaction(write=True) as transaction:
                settle(Timeline(transaction, self.clock, None))

    # -- writing -----------------------------------------------------------------------------

    def _write(self, request: Request) -> Response:
        configured = request.headers.get(CONFIGURED)
        with self.store.transaction(write=True) as transaction:
            timeline = Timeline(transaction, self.clock, float(configured) if configured else None)
            settle(timeline)
            line = _line(timeline, request)
            try:
                with transaction.attempt():
                    response = _judge(timeline, request)
            except Refusal as refusal:
                transaction.log(replace(line, status=refusal.status, outcome="Refused"))
                return refusal.response()
            if timeline.span:
                start, end = timeline.span.start, timeline.span.end
                line = replace(line, at=start, seconds=end - start)
            transaction.log(replace(line, status=response.status))
            return response


def _target(request: Request) -> ResourceId | Collection | Operation:
    """Return what the path stands for; refuse what ARM refuses before it looks at a resource."""
    target = parse(request.path)
    if isinstance(target, NoSuchPath):
        if target.subscription is not None:
            raise refusals.SUBSCRIPTION_INVALID(subscription=target.subscription)
        raise refusals.PATH_UNKNOWN(path=request.path)
    if not isinstance(target, Operation) and target.type.lower() not in REGISTRY:
        raise refusals.TYPE_UNKNOWN(type=target.type)
    version = request.query.get("api-version")
    if version is None:
        raise refusals.API_VERSION_MISSING()  # noqa: RSE102  an entry of the catalogue is called
    if not _API_VERSION.fullmatch(version):
        raise refusals.API_VERSION_INVALID(version=version)
    return target


def _line(timeline: Timeline, request: Request) -> LogLine:
    """Return the line of the log, with the time at which a refused write would have started."""
    target = parse(request.path)
    existing, at = None, timeline.now
    if isinstance(target, ResourceId):
        holder = target.parent or target.group
        existing, parent = (timeline.transaction.get(key) for key in (target.key, holder.key))
        ends = [resource.ends for resource in (parent, existing) if resource]
        at = timeline.earliest(holder.key, ends)
    verb = "update" if existing else "create"
    return LogLine(
        at=at,
        method=request.method,
        path=request.path,
        status=0,
        operation="delete" if request.method == "DELETE" else verb,
        seconds=0.0,
        outcome="Succeeded",
    )


def _judge(timeline: Timeline, request: Request) -> Response:
    """Do a write, or refuse it."""
    target = _target(request)
    if not isinstance(target, ResourceId) or request.method not in ("PUT", "DELETE"):
        raise refusals.METHOD_UNKNOWN(method=request.method)
    existing = timeline.transaction.get(target.key)
    _check_conditions(request, existing)
    if request.method == "DELETE":
        return _delete(timeline, request, target, existing)
    return _put(timeline, request, target, existing)


def _check_conditions(request: Request, existing: Resource | None) -> None:
    """Refuse a write whose ``If-Match`` or ``If-None-Match`` does not hold."""
    etag = existing.etag if existing else ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    wanted = headers.get("if-match")
    if wanted is not None and (not existing or wanted not in ("*", etag)):
        raise refusals.PRECONDITION_FAILED(condition=f"If-Match: {wanted}", etag=etag)
    if headers.get("if-none-match") == "*" and existing:
        raise refusals.PRECONDITION_FAILED(condition="If-None-Match: *", etag=etag)


def _existing(transaction: Transaction, identity: ResourceId) -> Resource:
    """Return a resource; refuse as the service that is asked refuses."""
    found = transaction.get(identity.key)
    if found:
        return found
    if identity.is_group or not transaction.get(identity.group.key):
        raise refusals.GROUP_NOT_FOUND(group=identity.group.name)
    if identity.parent is None:
        raise refusals.NOT_FOUND(
            type=REGISTRY[identity.type.lower()].name,
            name=identity.name,
            group=identity.group.name,
        )
    if not transaction.get(identity.parent.key):
        raise refusals.PARENT_NOT_FOUND(name=identity.parent.name)
    raise refusals.CHILD_NOT_FOUND(id=identity.text)


def _collection(transaction: Transaction, scope: str, type_name: str) -> list[Resource]:
    target = parse(scope)
    if isinstance(target, ResourceId):
        _existing(transaction, target)
    return transaction.of_type(type_name, under=f"{scope}/")


def _operation(transaction: Transaction, target: Operation, now: float) -> Response:
    """Answer a poll of ``Azure-AsyncOperation`` or of ``Location``."""
    found = transaction.operation(target.id)
    if found is None:
        raise refusals.CHILD_NOT_FOUND(id=target.id)
    ends, deletion = found
    if now < ends:
        body = None if target.result else {"status": "InProgress"}
        status = _ACCEPTED if target.result else _OK
        return Response(status=status, headers=_RETRY_AFTER, body=body)
    if target.result:
        return Response(status=_NO_CONTENT if deletion else _OK)
    return Response(status=_OK, body={"status": "Succeeded"})


def _put(
    timeline: Timeline, request: Request, target: ResourceId, existing: Resource | None
) -> Response:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as problem:
        raise refusals.CONTENT_INVALID(problem=problem) from None
    resource = put(timeline, target, body, request.query)
    region = timeline.transaction.region(resource)
    return Response(
        status=_OK if existing else _CREATED,
        headers=_follow(timeline, request, resource, region, deletion=False),
        body=render(timeline.transaction, resource, timeline.now, answering=True),
    )


def _delete(
    timeline: Timeline, request: Request, target: ResourceId, existing: Resource | None
) -> Response:
    if existing is None:
        if target.is_group:
            raise refusals.GROUP_NOT_FOUND(group=target.name)
        return Response(status=_NO_CONTENT)
    region = timeline.transaction.region(existing)
    delete(timeline, existing)
    headers = _follow(timeline, request, existing, region, deletion=True)
    return Response(status=_ACCEPTED, headers=headers)


def _follow(
    timeline: Timeline, request: Request, resource: Resource, region: str, *, deletion: bool
) -> dict[str, str]:
    """Record the operation and return the headers by which a client follows it."""
    kind = REGISTRY[resource.id.type.lower()]
    if not kind.lasting and not deletion:
        return {}
    ends = timeline.span.end if timeline.span else 0.0
    timeline.transaction.add_operation(timeline.operation, ends, deletion=deletion)
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    last = f"{timeline.operation}?api-version={request.query['api-version']}"
    if not kind.lasting:
        return _RETRY_AFTER | {"location": f"{scope}/operationresults/{last}"}
    place = f"{scope}/providers/Microsoft.Network/locations/{region}"
    headers = _RETRY_AFTER | {"azure-asyncoperation": f"{place}/operations/{last}"}
    if deletion:
        headers["location"] = f"{place}/operationResults/{last}"
    return headers
