"""Protection containers and their mappings (SR-04, SR-36, SR-37)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.policy import POLICY, is_a2a
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    CONTAINER_MAPPING,
    container_of,
    fabric_of,
    stored,
)


class Container(ReplicationType):
    """A container of protected items; it has no DELETE, but ``remove`` (SR-36)."""

    name = CONTAINER
    accepts: ClassVar[Spec] = {"providerSpecificInput": [dict]}
    seconds = Durations(create=durations.CONTAINER, update=1, delete=durations.REMOVAL)
    has_delete = False
    scenario = ("CreateProtectionContainer", "Create protection container")
    deletion_scenario = ("DeleteProtectionContainer", "Remove protection container")
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
        """Refuse an unknown policy or container, and a second mapping of a pair (SR-04).

        Both are in the vault of the mapping. While items are replicated by it, it stays as it is.
        """
        if write.method == "PATCH":
            return
        store, vault = write.transaction, vault_of(write.id).key
        target = stored(store, _target(write), CONTAINER)
        other_fabric = target and fabric_of(target.id).key != fabric_of(write.id).key
        if target is None or not other_fabric or vault_of(target.id).key != vault:
            raise refusals.MAPPING_TARGET(what="container of another fabric", id=_target(write))
        policy = stored(store, write.properties.get("policyId"), POLICY)
        if policy is None or vault_of(policy.id).key != vault or not is_a2a(policy):
            raise refusals.MAPPING_TARGET(what="A2A policy", id=write.properties.get("policyId"))
        leads = _lead(target.id.text, policy.id.text)
        for other in store.children(container_of(write.id).key, CONTAINER_MAPPING):
            if other.key != write.id.key and _leads(other) == leads:
                source = container_of(write.id).text
                raise refusals.MAPPING_EXISTS(source=source, name=other.id.name)
        if write.existing and _leads(write.existing) != leads:
            self.check_delete(store, write.existing)

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
            "policyId": f"/{policy.strip('/')}",
            "targetProtectionContainerId": f"/{target.strip('/')}",
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
        for item in transaction.children(container_of(resource.id).key, ITEM):
            private = item.private
            if _lead(private["recoveryContainer"], private["policy"]) == _leads(resource):
                raise refusals.IN_USE(id=resource.id.text, user=item.id.text)


def _target(write: Write) -> str:
    return str(write.properties.get("targetProtectionContainerId", ""))


def _lead(container: str, policy: str) -> tuple[str, str]:
    """Return what two spellings of a way have in common: the target container and the policy."""
    return container.lower(), policy.lower()


def _leads(mapping: Resource) -> tuple[str, str]:
    details = mapping.properties
    return _lead(details["targetProtectionContainerId"], details["policyId"])


def _friendly(fabric: Resource | None) -> str:
    return str(fabric.properties["friendlyName"]) if fabric else ""
