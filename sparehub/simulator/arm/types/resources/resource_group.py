"""Resource groups."""

import re
from typing import ClassVar

from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.resource_id import RESOURCE_GROUP, ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Deleter, Durations, ResourceType
from sparehub.simulator.arm.types.body_schema import Spec


class ResourceGroup(ResourceType):
    """A resource group; deleting it deletes its resources."""

    name = RESOURCE_GROUP
    accepts: ClassVar[Spec] = {}
    # Create: 11 s in public Terraform logs. Delete: median of four recorded deletions (170 to
    # 233 s, with contents), azure-libraries-for-net.
    seconds = Durations(create=11, update=11, delete=186)
    has_location = True
    answers = AnswerStyle.GROUP
    verb = "PutResourceGroupOperation"

    _name = re.compile(r"[\w().-]{0,89}[\w()-]")

    def check_name(self, identity: ResourceId) -> None:
        """Refuse a name that a group cannot have (names: 1 to 90, not ending in a full stop).

        And a path below a group: a template or a client cannot make a group there.
        """
        if not identity.is_group:
            raise refusals.GROUP_IN_GROUP(id=identity.text)
        if not self._name.fullmatch(identity.name):
            raise refusals.GROUP_NAME_INVALID(name=identity.name)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the contents, dependents first; or refuse the whole deletion.

        Azure keeps what it has deleted when the rest is in use; here nothing happens then.
        """
        while contents := transaction.children(resource.key):
            refused: dict[str, Refusal] = {}
            for content in contents:
                try:
                    deleter.remove(content)
                except Refusal as refusal:
                    refused[f"{content.id.type}/{content.id.name}"] = refusal
            if len(refused) == len(contents):
                blocked = refusals.GROUP_DELETION_BLOCKED(
                    group=resource.id.name, resources=",".join(refused)
                )
                blocked.details.extend(refusal.error for refusal in refused.values())
                raise blocked
