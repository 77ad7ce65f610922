"""The identity endpoint of a running job, and the variables of its account.

``IDENTITY_ENDPOINT`` and ``IDENTITY_HEADER`` are in the environment of the runbook. A GET, or a
form that is posted, names ``resource``, with the headers ``X-IDENTITY-HEADER`` and ``Metadata``.
https://learn.microsoft.com/azure/automation/enable-managed-identity-for-automation#generate-an-access-token-without-using-azure-cmdlets
The answer's members are those of App Service, whose contract Microsoft's clients use here:
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
The form of its errors is not documented; it is the simulator's own.
"""

import json
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl

from sparehub.simulator.arm.http_messages import JsonObject, Request, Response
from sparehub.simulator.arm.pipeline.callers import application_of, issue_token
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.automation import job as automation_jobs

IDENTITY = "/sparehub/automation/identity"
VARIABLES = "/sparehub/automation/variables"
TOKEN_SECONDS = 24 * 3600
"""How long a token of a managed identity is good: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-faq"""
_OK, _BAD, _FORBIDDEN, _MISSING, _METHOD = 200, 400, 403, 404, 405


class _RefusedError(Exception):
    """A sandbox asked for what it does not get."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def answer(azure: Azure, request: Request) -> Response | None:
    """Answer a request of a running job; None if it is for something else."""
    path = request.path.rstrip("/")
    if path != IDENTITY and not path.startswith(f"{VARIABLES}/"):
        return None
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        with azure.store.transaction(write=False) as transaction:
            account = _account(transaction, headers.get("x-identity-header", ""))
            if path == IDENTITY:
                body = _token(transaction, account, request, headers)
            else:
                body = _variable(transaction, account, path.removeprefix(f"{VARIABLES}/"))
    except _RefusedError as refused:
        shown = {"statusCode": refused.status, "message": refused.message}
        return Response(status=refused.status, body=shown)
    return Response(status=_OK, body=body)


def _account(transaction: Transaction, secret: str) -> ResourceId:
    """Return the account of the running job that has a secret."""
    for key, known in automation_jobs.running(transaction).items():
        job = transaction.get(key)
        if secret == known and job and job.id.parent:
            return job.id.parent
    raise _RefusedError(_FORBIDDEN, "X-IDENTITY-HEADER is not that of a running job")


def _token(
    transaction: Transaction, account: ResourceId, request: Request, headers: Mapping[str, str]
) -> JsonObject:
    """Return a token of the account's system-assigned identity."""
    sent: Mapping[str, str] = request.query
    if request.method == "POST":
        sent = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    elif request.method != "GET":
        raise _RefusedError(_METHOD, "the identity endpoint is asked by GET or POST")
    if headers.get("metadata", "").lower() != "true":
        raise _RefusedError(_BAD, "the header Metadata must be true")
    if "x-forwarded-for" in headers:
        raise _RefusedError(_BAD, "the header X-Forwarded-For must not be there")
    resource = sent.get("resource", "")
    if not resource:
        raise _RefusedError(_BAD, "resource is missing")
    stored = transaction.get(account.key)
    principal = ((stored.private.get("identity") if stored else None) or {}).get("principalId")
    if not principal:
        raise _RefusedError(_BAD, f"the account {account.name} has no system-assigned identity")
    begins = int(time.time())
    ends = begins + TOKEN_SECONDS
    return {
        "access_token": issue_token(principal, account.text, resource, begins, ends),
        "expires_on": str(ends),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": application_of(principal),
    }


def _variable(transaction: Transaction, account: ResourceId, name: str) -> JsonObject:
    """Return the value of a variable, which ARM holds as JSON text."""
    variable = transaction.get(account.child("variables", name).key)
    if variable is None:
        raise _RefusedError(_MISSING, f"the account {account.name} has no variable {name}")
    text = variable.private["value"]
    try:
        return {"value": None if text is None else json.loads(text)}
    except ValueError:
        return {"value": text}
