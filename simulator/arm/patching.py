"""Doing a PATCH: the tags of a resource, and nothing else.

Every tracked type of Microsoft.Network has ``UpdateTags``: the tags that are sent replace those
that were there, at once (recorded in azure-libraries-for-net; the REST reference,
https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/update-tags).
"""

import json

from simulator.arm import refusals
from simulator.arm.accept import accept
from simulator.arm.registry import REGISTRY
from simulator.arm.timeline import Timeline
from simulator.arm.transaction import Resource


def patch(timeline: Timeline, resource: Resource, body: object) -> Resource:
    """Replace the tags of a resource.

    Raises:
        Refusal: The type has no tags, or a write of the resource is under way.

    """
    kind = REGISTRY[resource.id.type.lower()]
    if not kind.located:
        raise refusals.METHOD_UNKNOWN(method="PATCH")
    accepted, _ = accept({"tags": dict}, body)
    thing = kind.serialised_on(resource.id, resource.properties)
    timeline.refuse_if_busy(thing, kind, kind.verb)
    if "tags" in accepted:
        resource.document["tags"] = accepted["tags"]
        resource.sent = json.dumps(json.loads(resource.sent) | {"tags": accepted["tags"]})
        timeline.transaction.touch(resource)
    return resource
