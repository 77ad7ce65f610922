"""Asynchronous operations: the headers by which a client follows one, and the answers it gets."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import AsyncOperationId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.registry import REGISTRY

_HOST = "https://management.azure.com"
_RETRY_AFTER = {"retry-after": "10"}
_OK, _ACCEPTED, _NO_CONTENT, _CONFLICT = 200, 202, 204, 409
_COMPUTE = "/microsoft.compute/"
_ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)
"""The date at which the simulated clock is 0."""


def follow(
    timeline: Timeline, request: Request, resource: Resource, region: str, *, deletion: bool
) -> dict[str, str]:
    """Record the operation and return the headers by which a client follows it."""
    kind = REGISTRY[resource.id.type.lower()]
    if not kind.lasting and not deletion:
        return {}
    span = timeline.span or Span(0.0, 0.0)
    done = AsyncOperation(span.end, deletion=deletion, failure=timeline.failure, begins=span.start)
    operations.record(timeline.transaction, timeline.operation, done)
    return addresses(request, resource, region, timeline.operation, deletion=deletion)


def addresses(
    request: Request, resource: Resource, region: str, operation: str, *, deletion: bool
) -> dict[str, str]:
    """Return the headers that lead to an operation."""
    kind = REGISTRY[resource.id.type.lower()]
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    last = f"{operation}?api-version={request.query['api-version']}"
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


def poll(
    transaction: Transaction, target: AsyncOperationId, now: float, request: Request
) -> Response:
    """Answer a poll of ``Azure-AsyncOperation`` or of ``Location``."""
    found = operations.read(transaction, target.id)
    if found is None:
        raise refusals.CHILD_NOT_FOUND(id=target.id)
    if target.result:
        return _result(target, found, now, request)
    more = _times(target, found, now) if _COMPUTE in request.path.lower() else {}
    if now < found.ends:
        return Response(status=_OK, headers=_RETRY_AFTER, body=more | {"status": "InProgress"})
    if found.failure is not None:
        return Response(status=_OK, body=more | {"status": "Failed", "error": found.failure})
    return Response(status=_OK, body=more | {"status": "Succeeded"})


def _times(target: AsyncOperationId, found: AsyncOperation, now: float) -> dict[str, str]:
    """Return what Microsoft.Compute tells of an operation besides (recorded in xplat-cli)."""
    begun = {"name": target.id, "startTime": _date(found.begins)}
    return begun if now < found.ends else begun | {"endTime": _date(found.ends)}


def _date(seconds: float) -> str:
    return (_ORIGIN + timedelta(seconds=seconds)).isoformat()


def _result(
    target: AsyncOperationId, found: AsyncOperation, now: float, request: Request
) -> Response:
    """Answer a poll of ``Location``, where the result will be."""
    if now < found.ends:
        headers = _RETRY_AFTER | {"location": _here(request, request.path)}
        return Response(status=_ACCEPTED, headers=headers)
    if found.failure is not None:
        # Recorded of a resource group whose deletion was blocked: 409.
        return Response(status=_CONFLICT, body={"error": found.failure})
    if found.deletion and target.region:
        return Response(status=_NO_CONTENT, headers=_both(request))
    # The deletion of a resource group ends with 200 and no body (recorded).
    return Response(status=_OK, body=found.result)


def _both(request: Request) -> dict[str, str]:
    """Return what the result of a deletion repeats (recorded in azure-libraries-for-net)."""
    head, name, operation = request.path.rsplit("/", 2)
    return {
        "azure-asyncoperation": _here(request, f"{head}/operations/{operation}"),
        "location": _here(request, f"{head}/{name}/{operation}"),
    }


def _here(request: Request, path: str) -> str:
    return f"{_HOST}{path}?api-version={request.query['api-version']}"
