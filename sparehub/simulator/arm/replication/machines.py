"""What a failover makes in the other region: the machine, its interfaces and its disks.

Which network, subnet and address: SR-09 to SR-11, SR-44, SR-46 and SR-73. Names of a test:
``{vm}-test``, ``{nic}-test``, ``{disk}-ASRtest`` (SR-49).
"""

from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain, islice

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import (
    NETWORK_INTERFACE,
    VIRTUAL_MACHINE,
)
from sparehub.simulator.arm.types.attached.virtual_machine import DISK
from sparehub.simulator.arm.types.base import Children
from sparehub.simulator.arm.types.network.ip_configurations import (
    configurations_using,
    is_reserved,
)
from sparehub.simulator.arm.types.network.virtual_network import SUBNET, subnet_networks
from sparehub.simulator.arm.types.recovery.state import mappings
from sparehub.simulator.arm.types.recovery.state.source_machine import network_of

_MOST_TRIES = 65_536
"""How many addresses of a subnet are looked at for a free one."""


@dataclass(frozen=True)
class _Keys:
    """Names of the settings of an interface (SR-44)."""

    name: str
    group: str
    reuse: str
    security_group: str


_FAILOVER_KEYS = _Keys(
    "recoveryNicName",
    "recoveryNicResourceGroupName",
    "reuseExistingNic",
    "recoveryNetworkSecurityGroupId",
)
_TEST_KEYS = _Keys(
    "tfoRecoveryNicName",
    "tfoRecoveryNicResourceGroupName",
    "tfoReuseExistingNic",
    "tfoNetworkSecurityGroupId",
)


@dataclass(frozen=True)
class Arrival:
    """Where a machine arrives: for a failover, or for a test of one."""

    transaction: Transaction
    item: Resource
    test: bool = False
    network: str = ""
    """The network of a test; a failover goes where the item says."""

    @property
    def machine(self) -> JsonObject:
        """What is known of the machine."""
        found: JsonObject = self.item.private["machine"]
        return found

    @property
    def settings(self) -> JsonObject:
        """What PATCHes have set."""
        found: JsonObject = self.item.private["settings"]
        return found

    @property
    def group(self) -> ResourceId:
        """The resource group in which things are made."""
        return ResourceId(self.item.private["recoveryGroup"])

    @property
    def location(self) -> str:
        """The region in which things are made."""
        return str(self.item.private["targetRegion"])

    @property
    def name(self) -> str:
        """The name of the machine that is made."""
        own = str(self.settings.get("recoveryAzureVMName") or self.machine["name"])
        return str(self.settings.get("tfoAzureVMName") or f"{own}-test") if self.test else own

    def identity(self, type_name: str, name: str) -> ResourceId:
        """Return the id of something that is made."""
        return ResourceId(f"{self.group.text}/providers/{type_name}/{name}")


def make(arrival: Arrival, writer: Children) -> str:
    """Make disks, interfaces and the machine; return the machine's id.

    Raises:
        Refusal: There is no network or subnet, or an address is not free.

    """
    disks = [_make_disk(arrival, writer, disk) for disk in arrival.machine["disks"]]
    interfaces = [_make_interface(arrival, writer, nic) for nic in arrival.machine["nics"]]
    identity = arrival.identity(VIRTUAL_MACHINE, arrival.name)
    profile: JsonObject = {"dataDisks": [disk for disk in disks if "lun" in disk]}
    system = [disk for disk in disks if "lun" not in disk]
    if system:
        profile["osDisk"] = system[0] | {"osType": arrival.machine["os"]}
    writer.put(
        identity,
        {
            "location": arrival.location,
            "tags": arrival.machine["tags"],
            "properties": {
                "hardwareProfile": {
                    "vmSize": arrival.settings.get("recoveryAzureVMSize") or arrival.machine["size"]
                },
                "storageProfile": profile,
                "networkProfile": {
                    "networkInterfaces": [
                        {"id": interface, "properties": {"primary": number == 0}}
                        for number, interface in enumerate(interfaces)
                    ]
                },
            },
        },
    )
    return identity.text


def _make_disk(arrival: Arrival, writer: Children, disk: JsonObject) -> JsonObject:
    name = f"{disk['name']}-ASRtest" if arrival.test else disk["name"]
    identity = arrival.identity(DISK, name)
    writer.put(
        identity,
        {
            "location": arrival.location,
            "sku": {"name": disk["sku"]},
            "properties": {
                "creationData": {"createOption": "Copy"},
                "diskSizeGB": disk["size"],
                "osType": arrival.machine["os"] if disk["system"] else None,
            },
        },
    )
    shown: JsonObject = {
        "name": name,
        "createOption": "Attach",
        "caching": disk["caching"],
        "managedDisk": {"storageAccountType": disk["sku"], "id": identity.text},
        "deleteOption": "Detach",
        "diskSizeGB": disk["size"],
    }
    return shown if disk["system"] else shown | {"lun": disk["lun"], "toBeDetached": False}


