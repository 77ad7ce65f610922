"""Data: the subnets whose names Azure knows, and what it takes on each. Read on 2026-11-30.

In each of them lives one service of Azure's and nothing else, so no machine and no replication.

- GatewaySubnet: https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways
  (VN-09 to VN-12); a security group is refused with the subnet:
  https://github.com/Azure-Terraform/terraform-azurerm-virtual-network/issues/18.
- AzureFirewallSubnet: https://learn.microsoft.com/azure/firewall/firewall-faq. A route table of its
  own is how a firewall is made to tunnel.
- AzureFirewallManagementSubnet: https://learn.microsoft.com/azure/firewall/management-nic. The one
  route allowed there is a default route to the internet, with propagation off: none of our tables.
- RouteServerSubnet: https://learn.microsoft.com/azure/route-server/route-server-faq takes neither.
- AzureBastionSubnet: https://learn.microsoft.com/azure/bastion/bastion-nsg; the refusals in
  https://github.com/Azure/Azure-Landing-Zones/issues/1679 (route table) and
  https://github.com/Azure/azure-quickstart-templates/issues/8655 (security group).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sparehub.topology.azure.limits import SMALLEST_SUBNET

GATEWAY_SUBNET = "GatewaySubnet"
"""VN-09: the name that Azure demands of a gateway's subnet."""
BASTION_SUBNET = "AzureBastionSubnet"
"""The name that Azure demands of the subnet of a Bastion host:
https://learn.microsoft.com/azure/bastion/configuration-settings#subnet."""


class Groups(StrEnum):
    """Which network security groups Azure takes on a subnet."""

    NONE = "none"
    OWN_RULES = "own rules"  # one that has the rules of the service


@dataclass(frozen=True, kw_only=True)
class ReservedSubnet:
    """What Azure says of one name."""

    name: str
    longest_prefix: int  # the smallest that Azure takes
    takes_route_table: bool  # one of Sparehub's
    security_groups: Groups


RESERVED_SUBNETS: Mapping[str, ReservedSubnet] = MappingProxyType(
    {
        name.lower(): ReservedSubnet(
            name=name,
            longest_prefix=longest_prefix,
            takes_route_table=takes_route_table,
            security_groups=groups,
        )
        for name, longest_prefix, takes_route_table, groups in (
            (GATEWAY_SUBNET, SMALLEST_SUBNET, True, Groups.NONE),
            ("AzureFirewallSubnet", 26, True, Groups.NONE),
            ("AzureFirewallManagementSubnet", 26, False, Groups.NONE),
            ("RouteServerSubnet", 27, False, Groups.NONE),
            (BASTION_SUBNET, 26, False, Groups.OWN_RULES),
        )
    }
)
"""By the name in lower case: Azure's names are one in any case."""

BASTION_RULES = (
    "443 from GatewayManager inbound, 443 to AzureCloud and 22 and 3389 to VirtualNetwork outbound"
)
"""What a security group on AzureBastionSubnet has to allow, as Microsoft's page lists it."""


def reserved(name: str) -> ReservedSubnet | None:
    """Return what Azure says of a subnet of this name; None of an ordinary one."""
    return RESERVED_SUBNETS.get(name.lower())
