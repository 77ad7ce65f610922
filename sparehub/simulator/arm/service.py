"""Azure Resource Manager: a request in, a response out."""

import json
from dataclasses import replace
from pathlib import Path

from sparehub.simulator.arm.http_messages import (
    CONFIGURED,
    JsonObject,
    Request,
    Response,
    TransportFault,
)
from sparehub.simulator.arm.pipeline.delete import settle
from sparehub.simulator.arm.pipeline.dispatch import answer, judge
from sparehub.simulator.arm.pipeline.fault_injection import apply_fault
from sparehub.simulator.arm.pipeline.routing import (
    action_of,
    check_version,
    fault_scope,
    needed,
    target_of,
)
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage import faults, write_log
from sparehub.simulator.arm.storage.clock import Clock
from sparehub.simulator.arm.storage.faults import Fault
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    Collection,
    ResourceId,
    parse,
)
from sparehub.simulator.arm.storage.store import Store
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.storage.write_log import LogLine
from sparehub.simulator.arm.subscription import authorization_reads, resource_graph, usages
from sparehub.simulator.arm.types.registry import REGISTRY


class Azure:
    """The simulated Azure over one store. Several may be open on it, in several processes."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self.store = Store(directory)
        self.clock = clock or Clock()

    def handle(self, request: Request) -> Response:
        """Answer a request; a refused one changes nothing but the log."""
        if not request.path.isascii():
            request = replace(request, path=_text(request.path))
        try:
            if beside := self._beside(request):
                return beside
            if request.method != "GET":
                return self._write(request)
            return self._read(request)
        except Refusal as refusal:
            return refusal.response()

    def sent(self, identity: str) -> JsonObject | None:
        """Return what the last client sent for a resource; Azure does not tell that.

        It is the body, and under ``query`` what stood in the query.
        """
        with self.store.transaction(write=False) as transaction:
            resource = transaction.get(identity.lower())
            return json.loads(resource.sent) if resource else None

    def _beside(self, request: Request) -> Response | None:
        """Answer what is about no resource: an index, rights and locks, quotas; not in the log."""
        if request.path.lower().rstrip("/") == resource_graph.PATH:
            with self.store.transaction(write=False) as transaction:
                now = Timeline(transaction, self.clock, None).now
                return resource_graph.answer(transaction, request, now)
        if asked := authorization_reads.asked_of(request.path):
            check_version(request, asked.type)
            with self.store.transaction(write=request.method != "GET") as transaction:
                return authorization_reads.answer(transaction, request, asked)
        if usage := usages.asked_of(request.path):
            check_version(request, usage.type)
            with self.store.transaction(write=False) as transaction:
                return usages.answer(transaction, request, usage)
        return None

    # -- reading -----------------------------------------------------------------------------

    def _read(self, request: Request) -> Response:
        target = target_of(request)
        with self.store.transaction(write=False) as transaction:
            timeline = Timeline(transaction, self.clock, None)
            if not transaction.due(timeline.now):
                return self._answer(timeline, request, target)
        with self.store.transaction(write=True) as transaction:
            settle(Timeline(transaction, self.clock, None))
        with self.store.transaction(write=False) as transaction:
            return self._answer(Timeline(transaction, self.clock, None), request, target)

    def _answer(
        self,
        timeline: Timeline,
        request: Request,
        target: ResourceId | Collection | AsyncOperationId,
    ) -> Response:
        """Answer a reading, once the deletions whose time has passed are carried out."""
        transaction = timeline.transaction
        if faults.ordered(transaction):
            where = fault_scope(transaction, request)
            if faults.down(transaction, where):
                raise refusals.REGION_DOWN(region=where.region)
        return answer(timeline, request, target)

    # -- writing -----------------------------------------------------------------------------

    def _write(self, request: Request) -> Response:
        configured = request.headers.get(CONFIGURED)
        with self.store.transaction(write=True) as transaction:
            timeline = Timeline(transaction, self.clock, float(configured) if configured else None)
            settle(timeline)
            line = _line(timeline, request)
            action = action_of(request, parse(request.path))
            logged = action is None or action.action.writes
            fault = _fault(transaction, request, logged=logged)
            try:
                with transaction.attempt():
                    if fault:
                        response = apply_fault(timeline, request, fault)
                    else:
                        response = judge(timeline, request)
            except Refusal as refusal:
                if logged:
                    refused = replace(line, status=refusal.status, outcome="Refused")
                    write_log.append(transaction, refused)
                return refusal.response()
            if timeline.span:
                start, end = timeline.span.start, timeline.span.end
                line = replace(line, at=start, seconds=end - start)
            if timeline.failure is not None:
                line = replace(line, outcome="Failed")
            elif response.transport_fault is TransportFault.RESET:
                line = replace(line, outcome="Refused")
            if logged:
                write_log.append(transaction, replace(line, status=response.status))
            return response


def _fault(transaction: Transaction, request: Request, *, logged: bool) -> Fault | None:
    """Return the fault that strikes a write; refuse an action in a region that is down."""
    if not faults.ordered(transaction):
        return None
    where = fault_scope(transaction, request)
    if logged:
        lasting = _is_lasting(request, where.type)
        return faults.strike(transaction, where, needed(transaction, request), lasting=lasting)
    if faults.down(transaction, where):
        raise refusals.REGION_DOWN(region=where.region)
    return None


def _is_lasting(request: Request, type_name: str) -> bool:
    """Return whether a write goes on after its answer."""
    kind = REGISTRY.get(type_name.lower())
    return request.method == "DELETE" or (
        request.method == "PUT" and kind is not None and kind.lasting
    )


def _line(timeline: Timeline, request: Request) -> LogLine:
    """Return the line of the log, with the time at which a refused write would have started."""
    target = parse(request.path)
    present, at = None, timeline.now
    if isinstance(target, ResourceId):
        holder = target.parent or target.group
        present, parent = (timeline.transaction.get(key) for key in (target.key, holder.key))
        ends = [resource.ends for resource in (parent, present) if resource]
        at = timeline.earliest(holder.key, ends)
    verb = "update" if present or request.method in ("PATCH", "POST") else "create"
    return LogLine(
        at=at,
        method=request.method,
        path=request.path,
        status=0,
        operation="delete" if request.method == "DELETE" else verb,
        seconds=0.0,
        outcome="Succeeded",
    )


def _text(path: str) -> str:
    """Return a path as text that can be stored: half a surrogate pair cannot."""
    return path.encode("utf-8", "replace").decode()
