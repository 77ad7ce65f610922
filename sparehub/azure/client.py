"""Client of Azure Resource Manager: retry with backoff, tokens, long-running operations."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote

import jwt
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import Pipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    CustomHookPolicy,
    HTTPPolicy,
    RequestIdPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.core.polling import LROPoller
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.core.polling.arm_polling import ARMPolling

from sparehub.azure.answers import Account, Answer, SignInError, silence
from sparehub.azure.policies import Deadline, DeadlineRetry
from sparehub.azure.versions import version_of
from sparehub.topology.config.resource_ids import url_path

_UNAUTHENTICATED = 401
_QUERIED = re.compile(r"\$\w+|api-version|skiptoken|ipAddress", re.IGNORECASE)
"""Query parameters of lists and of their next pages, and of the check of an address:
https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging"""
_UNSEEN = (403, 404)
"""Status codes for a subscription that an account has no access to:
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found"""
_ACTION = 600.0
"""Seconds for a long-running POST; the route tables of a circuit take one to two minutes."""
_BEGIN = 60.0
"""Seconds for one request of a long-running operation."""
_DONE = 200
_ERRORS = 400
_POLL = 5.0
"""Seconds between two polls of a long-running operation without ``Retry-After``."""
_SIGN_IN = "sign in again (`az login`, or the azure-native settings of this stack)"


class _Polling(ARMPolling):
    """Polls a long-running operation until it ends, or until its deadline."""

    def __init__(self, deadline: float, options: dict[str, str]) -> None:
        super().__init__(
            timeout=_POLL,
            lro_options=options,
            connection_timeout=_BEGIN,
            read_timeout=_BEGIN,
        )
        self._deadline = deadline
        self.overdue = False

    def finished(self) -> bool:
        """Return whether the operation has ended, or its deadline has passed."""
        ended: bool = super().finished()
        self.overdue = not ended and time.monotonic() > self._deadline
        return ended or self.overdue


class _Authentication(ARMChallengeAuthenticationPolicy):
    """Requests a new token, once, after Azure refused an expired or revoked one."""

    def __init__(self, credential: TokenCredential, scope: str) -> None:
        super().__init__(credential, scope)
        self._scope = scope

    def on_challenge(
        self,
        request: PipelineRequest[HttpRequest],
        response: PipelineResponse[HttpRequest, HttpResponse],
    ) -> bool:
        """Answer a challenge of Azure; answer any other 401 with a new token."""
        if not super().on_challenge(request, response):
            self.authorize_request(request, self._scope)
        return True


@dataclass(frozen=True)
class _Issuer:
    """A credential whose every failure is a failed sign-in, and not a silent region."""

    credential: TokenCredential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's
        """Return a token; azure-identity caches it until it expires."""
        try:
            return self.credential.get_token(*scopes, **options)
        except ClientAuthenticationError:
            raise
        except AzureError as error:
            raise ClientAuthenticationError(message=f"no token: {error.message}") from None


@dataclass(frozen=True)
class ArmClient:
    """Client of one ARM endpoint with one credential."""

    name: str
    endpoint: str
    scope: str
    credential: TokenCredential = field(repr=False)
    transport: RequestsTransport = field(default_factory=RequestsTransport, repr=False)
    pause: Callable[[float], None] = time.sleep
    _policies: list[Any] = field(init=False, repr=False)
    _pipeline: Pipeline[HttpRequest, HttpResponse] = field(init=False, repr=False)
    _client: ARMPipelineClient[HttpRequest, HttpResponse] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        policies: list[HTTPPolicy[HttpRequest, HttpResponse] | SansIOHTTPPolicy[Any, Any]] = [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent="sparehub"),
            DeadlineRetry(),
            Deadline(),
            _Authentication(_Issuer(self.credential), self.scope),
        ]
        pipeline = Pipeline(self.transport, policies)
        object.__setattr__(self, "_policies", policies)
        object.__setattr__(self, "_pipeline", pipeline)
        client: ARMPipelineClient[HttpRequest, HttpResponse] = ARMPipelineClient(
            self.endpoint, policies=policies, pipeline=pipeline
        )
        object.__setattr__(self, "_client", client)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        """Send one request; see :class:`sparehub.azure.answers.Azure`."""
        try:
            ran = self._run(self._request(method, path, body, etag), timeout)
        except ClientAuthenticationError as error:
            raise self._signed_out(str(error.message)) from None
        except AzureError as error:
            return silence(str(error.message))
        return self._answer(ran)

    def read_text(self, path: str) -> Answer:
        """Read a text that is not JSON; an accepted answer has its ``text`` in its body."""
        try:
            ran = self._run(self._request("GET", path, None, ""), _BEGIN)
        except ClientAuthenticationError as error:
            raise self._signed_out(str(error.message)) from None
        except AzureError as error:
            return silence(str(error.message))
        response = ran.http_response
        if response.status_code >= _ERRORS:
            return self._answer(ran)
        is_json = "json" in str(response.headers.get("content-type"))
        return Answer(
            status=response.status_code,
            body={"text": response.json() if is_json else response.text()},
        )

    def write_text(self, path: str, text: str) -> Answer:
        """Put a text, and poll until it is written."""
        request = self._request("PUT", path, None, "")
        written = HttpRequest(
            "PUT",
            request.url,
            headers={"Content-Type": "text/powershell"},
            content=text.encode(),
        )
        return self._operate(written, _ACTION, {})

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a POST and poll for its result; see :class:`sparehub.azure.answers.Azure`."""
        return self._operate(self._request("POST", path, body, ""), _ACTION, {})

    def operate(
        self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float
    ) -> Answer:
        """Send a write and poll until its long-running operation has ended.

        A PUT answers with the resource as it is read afterwards. Of a POST only the status of its
        operation is polled, and not an address for a result, which Site Recovery has not (SR-33).

        Args:
            method: ``PUT``, ``PATCH``, ``DELETE`` or ``POST``.
            path: Path from the root.
            body: The JSON body.
            seconds: How long to wait; the answer's status is 0 where it does not end before.

        Raises:
            SignInError: As :meth:`send`.
        """
        options = {"final-state-via": "azure-async-operation"} if method == "POST" else {}
        return self._operate(self._request(method, path, body, ""), seconds, options)

    def _operate(self, request: HttpRequest, seconds: float, options: dict[str, str]) -> Answer:
        try:
            ran = self._run(request, _BEGIN)
            begun = self._answer(ran)
            if not begun.accepted:
                return begun
            polling = _Polling(time.monotonic() + seconds, options)
            done: Answer | None = LROPoller(self._client, ran, self._answer, polling).result()
        except ClientAuthenticationError as error:
            raise self._signed_out(str(error.message)) from None
        except AzureError as error:
            return silence(str(error.message))
        if polling.overdue:  # the last answer then shows progress, not a result
            return silence(f"no result within {seconds:.0f} s")
        return done or Answer(status=_DONE, body={})

    def wait(self, seconds: float) -> None:
        """Sleep for some seconds."""
        self.pause(seconds)

    def account(self, subscription: str) -> Account:
        """Read the subscription, and from the token the account that it was issued to.

        https://learn.microsoft.com/rest/api/resources/subscriptions/get and
        https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
        """
        try:
            token = _Issuer(self.credential).get_token(self.scope).token
            answer = self.send("GET", f"/subscriptions/{subscription}") if subscription else None
        except ClientAuthenticationError as error:
            return Account(problem=str(error.message))
        except SignInError as error:
            return Account(problem=str(error))
        claims = _claims(token)
        tenant = str(claims.get("tid") or "")
        principal = str(claims.get("oid") or "")
        user = str(claims.get("upn") or claims.get("appid") or principal)
        signed_in = Account(tenant=tenant, user=user, principal=principal)
        if answer is None:
            return signed_in
        if answer.status in _UNSEEN:
            return replace(signed_in, unseen=True)
        if not answer.accepted:
            return replace(signed_in, problem=answer.problem)
        return replace(
            signed_in,
            subscription=str(answer.body.get("subscriptionId") or subscription),
            tenant=str(answer.body.get("tenantId") or tenant),
        )

    def options(self) -> dict[str, Any]:
        """Return the options of a management client of Microsoft that works as this one does."""
        return {
            "credential": self.credential,
            "base_url": self.endpoint,
            "credential_scopes": [self.scope],
            "policies": [CustomHookPolicy(), *self._policies],
            "transport": self.transport,
        }

    def _run(
        self, request: HttpRequest, timeout: float
    ) -> PipelineResponse[HttpRequest, HttpResponse]:
        return self._pipeline.run(
            request,
            timeout=timeout,
            deadline=time.monotonic() + timeout,
            connection_timeout=timeout,
        )

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, etag: str
    ) -> HttpRequest:
        resource, mark, query = path.partition("?")
        names = [name for name, _ in parse_qsl(query)]
        if mark and not (names and all(map(_QUERIED.fullmatch, names))):
            resource = path  # an id with a question mark in it, and not the query of a list
        # azure-core does not quote what it puts into a query.
        parameters = {name: quote(value, safe="") for name, value in parse_qsl(query)}
        return HttpRequest(
            method,
            f"{self.endpoint}{url_path(resource)}",
            params={"api-version": version_of(resource), **parameters},
            headers={"If-Match": etag} if etag else {},
            json=body,
        )

    def _answer(self, ran: PipelineResponse[HttpRequest, HttpResponse]) -> Answer:
        response = ran.http_response
        try:
            body = response.json() if response.content else {}
        except ValueError:
            return silence("the answer was cut off")
        answer = Answer(
            status=response.status_code,
            body=body if isinstance(body, Mapping) else {"value": body},
        )
        if answer.status == _UNAUTHENTICATED:
            raise self._signed_out(answer.problem)
        return answer

    def _signed_out(self, problem: str) -> SignInError:
        return SignInError(f"{self.name}: nobody is signed in: {problem.strip()}; {_SIGN_IN}")


def _claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a token; empty where it is not a JSON web token."""
    try:
        claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {}
    return claims
