"""Fabrics: a region, as Site Recovery knows it (SR-03, SR-34)."""

from typing import ClassVar

from sparehub.simulator.arm.data import geography
from sparehub.simulator.arm.data.region_names import display_name
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.mappings import CONTAINER, FABRIC

_UNENCRYPTED = {"kekState": "None", "kekCertThumbprint": None}


class Fabric(ReplicationType):
    """A fabric; a vault has one for each region."""

    name = FABRIC
    accepts: ClassVar[Spec] = {"customDetails": {"instanceType": str, "location": str}}
    seconds = Durations(create=durations.FABRIC, update=durations.FABRIC, delete=durations.REMOVAL)
    scenario = ("CreateFabric", "Create a site")
    deletion_scenario = ("DeleteFabric", "Delete the site")
    target_type = "Site"

    def absent(self, identity: ResourceId) -> Refusal | None:
        """Return Site Recovery's own refusal (SR-82)."""
        return refusals.FABRIC_MISSING(name=identity.name)

    def check(self, write: Write) -> None:
        """Refuse an unknown region, and a second fabric of a region (SR-03)."""
        location = geography.canonical_region(_location(write))
        if not geography.is_region(location):
            raise refusals.FABRIC_LOCATION(location=_location(write))
        for other in write.transaction.children(write.parent.key if write.parent else "", FABRIC):
            same = other.properties["customDetails"]["location"] == location
            if same and other.key != write.id.key:
                raise refusals.FABRIC_EXISTS(location=location, name=other.id.name)

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows."""
        location = geography.canonical_region(_location(write))
        return {
            "friendlyName": display_name(location),
            "encryptionDetails": _UNENCRYPTED,
            "rolloverEncryptionDetails": _UNENCRYPTED,
            "internalIdentifier": guid("fabric", write.id.key),
            "bcdrState": "Valid",
            "customDetails": {"instanceType": "Azure", "location": location, "zones": []},
            "healthErrorDetails": [],
            "health": "Normal",
        }

    def after_put(self, write: Write, resource: Resource) -> None:
        """Make what holds the network mappings of an Azure fabric: ``azureNetwork`` (SR-28)."""
        if write.existing is None:
            write.children.put(resource.id.child("replicationNetworks", "azureNetwork"), {})

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add the containers, by GUIDs that are not their names (SR-34)."""
        del now, listed
        containers = [
            guid("container", child.key) for child in transaction.children(resource.key, CONTAINER)
        ]
        details = resource.properties["customDetails"] | {"containerIds": containers}
        return resource.properties | {"customDetails": details}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse while machines of the region are replicated; the rest goes along (SR-80)."""
        for item in transaction.of_type(ITEM, under=f"{resource.key}/"):
            raise refusals.IN_USE(id=resource.id.text, user=item.id.text)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete containers and mappings with it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


def _location(write: Write) -> str:
    return str(write.properties.get("customDetails", {}).get("location", ""))
