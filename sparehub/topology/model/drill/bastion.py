"""The network of a drill's testers: AzureBastionSubnet alone, with the rules that Bastion needs.

The host and its public address are the testers' own: a stack has neither. Only Bastion can be in
this subnet (VN-16), so what can leave it is what Bastion itself sends.
"""

from ipaddress import IPv4Network
from typing import Literal

from sparehub.topology.azure.limits import FIRST_RULE_PRIORITY, LAST_RULE_PRIORITY
from sparehub.topology.azure.reserved_subnets import BASTION_SUBNET
from sparehub.topology.model import names
from sparehub.topology.model.logical_names import DRILL_BASTION
from sparehub.topology.model.resources import (
    DrillNetwork,
    NetworkSecurityGroup,
    SecurityRule,
    Subnet,
    VirtualNetwork,
)

MACHINE_PORTS = ("22", "3389")
"""What Bastion opens on a machine: SSH and RDP."""
_STEP = 10
_Direction = Literal["Inbound", "Outbound"]
_TRAFFIC: tuple[tuple[str, _Direction, str, str, str, tuple[str, ...]], ...] = (
    ("https", "Inbound", "Tcp", "Internet", "*", ("443",)),
    ("gateway-manager", "Inbound", "Tcp", "GatewayManager", "*", ("443",)),
    ("load-balancer", "Inbound", "Tcp", "AzureLoadBalancer", "*", ("443",)),
    ("hosts-in", "Inbound", "*", "VirtualNetwork", "VirtualNetwork", ("8080", "5701")),
    ("machines", "Outbound", "*", "*", "VirtualNetwork", MACHINE_PORTS),
    ("azure-cloud", "Outbound", "Tcp", "*", "AzureCloud", ("443",)),
    ("hosts-out", "Outbound", "*", "VirtualNetwork", "VirtualNetwork", ("8080", "5701")),
    ("sessions", "Outbound", "*", "*", "Internet", ("80",)),
)
"""Every rule of the table in https://learn.microsoft.com/azure/bastion/bastion-nsg (2026-02-24):
name, direction, protocol, source, destination, ports. Azure refuses a group without some (VN-27);
the others keep the host up to date."""


def bastion_network(prefix: IPv4Network, region: str) -> DrillNetwork:
    """Return Bastion's network: the subnet is all of it, and has no route table (VN-26)."""
    return DrillNetwork(
        key=DRILL_BASTION,
        virtual_network=VirtualNetwork(
            name=names.drill_bastion_name(region),
            address_space=(prefix,),
            subnets=(Subnet(name=BASTION_SUBNET, address_prefix=prefix),),
        ),
        network_security_group=NetworkSecurityGroup(
            name=names.drill_bastion_security_group_name(region), rules=bastion_rules()
        ),
    )


def bastion_rules() -> tuple[SecurityRule, ...]:
    """Return what Bastion needs; the rest is denied."""
    allowed = (
        SecurityRule(
            name=f"allow-{name}",
            priority=FIRST_RULE_PRIORITY + _STEP * number,
            direction=direction,
            access="Allow",
            source_address_prefixes=(source,),
            destination_address_prefixes=(destination,),
            protocol=protocol,
            destination_ports=ports,
        )
        for number, (name, direction, protocol, source, destination, ports) in enumerate(_TRAFFIC)
    )
    return (*allowed, deny_all("Inbound"), deny_all("Outbound"))


def deny_all(direction: _Direction) -> SecurityRule:
    """Return the last rule of a group: Azure's own after it would allow peers and the internet."""
    return SecurityRule(
        name=f"deny-all-{direction.lower()}",
        priority=LAST_RULE_PRIORITY,
        direction=direction,
        access="Deny",
        source_address_prefixes=("*",),
        destination_address_prefixes=("*",),
    )


def is_of_bastion(rule: SecurityRule) -> bool:
    """Return whether a rule allows what Bastion needs, and no more."""
    return any(_traffic(rule) == _traffic(known) for known in bastion_rules())


def _traffic(rule: SecurityRule) -> tuple[object, ...]:
    return (
        rule.direction,
        rule.access,
        rule.protocol.lower(),
        frozenset(rule.source_address_prefixes),
        frozenset(rule.destination_address_prefixes),
        frozenset(rule.destination_ports),
    )
