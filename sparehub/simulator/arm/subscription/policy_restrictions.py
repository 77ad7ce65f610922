"""``checkPolicyRestrictions``: which policies would deny a resource that is to be made.

https://learn.microsoft.com/rest/api/policyinsights/policy-restrictions/check-at-subscription-scope
"""

import re
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.body import read_body
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage import policies
from sparehub.simulator.arm.storage.transaction import Transaction

_TYPE = "Microsoft.PolicyInsights/checkPolicyRestrictions"
_PATH = re.compile(rf"(/subscriptions/[^/]+)/providers/{re.escape(_TYPE)}/?", re.IGNORECASE)


@dataclass(frozen=True)
class RestrictionsQuery:
    """A question at the scope of a subscription."""

    scope: str

    @property
    def type(self) -> str:
        """The resource type."""
        return _TYPE


def parse_path(path: str) -> RestrictionsQuery | None:
    """Return the question that a path is; None if it is none."""
    match = _PATH.fullmatch(path)
    return RestrictionsQuery(match[1]) if match else None


def answer(transaction: Transaction, request: Request, query: RestrictionsQuery) -> Response:
    """Answer a question about one resource.

    Raises:
        Refusal: Azure refuses it.

    """
    if request.method != "POST":
        raise refusals.METHOD_UNKNOWN(method=request.method)
    action = access_control.action_on(query.type, "action")
    access_control.check_permissions(transaction, query.scope, action)
    body = read_body(request.body)
    details = body.get("resourceDetails") if isinstance(body, dict) else None
    content = details.get("resourceContent") if isinstance(details, dict) else None
    if not isinstance(content, dict):
        raise refusals.FORMAT_INVALID(problem="resourceDetails.resourceContent should be an object")
    kind, location = str(content.get("type") or ""), str(content.get("location") or "")
    evaluations = [
        {
            "policyInfo": {
                "policyDefinitionId": each.definition,
                "policyAssignmentId": each.id,
            },
            "evaluationResult": "NonCompliant",
            "effectDetails": {"policyEffect": "Deny"},
        }
        for each in policies.assignments(transaction)
        if each.denies(f"{query.scope}/resource", kind, location)
    ]
    result = {"policyEvaluations": evaluations}
    return Response(status=200, body={"fieldRestrictions": [], "contentEvaluationResult": result})
