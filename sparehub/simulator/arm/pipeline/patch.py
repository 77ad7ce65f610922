"""Doing a PATCH: the tags of a resource, and nothing else.

Every tracked type of Microsoft.Network has ``UpdateTags``: the tags that are sent replace those
that were there, at once (recorded in azure-libraries-for-net; the REST reference,
https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/update-tags).
"""

import json

from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.body_schema import accept
from sparehub.simulator.arm.types.registry import REGISTRY


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
