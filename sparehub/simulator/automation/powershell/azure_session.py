"""What the cmdlets of Az share: the sign-in of the managed identity, and requests to ARM."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from sparehub.simulator.automation.identity import IDENTITY, VARIABLES
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.running_job import Control, EndedError, RunningJob

_MANAGEMENT = "https://management.azure.com/"
_MISSING = 404


@dataclass
class Session:
    """The session of one job."""

    job: RunningJob
    control: Control
    records: list[tuple[str, str]] = field(default_factory=list)
    token: str = ""
    subscription: str = ""
    environment: str = "AzureCloud"
    seconds: float = field(default_factory=time.time)
    """The Unix time: that of the start, and what was slept."""

    def write(self, stream: str, text: str) -> None:
        """Write a record to a stream."""
        self.records.append((stream, text))

    def check(self) -> None:
        """End the job if it has to end.

        Raises:
            EndedError: It has.

        """
        if ended := self.control.ended():
            raise EndedError(ended)

    def sleep(self, seconds: float) -> None:
        """Wait for some simulated seconds."""
        self.control.sleep(seconds)
        self.seconds += seconds
        self.check()

    def sign_in(self) -> None:
        """Get a token of the managed identity, as ``Connect-AzAccount -Identity`` does."""
        query = urlencode({"resource": _MANAGEMENT, "api-version": "2019-08-01"})
        headers = {"X-IDENTITY-HEADER": self.job.secret, "Metadata": "true"}
        status, body = self._send("GET", f"{self.job.endpoint}{IDENTITY}?{query}", None, headers)
        if not isinstance(body, dict) or "access_token" not in body:
            raise PowerShellError(
                f"ManagedIdentityCredential authentication failed: {body or status}"
            )
        self.token = str(body["access_token"])

    def request(self, method: str, path: str, version: str, body: object = None) -> tuple[int, Any]:
        """Send a request to ARM; return status and JSON or text of the answer.

        Raises:
            PowerShellError: Nobody has signed in, or ARM does not answer.

        """
        if not self.token:
            raise PowerShellError("Run Connect-AzAccount to login.")
        joint = "&" if "?" in path else "?"
        address = f"{self.job.endpoint}{path}{joint}api-version={version}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self._send(method, address, body, headers)

    def read(self, method: str, path: str, version: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request that has to succeed, and return the answer's body.

        Raises:
            PowerShellError: ARM refuses it.

        """
        status, answer = self.request(method, path, version, body)
        if status >= 300:  # noqa: PLR2004 - every status that is not a success
            error = answer.get("error", {}) if isinstance(answer, dict) else {}
            raise PowerShellError(str(error.get("message") or f"the answer was {status}"))
        return answer

    def variable(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return the value of a variable of the account, also of an encrypted one."""
        address = f"{self.job.endpoint}{VARIABLES}/{quote(name, safe='')}"
        headers = {"X-IDENTITY-HEADER": self.job.secret}
        status, body = self._send("GET", address, None, headers)
        if status == _MISSING:
            raise PowerShellError(f"Variable {name!r} not found.")
        return body["value"]

    def _send(
        self, method: str, address: str, body: object, headers: dict[str, str]
    ) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body).encode()
        asked = Request(address, content, headers, method=method)  # noqa: S310 - the local Azure
        try:
            with urlopen(asked) as answer:  # noqa: S310 - the same
                return answer.status, _json(answer.read())
        except HTTPError as problem:
            return problem.code, _json(problem.read())
        except (URLError, OSError) as problem:
            raise PowerShellError(
                f"An error occurred while sending the request. {problem}"
            ) from None


def _json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode("utf-8", "replace")
