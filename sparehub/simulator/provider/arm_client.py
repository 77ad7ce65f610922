"""azure-native's HTTP client, on the core in the same process: retries, backoff, polling."""

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
_BACKOFF = (20.0, 60.0, 120.0)
"""Backoff: seconds before each retry, as azure-native configures azcore, whose default is three:
https://github.com/pulumi/pulumi-azure-native, provider/pkg/azure/client_azcore.go."""
_RETRYABLE_STATUSES = frozenset([408, 429, 500, 502, 503, 504])
_LOST_ANSWERS: Mapping[TransportFault | None, str] = MappingProxyType(
    {
        TransportFault.LOST: "EOF",
        TransportFault.RESET: "read: connection reset by peer",
        TransportFault.TRUNCATED: "unexpected EOF",
    }
)
"""The message of Go's HTTP client for a missing answer."""
_SLOW = 30.0
"""Seconds that a slow answer takes."""
_DEFAULT_TIMEOUT = 120 * 60.0
_POLL = 10.0


class ArmError(Exception):
    """ARM's answer to a request was an error."""

    def __init__(self, response: Response) -> None:
        error = (response.body or {}).get("error") or {}
        self.status = response.status
        self.code = str(error.get("code", ""))
        details = "".join(
            f" ({detail['code']}: {detail['message']})" for detail in error.get("details", [])
        )
        super().__init__(
            f'Status={response.status} Code="{self.code}" Message="{error.get("message")}"{details}'
        )


class TransportError(Exception):
    """The answer is missing or truncated: the outcome in Azure is unknown."""


class UnfinishedError(Exception):
    """A write was accepted, but its operation failed or did not finish in time."""


@dataclass
class TimeBudget:
    """The time that a call has left, in real seconds, and has waited, in simulated seconds."""

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
        """Whether a wait takes real time; at clock ``instant`` it does not."""
        try:
            return self._speed() is not Speed.INSTANT
        except StoreError:
            return False  # the call itself says what is wrong

    def _speed(self) -> Speed:
        with self.azure.store.transaction(write=False) as transaction:
            return self.azure.clock.read(transaction).speed

    def get(self, schema: Schema, path: str) -> JsonObject | None:
        """Return a resource; None if it does not exist."""
        budget = TimeBudget()
        response = self._send_with_retries(
            lambda: self._send("GET", path, _version(schema), budget), budget
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
        """Create or update a resource and wait until the operation finishes.

        Raises:
            ArmError: It was refused.
            TransportError: It may have been accepted.
            UnfinishedError: It was accepted, but failed or took longer than ``timeout``.

        """
        budget = TimeBudget(timeout or _DEFAULT_TIMEOUT)
        content = json.dumps(body).encode()
        parameters = _version(schema) | dict(query)
        response = self._send_with_retries(
            lambda: self._send("PUT", path, parameters, budget, content), budget
        )
        self._finish(schema, response, budget)

    def delete(self, schema: Schema, path: str, timeout: float) -> None:
        """Delete a resource and wait until it is gone; idempotent: 404 is success."""
        budget = TimeBudget(timeout or _DEFAULT_TIMEOUT)
        response = self._send_with_retries(
            lambda: self._send("DELETE", path, _version(schema), budget), budget
        )
        if response.status != _NOT_FOUND:
            self._finish(schema, response, budget)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        budget: TimeBudget,
        content: bytes = b"",
    ) -> Response:
        return self.azure.handle(
            Request(
                method=method,
                path=path,
                query=query,
                headers={CONFIGURED: repr(self._configured + budget.waited)},
                body=content,
            )
        )

    def _send_with_retries(self, send: Callable[[], Response], budget: TimeBudget) -> Response:
        """Send a request; retry it with backoff after a conflict, throttling or a lost answer."""
        delays = iter(_BACKOFF)
        while True:
            response = send()
            if response.transport_fault is TransportFault.SLOW:
                self._wait(_SLOW, budget)
            delay = next(delays, None) if _is_retryable(response) else None
            if delay is None or not self._wait(delay, budget):
                if response.transport_fault in _LOST_ANSWERS:
                    raise TransportError(_LOST_ANSWERS[response.transport_fault])
                return response

    def _finish(self, schema: Schema, response: Response, budget: TimeBudget) -> None:
        """Poll the asynchronous operation of a write until it is no longer pending."""
        _body(response)
        address = response.headers.get("azure-asyncoperation") or response.headers.get("location")
        if address is None:
            return
        path = address.removeprefix("https://management.azure.com").partition("?")[0]
        while True:
            poll = self._send_with_retries(
                lambda: self._send("GET", path, _version(schema), budget), budget
            )
            status = (poll.body or {}).get("status", "Succeeded")
            if poll.status >= _ERRORS or status not in ("InProgress", "Running", "Succeeded"):
                raise UnfinishedError(str(ArmError(poll)))
            if poll.status != 202 and status == "Succeeded":  # noqa: PLR2004  a result not ready
                return
            if not self._wait(_POLL, budget):
                raise UnfinishedError("the operation is still running in Azure: waited long enough")

    def _wait(self, seconds: float, budget: TimeBudget) -> bool:
        """Wait some simulated seconds (backoff, polling); return whether there was time for it."""
        speed = self._speed()
        real = 0.0 if speed is Speed.INSTANT else seconds / float(speed)
        budget.left -= real
        budget.waited += seconds
        return budget.left >= 0 and not self._cancelled.wait(real)


def _version(schema: Schema) -> dict[str, str]:
    return {"api-version": schema.api_version}


def _is_retryable(response: Response) -> bool:
    if response.transport_fault in _LOST_ANSWERS or response.status in _RETRYABLE_STATUSES:
        return True
    code = ((response.body or {}).get("error") or {}).get("code")
    return bool(code == "AnotherOperationInProgress")


def _body(response: Response) -> JsonObject:
    if response.status >= _ERRORS:
        raise ArmError(response)
    return response.body or {}
