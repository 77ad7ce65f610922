"""Network interfaces."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.deterministic_ids import fraction, guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.public_ip_address import PUBLIC_IP_ADDRESS, check_free
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network.ip_configurations import allocate_addresses, check_subnets
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

NETWORK_INTERFACE = "Microsoft.Network/networkInterfaces"
VIRTUAL_MACHINE = "Microsoft.Compute/virtualMachines"


class NetworkInterface(ResourceType):
    """A network interface: an address in a subnet, for a virtual machine."""

    name = NETWORK_INTERFACE
    accepts: ClassVar[Spec] = {
        "auxiliaryMode": str,
        "auxiliarySku": str,
        "disableTcpStateTracking": bool,
        "dnsSettings": {"dnsServers": [str], "internalDnsNameLabel": str},
        "enableAcceleratedNetworking": bool,
        "enableIPForwarding": bool,
        "ipConfigurations": [
            {
                "name": str,
                "properties": {
                    "applicationSecurityGroups": [dict],
                    "loadBalancerBackendAddressPools": [dict],
                    "primary": bool,
                    "privateIPAddress": str,
                    "privateIPAddressVersion": str,
                    "privateIPAllocationMethod": str,
                    "publicIPAddress": Reference(PUBLIC_IP_ADDRESS, same_region=True),
                    "subnet": Reference(SUBNET, same_region=True),
                },
            }
        ],
        "networkSecurityGroup": Reference(
            "Microsoft.Network/networkSecurityGroups", same_region=True
        ),
        "nicType": str,
    }
    # 7 to 11 s in public Terraform logs.
    seconds = Durations(create=9, update=9, delete=9)
    has_location = True
    # Recorded: the answer to its PUT says Succeeded, beside an operation to follow.
    state_during_write = "Succeeded"
    verb = "PutNicOperation"

    def check(self, write: Write) -> None:
        """Refuse an interface without a subnet, or in one that is not for it (VN-09)."""
        configurations = write.properties.get("ipConfigurations", [])
        if not configurations or any(
            "subnet" not in configuration.get("properties", {}) for configuration in configurations
        ):
            raise refusals.INTERFACE_SUBNET(id=write.id.text)
        check_subnets(write, "ipConfigurations")
        check_free(write, "ipConfigurations")

    def compute(self, write: Write) -> JsonObject:
        """Add addresses (VN-01) and Azure's defaults; forwarding is off (RT-13)."""
        shown = allocate_addresses(write, "ipConfigurations", {"privateIPAddressVersion": "IPv4"})
        for index, configuration in enumerate(shown):
            configuration["properties"].setdefault("primary", index == 0)
        defaults: JsonObject = {
            "dnsSettings": {},
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "hostedWorkloads": [],
            "nicType": "Standard",
            "resourceGuid": guid(write.id.key),
            "tapConfigurations": [],
        }
        dns = {
            "dnsServers": [],
            "appliedDnsServers": [],
            "internalDomainNameSuffix": f"{guid(write.id.key)[:8]}.internal.cloudapp.net",
        }
        properties = defaults | write.properties | {"ipConfigurations": shown}
        return properties | {"dnsSettings": dns | properties["dnsSettings"]}

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the virtual machine that has it, and then a MAC address."""
        del provisioned
        shown = dict(resource.properties)
        for machine in transaction.referrers(resource.key, VIRTUAL_MACHINE):
            number = int(fraction("mac", resource.key) * 0xFFFFFF)
            tail = f"{number:06X}"
            shown["macAddress"] = f"00-0D-3A-{tail[:2]}-{tail[2:4]}-{tail[4:]}"
            shown["primary"] = True
            shown["virtualMachine"] = {"id": machine.id.text}
        return shown

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete the interface of a virtual machine."""
        for machine in transaction.referrers(resource.key, VIRTUAL_MACHINE):
            raise refusals.INTERFACE_IN_USE(id=resource.id.text, user=machine.id.text)
