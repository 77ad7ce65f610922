"""The few requests that go to Azure Resource Manager directly: probes, proofs and fences.

A fence must not need Pulumi's state of a region that is lost, and a probe must be bounded: neither
can be a deployment. The local Azure is asked in this process, the real one through `az rest`,
which has the operator's login.
"""

import json
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from simulator import control
from simulator.arm.access import CLIENT, PRINCIPAL
from simulator.arm.clock import Speed
from simulator.arm.core import Azure as LocalAzure
from simulator.arm.messages import Request

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""That of the local Azure, where no other is named."""
_VERSION = "2024-05-01"
_ERRORS = 400
_SERVER_ERRORS = 500
NOT_FOUND = 404
_PASSING = (0, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
_SETTLED = ("Succeeded", "Failed", "Canceled")
_POLL = 2.0
"""Seconds between two looks at a write that goes on."""
_WAITS = (1.0, 3.0, 6.0)
"""Seconds before a reading that failed is done again."""
_LOGIN = 30.0
"""Seconds within which `az` has to say who is signed in."""
_READING = 60.0
"""Seconds after which no reading is begun again."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; ``status`` 0 where nothing did."""

    status: int
    body: Mapping[str, Any]

    @property
    def came(self) -> bool:
        """Whether the region answered, be it with a refusal."""
        return 0 < self.status < _SERVER_ERRORS

    @property
    def accepted(self) -> bool:
        """Whether it was done, or will be."""
        return 0 < self.status < _ERRORS

    @property
    def passing(self) -> bool:
        """Whether the same request may be accepted later, or even was done."""
        return self.status in _PASSING or self.status >= _SERVER_ERRORS

    @property
    def retry_after(self) -> float:
        """In how many seconds Azure wants to be asked again; 0 where it does not say.

        It says so in the message, too, as in "retry in 14 seconds"; `az rest` shows no header.
        https://github.com/hashicorp/terraform-provider-azurerm/issues/25417
        """
        said = re.search(r"(\d+)\W+seconds", self.problem)
        return float(said[1]) if said else 0.0

    @property
    def problem(self) -> str:
        """What Azure said against it."""
        error = self.body.get("error") or {}
        return str(error.get("message") or error.get("code") or f"no answer ({self.status})")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who is signed in, and where; what cannot be said is empty, and ``problem`` says why."""

    subscription: str = ""
    tenant: str = ""
    user: str = ""
    principal: str = ""
    """The object id of the user or service principal."""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Everything of a list; ``problem`` says why some of it is missing, empty where none is."""

    items: tuple[Mapping[str, Any], ...] = ()
    problem: str = ""


class Azure(Protocol):
    """Azure Resource Manager, the local one or Microsoft's."""

    @property
    def name(self) -> str:
        """What is written to, for a person."""

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
        """Send one request; never raises for what Azure answers, or does not."""

    def wait(self, seconds: float) -> None:
        """Let some seconds of this Azure's clock pass."""

    def account(self, subscription: str) -> Account:
        """Return who is signed in to a subscription, where empty to the one of the login."""


@dataclass(frozen=True)
class SimulatedAzure:
    """The local Azure of ``sparehub simulate env``."""

    store: Path
    subscription: str = SUBSCRIPTION

    @property
    def name(self) -> str:
        """Where it is."""
        return f"simulated Azure at {self.store}"

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
        """Send one request; it is answered at once."""
        del timeout
        content = b"" if body is None else json.dumps(body).encode()
        path, _, asked = path.partition("?")
        query = {"api-version": _VERSION, **dict(parse_qsl(asked))}
        answer = LocalAzure(self.store).handle(
            Request(method=method, path=path, query=query, body=content)
        )
        return Answer(status=0 if answer.mishap else answer.status, body=answer.body or {})

    def wait(self, seconds: float) -> None:
        """Wait as fast as the simulated clock goes; at ``instant`` nothing is waited for."""
        speed = control.read_clock(self.store).speed
        if speed is not Speed.INSTANT:
            time.sleep(seconds / float(speed))

    def account(self, subscription: str) -> Account:
        """Return the operator: any GUID is a subscription of this Azure."""
        return Account(
            subscription=subscription or self.subscription, user=CLIENT, principal=PRINCIPAL
        )


