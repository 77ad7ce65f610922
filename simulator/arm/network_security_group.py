"""Network security groups: that they are there, and where. Rules are kept, not judged."""

from typing import ClassVar

from simulator.arm import refusals_network as refusals
from simulator.arm.accept import Spec
from simulator.arm.guid import guid
from simulator.arm.messages import JsonObject
from simulator.arm.resource_type import Durations, ResourceType, Write
from simulator.arm.transaction import Resource, Transaction
from simulator.arm.virtual_network import SUBNET


class NetworkSecurityGroup(ResourceType):
    """A network security group."""

    name = "Microsoft.Network/networkSecurityGroups"
    accepts: ClassVar[Spec] = {"flushConnection": bool, "securityRules": [dict]}
    # No measurement found: as a route table.
    seconds = Durations(create=11, update=11, delete=11)
    located = True
    verb = "PutNetworkSecurityGroupOperation"

    def compute(self, write: Write) -> JsonObject:
        """Add what Azure adds."""
        return {"resourceGuid": guid(write.id.key), "securityRules": []} | write.properties

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete an associated group."""
        for subnet in transaction.mentioning(resource.key, SUBNET):
            raise refusals.SECURITY_GROUP_IN_USE(name=resource.id.name, user=subnet.id.text)
