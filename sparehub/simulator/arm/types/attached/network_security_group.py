"""Network security groups and their rules, as resources; they filter no packets."""

from types import MappingProxyType
from typing import Any, ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb, network
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import NETWORK_INTERFACE
from sparehub.simulator.arm.types.base import (
    Deleter,
    Durations,
    ResourceType,
    Write,
    write_inline_children,
)
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network.reserved_subnets import check_group_of_subnet
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

NETWORK_SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"
SECURITY_RULE = f"{NETWORK_SECURITY_GROUP}/securityRules"
_ANY = "*"
_DEFAULTS = (
    ("AllowVnetInBound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000, "Inbound"),
    ("AllowAzureLoadBalancerInBound", "AzureLoadBalancer", _ANY, "Allow", 65001, "Inbound"),
    ("DenyAllInBound", _ANY, _ANY, "Deny", 65500, "Inbound"),
    ("AllowVnetOutBound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000, "Outbound"),
    ("AllowInternetOutBound", _ANY, "Internet", "Allow", 65001, "Outbound"),
    ("DenyAllOutBound", _ANY, _ANY, "Deny", 65500, "Outbound"),
)
"""Name, source, destination, access, priority, direction of what every group has:
https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview."""
_DESCRIPTIONS = MappingProxyType(
    {
        "AllowVnetInBound": "Allow inbound traffic from all VMs in VNET",
        "AllowAzureLoadBalancerInBound": "Allow inbound traffic from azure load balancer",
        "DenyAllInBound": "Deny all inbound traffic",
        "AllowVnetOutBound": "Allow outbound traffic from all VMs to all VMs in VNET",
        "AllowInternetOutBound": "Allow outbound traffic from all VMs to Internet",
        "DenyAllOutBound": "Deny all outbound traffic",
    }
)
"""As recorded in azure-libraries-for-net (Network/CreateUpdate, 2018)."""
_PLURAL = (
    "destinationAddressPrefixes",
    "destinationPortRanges",
    "sourceAddressPrefixes",
    "sourcePortRanges",
)
_LEAST, _MOST = 100, 4096


class NetworkSecurityGroup(ResourceType):
    """A network security group; its rules are resources of their own."""

    name = NETWORK_SECURITY_GROUP
    accepts: ClassVar[Spec] = {"flushConnection": bool, "securityRules": [dict]}
    # No measurement found: as a route table.
    seconds = Durations(create=11, update=11, delete=11)
    has_location = True
    inlines = ("securityRules",)
    verb = "PutNetworkSecurityGroupOperation"

    def compute(self, write: Write) -> JsonObject:
        """Add the default rules of every group."""
        own = {name: value for name, value in write.properties.items() if name not in self.inlines}
        rules = [_default_rule(write.id, *values) for values in _DEFAULTS]
        return {"resourceGuid": guid(write.id.key), "defaultSecurityRules": rules} | own

    def after_put(self, write: Write, resource: Resource) -> None:
        """Replace the rules by those sent (VN-22); Bastion's subnet needs its own (VN-27)."""
        write_inline_children(write, "securityRules", keep_if_absent=False)
        for subnet in write.transaction.referrers(resource.key, SUBNET):
            check_group_of_subnet(write.transaction, subnet.id, resource)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the interfaces and subnets that the group is associated with."""
        del provisioned
        shown = dict(resource.properties)
        for member, type_name in (("networkInterfaces", NETWORK_INTERFACE), ("subnets", SUBNET)):
            if users := transaction.referrers(resource.key, type_name):
                shown[member] = [{"id": user.id.text} for user in users]
        return shown

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete an associated group."""
        users = [
            user.id.text
            for type_name in (SUBNET, NETWORK_INTERFACE)
            for user in transaction.referrers(resource.key, type_name)
        ]
        if users:
            raise network.SECURITY_GROUP_IN_USE(id=resource.id.text, users=", ".join(users))

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the rules."""
        for rule in transaction.children(resource.key):
            deleter.remove(rule)


class SecurityRule(ResourceType):
    """One rule of a group."""

    name = SECURITY_RULE
    accepts: ClassVar[Spec] = {
        "access": str,
        "description": str,
        "destinationAddressPrefix": str,
        "destinationAddressPrefixes": [str],
        "destinationApplicationSecurityGroups": [dict],
        "destinationPortRange": str,
        "destinationPortRanges": [str],
        "direction": str,
        "priority": int,
        "protocol": str,
        "sourceAddressPrefix": str,
        "sourceAddressPrefixes": [str],
        "sourceApplicationSecurityGroups": [dict],
        "sourcePortRange": str,
        "sourcePortRanges": [str],
    }
    # No measurement found: as a route.
    seconds = Durations(create=11, update=11, delete=11)
    verb = "PutSecurityRuleOperation"

    def check(self, write: Write) -> None:
        """Refuse a rule that is incomplete, and the priority and direction of another one."""
        properties = write.properties
        needed = ("access", "direction", "priority", "protocol")
        if missing := [name for name in needed if name not in properties]:
            problem = f"{', '.join(missing)} must be given"
            raise compute_and_lb.RULE_INVALID(id=write.id.text, problem=problem)
        if properties["access"] not in ("Allow", "Deny"):
            raise compute_and_lb.RULE_INVALID(id=write.id.text, problem="access is unknown")
        if properties["direction"] not in ("Inbound", "Outbound"):
            raise compute_and_lb.RULE_INVALID(id=write.id.text, problem="direction is unknown")
        if not _LEAST <= properties["priority"] <= _MOST:
            raise compute_and_lb.RULE_PRIORITY(
                priority=properties["priority"], least=_LEAST, most=_MOST
            )
        group = write.id.parent
        for other in write.transaction.children(group.key, SECURITY_RULE) if group else []:
            same = all(other.properties[name] == properties[name] for name in needed[1:3])
            if same and other.key != write.id.key:
                raise compute_and_lb.RULE_CONFLICT(name=write.id.name, other=other.id.name)

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults."""
        plural: JsonObject = {name: [] for name in _PLURAL}
        return plural | write.properties


def _default_rule(identity: ResourceId, *values: Any) -> JsonObject:  # noqa: ANN401  a row of data
    name, source, destination, access, priority, direction = values
    return {
        "name": name,
        "id": identity.child("defaultSecurityRules", name).text,
        "type": f"{NETWORK_SECURITY_GROUP}/defaultSecurityRules",
        "properties": {
            "provisioningState": "Succeeded",
            "description": _DESCRIPTIONS[name],
            "protocol": _ANY,
            "sourcePortRange": _ANY,
            "destinationPortRange": _ANY,
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": destination,
            "access": access,
            "priority": priority,
            "direction": direction,
            "sourcePortRanges": [],
            "destinationPortRanges": [],
            "sourceAddressPrefixes": [],
            "destinationAddressPrefixes": [],
        },
    }
