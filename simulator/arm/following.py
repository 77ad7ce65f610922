"""Asynchronous operations: the headers by which a client follows one, and the answers it gets."""

from collections.abc import Mapping

from simulator.arm import refusals
from simulator.arm.messages import Request, Response
from simulator.arm.registry import REGISTRY
from simulator.arm.resource_id import Operation
from simulator.arm.timeline import Timeline
from simulator.arm.transaction import Progress, Resource, Transaction

_HOST = "https://management.azure.com"
_RETRY_AFTER = {"retry-after": "10"}
_OK, _ACCEPTED, _NO_CONTENT = 200, 202, 204


def follow(
    timeline: Timeline, request: Request, resource: Resource, region: str, *, deletion: bool
) -> dict[str, str]:
    """Record the operation and return the headers by which a client follows it."""
    kind = REGISTRY[resource.id.type.lower()]
    if not kind.lasting and not deletion:
        return {}
    ends = timeline.span.end if timeline.span else 0.0
    progress = Progress(ends, deletion=deletion, failure=timeline.failure)
    timeline.transaction.add_operation(timeline.operation, progress)
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    last = f"{timeline.operation}?api-version={request.query['api-version']}"
    if not kind.lasting:
        return _RETRY_AFTER | {"location": f"{scope}/operationresults/{last}"}
    namespace = kind.name.partition("/")[0]
    place = f"{scope}/providers/{namespace}/locations/{region}"
    headers = _RETRY_AFTER | {"azure-asyncoperation": f"{place}/operations/{last}"}
    if deletion:
        headers["location"] = f"{place}/operationResults/{last}"
    return headers


def location(resource: Resource, region: str, operation: str, query: Mapping[str, str]) -> str:
    """Return where the result of an action is to be polled."""
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    namespace = resource.id.type.partition("/")[0]
    last = f"{operation}?api-version={query['api-version']}"
    return f"{scope}/providers/{namespace}/locations/{region}/operationResults/{last}"


def poll(transaction: Transaction, target: Operation, now: float) -> Response:
    """Answer a poll of ``Azure-AsyncOperation`` or of ``Location``."""
    found = transaction.progress(target.id)
    if found is None:
        raise refusals.CHILD_NOT_FOUND(id=target.id)
    if now < found.ends:
        body = None if target.result else {"status": "InProgress"}
        status = _ACCEPTED if target.result else _OK
        return Response(status=status, headers=_RETRY_AFTER, body=body)
    if found.failure is not None and not target.result:
        return Response(status=_OK, body={"status": "Failed", "error": found.failure})
    if found.failure is not None:
        return Response(status=_OK, body={"error": found.failure})
    if target.result:
        return Response(status=_NO_CONTENT if found.deletion else _OK, body=found.result)
    return Response(status=_OK, body={"status": "Succeeded"})
