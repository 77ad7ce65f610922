"""What a failover makes in the other region: the machine, its interfaces and its disks.

Nothing that is there already is changed, but for the disks that re-protection left behind.
"""

from dataclasses import dataclass, field

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import (
    NETWORK_INTERFACE,
    VIRTUAL_MACHINE,
)
from sparehub.simulator.arm.types.attached.virtual_machine import DISK
from sparehub.simulator.arm.types.base import Children
from sparehub.simulator.arm.types.network.ip_configurations import configurations
from sparehub.simulator.arm.types.recovery.state.arrival import (
    Arrival,
    free_address,
    network_for,
    subnet_for,
)
from sparehub.simulator.arm.types.recovery.state.source_machine import network_of


@dataclass(frozen=True)
class _Keys:
    """Names of the settings of an interface (SR-44)."""

    name: str
    group: str
    reuse: str
    security_group: str
    accelerated: str


_FAILOVER_KEYS = _Keys(
    "recoveryNicName",
    "recoveryNicResourceGroupName",
    "reuseExistingNic",
    "recoveryNetworkSecurityGroupId",
    "enableAcceleratedNetworkingOnRecovery",
)
_TEST_KEYS = _Keys(
    "tfoRecoveryNicName",
    "tfoRecoveryNicResourceGroupName",
    "tfoReuseExistingNic",
    "tfoNetworkSecurityGroupId",
    "enableAcceleratedNetworkingOnTfo",
)


@dataclass(frozen=True)
class _Maker:
    """Makes things for an arrival, and remembers them."""

    arrival: Arrival
    writer: Children
    made: list[str] = field(default_factory=list)
    """Ids of what was made, and not merely used."""

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        """Make something; refuse to change what is there, and is not this item's to change."""
        store = self.arrival.transaction
        kept = self.arrival.item.private.get("kept", [])
        if store.get(identity.key) and (
            identity.key not in kept or store.referrers(identity.key, VIRTUAL_MACHINE)
        ):
            raise refusals.TARGET_EXISTS(machine=self.arrival.machine["name"], id=identity.text)
        self.writer.put(identity, body)
        self.made.append(identity.text)


def make(arrival: Arrival, writer: Children) -> list[str]:
    """Make disks, interfaces and the machine; return the ids of what was made, the machine's first.

    Raises:
        Refusal: There is no network or subnet, an address is not free, or something of a name is
            there already.

    """
    maker = _Maker(arrival, writer)
    disks = [_make_disk(maker, disk) for disk in arrival.machine["disks"]]
    interfaces = [_interface(maker, nic) for nic in arrival.machine["nics"]]
    identity = arrival.identity(VIRTUAL_MACHINE, arrival.name)
    profile: JsonObject = {"dataDisks": [disk for disk in disks if "lun" in disk]}
    system = [disk for disk in disks if "lun" not in disk]
    if system:
        profile["osDisk"] = system[0] | {"osType": arrival.machine["os"]}
    size = arrival.settings.get("recoveryAzureVMSize") or arrival.machine["size"]
    references = [
        {"id": interface, "properties": {"primary": number == 0}}
        for number, interface in enumerate(interfaces)
    ]
    body = {
        "location": arrival.location,
        "tags": arrival.machine["tags"],
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "storageProfile": profile,
            "networkProfile": {"networkInterfaces": references},
        },
    }
    maker.put(identity, body)
    return maker.made[::-1]


def _make_disk(maker: _Maker, disk: JsonObject) -> JsonObject:
    arrival = maker.arrival
    name = f"{disk['name']}-ASRtest" if arrival.test else disk["name"]
    identity = arrival.identity(DISK, name)
    maker.put(
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


def _interface(maker: _Maker, nic: JsonObject) -> str:
    """Make an interface, or take one that exists where the item says so (SR-46)."""
    arrival = maker.arrival
    chosen = arrival.chosen(nic)
    names = _TEST_KEYS if arrival.test else _FAILOVER_KEYS
    own = nic["name"] if not arrival.test else f"{nic['name']}-test"
    group = str(chosen.get(names.group) or arrival.group.name)
    identity = ResourceId(
        f"/subscriptions/{arrival.group.subscription}/resourceGroups/{group}"
        f"/providers/{NETWORK_INTERFACE}/{chosen.get(names.name) or own}"
    )
    if chosen.get(names.reuse):
        return _reused(arrival, nic, identity)
    properties: JsonObject = {
        "enableIPForwarding": nic["forwarding"],
        "enableAcceleratedNetworking": bool(chosen.get(names.accelerated)),
        "ipConfigurations": [
            _configuration(arrival, nic, configuration) for configuration in nic["configurations"]
        ],
    }
    if security := chosen.get(names.security_group):
        properties["networkSecurityGroup"] = {"id": security}
    maker.put(identity, {"location": arrival.location, "properties": properties})
    return identity.text


def _reused(arrival: Arrival, nic: JsonObject, identity: ResourceId) -> str:
    """Return an interface that exists; refuse one of another network, which cannot move (SR-72)."""
    interface = arrival.transaction.get(identity.key)
    if interface is None:
        raise refusals.NO_INTERFACE(id=identity.text, problem="does not exist")
    network = network_for(arrival, nic).lower()
    for configuration in configurations(interface):
        if network_of(configuration["properties"]["subnet"]["id"]).lower() != network:
            raise refusals.NO_INTERFACE(id=identity.text, problem="is in another network")
    return interface.id.text


def _configuration(arrival: Arrival, nic: JsonObject, configuration: JsonObject) -> JsonObject:
    subnet = subnet_for(arrival, nic, configuration)
    static = arrival.said(nic, configuration, "StaticIPAddress")
    address = static or free_address(arrival, subnet, configuration["address"])
    properties: JsonObject = {
        "subnet": {"id": subnet.id.text},
        "primary": configuration["primary"],
        "privateIPAllocationMethod": "Static" if address else "Dynamic",
    }
    if address:
        properties["privateIPAddress"] = address
    if public := arrival.said(nic, configuration, "PublicIPAddressId"):
        properties["publicIPAddress"] = {"id": public}
    pools = arrival.said(nic, configuration, "LBBackendAddressPoolIds")
    if isinstance(pools, list) and pools:
        for pool in pools:
            _check_pool(arrival, pool)
        properties["loadBalancerBackendAddressPools"] = [{"id": pool} for pool in pools]
    return {"name": configuration["name"], "properties": properties}


def _check_pool(arrival: Arrival, pool: str) -> None:
    """Refuse a backend pool that does not exist; it is a part of its load balancer."""
    target = parse(pool)
    holder = target.parent if isinstance(target, ResourceId) else None
    balancer = arrival.transaction.get(holder.key) if holder else None
    pools = balancer.properties.get("backendAddressPools", []) if balancer else []
    if not any(found["id"].lower() == pool.lower() for found in pools):
        raise refusals.POOL_MISSING(machine=arrival.machine["name"], pool=pool)


def remove(transaction: Transaction, writer: Children, made: list[str]) -> None:
    """Delete what :func:`make` made, as far as it is still there."""
    for identity in made:
        if found := transaction.get(identity.lower()):
            writer.remove(found)


def remove_left(transaction: Transaction, writer: Children, machine: Resource) -> None:
    """Delete a machine that was left behind, and its interfaces; its disks stay (SR-56).

    An interface that was there before and was merely used (SR-46) goes as well: no source makes
    an exception.
    """
    references = machine.properties.get("networkProfile", {}).get("networkInterfaces", [])
    writer.remove(machine)
    for reference in references:
        if interface := transaction.get(str(reference["id"]).lower()):
            writer.remove(interface)
