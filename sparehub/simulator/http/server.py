"""The simulated Azure over HTTP, for Microsoft's own clients, on this machine only.

``python -m sparehub.simulator.http.server --port 8080`` serves the store in
``$SPAREHUB_SIMULATOR``. Any GUID is a
subscription and any bearer token is good; a request without one is answered as ARM answers it.
It also runs the jobs of runbooks, and answers their identity endpoint.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as HttpResponse
from starlette.types import Receive, Scope, Send

from sparehub.simulator.arm.http_messages import CONFIGURED, Request, Response, TransportFault
from sparehub.simulator.arm.pipeline.callers import claims_of
from sparehub.simulator.arm.refusals.common import PATH_UNKNOWN
from sparehub.simulator.arm.refusals.template import ErrorTemplate
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.automation import identity
from sparehub.simulator.automation.worker import working
from sparehub.simulator.errors import ServingError, SimulatorError, StoreError
from sparehub.simulator.http.limits import Limits, foreign, protocol

LOOPBACK = "127.0.0.1"
_AZURE = "https://management.azure.com"
_ENOUGH = 4 * 1024 * 1024 + 1
"""Bytes of a body that are read: one more than Azure takes, so that it refuses it."""
_OF_JOBS = "/sparehub/"
"""Paths that are not Azure Resource Manager's, for the sandboxes of jobs."""
_FOUND, _EXISTS = 200, 204
_SLOW = 3.0
_LEISURE = 5
"""Seconds that requests in progress have to finish when the server stops."""

UNAUTHENTICATED = ErrorTemplate(
    401,
    "AuthenticationFailed",
    "Authentication failed. The 'Authorization' header is missing.",
    "ARM",
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/3612",
)
UNAUTHENTICATED_FORMAT = ErrorTemplate(
    401,
    "AuthenticationFailedInvalidHeader",
    "Authentication failed. The 'Authorization' header is provided in an invalid format.",
    "ARM",
    "https://github.com/Azure/azure-sdk-for-python/issues/4124",
)
EXPIRED = ErrorTemplate(
    401,
    "ExpiredAuthenticationToken",
    "The access token expiry UTC time '{expiry}' is earlier than current UTC time '{now}'.",
    "ARM",
    "https://github.com/microsoft/foundry-dev-tools/issues/461",
)
BROKEN = ErrorTemplate(
    500,
    "InternalServerError",
    "The simulator's store cannot be used: {problem}",
    "ARM",
    "https://github.com/Azure/azure-resource-manager-rpc (Common API details)",
)


def application(azure: Azure, drop: "Connections") -> Starlette:
    """Return the front as an ASGI application."""

    class Endpoint:
        """Every path of Azure Resource Manager."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            request = HttpRequest(scope, receive)
            if refused := foreign(request.headers, scope["server"]):
                said = _Json(refused.response().body, status_code=refused.status)
                await said(scope, receive, send)
                return
            try:
                answer = await _answer(azure, request)
            except ClientDisconnect:
                return
            if answer.transport_fault in (TransportFault.LOST, TransportFault.RESET):
                drop.drop(scope)
                return
            if answer.transport_fault is TransportFault.SLOW:
                await asyncio.sleep(_SLOW)
            response = _response(request, answer)
            if answer.transport_fault is TransportFault.TRUNCATED and response.body:
                await _break_off(response, send)
                drop.drop(scope)
                return
            await response(scope, receive, send)

    front = Starlette()
    front.router.default = Endpoint()  # a route matches no path with a line feed
    return front


async def _answer(azure: Azure, request: HttpRequest) -> Response:
    """Return the core's answer; refuse a request without a token, or with an old one, first."""
    if request.scope["path"].startswith(_OF_JOBS):
        answer = await run_in_threadpool(identity.answer, azure, await _asked(request))
        return answer or PATH_UNKNOWN(path=request.scope["path"]).response()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return UNAUTHENTICATED().response()
    if scheme.lower() != "bearer" or not token.strip():
        return UNAUTHENTICATED_FORMAT().response()
    claims, now = claims_of(request.headers), time.time()
    if claims and claims["exp"] < now:
        return EXPIRED(expiry=_date(claims["exp"]), now=_date(now)).response()
    exists = request.method == "HEAD"
    asked = await _asked(request)
    try:
        answer = await run_in_threadpool(azure.handle, asked)
    except StoreError as problem:
        return BROKEN(problem=problem).response()
    # HEAD asks whether something exists: 204, or what GET would answer, without a body
    # (https://learn.microsoft.com/rest/api/resources/resource-groups/check-existence).
    return Response(status=_EXISTS) if exists and answer.status == _FOUND else answer


