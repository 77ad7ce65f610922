"""Reserved subnet names, and what Azure refuses on them. Read on 2026-11-30.

Pages: ``expressroute/expressroute-about-virtual-network-gateways``, ``bastion/bastion-nsg``,
``route-server/route-server-faq``, ``firewall/management-nic`` and ``firewall/firewall-faq`` of
https://learn.microsoft.com/azure. The codes are in the catalogue, each with the thread that quotes
it. What is wrong with a table of GatewaySubnet or of a firewall is refused, if at all, with the
gateway or the firewall.
"""

from collections.abc import Iterator

from sparehub.simulator.arm.refusals import network as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction

_RULE = "Microsoft.Network/networkSecurityGroups/securityRules"
_GATEWAY = "gatewaysubnet"
_BASTION = "azurebastionsubnet"
_ROUTE_SERVER = "routeserversubnet"
_WITHOUT_GROUP = (_ROUTE_SERVER, "azurefirewallsubnet", "azurefirewallmanagementsubnet")
_OF_BASTION = (
    ("Inbound", "GatewayManager", 443),
    ("Outbound", "AzureCloud", 443),
    ("Outbound", "VirtualNetwork", 22),
    ("Outbound", "VirtualNetwork", 3389),
)
"""What a group has to allow: direction, the service tag at the other end, port.

The page says of these that the group's creation or update fails without them (2020); later ones
list more, without saying that Azure refuses what lacks them."""


def check_table_of_subnet(subnet: ResourceId, table: ResourceId) -> None:
    """Refuse a route table on the subnets of Bastion and Route Server (VN-26)."""
    match subnet.name.lower():
        case name if name == _BASTION:
            raise refusals.SUBNET_OF_BASTION_TABLE(name=table.name)
        case name if name == _ROUTE_SERVER:
            raise refusals.SUBNET_OF_SERVICE_TABLE(id=subnet.text)


def check_group_of_subnet(transaction: Transaction, subnet: ResourceId, group: Resource) -> None:
    """Refuse a security group where none may be (VN-11, VN-16), or without Bastion's rules."""
    name = subnet.name.lower()
    if name == _GATEWAY:
        raise refusals.SUBNET_OF_GATEWAYS_GROUP(name=group.id.name)
    if name in _WITHOUT_GROUP:
        raise refusals.SUBNET_OF_SERVICE_GROUP(id=subnet.text)
    if name == _BASTION:
        rules = [rule.properties for rule in transaction.children(group.key, _RULE)]
        if not all(any(_allows(rule, *needed) for rule in rules) for needed in _OF_BASTION):
            raise refusals.SUBNET_OF_BASTION_GROUP(name=group.id.name)


def _allows(rule: dict[str, object], direction: str, tag: str, port: int) -> bool:
    """Return whether a rule allows TCP between Bastion and a service tag, at one port."""
    end = "source" if direction == "Inbound" else "destination"
    prefixes = set(_values(rule, f"{end}AddressPrefix", f"{end}AddressPrefixes"))
    ports = _values(rule, "destinationPortRange", "destinationPortRanges")
    return (
        (rule["access"], rule["direction"]) == ("Allow", direction)
        and str(rule["protocol"]).lower() in ("tcp", "*")
        and bool(prefixes & {tag, "*"})
        and any(_holds(range_, port) for range_ in ports)
    )


def _values(rule: dict[str, object], one: str, many: str) -> Iterator[str]:
    if value := rule.get(one):
        yield str(value)
    several = rule.get(many)
    yield from map(str, several if isinstance(several, list) else ())


def _holds(ports: str, port: int) -> bool:
    """Return whether a range such as ``*``, ``443`` or ``20-25`` contains a port."""
    low, _, high = ports.partition("-")
    if ports == "*":
        return True
    return low.isdigit() and (high or low).isdigit() and int(low) <= port <= int(high or low)
