"""Azure Firewall, as the network virtual appliance of a hub; its rules are stored only."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.types.attached.public_ip_address import PUBLIC_IP_ADDRESS, check_free
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network.ip_configurations import allocate_addresses, check_subnets
from sparehub.simulator.arm.types.network.virtual_network import SUBNET, subnet_networks

AZURE_FIREWALL = "Microsoft.Network/azureFirewalls"
_SUBNET = "AzureFirewallSubnet"
_PREFIX = 26
_RULES = ("applicationRuleCollections", "natRuleCollections", "networkRuleCollections")


class AzureFirewall(ResourceType):
    """A firewall in a subnet of its own; its private address is the spokes' next hop."""

    name = AZURE_FIREWALL
    accepts: ClassVar[Spec] = {
        "additionalProperties": dict,
        "firewallPolicy": {"id": str},
        "ipConfigurations": [
            {
                "name": str,
                "properties": {
                    "publicIPAddress": Reference(PUBLIC_IP_ADDRESS, same_region=True),
                    "subnet": Reference(SUBNET, same_region=True),
                },
            }
        ],
        "sku": {"name": str, "tier": str},
        "threatIntelMode": str,
        **{rules: [dict] for rules in _RULES},
    }
    # Recorded in azure-mgmt-network 19.3.0: one creation, one deletion; update as the deletion.
    seconds = Durations(create=781, update=381, delete=381)
    has_location = True
    has_zones = True
    verb = "PutAzureFirewallOperation"

    def check(self, write: Write) -> None:
        """Refuse any subnet but an AzureFirewallSubnet of /26 or larger (VN-16).

        One that stands may lose its IP configurations: that deallocates it, and what it is given
        when it is allocated again may be another private address.
        https://learn.microsoft.com/azure/firewall/firewall-faq
        """
        if write.existing and not write.properties.get("ipConfigurations"):
            return
        check_subnets(write, "ipConfigurations")
        subnet_keys = [
            item["properties"]["subnet"]["id"].lower()
            for item in write.properties.get("ipConfigurations", [])
            if "subnet" in item.get("properties", {})
        ]
        subnet = write.transaction.get(subnet_keys[0]) if len(subnet_keys) == 1 else None
        if subnet is None or subnet.id.name.lower() != _SUBNET.lower():
            raise refusals.FIREWALL_SUBNET(id=write.id.text)
        if subnet_networks(subnet)[0].prefixlen > _PREFIX:
            raise refusals.FIREWALL_SUBNET(id=write.id.text)
        check_free(write, "ipConfigurations")

    def compute(self, write: Write) -> JsonObject:
        """Add the private address and Azure's defaults."""
        collections: JsonObject = {rules: [] for rules in _RULES}
        defaults = collections | {
            "additionalProperties": {},
            "sku": {"name": "AZFW_VNet", "tier": "Standard"},
            "threatIntelMode": "Alert",
        }
        shown = {"ipConfigurations": allocate_addresses(write, "ipConfigurations", {})}
        return defaults | write.properties | shown
