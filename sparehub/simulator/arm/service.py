"""Azure Resource Manager: answers one request, as one transaction on the store."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sparehub.simulator.arm.http_messages import (
    CONFIGURED,
    JsonObject,
    Request,
    Response,
    TransportFault,
)
from sparehub.simulator.arm.pipeline.callers import caller_of
from sparehub.simulator.arm.pipeline.dispatch import dispatch_read, dispatch_write
from sparehub.simulator.arm.pipeline.due_work import finish_due, is_due
from sparehub.simulator.arm.pipeline.fault_injection import (
    apply_fault,
    next_fault,
    refuse_if_region_down,
)
from sparehub.simulator.arm.pipeline.resource_lookup import (
    ResolvedRequest,
    check_route,
    check_version,
    resolve,
)
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication.progress import next_instant
from sparehub.simulator.arm.storage.clock import Clock, http_date
from sparehub.simulator.arm.storage.logs import write_log
from sparehub.simulator.arm.storage.logs.write_log import LogLine
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.store import Store
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.subscription import (
    authorization_reads,
    policy_restrictions,
    resource_graph,
    resource_providers,
    role_definitions,
    usages,
)
from sparehub.simulator.arm.subscription.role_definitions import RoleQuery


class Azure:
    """The simulated Azure on one store; several processes may have one open on the same store."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self.store = Store(directory)
        self.clock = clock or Clock()

    def handle(self, request: Request) -> Response:
        """Answer a request; a refused one changes nothing but the log."""
        if not request.path.isascii():
            request = replace(request, path=_text(request.path))
        try:
            if response := self._answer_subscription(request):
                return response
            if request.method != "GET":
                return self._write(request)
            return self._read(request)
        except Refusal as refusal:
            return refusal.response()

    def sent(self, identity: str) -> JsonObject | None:
        """Return what the last client sent for a resource, which Azure does not show.

        It is the body, with the parameters of the query under ``query``.
        """
        with self.store.transaction(write=False) as transaction:
            resource = transaction.get(identity.lower())
            if resource is None:
                return role_definitions.sent(transaction, identity)
            body: JsonObject = json.loads(resource.sent)
            return body

    def _answer_subscription(self, request: Request) -> Response | None:
        """Answer what is asked of a subscription, which is not in the log; else None."""
        if request.path.lower().rstrip("/") == resource_graph.PATH:
            with self._transaction(request, write=False) as transaction:
                now = Timeline(transaction, self.clock, None).now
                return resource_graph.answer(transaction, request, now)
        version = request.query.get("api-version")
        if response := self._answer_authorization(request, version):
            return response
        if usage := usages.parse_path(request.path):
            check_version(version, usage.type, request.body)
            with self._transaction(request, write=False) as transaction:
                return usages.answer(transaction, request, usage)
        if provider := resource_providers.parse_path(request.path):
            check_version(version, provider.type, request.body)
            with self.store.transaction(write=False) as transaction:
                return resource_providers.answer(transaction, request, provider)
        if restrictions := policy_restrictions.parse_path(request.path):
            check_version(version, restrictions.type, request.body)
            with self.store.transaction(write=False) as transaction:
                return policy_restrictions.answer(transaction, request, restrictions)
        return None

    def _answer_authorization(self, request: Request, version: str | None) -> Response | None:
        """Answer a request for locks, rights or role definitions at a scope; else None."""
        asked: RoleQuery | authorization_reads.AuthorizationQuery | None
        asked = role_definitions.parse_path(request.path)
        asked = asked or authorization_reads.parse_path(request.path)
        if asked is None:
            return None
        check_version(version, asked.type, request.body)
        with self._transaction(request, write=request.method != "GET") as transaction:
            if isinstance(asked, RoleQuery):
                return role_definitions.answer(transaction, request, asked)
            return authorization_reads.answer(transaction, request, asked)

    @contextmanager
    def _transaction(self, request: Request, *, write: bool) -> Iterator[Transaction]:
        """Run a block as one transaction of whoever sends the request."""
        with self.store.transaction(write=write) as transaction:
            yield replace(transaction, caller=caller_of(request.headers))

    def _read(self, request: Request) -> Response:
        with self._transaction(request, write=False) as transaction:
            timeline = Timeline(transaction, self.clock, None)
            resolved = resolve(transaction, request)
            check_route(resolved)
            due = is_due(timeline)
            answer = None if due else _answer_read(timeline, resolved)
        if answer is None:
            with self.store.transaction(write=True) as transaction:
                finish_due(Timeline(transaction, self.clock, None))
            with self._transaction(request, write=False) as transaction:
                timeline = Timeline(transaction, self.clock, None)
                answer = _answer_read(timeline, resolve(transaction, request))
        if answer.next_instant is not None:
            with self.store.transaction(write=True) as transaction:
                self.clock.advance(transaction, answer.next_instant)
        return _dated(answer.response, timeline)

    def _write(self, request: Request) -> Response:
        configured = request.headers.get(CONFIGURED)
        with self._transaction(request, write=True) as transaction:
            timeline = Timeline(transaction, self.clock, float(configured) if configured else None)
            finish_due(timeline)
            resolved = resolve(transaction, request)
            line = _log_line(timeline, resolved)
            logged = resolved.action is None or resolved.action.action.writes
            fault = None
            if logged:
                fault = next_fault(transaction, resolved)
            else:
                refuse_if_region_down(transaction, resolved)
            try:
                with transaction.attempt():
                    if fault:
                        response = apply_fault(timeline, resolved, fault)
                    else:
                        response = dispatch_write(timeline, resolved)
            except Refusal as refusal:
                if logged:
                    refused = replace(line, status=refusal.status, outcome="Refused")
                    write_log.append(transaction, refused)
                return _dated(refusal.response(), timeline)
            if timeline.span:
                start, end = timeline.span.start, timeline.span.end
                line = replace(line, at=start, seconds=end - start)
            if timeline.failure is not None:
                line = replace(line, outcome="Failed")
            elif response.transport_fault is TransportFault.RESET:
                line = replace(line, outcome="Refused")
            if logged:
                write_log.append(transaction, replace(line, status=response.status))
            return _dated(response, timeline)


