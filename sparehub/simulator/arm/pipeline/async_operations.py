"""Asynchronous operations: the headers by which a client polls one, and the answers it gets.

A pending operation is ``InProgress``. ``Retry-After`` is the client's polling interval in seconds.
https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from datetime import UTC, datetime, timedelta

from sparehub.simulator.arm.http_messages import Response
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import AsyncOperationId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.registry import REGISTRY

RETRY_AFTER = {"retry-after": "10"}
_HOST = "https://management.azure.com"
_OK, _ACCEPTED, _NO_CONTENT, _CONFLICT = 200, 202, 204, 409
_COMPUTE = "/microsoft.compute/"
_ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)
"""The date at which the simulated clock is 0."""


def record_operation(
    timeline: Timeline,
    resolved: ResolvedRequest,
    resource: Resource,
    region: str,
    *,
    deletion: bool,
) -> dict[str, str]:
    """Record the operation of a write and return the headers by which a client polls it."""
    resource_type = REGISTRY[resource.id.type.lower()]
    if not resource_type.asynchronous and not deletion:
        return {}
    span = timeline.span or Span(0.0, 0.0)
    operation = AsyncOperation(
        span.end, deletion=deletion, failure=timeline.failure, starts_at=span.start
    )
    operations.record(timeline.transaction, timeline.operation, operation)
    return operation_headers(resolved, resource, region, timeline.operation, deletion=deletion)


def operation_headers(
    resolved: ResolvedRequest, resource: Resource, region: str, operation: str, *, deletion: bool
) -> dict[str, str]:
    """Return the headers that lead to an operation."""
    resource_type = REGISTRY[resource.id.type.lower()]
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    last = f"{operation}?api-version={resolved.api_version}"
    if not resource_type.asynchronous:
        return RETRY_AFTER | {"location": f"{scope}/operationresults/{last}"}
    namespace = resource_type.name.partition("/")[0]
    location = f"{scope}/providers/{namespace}/locations/{region}"
    headers = RETRY_AFTER | {"azure-asyncoperation": f"{location}/operations/{last}"}
    if deletion:
        headers["location"] = f"{location}/operationResults/{last}"
    return headers


def action_result_url(
    resource: Resource, region: str, operation: str, resolved: ResolvedRequest
) -> str:
    """Return where the result of an action is to be polled."""
    scope = f"{_HOST}/subscriptions/{resource.id.subscription}"
    namespace = resource.id.type.partition("/")[0]
    last = f"{operation}?api-version={resolved.api_version}"
    return f"{scope}/providers/{namespace}/locations/{region}/operationResults/{last}"


def poll(
    transaction: Transaction, target: AsyncOperationId, now: float, resolved: ResolvedRequest
) -> Response:
    """Answer a poll of ``Azure-AsyncOperation`` or of ``Location``."""
    operation = operations.read(transaction, target.id)
    if operation is None:
        raise refusals.CHILD_NOT_FOUND(id=target.id)
    if target.result:
        return _poll_result(target, operation, now, resolved)
    times = _times(target, operation, now) if _COMPUTE in resolved.path.lower() else {}
    if now < operation.finishes_at:
        return Response(status=_OK, headers=RETRY_AFTER, body=times | {"status": "InProgress"})
    if operation.failure is not None:
        body = times | {"status": "Failed", "error": operation.failure}
        return Response(status=_OK, body=body)
    return Response(status=_OK, body=times | {"status": "Succeeded"})


def _times(target: AsyncOperationId, operation: AsyncOperation, now: float) -> dict[str, str]:
    """Return what Microsoft.Compute adds to the status of an operation (recorded in xplat-cli)."""
    started = {"name": target.id, "startTime": _date(operation.starts_at)}
    if now < operation.finishes_at:
        return started
    return started | {"endTime": _date(operation.finishes_at)}


def _date(seconds: float) -> str:
    return (_ORIGIN + timedelta(seconds=seconds)).isoformat()


def _poll_result(
    target: AsyncOperationId, operation: AsyncOperation, now: float, resolved: ResolvedRequest
) -> Response:
    """Answer a poll of ``Location``, where the result will be."""
    if now < operation.finishes_at:
        headers = RETRY_AFTER | {"location": _url(resolved, resolved.path)}
        return Response(status=_ACCEPTED, headers=headers)
    if operation.failure is not None:
        # Recorded of a resource group whose deletion was blocked: 409.
        return Response(status=_CONFLICT, body={"error": operation.failure})
    if operation.deletion and target.region:
        return Response(status=_NO_CONTENT, headers=_deletion_headers(resolved))
    # The deletion of a resource group ends with 200 and no body (recorded).
    return Response(status=_OK, body=operation.result)


def _deletion_headers(resolved: ResolvedRequest) -> dict[str, str]:
    """Return what the result of a deletion repeats (recorded in azure-libraries-for-net)."""
    head, name, operation = resolved.path.rsplit("/", 2)
    return {
        "azure-asyncoperation": _url(resolved, f"{head}/operations/{operation}"),
        "location": _url(resolved, f"{head}/{name}/{operation}"),
    }


def _url(resolved: ResolvedRequest, path: str) -> str:
    return f"{_HOST}{path}?api-version={resolved.api_version}"