def _date(seconds: float) -> str:
    """Return seconds since 1970 as Azure's message writes them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%-m/%-d/%Y %-I:%M:%S %p}"


async def _asked(request: HttpRequest) -> Request:
    """Return a request as the core reads it; HEAD is read as GET."""
    return Request(
        method="GET" if request.method == "HEAD" else request.method,
        path=request.scope["path"],  # a URL would end at a `?` that was quoted
        query=dict(request.query_params),
        headers={name: value for name, value in request.headers.items() if name != CONFIGURED},
        body=await _body(request),
    )


async def _body(request: HttpRequest) -> bytes:
    """Return the body; of a huge one no more than shows that it is too large."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) >= _ENOUGH:
            return bytes(body[:_ENOUGH])
    return bytes(body)


def _response(request: HttpRequest, answer: Response) -> HttpResponse:
    """Return an answer as HTTP; addresses to poll are on the host of the request."""
    here = str(request.base_url).rstrip("/")
    headers: Mapping[str, str] = {
        name: value.replace(_AZURE, here) if value.startswith(_AZURE) else value
        for name, value in answer.headers.items()
    }
    if answer.status == UNAUTHENTICATED.status:
        headers = {**headers, "www-authenticate": 'Bearer error="invalid_token"'}
    if answer.body is None or request.method == "HEAD":
        return HttpResponse(status_code=answer.status, headers=dict(headers))
    if isinstance(answer.body, str):
        return PlainTextResponse(answer.body, status_code=answer.status, headers=dict(headers))
    return _Json(answer.body, status_code=answer.status, headers=dict(headers))


class _Json(JSONResponse):
    """An answer in ASCII: a store of an older version may hold halves of characters."""

    def render(self, content: object) -> bytes:
        """Return the body."""
        return json.dumps(content, separators=(",", ":")).encode("ascii")


async def _break_off(response: HttpResponse, send: Send) -> None:
    """Send the first half of an answer that is announced as whole."""
    start = {"type": "http.response.start", "status": response.status_code}
    await send({**start, "headers": response.raw_headers})
    half = bytes(response.body[: len(response.body) // 2])
    await send({"type": "http.response.body", "body": half, "more_body": True})


class Connections:
    """The open connections of a server, to be cut off by a fault."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None

    def drop(self, scope: Scope) -> None:
        """Close the connection that a request came on, without another byte."""
        for connection in self.server.server_state.connections if self.server else ():
            transport = getattr(connection, "transport", None)
            if transport and transport.get_extra_info("peername")[:2] == tuple(scope["client"]):
                transport.abort()


class _Server(uvicorn.Server):
    """A server that stops cleanly on a signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM; uvicorn's own raises them again afterwards."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(directory: Path, port: int, host: str = LOOPBACK, limits: Limits | None = None) -> None:
    """Serve the store in a directory until a signal stops it.

    Raises:
        ServingError: The address is not this machine's own, or taken.
        StoreError: The store cannot be used.

    """
    listening = _listen(host, port)
    azure = Azure(directory)
    connections = Connections()
    limits = limits or Limits()
    config = uvicorn.Config(
        application(azure, connections),
        http=protocol(limits),
        ws="none",
        proxy_headers=False,
        timeout_keep_alive=_LEISURE,
        access_log=False,
        lifespan="off",
        log_level="critical",
        server_header=False,
        date_header=False,  # the answer has the date of the simulated clock
        timeout_graceful_shutdown=_LEISURE,
    )
    server = connections.server = _Server(config)
    address, taken = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    sys.stderr.write(f"simulated Azure at {directory}, http://{shown}:{taken}\n")
    sys.stderr.flush()
    try:
        with working(azure, f"http://{shown}:{taken}"):
            server.run(sockets=[listening])
    finally:
        azure.store.close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; refuse to listen where others can come from."""
    try:
        address = ip_address(host)
    except ValueError:
        raise ServingError(host, f"no IP address: use {LOOPBACK}") from None
    if not address.is_loopback:
        problem = f"no loopback address, anyone there could write: use {LOOPBACK}"
        raise ServingError(host, problem)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as problem:
        reason = f"port {port} cannot be had ({problem}); choose another"
        raise ServingError(host, reason) from None


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m sparehub.simulator.http.server",
        description="Serve the simulated Azure over HTTP, on this machine only.",
    )
    parser.add_argument("--port", type=int, required=True, help="0 for any that is free")
    parser.add_argument("--host", default=LOOPBACK, help="a loopback address")
    options = parser.parse_args()
    directory = os.environ.get("SPAREHUB_SIMULATOR")
    if not directory:
        parser.exit(2, f"{parser.prog}: SPAREHUB_SIMULATOR must name the store's directory\n")
    try:
        serve(Path(directory), options.port, options.host)
    except SimulatorError as problem:
        parser.exit(1, f"{parser.prog}: {problem}\n")


if __name__ == "__main__":
    main()