@dataclass(frozen=True)
class _ReadAnswer:
    """The answer to a read, and the instant to which it advances the clock at ``instant``."""

    response: Response
    next_instant: float | None


def _answer_read(timeline: Timeline, resolved: ResolvedRequest) -> _ReadAnswer:
    """Answer a read, once the work that is due is finished."""
    refuse_if_region_down(timeline.transaction, resolved)
    response = dispatch_read(timeline, resolved)
    instant = None
    if timeline.instant:
        instant = next_instant(timeline.transaction, resolved.target, timeline.now)
    return _ReadAnswer(response, instant)


def _dated(response: Response, timeline: Timeline) -> Response:
    """Return an answer with the simulated time in the header that every answer of Azure has.

    https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
    """
    return replace(response, headers={"date": http_date(timeline.now), **response.headers})


def _log_line(timeline: Timeline, resolved: ResolvedRequest) -> LogLine:
    """Return the line of the log, with the time at which a refused write would have started."""
    existing, target = resolved.existing, resolved.target
    at = timeline.now
    if isinstance(target, ResourceId):
        stored = [resource for resource in (resolved.parent, existing) if resource]
        key = (target.parent or target.group).key
        at = timeline.earliest_start(key, [resource.finishes_at for resource in stored])
    verb = "update" if existing or resolved.method in ("PATCH", "POST") else "create"
    return LogLine(
        at=at,
        method=resolved.method,
        path=resolved.path,
        status=0,
        operation="delete" if resolved.method == "DELETE" else verb,
        seconds=0.0,
        outcome="Succeeded",
    )


def _text(path: str) -> str:
    """Return a path as text that can be stored: half a surrogate pair cannot."""
    return path.encode("utf-8", "replace").decode()
