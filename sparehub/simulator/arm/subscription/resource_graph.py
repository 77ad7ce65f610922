"""Azure Resource Graph, as far as one form of query: all resources of one type.

``resources | where type =~ 'microsoft.network/connections' | project id, properties``. Anything
else is refused. https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources.
The index answers while the region of a resource does not: it is a service of its own. It leaves
out what the client may not read:
https://learn.microsoft.com/azure/governance/resource-graph/overview#permissions-in-azure-resource-graph
"""

import re
from typing import Any

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.pipeline import access_control
from sparehub.simulator.arm.pipeline.body import read_body
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.render import render

PATH = "/providers/microsoft.resourcegraph/resources"
_QUERY = re.compile(
    r"\s*resources\s*\|\s*where\s+type\s*=~\s*'([\w./]+)'\s*\|\s*project\s+([\w, ]+?)\s*",
    re.IGNORECASE,
)


def answer(transaction: Transaction, request: Request, now: float) -> Response:
    """Return the rows of a query; of the subscriptions that the body names, else of all."""
    body = read_body(request.body)
    query = body.get("query") if isinstance(body, dict) else None
    asked = _QUERY.fullmatch(query) if isinstance(query, str) else None
    if asked is None:
        raise refusals.QUERY_UNKNOWN()  # noqa: RSE102  an entry of the catalogue is called
    names = [name.strip() for name in asked[2].split(",")]
    inside = {str(subscription).lower() for subscription in body.get("subscriptions") or ()}
    rows: list[dict[str, Any]] = []
    for resource in transaction.of_type(asked[1].lower()):
        if inside and resource.id.subscription not in inside:
            continue
        if not access_control.may_read(transaction, resource.id):
            continue
        shown = render(transaction, resource, now)
        shown |= {"subscriptionId": resource.id.subscription, "type": resource.id.type.lower()}
        rows.append({name: shown.get(name) for name in names})
    return Response(
        status=200,
        body={
            "totalRecords": len(rows),
            "count": len(rows),
            "resultTruncated": "false",
            "facets": [],
            "data": rows,
        },
    )
