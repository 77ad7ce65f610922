"""Role assignments: who may do what where.

What the client may do is set by ``simulate permit``. Those of an Automation account's identity
are enforced; those of a vault's identity are read (SR-66).
"""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.storage.role_definition import BUILT_IN

ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"


class RoleAssignment(ResourceType):
    """A role assignment, at a resource group or at a resource."""

    name = ROLE_ASSIGNMENT
    answers = AnswerStyle.IMMEDIATE
    accepts: ClassVar[Spec] = {
        "condition": str,
        "conditionVersion": str,
        "description": str,
        "principalId": str,
        "principalType": str,
        "roleDefinitionId": str,
    }
    seconds = Durations(create=0, update=0, delete=0)
    verb = "PutRoleAssignmentOperation"

    def check(self, write: Write) -> None:
        """Refuse a second assignment of a role, and a change of one."""
        sent = write.properties
        if write.existing:
            before = write.existing.properties
            if any(before[name] != sent.get(name) for name in ("principalId", "roleDefinitionId")):
                raise refusals.ROLE_UPDATE()  # noqa: RSE102  an entry of the catalogue is called
            return
        scope = scope_of(write.id.text)
        for other in write.transaction.of_type(ROLE_ASSIGNMENT):
            found = other.properties
            if (
                found["scope"].lower() == scope.lower()
                and found["principalId"] == sent.get("principalId")
                and role_number(other.properties) == role_number(sent)
            ):
                raise refusals.ROLE_EXISTS()  # noqa: RSE102  an entry of the catalogue is called

    def compute(self, write: Write) -> JsonObject:
        """Add scope and dates."""
        before = write.existing.properties if write.existing else {}
        created = before.get("createdOn", date_text(write.now))
        defaults: JsonObject = {
            "principalId": "",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": "",
            "condition": None,
            "conditionVersion": None,
        }
        return (
            defaults
            | write.properties
            | {
                "scope": scope_of(write.id.text),
                "createdOn": created,
                "updatedOn": created,
                "createdBy": "",
                "updatedBy": "",
            }
        )

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of an assignment."""
        del transaction, now, listed
        return {
            "properties": dict(resource.properties),
            "id": resource.id.text,
            "type": self.name,
            "name": resource.id.name,
        }


def scope_of(identity: str) -> str:
    """Return the scope of an assignment's id."""
    return identity.rpartition("/providers/Microsoft.Authorization/")[0] or "/"


def applies_to(assignment: Resource, key: str) -> bool:
    """Return whether an assignment is at a resource or above it."""
    scope = str(assignment.properties["scope"]).lower().rstrip("/")
    return key == scope or key.startswith(f"{scope}/")


def role_name(assignment: Resource) -> str:
    """Return the name of the role that is assigned; its GUID where it is not one of Azure's."""
    number = role_number(assignment.properties)
    return BUILT_IN[number].name if number in BUILT_IN else number


def role_number(properties: JsonObject) -> str:
    """Return the GUID of the role that is assigned, in lower case."""
    return str(properties.get("roleDefinitionId", "")).rpartition("/")[2].lower()
