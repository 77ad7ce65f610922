"""azure-native's HTTP client, on the core in the same process: waits, polls, tries again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from types import MappingProxyType

from sparehub.simulator.arm.http_messages import (
    CONFIGURED,
    JsonObject,
    Request,
    Response,
    TransportFault,
)
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Speed
from sparehub.simulator.errors import StoreError
from sparehub.simulator.provider.schemas.base import Schema

_NOT_FOUND = 404
_ERRORS = 400
_WAITS = (20.0, 60.0, 120.0)
"""Seconds before each new try. azure-native configures azcore so, whose default is three new tries:
https://github.com/pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go."""
_RETRIED = frozenset([408, 429, 500, 502, 503, 504])
_NO_ANSWER: Mapping[TransportFault | None, str] = MappingProxyType(
    {
        TransportFault.LOST: "EOF",
        TransportFault.RESET: "read: connection reset by peer",
        TransportFault.TRUNCATED: "unexpected EOF",
    }
)
"""What Go's HTTP client says of an answer that did not come."""
_SLOW = 30.0
"""Seconds that a slow answer takes."""
_DEFAULT_TIMEOUT = 120 * 60.0
_POLL = 10.0


class ArmError(Exception):
    """ARM's answer to a request was an error."""

    def __init__(self, response: Response) -> None:
        error = (response.body or {}).get("error", {})
        self.status = response.status
        self.code = str(error.get("code", ""))
        details = "".join(
            f" ({detail['code']}: {detail['message']})" for detail in error.get("details", [])
        )
        super().__init__(
            f'Status={response.status} Code="{self.code}" Message="{error.get("message")}"{details}'
        )


class TransportError(Exception):
    """No answer came, or half of one: what Azure did is not known."""


class UnfinishedError(Exception):
    """A write was accepted, but did not end well or in time."""


@dataclass
class Patience:
    """How long a call may still take, in real seconds, and what it has waited, in simulated."""

    left: float = _DEFAULT_TIMEOUT
    waited: float = 0.0


class Client:
    """Sends requests of one provider process."""

    def __init__(self, azure: Azure, cancelled: Event) -> None:
        self.azure = azure
        self._cancelled = cancelled
        with azure.store.transaction(write=False) as transaction:
            self._configured = azure.clock.read(transaction).seconds

    @property
    def waits(self) -> bool:
        """Whether time passes for what is waited for; at clock ``instant`` nothing is."""
        try:
            return self._speed() is not Speed.INSTANT
        except StoreError:
            return False  # the call itself says what is wrong

    def _speed(self) -> Speed:
        with self.azure.store.transaction(write=False) as transaction:
            return self.azure.clock.read(transaction).speed

    def get(self, schema: Schema, path: str) -> JsonObject | None:
        """Return a resource; None if it is not there."""
        patience = Patience()
        response = self._send_patiently(
            lambda: self._send("GET", path, _version(schema), patience), patience
        )
        if response.status == _NOT_FOUND:
            return None
        return _body(response)

    def put(
        self,
        schema: Schema,
        path: str,
        body: JsonObject,
        query: Mapping[str, str],
        timeout: float,
    ) -> None:
        """Create or update a resource and wait until that is done.

        Raises:
            ArmError: It was refused.
            TransportError: It may have been accepted.
            UnfinishedError: It was accepted, but failed or took longer than ``timeout``.

        """
        patience = Patience(timeout or _DEFAULT_TIMEOUT)
        content = json.dumps(body).encode()
        asked = _version(schema) | dict(query)
        response = self._send_patiently(
            lambda: self._send("PUT", path, asked, patience, content), patience
        )
        self._finish(schema, response, patience)

    def delete(self, schema: Schema, path: str, timeout: float) -> None:
        """Delete a resource and wait until it is gone; if it is gone already, that is fine."""
        patience = Patience(timeout or _DEFAULT_TIMEOUT)
        response = self._send_patiently(
            lambda: self._send("DELETE", path, _version(schema), patience), patience
        )
        if response.status != _NOT_FOUND:
            self._finish(schema, response, patience)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        patience: Patience,
        content: bytes = b"",
    ) -> Response:
        return self.azure.handle(
            Request(
                method=method,
                path=path,
                query=query,
                headers={CONFIGURED: repr(self._configured + patience.waited)},
                body=content,
            )
        )

    def _send_patiently(self, send: Callable[[], Response], patience: Patience) -> Response:
        """Send a request, again after conflicts, throttling and lost answers, as azcore does."""
        waits = iter(_WAITS)
        while True:
            response = send()
            if response.transport_fault is TransportFault.SLOW:
                self._wait(_SLOW, patience)
            wait = next(waits, None) if _is_tried_again(response) else None
            if wait is None or not self._wait(wait, patience):
                if response.transport_fault in _NO_ANSWER:
                    raise TransportError(_NO_ANSWER[response.transport_fault])
                return response

    def _finish(self, schema: Schema, response: Response, patience: Patience) -> None:
        """Poll an accepted write until it is done."""
        _body(response)
        address = response.headers.get("azure-asyncoperation") or response.headers.get("location")
        if address is None:
            return
        path = address.removeprefix("https://management.azure.com").partition("?")[0]
        while True:
            poll = self._send_patiently(
                lambda: self._send("GET", path, _version(schema), patience), patience
            )
            status = (poll.body or {}).get("status", "Succeeded")
            if poll.status >= _ERRORS or status not in ("InProgress", "Succeeded"):
                raise UnfinishedError(str(ArmError(poll)))
            if poll.status != 202 and status == "Succeeded":  # noqa: PLR2004  a result not ready
                return
            if not self._wait(_POLL, patience):
                raise UnfinishedError("the operation is still running in Azure: waited long enough")

    def _wait(self, seconds: float, patience: Patience) -> bool:
        """Wait some simulated seconds; return whether there was time for it."""
        speed = self._speed()
        real = 0.0 if speed is Speed.INSTANT else seconds / float(speed)
        patience.left -= real
        patience.waited += seconds
        return patience.left >= 0 and not self._cancelled.wait(real)


def _version(schema: Schema) -> dict[str, str]:
    return {"api-version": schema.api_version}


def _is_tried_again(response: Response) -> bool:
    if response.transport_fault in _NO_ANSWER or response.status in _RETRIED:
        return True
    code = (response.body or {}).get("error", {}).get("code")
    return bool(code == "AnotherOperationInProgress")


def _body(response: Response) -> JsonObject:
    if response.status >= _ERRORS:
        raise ArmError(response)
    return response.body or {}
