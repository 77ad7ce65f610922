"""The local Azure as the HTTP transport of Microsoft's pipeline, in this process."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ReadTimeout
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from sparehub.azure.answers import Account
from sparehub.azure.client import ArmClient
from sparehub.azure.clouds import cloud_named
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import Request, TransportFault
from sparehub.simulator.arm.http_messages import Response as SimulatorResponse
from sparehub.simulator.arm.pipeline.access_control import CLIENT, PRINCIPAL
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Speed

_SLOW = 30.0
"""Seconds of a slow answer."""
_NEVER = 2**40
"""Expiry far in the future, in Unix seconds."""


@dataclass(frozen=True)
class _Wait:
    """Sleeps at the speed of the simulated clock; not at all at ``instant``."""

    store: Path

    def __call__(self, seconds: float) -> None:
        speed = control.read_clock(self.store).speed
        if speed is not Speed.INSTANT:
            time.sleep(seconds / float(speed))


@dataclass(frozen=True)
class _AnyToken:
    """The credential of the local Azure, which accepts any token."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's
        """Return a token that never expires."""
        del scopes, options
        return AccessToken("local", _NEVER)


class _Adapter(BaseAdapter):
    """Requests adapter that passes a request to the simulator in this process."""

    def __init__(self, store: Path) -> None:
        super().__init__()
        self._store = store
        self._wait = _Wait(store)

    def send(  # noqa: PLR0913, PLR0917 - requests' own signature
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - requests'
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - requests'
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request; a transport fault is raised as a socket would raise it."""
        del stream, verify, cert, proxies
        response = Azure(self._store).handle(_simulator_request(request))
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if response.transport_fault in {TransportFault.LOST, TransportFault.RESET}:
            raise NoConnection(ProtocolError("Connection aborted."), request=request)
        if response.transport_fault is TransportFault.SLOW:
            self._wait(min(_SLOW, patience or _SLOW))
            if patience and patience < _SLOW:
                raise ReadTimeout(f"no answer within {patience:.0f} s", request=request)
        return _http_response(request, response)

    def close(self) -> None:
        """Do nothing: each request opens and closes the store."""


class _Transport(RequestsTransport):  # type: ignore[misc]  # azure-core loads it lazily
    """Sleeps on the simulated clock."""

    def __init__(self, store: Path) -> None:
        session = Session()
        session.mount("https://", _Adapter(store))
        super().__init__(session=session, session_owner=False)
        self._wait = _Wait(store)

    def sleep(self, duration: float) -> None:
        """Wait between two attempts."""
        self._wait(duration)


@dataclass(frozen=True)
class LocalAzure(ArmClient):
    """The local Azure of ``sparehub simulate env``."""

    store: Path = Path()
    subscription: str = LOCAL_SUBSCRIPTION

    def wait(self, seconds: float) -> None:
        """Let some seconds of the simulated clock pass; at ``instant`` it is put forward."""
        if seconds > 0 and control.read_clock(self.store).speed is Speed.INSTANT:
            control.advance_clock(self.store, seconds)
        else:
            super().wait(seconds)

    def account(self, subscription: str) -> Account:
        """Return the simulator's one account; any GUID is a subscription."""
        return Account(
            subscription=subscription or self.subscription, user=CLIENT, principal=PRINCIPAL
        )


def local_azure(store: Path, subscription: str = LOCAL_SUBSCRIPTION) -> LocalAzure:
    """Return the client of the local Azure in a directory."""
    cloud = cloud_named("")
    return LocalAzure(
        name=f"simulated Azure at {store}",
        endpoint=cloud.endpoint,
        scope=cloud.scope,
        credential=_AnyToken(),
        transport=_Transport(store),
        pause=_Wait(store),
        store=store,
        subscription=subscription,
    )


def _simulator_request(request: PreparedRequest) -> Request:
    url = urlsplit(str(request.url))
    body = request.body or b""
    return Request(
        method=str(request.method),
        path=unquote(url.path),
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers={name.lower(): str(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else body,
    )


def _http_response(request: PreparedRequest, simulated: SimulatorResponse) -> Response:
    content = b"" if simulated.body is None else json.dumps(simulated.body).encode()
    headers = {
        **simulated.headers,
        "content-type": "application/json",
        "content-length": str(len(content)),
    }
    if simulated.transport_fault is TransportFault.TRUNCATED:
        content = content[: len(content) // 2]
    response = Response()
    response.status_code = simulated.status
    response.headers.update(headers)
    response.request, response.url = request, str(request.url)
    response.raw = HTTPResponse(
        body=BytesIO(content), headers=headers, status=simulated.status, preload_content=False
    )
    return response
