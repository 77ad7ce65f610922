"""The registration of a resource provider in a subscription.

https://learn.microsoft.com/rest/api/resources/providers/get
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.resource_id import NoSuchPath, parse
from sparehub.simulator.arm.storage.transaction import Transaction

_PATH = re.compile(r"/subscriptions/([^/]+)/providers/(Microsoft\.\w+)/?", re.IGNORECASE)
_UNREGISTERED = "providers: not registered"
_TYPE = "Microsoft.Resources/subscriptions/providers"


@dataclass(frozen=True)
class ProviderQuery:
    """One resource provider of a subscription."""

    subscription: str
    namespace: str

    @property
    def type(self) -> str:
        """The resource type."""
        return _TYPE


def parse_path(path: str) -> ProviderQuery | None:
    """Return the resource provider that a path names; None if it names none."""
    match = _PATH.fullmatch(path)
    return ProviderQuery(match[1], match[2]) if match else None


def set_unregistered(transaction: Transaction, namespaces: Iterable[str]) -> None:
    """Set the resource providers that are not registered; all are at first."""
    names = [namespace.lower() for namespace in namespaces]
    transaction.set(_UNREGISTERED, json.dumps(names))


def answer(transaction: Transaction, request: Request, query: ProviderQuery) -> Response:
    """Answer a read.

    Raises:
        Refusal: Azure refuses it.

    """
    if request.method != "GET":
        raise refusals.METHOD_UNKNOWN(method=request.method)
    scope = f"/subscriptions/{query.subscription}"
    if isinstance(parse(f"{scope}/resourceGroups"), NoSuchPath):
        raise refusals.SUBSCRIPTION_INVALID(subscription=query.subscription)
    action = access_control.action_on(query.type, "read")
    access_control.check_access(transaction, scope, action, "read")
    missing = json.loads(transaction.setting(_UNREGISTERED, "[]"))
    state = "NotRegistered" if query.namespace.lower() in missing else "Registered"
    body = {
        "id": f"{scope}/providers/{query.namespace}",
        "namespace": query.namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": state,
        "resourceTypes": [],
    }
    return Response(status=200, body=body)
