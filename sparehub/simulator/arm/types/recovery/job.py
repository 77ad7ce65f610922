"""Jobs and alert settings of a vault (SR-29, SR-76)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.resource_id import capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import jobs
from sparehub.simulator.arm.types.recovery.state.mappings import VAULT

ALERT_SETTING = f"{VAULT}/replicationAlertSettings"


class ReplicationJob(ReplicationType):
    """A job; operations make them."""

    name = jobs.JOB
    accepts: ClassVar[Spec] = {}
    seconds = Durations(create=0, update=0, delete=0)
    has_delete = False

    def check(self, write: Write) -> None:
        """Refuse a PUT."""
        del write
        raise refusals.READ_ONLY(type=self.name)

    def restore(self, transaction: Transaction, resource: Resource, shown: JsonObject) -> None:
        """Show the job as it was recorded."""
        resource.private["shown"] = shown.get("properties", {})
        transaction.put(resource)

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the job at an instant."""
        del transaction
        if "shown" in resource.private:
            return dict(resource.private["shown"])
        return jobs.show(resource, now, listed=listed)


class AlertSetting(ResourceType):
    """Who gets mail about a vault; written at once (recorded)."""

    name = ALERT_SETTING
    answers = AnswerStyle.IMMEDIATE
    created_status = 200
    has_delete = False
    accepts: ClassVar[Spec] = {"customEmailAddresses": [str], "locale": str, "sendToOwners": str}
    seconds = Durations(create=0, update=0, delete=0)
    verb = "PutAlertSettingOperation"

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of the settings."""
        del transaction, now, listed
        return {
            "id": capitalized(resource.id.text),
            "name": resource.id.name,
            "type": self.name,
            "properties": dict(resource.properties),
        }
