"""The transport of a trial: records each exchange, and lets no write leave the trial's groups."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from sparehub.azure.client import ArmClient
from sparehub.cli.trial.recording.recording_file import PendingRecording, RecordingFile
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.requests.names import group_of, trial_of
from sparehub.topology.errors import SparehubError

_READS = ("GET", "HEAD")
_CHECK = "/providers/microsoft.policyinsights/checkpolicyrestrictions"
"""A POST that reads."""


class OutsideError(SparehubError):
    """A write outside the resource groups of the trial; nothing was sent."""


@dataclass(kw_only=True)
class RecordingTransport:
    """Passes requests to another transport.

    Attributes:
        inner: the transport of the client.
        permits: whether a write to a path may be sent.
        file: where exchanges are recorded; None for nowhere.
        redaction: what is removed from them.
    """

    inner: Any
    permits: Callable[[str], bool]
    redaction: Redaction
    file: RecordingFile | PendingRecording | None = None

    def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - azure-core's
        """Send a request and record its answer.

        Raises:
            OutsideError: It would write outside the trial.
            UnwritableRecordingError: The answer came and cannot be recorded; what is sent from
                then on is not recorded.
        """
        url = urlsplit(request.url)
        path = unquote(url.path)
        if request.method not in _READS and not self.permits(path):
            raise OutsideError(f"{request.method} {path} is outside the trial and was not sent")
        response = self.inner.send(request, **options)
        file = self.file
        if file:
            self.file = None  # where it cannot be written, nothing is recorded from now on
            file.add(self._exchange(request, f"{path}?{url.query}", response))
            self.file = file
        return response

    def sleep(self, duration: float) -> None:
        """Wait between two attempts, or two polls."""
        self.inner.sleep(duration)

    def open(self) -> None:
        """Open the transport."""
        self.inner.open()

    def close(self) -> None:
        """Close the transport."""
        self.inner.close()

    def __enter__(self) -> Self:
        self.inner.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.inner.__exit__(*error)

    def _exchange(self, request: Any, path: str, response: Any) -> dict[str, Any]:  # noqa: ANN401 - azure-core's
        sent, received = _json(request.content), _json(response.content)
        clean = self.redaction
        request_body, answer = clean.value(sent), clean.value(received)
        return {
            "method": request.method,
            "path": _without_token(clean.text(path)),
            "status": response.status_code,
            "headers": clean.headers(response.headers),
            "request": request_body,
            "response": answer,
        }


def guarded(
    client: ArmClient,
    identity: str,
    redaction: Redaction,
    file: RecordingFile | PendingRecording | None,
) -> ArmClient:
    """Return a client that writes to nothing but the groups of one trial, and records.

    Args:
        client: a client without these limits.
        identity: the id of the trial.
        redaction: what is removed from the recording.
        file: the recording; None for none.
    """

    def permits(path: str) -> bool:
        return trial_of(group_of(path)) == identity or path.lower().endswith(_CHECK)

    transport = RecordingTransport(
        inner=client.transport, permits=permits, redaction=redaction, file=file
    )
    return replace(client, transport=transport)


def _json(content: Any) -> Any:  # noqa: ANN401 - bytes, text or nothing
    """Return a body as JSON; None where it is empty, or is not JSON."""
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None


def _without_token(path: str) -> str:
    """Return a path with the parameters of versions and lists; a poll has signatures, too."""
    resource, _, query = path.partition("?")
    kept = [part for part in query.split("&") if part.startswith(("api-version=", "$", "%24"))]
    return f"{resource}?{'&'.join(kept)}" if kept else resource
