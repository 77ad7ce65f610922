"""Doing an action: a POST on a resource that is no write of it, or a GET that computes."""

from simulator.arm import progress
from simulator.arm.following import location
from simulator.arm.guid import guid
from simulator.arm.lookup import Asked
from simulator.arm.messages import JsonObject, Request, Response
from simulator.arm.progress import Progress
from simulator.arm.resource_type import Call
from simulator.arm.timeline import Timeline
from simulator.arm.transaction import Resource

_OK, _ACCEPTED = 200, 202
_RETRY_AFTER = {"retry-after": "10"}


def act(
    timeline: Timeline, request: Request, asked: Asked, resource: Resource, body: JsonObject
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
    progress.record(store, operation, Progress(ends, result=result))
    region = store.region(resource)
    headers = {"location": location(resource, region, operation, request.query)}
    if ends > timeline.now:
        return Response(status=_ACCEPTED, headers=_RETRY_AFTER | headers)
    return Response(status=_OK, headers=headers, body=result)
