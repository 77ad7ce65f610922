"""What all types of Automation have in common: written at once (recorded, 2024-09)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import fraction
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Durations, ResourceType

ACCOUNT = "Microsoft.Automation/automationAccounts"
_TICKS = 10**18


class AutomationType(ResourceType):
    """A type of Automation; its ``type`` in answers begins with capital letters."""

    answers = AnswerStyle.IMMEDIATE
    seconds = Durations(create=0, update=0, delete=0)
    verb = "PutAutomationOperation"
    shown_type: ClassVar[str]
    tagged: ClassVar[bool] = False
    """Whether it shows location and tags."""

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of a resource."""
        shown: JsonObject = {
            "id": resource.id.text,
            "name": resource.id.name,
            "type": self.shown_type,
        }
        if self.tagged:
            region = transaction.region(resource)
            shown |= {"location": region, "tags": resource.document.get("tags", {})}
        more = {} if listed else self.members(resource)
        properties = self.shown_properties(transaction, resource, now, listed=listed)
        return shown | more | {"properties": properties}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the properties."""
        del transaction, now, listed
        return dict(resource.properties)


def etag_of(resource: Resource) -> str:
    """Return an entity tag as Automation writes it: a number in quotation marks."""
    return f'"{int(fraction(resource.key, resource.revision) * _TICKS)}"'


def dated(resource: Resource | None, now: float) -> JsonObject:
    """Return when something was created and modified."""
    text = date_text(now)
    created = resource.properties.get("creationTime", text) if resource else text
    return {"creationTime": created, "lastModifiedTime": text}
