"""An HTTP transport for tests: records requests and returns prepared answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as NoConnection
from urllib3 import HTTPResponse

from sparehub.azure.client import ArmClient
from sparehub.azure.clouds import cloud_named

FAR = 2**40


@dataclass
class Said:
    """A prepared answer; ``cut`` leaves out the second half of its body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Wire(BaseAdapter):
    """Returns answers in turn, the last one for ever; None is a connection error."""

    def __init__(self, *answers: Said | None) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[PreparedRequest] = []

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoConnection("no route to host")
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        headers = {**answer.headers, "content-length": str(len(content))}
        response = Response()
        response.status_code, response.request, response.url = answer.status, request, "https://x"
        response.headers.update(headers)
        sent = content[: len(content) // 2] if answer.cut else content
        response.raw = HTTPResponse(
            body=BytesIO(sent), headers=headers, status=answer.status, preload_content=False
        )
        return response

    def close(self) -> None:
        pass


class Transport(RequestsTransport):  # type: ignore[misc]  # azure-core loads it lazily
    """A transport without a socket; ``slept`` has the backoff between attempts, in seconds."""

    def __init__(self, wire: Wire) -> None:
        session = Session()
        session.mount("https://", wire)
        super().__init__(session=session, session_owner=False)
        self.slept: list[float] = []

    def sleep(self, duration: float) -> None:
        self.slept.append(duration)


@dataclass
class Tokens:
    """Issues a different token each time; ``problem`` is raised instead."""

    problem: AzureError | None = None
    issued: int = 0
    text: Callable[[int], str] = "token-{}".format

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        del scopes
        if self.problem:
            raise self.problem
        self.issued += 1
        return AccessToken(self.text(self.issued), FAR)


NOT_SIGNED_IN = ClientAuthenticationError(message="Please run 'az login' to set up an account")


def client(wire: Wire, tokens: Tokens | None = None, cloud: str = "") -> ArmClient:
    """Return the client of a cloud over a wire."""
    settings = cloud_named(cloud)
    return ArmClient(
        name="subscription s",
        endpoint=settings.endpoint,
        scope=settings.scope,
        credential=tokens or Tokens(),
        transport=Transport(wire),
    )