def _make_interface(arrival: Arrival, writer: Children, nic: JsonObject) -> str:
    """Make an interface, or take one that exists where the item says so (SR-46)."""
    chosen = arrival.settings.get("nics", {}).get(nic["guid"], {})
    names = _TEST_KEYS if arrival.test else _FAILOVER_KEYS
    own = nic["name"] if not arrival.test else f"{nic['name']}-test"
    name = str(chosen.get(names.name) or own)
    if chosen.get(names.reuse):
        group = str(chosen.get(names.group) or arrival.group.name)
        text = f"/subscriptions/{arrival.group.subscription}/resourceGroups/{group}"
        identity = ResourceId(f"{text}/providers/{NETWORK_INTERFACE}/{name}")
        if arrival.transaction.get(identity.key):
            return identity.text
    identity = arrival.identity(NETWORK_INTERFACE, name)
    security = chosen.get(names.security_group)
    properties: JsonObject = {
        "enableIPForwarding": nic["forwarding"],
        "ipConfigurations": [
            _configuration(arrival, nic, chosen, configuration)
            for configuration in nic["configurations"]
        ],
    }
    if security:
        properties["networkSecurityGroup"] = {"id": security}
    writer.put(identity, {"location": arrival.location, "properties": properties})
    return identity.text


def _configuration(
    arrival: Arrival, nic: JsonObject, chosen: JsonObject, configuration: JsonObject
) -> JsonObject:
    said = chosen.get("configurations", {}).get(configuration["name"], {})
    network = network_for(arrival, nic)
    subnet = subnet_for(arrival, network, configuration, said)
    static = said.get("tfoStaticIPAddress" if arrival.test else "recoveryStaticIPAddress")
    address = static or _free_address(arrival, subnet, configuration["address"])
    properties: JsonObject = {
        "subnet": {"id": subnet.id.text},
        "primary": configuration["primary"],
        "privateIPAllocationMethod": "Static" if static or address else "Dynamic",
    }
    if address:
        properties["privateIPAddress"] = address
    return {"name": configuration["name"], "properties": properties}


def network_for(arrival: Arrival, nic: JsonObject) -> str:
    """Return the id of the network of an interface that is made.

    A test: the item's own test network, then the one of the request. A failover: the item's own
    network, then the mapping of the source network.

    Raises:
        Refusal: There is none.

    """
    settings = arrival.settings
    if arrival.test:
        found = settings.get("selectedTfoAzureNetworkId") or arrival.network
    else:
        source = network_of(nic["configurations"][0]["subnet"]) if nic["configurations"] else ""
        found = settings.get("selectedRecoveryAzureNetworkId") or mappings.target_network(
            arrival.transaction, arrival.item, source
        )
    network = arrival.transaction.get(str(found or "").lower())
    if network is None or network.document.get("location") != arrival.location:
        raise refusals.TARGET_NETWORK(machine=arrival.machine["name"])
    return network.id.text


def subnet_for(
    arrival: Arrival, network: str, configuration: JsonObject, said: JsonObject
) -> Resource:
    """Return the subnet: the one that is said, of the same name, or the first by name (SR-09).

    Raises:
        Refusal: The network has no subnet, or not the one that is said.

    """
    subnets = {
        subnet.id.name.lower(): subnet
        for subnet in arrival.transaction.children(network.lower(), SUBNET)
    }
    wanted = said.get("tfoSubnetName" if arrival.test else "recoverySubnetName")
    if not wanted and not arrival.test:
        wanted = arrival.item.private.get("recoverySubnet")
    if wanted:
        name = str(wanted).rpartition("/")[2].lower()
        if name in subnets:
            return subnets[name]
    own = configuration["subnet"].rpartition("/")[2].lower()
    if own in subnets:
        return subnets[own]
    if not subnets:
        raise refusals.TARGET_NETWORK(machine=arrival.machine["name"])
    return subnets[min(subnets)]


def _free_address(arrival: Arrival, subnet: Resource, wanted: str) -> str:
    """Return the source's address if it is free in the subnet, else the next one (SR-10, SR-11).

    A failover takes the next free address after the source's, a test the last free one. Empty
    where the address is of another range: Azure then takes the first free one.
    """
    networks = subnet_networks(subnet)
    address = ip_address(wanted) if wanted else None
    network = next((net for net in networks if address and address in net), None)
    if network is None or address is None:
        return ""
    taken = {
        user["properties"].get("privateIPAddress")
        for user in configurations_using(arrival.transaction, subnet.key, "subnet")
    }

    def free(number: int) -> bool:
        candidate = network[number]
        return not is_reserved(candidate, network) and str(candidate) not in taken

    first = int(address) - int(network.network_address)
    last = network.num_addresses - 1
    order = (
        chain((first,), range(last, -1, -1))
        if arrival.test
        else chain(range(first, last + 1), range(first))
    )
    tried = islice(order, _MOST_TRIES)
    return next((str(network[number]) for number in tried if free(number)), "")