@dataclass(frozen=True)
class AzureCli:
    """Azure, through the `az` of the operator."""

    subscription: str

    @property
    def name(self) -> str:
        """Which subscription."""
        return f"subscription {self.subscription}"

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
        """Send one request by `az rest`, which tells the status only in words."""
        url = (
            f"https://management.azure.com{path}{'&' if '?' in path else '?'}api-version={_VERSION}"
        )
        command = ["az", "rest", "--method", method, "--url", url]
        if body is not None:
            command += ["--body", json.dumps(body)]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, without a shell
                command, capture_output=True, text=True, timeout=timeout, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Answer(status=0, body={"error": {"message": f"az rest: {error}"}})
        said = done.stderr.strip()
        if done.returncode:
            return Answer(status=_status(said), body={"error": {"message": said[:500]}})
        try:
            return Answer(status=200, body=json.loads(done.stdout or "{}"))
        except ValueError:
            return Answer(status=0, body={"error": {"message": "az rest: half an answer"}})

    def wait(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def account(self, subscription: str) -> Account:
        """Ask `az account show`, which reads what the login of this machine knows.

        https://learn.microsoft.com/cli/azure/account#az-account-show
        """
        command = ["az", "account", "show", "--output", "json"]
        if subscription:
            command += ["--subscription", subscription]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, without a shell
                command, capture_output=True, text=True, timeout=_LOGIN, check=False
            )
            if done.returncode:
                return Account(problem=done.stderr.strip()[:500] or "no word from az")
            said = json.loads(done.stdout)
            return Account(
                subscription=str(said["id"]),
                tenant=str(said.get("tenantId") or ""),
                user=str((said.get("user") or {}).get("name") or ""),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Account(problem=f"az account show: {error}")
        except (ValueError, KeyError, TypeError, AttributeError):
            return Account(problem="az account show: half an answer")


def _status(said: str) -> int:
    """Return the status that `az rest` tells as "ERROR: Not Found({...})"; 0 for no answer."""
    answer = re.match(r"(?:ERROR: )?([^({]*)\(\{", said)
    if not answer:
        return 0
    known = {each.phrase.lower(): each.value for each in HTTPStatus}
    return known.get(answer[1].strip().lower(), _ERRORS)


def azure_of(environment: Mapping[str, str], subscription: str) -> Azure:
    """Return the Azure that Pulumi's provider writes to in this environment."""
    store = environment.get("SPAREHUB_SIMULATOR")
    if store:
        return SimulatedAzure(Path(store), environment.get("ARM_SUBSCRIPTION_ID") or SUBSCRIPTION)
    return AzureCli(subscription)


def state_of(answer: Answer) -> str:
    """Return the provisioning state that an answer shows; empty where there is none."""
    return str((answer.body.get("properties") or {}).get("provisioningState", ""))


def read(azure: Azure, path: str) -> Answer:
    """Return what stands at a path; one bad answer to a reading is none, and it is done again.

    A few times, within a minute, and later where Azure says so. A probe does not read so: it is to
    find within its own bound that a region does not answer.
    """
    deadline = time.monotonic() + _READING
    for wait in _WAITS:
        answer = azure.send("GET", path)
        pause = max(wait, answer.retry_after)
        if not answer.passing or time.monotonic() + pause > deadline:
            return answer
        azure.wait(pause)
    return azure.send("GET", path)


def listed(azure: Azure, path: str) -> Listing:
    """Return everything of a list, page after page."""
    items: list[Mapping[str, Any]] = []
    while path:
        answer = read(azure, path)
        if not answer.accepted:
            return Listing(items=tuple(items), problem=answer.problem)
        items += answer.body.get("value") or []
        following = urlsplit(str(answer.body.get("nextLink") or ""))
        path = following.path + (f"?{following.query}" if following.query else "")
    return Listing(items=tuple(items))


def acted(azure: Azure, path: str, body: Mapping[str, Any] | None = None) -> Answer:
    """Return what an action on a resource came to, at its end."""
    return azure.send("POST", path, body)


def settled(azure: Azure, path: str, patience: float) -> Answer:
    """Return a resource once no write on it goes on, or what it is when patience ends."""
    deadline = time.monotonic() + patience
    while True:
        answer = read(azure, path)
        if not answer.accepted or state_of(answer) in _SETTLED or time.monotonic() > deadline:
            return answer
        time.sleep(_POLL)
