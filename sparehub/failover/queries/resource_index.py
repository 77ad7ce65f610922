"""The index of all resources, which answers while a region does not.

https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources
"""

from collections.abc import Mapping
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.azure.reading import Listing

_GRAPH = "/providers/Microsoft.ResourceGraph/resources"
_MOST_PAGES = 100


def indexed(azure: Azure, kind: str, columns: str = "id, properties") -> Listing:
    """Return some columns of every resource of a type that this login sees."""
    query = f"resources | where type =~ '{kind}' | project {columns}"
    rows = list[Mapping[str, Any]]()
    options: dict[str, Any] = {"resultFormat": "objectArray"}
    for _ in range(_MOST_PAGES):
        answer = azure.act(_GRAPH, {"query": query, "options": options})
        if not answer.accepted:
            return Listing(items=(), problem=answer.problem)
        rows += answer.body.get("data") or ()
        token = str(answer.body.get("$skipToken") or "")
        if not token:
            return Listing(items=tuple(rows))
        options = {**options, "$skipToken": token}
    return Listing(items=(), problem="Resource Graph's answer does not end")
