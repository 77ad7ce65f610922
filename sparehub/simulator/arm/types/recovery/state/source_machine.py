"""What Site Recovery learns of a machine when replication is enabled: disks, interfaces, tags."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.disk import DEFAULT_SIZE
from sparehub.simulator.arm.types.network.virtual_network import subnet_networks


def discover(transaction: Transaction, machine: Resource) -> JsonObject:
    """Return what is stored of a machine with an item, as JSON."""
    properties = machine.properties
    return {
        "id": machine.id.text,
        "name": machine.id.name,
        "size": properties.get("hardwareProfile", {}).get("vmSize", "Standard_D2s_v3"),
        "os": _os(properties),
        "tags": machine.document.get("tags", {}),
        "disks": disks_of(transaction, machine),
        "nics": _interfaces(transaction, machine),
    }


def disks_of(transaction: Transaction, machine: Resource) -> list[JsonObject]:
    """Return the managed disks of a machine: the system's first."""
    profile = machine.properties.get("storageProfile", {})
    system = [profile["osDisk"] | {"system": True}] if "osDisk" in profile else []
    found = []
    for disk in [*system, *profile.get("dataDisks", [])]:
        identity = str(disk.get("managedDisk", {}).get("id", ""))
        stored = transaction.get(identity.lower())
        size = disk.get("diskSizeGB") or (stored.properties.get("diskSizeGB") if stored else None)
        if identity:
            found.append(
                {
                    "id": identity,
                    "name": identity.rpartition("/")[2],
                    "size": size or DEFAULT_SIZE,
                    "sku": disk["managedDisk"].get("storageAccountType", "Premium_LRS"),
                    "system": bool(disk.get("system")),
                    "lun": disk.get("lun"),
                    "caching": disk.get("caching", "None"),
                }
            )
    return found


def has_ipv6(transaction: Transaction, machine: Resource) -> bool:
    """Return whether a machine has an IPv6 address, or a subnet of it has IPv6 addresses.

    Site Recovery supports neither: "Free up the subnet of the IPv6 range before any Site Recovery
    operation." https://learn.microsoft.com/azure/site-recovery/azure-to-azure-support-matrix
    """
    subnets = {
        configuration["subnet"].lower()
        for interface in _interfaces(transaction, machine)
        for configuration in interface["configurations"]
    }
    found = [subnet for key in subnets if (subnet := transaction.get(key))]
    return any(network.version == 6 for subnet in found for network in subnet_networks(subnet))  # noqa: PLR2004  the version of IP


def _os(properties: JsonObject) -> str:
    """Return ``Windows`` or ``Linux``."""
    system = properties.get("storageProfile", {}).get("osDisk", {}).get("osType")
    windows = "windowsConfiguration" in properties.get("osProfile", {})
    return str(system or ("Windows" if windows else "Linux"))


def _interfaces(transaction: Transaction, machine: Resource) -> list[JsonObject]:
    """Return the interfaces with their configurations, as they are now."""
    found = []
    profile = machine.properties.get("networkProfile", {})
    for reference in profile.get("networkInterfaces", []):
        interface = transaction.get(str(reference["id"]).lower())
        if interface is None:
            continue
        found.append(
            {
                "id": interface.id.text,
                "name": interface.id.name,
                "guid": guid("interface", interface.key),
                "group": interface.properties.get("networkSecurityGroup", {}).get("id"),
                "forwarding": bool(interface.properties.get("enableIPForwarding")),
                "accelerated": bool(interface.properties.get("enableAcceleratedNetworking")),
                "configurations": [
                    _configuration(configuration)
                    for configuration in interface.properties.get("ipConfigurations", [])
                ],
            }
        )
    return found


def _configuration(configuration: JsonObject) -> JsonObject:
    properties = configuration["properties"]
    return {
        "name": configuration["name"],
        "primary": bool(properties.get("primary")),
        "subnet": properties.get("subnet", {}).get("id", ""),
        "address": properties.get("privateIPAddress", ""),
        "allocation": properties.get("privateIPAllocationMethod", "Dynamic"),
    }


def network_of(subnet: str) -> str:
    """Return the id of the network of a subnet's id."""
    return subnet.rpartition("/subnets/")[0]
