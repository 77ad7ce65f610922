"""Network mappings (SR-06 to SR-08, SR-38), and what holds them."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import (
    FABRIC,
    NETWORK,
    NETWORK_MAPPING,
    fabric_of,
    region_of,
    stored,
)

AZURE_NETWORK = "azureNetwork"
"""The one network of an Azure fabric (SR-28)."""


class ReplicationNetwork(ReplicationType):
    """``azureNetwork`` of a fabric, which holds its network mappings; it is in no list."""

    name = NETWORK
    has_delete = False
    accepts: ClassVar[Spec] = {}
    seconds = Durations(create=0, update=0, delete=0)

    def check(self, write: Write) -> None:
        """Refuse every PUT but the one by which a new fabric makes it."""
        if write.existing or write.id.name != AZURE_NETWORK:
            raise refusals.READ_ONLY(type=self.name)

    def listed(self, transaction: Transaction, scope: ResourceId) -> list[Resource]:
        """Return nothing: networks are listed of VMM sites only."""
        del transaction, scope
        return []

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the mappings with it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


class NetworkMapping(ReplicationType):
    """A mapping of a network to one of the other region, in one direction."""

    name = NETWORK_MAPPING
    accepts: ClassVar[Spec] = {
        "recoveryFabricName": str,
        "recoveryNetworkId": str,
        "fabricSpecificDetails": {"instanceType": str, "primaryNetworkId": str},
    }
    patches: ClassVar[Spec] = {"properties": accepts}
    seconds = Durations(
        create=durations.NETWORK_MAPPING, update=durations.NETWORK_MAPPING, delete=durations.REMOVAL
    )
    scenario = ("PairNetwork", "Map networks")
    deletion_scenario = ("UnpairNetwork", "Unmap networks")
    target_type = "Network"

    def check(self, write: Write) -> None:
        """Refuse a missing fabric name (SR-38), unknown networks, and a second mapping (SR-06)."""
        if write.method == "PUT" and not write.properties.get("recoveryFabricName"):
            raise refusals.NETWORK_MAPPING_FABRIC()  # noqa: RSE102  an entry of the catalogue is called
        fabric = _recovery_fabric(write)
        if write.transaction.get(fabric.key) is None or fabric.key == fabric_of(write.id).key:
            raise refusals.MAPPING_TARGET(what="other fabric", id=fabric.name)
        for text, holder in ((_primary(write), fabric_of(write.id)), (_recovery(write), fabric)):
            network = stored(write.transaction, text, VIRTUAL_NETWORK)
            region = region_of(write.transaction, holder)
            if network is None or network.document.get("location") != region:
                raise refusals.MAPPING_TARGET(what=f"network of {region}", id=text)
        parent = write.parent.key if write.parent else ""
        for other in write.transaction.children(parent, NETWORK_MAPPING):
            same = other.properties["primaryNetworkId"] == _primary(write).lower()
            there = other.properties["recoveryFabricArmId"].lower() == fabric.key
            if same and there and other.key != write.id.key:
                raise refusals.MAPPING_EXISTS(source=_primary(write), name=other.id.name)

    def starts_after(self, write: Write) -> list[Resource]:
        """Return the other fabric: it must be there before (SR-28)."""
        fabric = write.transaction.get(_recovery_fabric(write).key)
        return [fabric] if fabric else []

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows: ids of networks in lower case (SR-38)."""
        fabric, here = _recovery_fabric(write), fabric_of(write.id)
        primary, recovery = _primary(write).lower(), _recovery(write).lower()
        names = [write.transaction.get(found.key) for found in (here, fabric)]
        friendly = [found.properties["friendlyName"] if found else "" for found in names]
        return {
            "state": "Paired",
            "primaryNetworkFriendlyName": primary.rpartition("/")[2],
            "primaryNetworkId": primary,
            "primaryFabricFriendlyName": friendly[0],
            "recoveryNetworkFriendlyName": recovery.rpartition("/")[2],
            "recoveryNetworkId": recovery,
            "recoveryFabricArmId": capitalized(fabric.text),
            "recoveryFabricFriendlyName": friendly[1],
            "fabricSpecificSettings": {
                "instanceType": "AzureToAzure",
                "primaryFabricLocation": region_of(write.transaction, here),
                "recoveryFabricLocation": region_of(write.transaction, fabric),
            },
        }


def _before(write: Write, name: str) -> str:
    """Return what a PATCH leaves as it is."""
    kept = write.method == "PATCH" and write.existing is not None
    return str(write.existing.properties[name]) if kept and write.existing else ""


def _primary(write: Write) -> str:
    details = write.properties.get("fabricSpecificDetails", {})
    return str(details.get("primaryNetworkId") or _before(write, "primaryNetworkId"))


def _recovery(write: Write) -> str:
    return str(write.properties.get("recoveryNetworkId") or _before(write, "recoveryNetworkId"))


def _recovery_fabric(write: Write) -> ResourceId:
    if name := write.properties.get("recoveryFabricName"):
        return vault_of(write.id).child(FABRIC.rpartition("/")[2], name)
    return ResourceId(_before(write, "recoveryFabricArmId"))
