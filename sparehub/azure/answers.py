"""The client protocol of Azure Resource Manager, and the answers to its requests."""

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
    """No valid sign-in to Azure; says nothing about the state of a region."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The last answer to a request after all retries; ``status`` 0 where no answer came."""

    status: int
    body: Mapping[str, Any]

    @property
    def came(self) -> bool:
        """Whether the region answered, if only with a refusal (below 500)."""
        return 0 < self.status < _SERVER_ERRORS

    @property
    def accepted(self) -> bool:
        """Whether Azure accepted the request (below 400)."""
        return 0 < self.status < _ERRORS

    @property
    def passing(self) -> bool:
        """Whether the error is transient: a later retry may succeed, or the write was done."""
        return self.status in _PASSING or self.status >= _SERVER_ERRORS

    @property
    def problem(self) -> str:
        """Azure's error message, else its error code, else that none was given."""
        error = self._error
        silent = f"no answer ({self.status})"
        if self.accepted:
            silent = f"Azure answered {self.status} and named no error"
        return str(error.get("message") or error.get("code") or silent)

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties of the resource in the body; empty where it has none."""
        return properties_of(self.body)

    @property
    def _error(self) -> Mapping[str, Any]:
        error = self.body.get("error")
        return error if isinstance(error, Mapping) else {}


def properties_of(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties of a resource, or of a nested one; empty where it has none."""
    properties: Mapping[str, Any] = resource.get("properties") or {}
    return properties


def silence(why: str) -> Answer:
    """Return an answer that says that none came, and why."""
    return Answer(status=0, body={"error": {"message": why}})


@dataclass(frozen=True, kw_only=True)
class Account:
    """The signed-in account; unknown values are empty, and ``problem`` says why."""

    subscription: str = ""
    tenant: str = ""
    user: str = ""
    principal: str = ""
    """The object id of the user or service principal."""
    problem: str = ""
    unseen: bool = False
    """Whether Azure answered that this account has no access to the subscription."""


class Azure(Protocol):
    """Azure Resource Manager: Microsoft's, or the local Azure."""

    @property
    def name(self) -> str:
        """The name of the subscription or simulator, for messages."""

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        """Send one request, with retries after transient errors, within ``timeout`` seconds.

        Never raises for an error answer or for a missing answer.

        Args:
            method: The HTTP method.
            path: Path from the root, with a slash first; it may have a query.
            body: The JSON body.
            timeout: Seconds for the request and all its retries.
            etag: The etag that the resource must still have (``If-Match``).

        Raises:
            SignInError: No valid sign-in, or it has expired.
        """

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a POST and poll the long-running operation until it has a result.

        Raises:
            SignInError: As :meth:`send`.
        """

    def wait(self, seconds: float) -> None:
        """Sleep for some seconds of this Azure's clock."""

    def account(self, subscription: str) -> Account:
        """Return the signed-in account, and whether it has access to a subscription."""
