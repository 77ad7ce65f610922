"""One HTTP request to an address outside Azure Resource Manager, by the same pipeline."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError
from azure.core.pipeline import Pipeline
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse

from sparehub.azure.policies import Deadline, DeadlineRetry

_SHOWN = 1000
"""Bytes of a body, and characters of an error, that are kept."""


@dataclass(frozen=True, kw_only=True)
class WebAnswer:
    """What came back; status 0 where nothing came."""

    status: int
    text: str
    """The beginning of the body; what went wrong where nothing came."""


def call(method: str, url: str, body: Mapping[str, Any] | None, seconds: float) -> WebAnswer:
    """Send a request, without credentials, and return its answer; a redirect is an answer, too.

    A request that Azure's own clients would send again is sent again: after a connection that
    failed, and after an answer that asks for it, until ``seconds`` are over.
    """
    policies: list[Any] = [UserAgentPolicy(base_user_agent="sparehub"), DeadlineRetry(), Deadline()]
    request = HttpRequest(method, url, json=body)
    deadline = time.monotonic() + seconds
    try:
        with Pipeline[HttpRequest, HttpResponse](RequestsTransport(), policies) as pipeline:
            response = pipeline.run(
                request, timeout=seconds, deadline=deadline, connection_timeout=seconds
            ).http_response
            text = response.content[:_SHOWN].decode(errors="replace")
            return WebAnswer(status=response.status_code, text=text)
    except AzureError as error:
        return WebAnswer(status=0, text=str(error.message)[:_SHOWN])
