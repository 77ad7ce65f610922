"""Runbooks: draft content and publication (SR-65; recorded, 2024-09)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.automation.automation_type import (
    ACCOUNT,
    AutomationType,
    dated,
    etag_of,
)
from sparehub.simulator.arm.types.base import ActionContext, Write
from sparehub.simulator.arm.types.body_schema import Spec

RUNBOOK = f"{ACCOUNT}/runbooks"
_NAMESPACE = "Microsoft.Automation/AutomationAccounts"
_LISTED = (
    "runbookType",
    "state",
    "logVerbose",
    "logProgress",
    "logActivityTrace",
    "creationTime",
    "lastModifiedTime",
)


class Runbook(AutomationType):
    """A runbook; its text is put as a draft, and published."""

    name = RUNBOOK
    shown_type = f"{_NAMESPACE}/Runbooks"
    tagged = True
    accepts: ClassVar[Spec] = {
        "description": str,
        "draft": dict,
        "logActivityTrace": int,
        "logProgress": bool,
        "logVerbose": bool,
        "publishContentLink": dict,
        "runbookType": str,
        "runtimeEnvironment": str,
    }
    patches: ClassVar[Spec] = {
        "name": str,
        "location": str,
        "tags": dict,
        "properties": {
            "description": str,
            "logActivityTrace": int,
            "logProgress": bool,
            "logVerbose": bool,
        },
    }

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"name": str, "location": str, "tags": dict, "properties": self.accepts}

    def compute(self, write: Write) -> JsonObject:
        """Add defaults and dates."""
        before = write.existing.properties if write.existing else {}
        hidden = ("draft", "publishContentLink")
        shown = {name: value for name, value in write.properties.items() if name not in hidden}
        defaults: JsonObject = {
            "description": None,
            "logVerbose": False,
            "logProgress": False,
            "logActivityTrace": 0,
            "runbookType": "PowerShell",
            "parameters": {},
            "jobCount": 0,
            "provisioningState": "Succeeded",
            "serviceManagementTags": None,
            "outputTypes": [],
            "lastModifiedBy": None,
        }
        return defaults | before | shown | dated(write.existing, write.now)

    def private(self, write: Write) -> JsonObject:
        """Return state and text; one with a link to published content is published at once."""
        before = write.existing.private if write.existing else {"state": "New", "text": None}
        if "publishContentLink" in write.properties:
            return before | {"state": "Published"}
        return before

    def members(self, resource: Resource) -> JsonObject:
        """Return the entity tag."""
        return {"etag": etag_of(resource)}

    def answer(self, shown: JsonObject, method: str) -> JsonObject:
        """Show who changed it in the answer to a PATCH (recorded)."""
        who = {"lastModifiedBy": ""} if method == "PATCH" else {}
        return shown | {"properties": shown["properties"] | who}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add the state; a list shows seven properties (recorded)."""
        del transaction, now
        properties = resource.properties | {"state": resource.private["state"]}
        return {name: properties[name] for name in _LISTED} if listed else properties


def publish(call: ActionContext) -> None:
    """Publish the draft of a runbook; refuse one without a draft."""
    private = call.resource.private
    if private.get("draft") is None:
        raise refusals.RUNBOOK_DRAFT(name=call.resource.id.name)
    private["text"], private["draft"], private["state"] = private["draft"], None, "Published"
    call.resource.properties["lastModifiedTime"] = date_text(call.now)
    call.transaction.touch(call.resource)


def put_draft(call: ActionContext) -> None:
    """Store the draft of a runbook; a published one is then edited."""
    private = call.resource.private
    private["draft"] = call.body["text"]
    private["state"] = "Edit" if private["state"] == "Published" else "New"
    call.resource.properties["lastModifiedTime"] = date_text(call.now)
    call.transaction.touch(call.resource)


def content(call: ActionContext) -> str:
    """Return the published text; none is stored of a link to published content."""
    text: str | None = call.resource.private["text"]
    if text is None:
        raise refusals.RUNBOOK_TEXT(name=call.resource.id.name)
    return text


def has_text(runbook: Resource) -> bool:
    """Return whether the store has the published text, and not only a link to it."""
    return runbook.private["text"] is not None
