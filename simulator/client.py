"""azure-native's HTTP client, on the core in the same process: waits, polls, tries again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event

from simulator.arm.clock import Speed
from simulator.arm.core import Azure
from simulator.arm.messages import CONFIGURED, JsonObject, Request, Response
from simulator.schema import Schema

_NOT_FOUND = 404
_ERRORS = 400
_CONFLICT_WAITS = (20.0, 60.0, 120.0)
"""Seconds before each new try after 409 AnotherOperationInProgress, as azure-native waits."""
_THROTTLED = frozenset([408, 429, 500, 502, 503, 504])
_THROTTLED_WAIT = 10.0
_DEFAULT_TIMEOUT = 120 * 60.0
_POLL = 10.0


class ArmError(Exception):
    """ARM's answer to a request was an error."""

    def __init__(self, response: Response) -> None:
        error = (response.body or {}).get("error", {})
        self.status = response.status
        self.code = str(error.get("code", ""))
        details = "".join(
            f" ({each['code']}: {each['message']})" for each in error.get("details", [])
        )
        super().__init__(
            f'Status={response.status} Code="{self.code}" Message="{error.get("message")}"{details}'
        )


class UnfinishedError(Exception):
    """A write was accepted, but did not end well or in time."""


@dataclass
class Patience:
    """How long a call may still take, in real seconds."""

    left: float


class Client:
    """Sends requests of one provider process."""

    def __init__(self, azure: Azure, cancelled: Event) -> None:
        self.azure = azure
        self._cancelled = cancelled
        with azure.store.transaction(write=False) as transaction:
            self._configured = azure.clock.read(transaction).seconds

    def get(self, schema: Schema, path: str) -> JsonObject | None:
        """Return a resource; None if it is not there."""
        response = self._send("GET", schema, path)
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
            UnfinishedError: It was accepted, but failed or took longer than ``timeout``.

        """
        patience = Patience(timeout or _DEFAULT_TIMEOUT)
        content = json.dumps(body).encode()
        response = self._send_patiently(
            lambda: self._send("PUT", schema, path, content, query), patience
        )
        self._finish(schema, response, patience)

    def delete(self, schema: Schema, path: str, timeout: float) -> None:
        """Delete a resource and wait until it is gone; if it is gone already, that is fine."""
        patience = Patience(timeout or _DEFAULT_TIMEOUT)
        response = self._send_patiently(lambda: self._send("DELETE", schema, path), patience)
        if response.status != _NOT_FOUND:
            self._finish(schema, response, patience)

    def _send(
        self,
        method: str,
        schema: Schema,
        path: str,
        content: bytes = b"",
        query: Mapping[str, str] | None = None,
    ) -> Response:
        return self.azure.handle(
            Request(
                method=method,
                path=path,
                query={"api-version": schema.api_version} | dict(query or {}),
                headers={CONFIGURED: repr(self._configured)},
                body=content,
            )
        )

    def _send_patiently(self, send: Callable[[], Response], patience: Patience) -> Response:
        """Send a write, again after conflicts and throttling, as azure-native does."""
        conflicts = iter(_CONFLICT_WAITS)
        while True:
            response = send()
            code = (response.body or {}).get("error", {}).get("code")
            wait = None
            if code == "AnotherOperationInProgress":
                wait = next(conflicts, None)
            elif response.status in _THROTTLED:
                wait = _THROTTLED_WAIT
            if wait is None or not self._wait(wait, patience):
                return response

    def _finish(self, schema: Schema, response: Response, patience: Patience) -> None:
        """Poll an accepted write until it is done."""
        _body(response)
        address = response.headers.get("azure-asyncoperation") or response.headers.get("location")
        if address is None:
            return
        path = address.removeprefix("https://management.azure.com").partition("?")[0]
        while True:
            poll = self._send("GET", schema, path)
            status = (poll.body or {}).get("status", "Succeeded")
            if poll.status >= _ERRORS or status not in ("InProgress", "Succeeded"):
                raise UnfinishedError(str((poll.body or {}).get("error", poll.status)))
            if poll.status != 202 and status == "Succeeded":  # noqa: PLR2004  a result not ready
                return
            if not self._wait(_POLL, patience):
                raise UnfinishedError("the operation is still running in Azure: waited long enough")

    def _wait(self, seconds: float, patience: Patience) -> bool:
        """Wait some simulated seconds; return whether there was time for it."""
        with self.azure.store.transaction(write=False) as transaction:
            speed = self.azure.clock.read(transaction).speed
        real = 0.0 if speed is Speed.INSTANT else seconds / float(speed)
        patience.left -= real
        return patience.left >= 0 and not self._cancelled.wait(real)


def _body(response: Response) -> JsonObject:
    if response.status >= _ERRORS:
        raise ArmError(response)
    return response.body or {}
