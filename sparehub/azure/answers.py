"""What Azure Resource Manager is asked through, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from sparehub.topology.errors import PreflightError

NOT_FOUND = 404
_ERRORS = 400
_SERVER_ERRORS = 500
_PASSING = (0, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)


class SignInError(PreflightError):
    """Nobody is signed in, or no longer: that says nothing of any region."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back in the end; ``status`` 0 where nothing did."""

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
    def problem(self) -> str:
        """What Azure said against it; of what it accepted, that it named no error."""
        error = self._error
        silent = f"no answer ({self.status})"
        if self.accepted:
            silent = f"Azure answered {self.status} and named no error"
        return str(error.get("message") or error.get("code") or silent)

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties of the resource that was answered; none where it has none."""
        return properties_of(self.body)

    @property
    def _error(self) -> Mapping[str, Any]:
        error = self.body.get("error")
        return error if isinstance(error, Mapping) else {}


def properties_of(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of one resource, or of a part of one; none where it has none."""
    found: Mapping[str, Any] = resource.get("properties") or {}
    return found


def silence(why: str) -> Answer:
    """Return that no answer came, and why."""
    return Answer(status=0, body={"error": {"message": why}})


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who is signed in, and where; what cannot be said is empty, and ``problem`` says why."""

    subscription: str = ""
    tenant: str = ""
    user: str = ""
    principal: str = ""
    """The object id of the user or service principal."""
    problem: str = ""
    unseen: bool = False
    """Whether Azure said that this login does not see the subscription."""


class Azure(Protocol):
    """Azure Resource Manager, the local one or Microsoft's."""

    @property
    def name(self) -> str:
        """What is written to, for a person."""

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        """Send one request, again where an answer is bad, within ``timeout`` seconds.

        ``path`` begins with a slash and may have a query of its own. ``etag``, where it is given,
        is what the resource must still have (``If-Match``). Never raises for what Azure answers,
        or does not.

        Raises:
            SignInError: where nobody is signed in, or the sign-in has ended.
        """

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a POST and wait for its result, where Azure only accepts it at first.

        Raises:
            SignInError: as :meth:`send`.
        """

    def wait(self, seconds: float) -> None:
        """Let some seconds of this Azure's clock pass."""

    def account(self, subscription: str) -> Account:
        """Return who is signed in, and whether that one sees a subscription."""
