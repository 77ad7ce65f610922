"""Protection containers and their mappings (SR-04, SR-36, SR-37)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.policy import POLICY
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    CONTAINER_MAPPING,
    fabric_of,
    stored,
)


class Container(ReplicationType):
    """A container of protected items; it has no DELETE, but ``remove`` (SR-36)."""

    name = CONTAINER
    accepts: ClassVar[Spec] = {"providerSpecificInput": [dict]}
    seconds = Durations(create=durations.CONTAINER, update=1, delete=durations.REMOVAL)
    scenario = ("CreateProtectionContainer", "Create protection container")
    target_type = "ProtectionContainer"

    def compute(self, write: Write) -> JsonObject:
        """Return what never changes."""
        return {"friendlyName": write.id.name, "fabricType": "Azure"}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add what follows from mappings and items."""
        del now, listed
        fabric = transaction.get(fabric_of(resource.id).key)
        mappings = transaction.children(resource.key, CONTAINER_MAPPING)
        paired = mappings or transaction.referrers(resource.key, CONTAINER_MAPPING)
        items = transaction.children(resource.key, ITEM)
        return {
            "fabricFriendlyName": fabric.properties["friendlyName"] if fabric else "",
            **resource.properties,
            "protectedItemCount": len(items),
            "pairingStatus": "Paired" if paired else "NotPaired",
            "role": "Primary" if mappings else "",
            "fabricSpecificDetails": None,
        }

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse while it has protected items."""
        for item in transaction.children(resource.key, ITEM):
            raise refusals.IN_USE(id=resource.id.text, user=item.id.text)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete its mappings, and those that lead to it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)
        for mapping in transaction.referrers(resource.key, CONTAINER_MAPPING):
            deleter.remove(mapping)


class ContainerMapping(ReplicationType):
    """A mapping of two containers with a policy, in one direction."""

    name = CONTAINER_MAPPING
    accepts: ClassVar[Spec] = {
        "policyId": str,
        "targetProtectionContainerId": str,
        "providerSpecificInput": {
            "instanceType": str,
            "agentAutoUpdateStatus": str,
            "automationAccountArmId": str,
            "automationAccountAuthenticationType": str,
        },
    }
    patches: ClassVar[Spec] = {
        "properties": {
            "providerSpecificInput": {
                "instanceType": str,
                "agentAutoUpdateStatus": str,
                "automationAccountArmId": str,
                "automationAccountAuthenticationType": str,
            }
        }
    }
    seconds = Durations(create=durations.CONTAINER_MAPPING, update=1, delete=durations.REMOVAL)
    scenario = ("PairCloud", "Associate replication policy")
    deletion_scenario = ("UnpairCloud", "Dissociate replication policy")
    target_type = "ProtectionProfile"

    def listed(self, transaction: Transaction, scope: ResourceId) -> list[Resource]:
        """Return the mappings of both directions under a container (recorded of 2024-10-01)."""
        mine = super().listed(transaction, scope)
        if scope.type.lower() != CONTAINER.lower():
            return mine
        return [*mine, *transaction.referrers(scope.key, CONTAINER_MAPPING)]

    def check(self, write: Write) -> None:
        """Refuse an unknown policy or container, and a second mapping of a pair (SR-04)."""
        if write.method == "PATCH":
            return
        target = stored(write.transaction, _target(write), CONTAINER)
        if target is None or fabric_of(target.id).key == fabric_of(write.id).key:
            raise refusals.MAPPING_TARGET(what="container of another fabric", id=_target(write))
        if stored(write.transaction, write.properties.get("policyId"), POLICY) is None:
            raise refusals.MAPPING_TARGET(what="policy", id=write.properties.get("policyId"))
        for other in write.transaction.children(write.id.key.rpartition("/")[0].rpartition("/")[0]):
            same = other.properties.get("targetProtectionContainerId", "").lower() == target.key
            policy = other.properties.get("policyId", "").lower()
            same = same and policy == str(write.properties["policyId"]).lower()
            if same and other.key != write.id.key:
                source = write.parent.id.text if write.parent else ""
                raise refusals.MAPPING_EXISTS(source=source, name=other.id.name)

    def dependencies(self, write: Write) -> list[Resource]:
        """Need the policy and the target container for as long as it exists."""
        if write.method == "PATCH" and write.existing:
            keys = write.transaction.references(write.existing.key)
            return [one for key in keys if (one := write.transaction.get(key))]
        found = [
            stored(write.transaction, _target(write), CONTAINER),
            stored(write.transaction, write.properties.get("policyId"), POLICY),
        ]
        return [resource for resource in found if resource]

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows."""
        sent = write.properties.get("providerSpecificInput", {})
        before = write.existing.properties if write.existing else {}
        details: JsonObject = {
            "instanceType": "A2A",
            "agentAutoUpdateStatus": "Disabled",
            # "RunAsAccount" where nothing is sent, although such accounts ended (recorded).
            "automationAccountAuthenticationType": "RunAsAccount",
            "automationAccountArmId": None,
            "scheduleName": None,
            "jobScheduleName": None,
        } | before.get("providerSpecificDetails", {})
        details |= sent
        if details["agentAutoUpdateStatus"] == "Enabled":
            number = guid("schedule", write.id.key)
            details["scheduleName"] = f"{write.id.name}_{number}"
            details["jobScheduleName"] = guid("job schedule", write.id.key)
        policy = write.properties.get("policyId") or before.get("policyId", "")
        target = _target(write) or before.get("targetProtectionContainerId", "")
        return {
            "policyId": policy,
            "targetProtectionContainerId": target,
            "providerSpecificDetails": details,
        }

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add friendly names, health and state."""
        del now, listed
        details = resource.properties
        target = ResourceId(details["targetProtectionContainerId"])
        source_fabric = transaction.get(fabric_of(resource.id).key)
        target_fabric = transaction.get(fabric_of(target).key)
        container = resource.id.parent
        return {
            "targetProtectionContainerId": capitalized(target.text),
            "targetProtectionContainerFriendlyName": target.name,
            "providerSpecificDetails": details["providerSpecificDetails"],
            "health": "Normal",
            "healthErrorDetails": [],
            "policyId": capitalized(details["policyId"]),
            "state": "Paired",
            "sourceProtectionContainerFriendlyName": container.name if container else "",
            "sourceFabricFriendlyName": _friendly(source_fabric),
            "targetFabricFriendlyName": _friendly(target_fabric),
            "policyFriendlyName": ResourceId(details["policyId"]).name,
        }

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse while items are replicated by it."""
        details = resource.properties
        target = details["targetProtectionContainerId"].lower()
        container = resource.id.parent
        for item in transaction.children(container.key if container else "", ITEM):
            same = item.private["recoveryContainer"].lower() == target
            if same and item.private["policy"].lower() == details["policyId"].lower():
                raise refusals.IN_USE(id=resource.id.text, user=item.id.text)


def _target(write: Write) -> str:
    return str(write.properties.get("targetProtectionContainerId", ""))


def _friendly(fabric: Resource | None) -> str:
    return str(fabric.properties["friendlyName"]) if fabric else ""
