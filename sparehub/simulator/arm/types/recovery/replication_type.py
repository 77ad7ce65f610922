"""What all types below a vault have in common (SR-29, SR-30)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.resource_id import ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, JobDraft, ResourceType, Write


class ReplicationType(ResourceType):
    """A type whose writes are accepted, and which has neither etag, tags nor a region."""

    answers = AnswerStyle.ACCEPTED
    verb = "PutReplicationOperation"
    scenario: ClassVar[tuple[str, str]] = ("", "")
    """Name and friendly name of the job of a PUT; empty where no job is recorded."""
    deletion_scenario: ClassVar[tuple[str, str]] = ("", "")
    target_type: ClassVar[str] = ""
    """``targetInstanceType`` of its jobs."""
    unready_refusal = refusals.NOT_READY

    def keeps_failed(self, method: str) -> bool:
        """Return that nothing is kept: such types have no ``provisioningState`` (SR-29)."""
        del method
        return False

    def absent(self, identity: ResourceId) -> Refusal | None:
        """Return Site Recovery's own refusal (SR-82)."""
        return refusals.ITEM_MISSING(name=identity.name)

    def write_lock_key(self, identity: ResourceId, properties: JsonObject) -> str:
        """Return the key of the resource itself: others are written at the same time."""
        del properties
        return identity.key

    def job(self, write: Write) -> JobDraft | None:
        """Return the job of a PUT."""
        return self.draft(self.scenario, write.id.name) if self.scenario[0] else None

    def deletion_job(self, resource: Resource) -> JobDraft | None:
        """Return the job of a deletion."""
        scenario = self.deletion_scenario
        return self.draft(scenario, resource.id.name) if scenario[0] else None

    def draft(self, scenario: tuple[str, str], target: str) -> JobDraft:
        """Return the job of a write: its name and friendly name, and what it is about."""
        name, friendly = scenario
        return JobDraft(
            scenario=name, friendly_name=friendly, target=target, target_type=self.target_type
        )

    def restore(self, transaction: Transaction, resource: Resource, shown: JsonObject) -> None:
        """Take the properties that a GET shows."""
        resource.document["properties"] = shown.get("properties", {})
        transaction.put(resource)

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of a resource: id with ``/Subscriptions``, name, type, properties."""
        return {
            "id": capitalized(resource.id.text),
            "name": resource.id.name,
            "type": self.name,
            "properties": self.shown_properties(transaction, resource, now, listed=listed),
        }

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the properties that a GET shows."""
        del transaction, now, listed
        return dict(resource.properties)
