"""Policies of azure-core's pipeline that hold a request, with its retries, to a deadline."""

import math
import time
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RetryPolicy, SansIOHTTPPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

_LEAST = 0.1
"""Seconds of the shortest read timeout."""


class DeadlineRetry(RetryPolicy[HttpRequest, HttpResponse]):
    """Retry policy with backoff that honours ``Retry-After`` up to the deadline of a request.

    Which errors are retried, and the exponential backoff between the attempts, are azure-core's:
    https://learn.microsoft.com/python/api/azure-core/azure.core.pipeline.policies.retrypolicy
    """

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Store the deadline with the other retry settings of a request."""
        deadline = options.get("deadline", math.inf)
        return {**super().configure_retries(options), "deadline": deadline}

    def sleep(
        self,
        settings: dict[str, Any],
        transport: HttpTransport[HttpRequest, HttpResponse],
        response: PipelineResponse[HttpRequest, HttpResponse] | None = None,
    ) -> None:
        """Back off before the next attempt, until the deadline at most."""
        retry_after = self.get_retry_after(response) if response else None
        remaining = max(0.0, settings["deadline"] - time.monotonic())
        if retry_after and retry_after > remaining:
            transport.sleep(remaining)
        else:
            super().sleep(settings, transport, response)


class Deadline(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Limits the read timeout of every attempt to the deadline (monotonic seconds)."""

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Shorten the read timeout of this attempt."""
        deadline = request.context.options.pop("deadline", None)
        if deadline is not None:
            request.context["deadline"] = deadline
        remaining = request.context.get("deadline", math.inf) - time.monotonic()
        if remaining < math.inf:
            request.context.options["read_timeout"] = max(remaining, _LEAST)
