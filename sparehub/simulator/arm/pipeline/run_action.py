"""Doing an action: a POST on a resource that is no write of it, or a GET that computes."""

from sparehub.simulator.arm.http_messages import JsonObject, Request, Response
from sparehub.simulator.arm.pipeline.async_operations import location
from sparehub.simulator.arm.pipeline.routing import ActionCall
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import Call

_OK, _ACCEPTED = 200, 202
_RETRY_AFTER = {"retry-after": "10"}


def act(
    timeline: Timeline, request: Request, asked: ActionCall, resource: Resource, body: JsonObject
) -> Response:
    """Do an action on a resource.

    Azure answers 200 with the result if it has it soon enough (recorded, with ``Location``), and
    202 otherwise: the result is then what ``Location`` answers.
    """
    store = timeline.transaction
    action = asked.action
    call = Call(store, resource, asked.argument, request.query, body, timeline.now)
    result = action.run(call)
    if action.method == "GET":
        return Response(status=_OK, body=result)
    operation = guid("action", resource.key, request.path.lower(), store.next_revision("actions"))
    seconds = 0.0 if timeline.instant else timeline.clock.takes(action.seconds)
    ends = timeline.now + seconds
    operations.record(store, operation, AsyncOperation(ends, result=result))
    region = store.region(resource)
    headers = {"location": location(resource, region, operation, request.query)}
    if ends > timeline.now:
        return Response(status=_ACCEPTED, headers=_RETRY_AFTER | headers)
    return Response(status=_OK, headers=headers, body=result)
