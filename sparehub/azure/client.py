"""Azure Resource Manager through Microsoft's pipeline: retry, backoff, tokens, long actions."""

import math
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
    HTTPPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import HttpTransport, RequestsTransport
from azure.core.polling import LROPoller
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.core.polling.arm_polling import ARMPolling

from sparehub.azure.answers import Account, Answer, SignInError, silence
from sparehub.azure.versions import version_of
from sparehub.topology.config.resource_ids import url_path

_UNAUTHENTICATED = 401
_QUERIED = re.compile(r"\$\w+|api-version|skiptoken", re.IGNORECASE)
"""What a list is asked with, or leads on by:
https://learn.microsoft.com/rest/api/azure/#async-operations-throttling-and-paging"""
_UNSEEN = (403, 404)
"""What is answered about a subscription on which a login has no right at all:
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found"""
_ACTION = 600.0
"""Seconds that a POST may go on: tables of a circuit take a minute or two."""
_BEGIN = 60.0
"""Seconds that one request of an action has."""
_LEAST = 0.1
_DONE = 200
_POLL = 5.0
"""Seconds between two looks at an action, where Azure does not say."""
_SIGN_IN = "sign in again (`az login`, or the azure-native settings of this stack)"


class _Retry(RetryPolicy[HttpRequest, HttpResponse]):
    """Waits as long as Azure says, but never past the deadline of a request."""

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Keep the deadline with the other settings of one request."""
        deadline = options.get("deadline", math.inf)
        return {**super().configure_retries(options), "deadline": deadline}

    def sleep(
        self,
        settings: dict[str, Any],
        transport: HttpTransport[HttpRequest, HttpResponse],
        response: PipelineResponse[HttpRequest, HttpResponse] | None = None,
    ) -> None:
        """Wait before a request is sent again."""
        said = self.get_retry_after(response) if response else None
        left = max(0.0, settings["deadline"] - time.monotonic())
        if said and said > left:
            transport.sleep(left)
        else:
            super().sleep(settings, transport, response)


class _Deadline(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Lets no try of a request read past the request's deadline, in seconds of the machine."""

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Shorten the time that this try has."""
        deadline = request.context.options.pop("deadline", None)
        if deadline is not None:
            request.context["deadline"] = deadline
        left = request.context.get("deadline", math.inf) - time.monotonic()
        if left < math.inf:
            request.context.options["read_timeout"] = max(left, _LEAST)


class _Polling(ARMPolling):
    """Follows an action until it ends, or its deadline is there: nothing polls on behind that."""

    def __init__(self, deadline: float) -> None:
        super().__init__(timeout=_POLL, connection_timeout=_BEGIN, read_timeout=_BEGIN)
        self._deadline = deadline
        self.overdue = False

    def finished(self) -> bool:
        """Return whether it has ended, or is not waited for any more."""
        ended: bool = super().finished()
        self.overdue = not ended and time.monotonic() > self._deadline
        return ended or self.overdue


class _Authentication(ARMChallengeAuthenticationPolicy):
    """Asks for another token, once, where Azure refuses one that has ended or was revoked."""

    def __init__(self, credential: TokenCredential, scope: str) -> None:
        super().__init__(credential, scope)
        self._scope = scope

    def on_challenge(
        self,
        request: PipelineRequest[HttpRequest],
        response: PipelineResponse[HttpRequest, HttpResponse],
    ) -> bool:
        """Answer a challenge of Azure's; any other 401 by a new token."""
        if not super().on_challenge(request, response):
            self.authorize_request(request, self._scope)
        return True


@dataclass(frozen=True)
class _Issuer:
    """A credential of which every failure is one to sign in: it says nothing of a region."""

    credential: TokenCredential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's
        """Return a token; azure-identity keeps it while it is good."""
        try:
            return self.credential.get_token(*scopes, **options)
        except ClientAuthenticationError:
            raise
        except AzureError as error:
            raise ClientAuthenticationError(message=f"no token: {error.message}") from None


@dataclass(frozen=True)
class ArmClient:
    """One endpoint, one credential, one way to get there."""

    name: str
    endpoint: str
    scope: str
    credential: TokenCredential = field(repr=False)
    transport: RequestsTransport = field(default_factory=RequestsTransport, repr=False)
    pause: Callable[[float], None] = time.sleep
    _pipeline: Pipeline[HttpRequest, HttpResponse] = field(init=False, repr=False)
    _client: ARMPipelineClient[HttpRequest, HttpResponse] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        policies: list[HTTPPolicy[HttpRequest, HttpResponse] | SansIOHTTPPolicy[Any, Any]] = [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent="sparehub"),
            _Retry(),
            _Deadline(),
            _Authentication(_Issuer(self.credential), self.scope),
        ]
        pipeline = Pipeline(self.transport, policies)
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

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a POST and wait for its result; see :class:`sparehub.azure.answers.Azure`."""
        try:
            ran = self._run(self._request("POST", path, body, ""), _BEGIN)
            begun = self._answer(ran)
            if not begun.accepted:
                return begun
            polling = _Polling(time.monotonic() + _ACTION)
            done: Answer | None = LROPoller(self._client, ran, self._answer, polling).result()
        except ClientAuthenticationError as error:
            raise self._signed_out(str(error.message)) from None
        except AzureError as error:
            return silence(str(error.message))
        if polling.overdue:  # what it shows then is how far it is, and no result
            return silence(f"no result within {_ACTION:.0f} s")
        return done or Answer(status=_DONE, body={})

    def wait(self, seconds: float) -> None:
        """Let some seconds pass."""
        self.pause(seconds)

    def account(self, subscription: str) -> Account:
        """Ask for the subscription, and read from the token who it was issued to.

        https://learn.microsoft.com/rest/api/resources/subscriptions/get and
        https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
        """
        try:
            token = _Issuer(self.credential).get_token(self.scope).token
            found = self.send("GET", f"/subscriptions/{subscription}") if subscription else None
        except ClientAuthenticationError as error:
            return Account(problem=str(error.message))
        except SignInError as error:
            return Account(problem=str(error))
        claims = _claims(token)
        tenant = str(claims.get("tid") or "")
        principal = str(claims.get("oid") or "")
        user = str(claims.get("upn") or claims.get("appid") or principal)
        signed_in = Account(tenant=tenant, user=user, principal=principal)
        if found is None:
            return signed_in
        if found.status in _UNSEEN:
            return replace(signed_in, unseen=True)
        if not found.accepted:
            return replace(signed_in, problem=found.problem)
        return replace(
            signed_in,
            subscription=str(found.body.get("subscriptionId") or subscription),
            tenant=str(found.body.get("tenantId") or tenant),
        )

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
        where, mark, query = path.partition("?")
        names = [name for name, _ in parse_qsl(query)]
        if mark and not (names and all(map(_QUERIED.fullmatch, names))):
            where = path  # no query of a list, but an id with a question mark in it
        # azure-core does not quote what it puts into a query.
        asked = {name: quote(value, safe="") for name, value in parse_qsl(query)}
        return HttpRequest(
            method,
            f"{self.endpoint}{url_path(where)}",
            params={"api-version": version_of(where), **asked},
            headers={"If-Match": etag} if etag else {},
            json=body,
        )

    def _answer(self, ran: PipelineResponse[HttpRequest, HttpResponse]) -> Answer:
        response = ran.http_response
        try:
            body = response.json() if response.content else {}
        except ValueError:
            return silence("half an answer")
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
    """Return what a token says of its holder; nothing where it is no JSON web token."""
    try:
        claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {}
    return claims
