"""Asynchronous operations: the headers by which a client polls one, and the answers it gets.

A pending operation is ``InProgress``. ``Retry-After`` is the client's polling interval in seconds.
https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from base64 import b64encode

from sparehub.simulator.arm.http_messages import JsonObject, Response
from sparehub.simulator.arm.pipeline.resource_lookup import ResolvedRequest
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import operations
from sparehub.simulator.arm.storage.clock import Span, date_text
from sparehub.simulator.arm.storage.operations import AsyncOperation
from sparehub.simulator.arm.storage.resource_id import (
    AsyncOperationId,
    ResourceId,
    capitalized,
    parse,
)
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.arm.types.render import render

RETRY_AFTER = {"retry-after": "10"}
_HOST = "https://management.azure.com"
_OK, _ACCEPTED, _NO_CONTENT, _CONFLICT = 200, 202, 204, 409
_COMPUTE = "/microsoft.compute/"
_AUTOMATION = "/microsoft.automation/"


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
    match resource_type.answers:
        case AnswerStyle.IMMEDIATE:
            return {}
        case AnswerStyle.GROUP:
            return RETRY_AFTER | {"location": f"{scope}/operationresults/{last}"}
        case AnswerStyle.DEPLOYMENT:
            status = f"{resource.id.text}/operationStatuses/{operation}"
            return RETRY_AFTER | {"azure-asyncoperation": _url(resolved, status)}
        case AnswerStyle.VAULT:
            return _vault_headers(resource.id.text, operation, resolved, deletion=deletion)
        case AnswerStyle.ACCEPTED:
            return accepted_headers(resource.id.text, operation, resolved)
    namespace = resource_type.name.partition("/")[0]
    location = f"{scope}/providers/{namespace}/locations/{region}"
    headers = RETRY_AFTER | {"azure-asyncoperation": f"{location}/operations/{last}"}
    if deletion:
        headers["location"] = f"{location}/operationResults/{last}"
    return headers


def accepted_headers(target: str, operation: str, resolved: ResolvedRequest) -> dict[str, str]:
    """Return what Site Recovery's 202 answers have: operation, result, and job of one GUID."""
    path = capitalized(target)
    vault = vault_of(ResourceId(path)).text
    return {
        "azure-asyncoperation": _url(resolved, f"{vault}/replicationOperationStatus/{operation}"),
        "location": _url(resolved, f"{path}/operationresults/{operation}"),
        "x-ms-request-id": f"{vault}/replicationJobs/{operation}",
        "retry-after": "30",
    }


def _vault_headers(
    vault: str, operation: str, resolved: ResolvedRequest, *, deletion: bool
) -> dict[str, str]:
    """Return the headers of a vault's own operation (SR-32); a creation has no ``Location``."""
    last = b64encode(f"2047;{operation}".encode()).decode()
    headers = {"azure-asyncoperation": _url(resolved, f"{vault}/operationStatus/{last}")}
    if deletion:
        headers["location"] = _url(resolved, f"{vault}/operationResults/{last}")
    return headers | ({} if not deletion else RETRY_AFTER)


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
    if target.scope:
        return _poll_below(transaction, target, operation, now, resolved)
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
    started = {"name": target.id, "startTime": date_text(operation.starts_at)}
    if now < operation.finishes_at:
        return started
    return started | {"endTime": date_text(operation.finishes_at)}


def _poll_below(
    transaction: Transaction,
    target: AsyncOperationId,
    operation: AsyncOperation,
    now: float,
    resolved: ResolvedRequest,
) -> Response:
    """Answer a poll of an operation that is kept below a resource."""
    running = now < operation.finishes_at
    if target.segment != "operationresults":
        return _status_below(target, operation, now, resolved)
    if running:
        headers = accepted_headers(target.scope, target.id, resolved)
        return Response(status=_ACCEPTED, headers=headers)
    if _AUTOMATION in target.scope.lower():
        return Response(status=_OK)
    # What Azure answers here is not recorded; the SDK takes 200 and 204, and not 404 (SR-33).
    scope = parse(target.scope)
    resource = transaction.get(scope.key) if isinstance(scope, ResourceId) else None
    if resource is None or resource.deleted_at is not None:
        return Response(status=_NO_CONTENT)
    return Response(status=_OK, body=render(transaction, resource, now))


def _status_below(
    target: AsyncOperationId, operation: AsyncOperation, now: float, resolved: ResolvedRequest
) -> Response:
    """Answer a poll of the status, in the words of the service that keeps it."""
    running = now < operation.finishes_at
    if target.segment == "replicationoperationstatus":
        return Response(status=_OK, body=_replication_status(target.id, operation, now))
    if target.segment == "operationstatuses":
        return Response(status=_OK, body=_status(operation, running=running))
    status = "InProgress" if running else "Failed" if operation.failure else "Succeeded"
    body = {"id": resolved.path, "name": resolved.path.rpartition("/")[2], "status": status}
    headers = _vault_headers(target.scope, target.id, resolved, deletion=True)
    headers.pop("retry-after")
    return Response(status=_OK, headers=headers if running else {}, body=body)


def _status(operation: AsyncOperation, *, running: bool) -> JsonObject:
    """Return the status of an operation in ARM's shortest form."""
    if running:
        return {"status": "Running"}
    if operation.failure is not None:
        return {"status": "Failed", "error": operation.failure}
    return {"status": "Succeeded"}


def _replication_status(name: str, operation: AsyncOperation, now: float) -> JsonObject:
    """Return the status of an operation of Site Recovery (SR-31)."""
    running = now < operation.finishes_at
    error = None if running else operation.failure or operation.warning
    ended = "Cancelled" if operation.cancelled else "Succeeded"
    status = "InProgress" if running else "Failed" if operation.failure else ended
    return {
        "error": error,
        "id": None,
        "name": name,
        "properties": None,
        "status": status,
        "startTime": date_text(operation.starts_at),
        "endTime": None if running else date_text(operation.finishes_at),
        "percentComplete": None,
    }


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


def result_url_below(resource: Resource, operation: str, resolved: ResolvedRequest) -> str:
    """Return where the result of an action is polled below its resource."""
    return _url(resolved, f"{resource.id.text}/operationResults/{operation}")


def own_url(resolved: ResolvedRequest) -> str:
    """Return the address of what was written."""
    return _url(resolved, resolved.path)


def _url(resolved: ResolvedRequest, path: str) -> str:
    return f"{_HOST}{path}?api-version={resolved.api_version}"
