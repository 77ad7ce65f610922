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
from sparehub.simulator.arm.types.recovery.networks import AZURE_NETWORK
from sparehub.simulator.arm.types.recovery.recovery_plan import PLAN
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    FABRIC,
    NETWORK,
    fabric_of,
)

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
        """Refuse an unknown region, another one than before, and a second fabric (SR-03)."""
        location = geography.canonical_region(_location(write))
        if not geography.is_region(location):
            raise refusals.FABRIC_LOCATION(location=_location(write))
        before = write.existing.properties["customDetails"]["location"] if write.existing else ""
        if before and before != location:
            raise refusals.FABRIC_MOVED(name=write.id.name, before=before, location=location)
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
        """Make what holds the network mappings of an Azure fabric (SR-28)."""
        if write.existing is None:
            segment = NETWORK.rpartition("/")[2]
            write.children.put(resource.id.child(segment, AZURE_NETWORK), {})

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
        """Refuse while items or plans lead from or to it; the rest goes along (SR-80)."""
        vault = f"{vault_of(resource.id).key}/"
        for item in transaction.of_type(ITEM, under=vault):
            target = fabric_of(ResourceId(item.private["recoveryContainer"]))
            if resource.key in (fabric_of(item.id).key, target.key):
                raise refusals.IN_USE(id=resource.id.text, user=item.id.text)
        for plan in transaction.of_type(PLAN, under=vault):
            if resource.key in {str(fabric).lower() for fabric in plan.properties.values()}:
                raise refusals.IN_USE(id=resource.id.text, user=plan.id.text)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete containers and mappings with it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


def _location(write: Write) -> str:
    return str(write.properties.get("customDetails", {}).get("location", ""))
