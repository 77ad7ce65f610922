"""Role assignments: who may do what where. They are recorded, not enforced.

What the client may do is set by ``simulate permit``. Here the roles of the vault's and of
Automation's identity are read (SR-66).
"""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec

ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
ROLES = {
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": "Virtual Machine Contributor",
    "6670b86e-a3f7-4917-ac9b-5d6ab1be4567": "Site Recovery Contributor",
    "494ae006-db33-4328-bf46-533a6560a3ca": "Site Recovery Operator",
}
"""Built-in roles, by GUID.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles, read on 2026-11-30.
"""


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
                and role_name(other) == ROLES.get(_role(sent), _role(sent))
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
    """Return the name of the role that is assigned; its GUID where it is not a known one."""
    number = _role(assignment.properties)
    return ROLES.get(number, number)


def _role(properties: JsonObject) -> str:
    return str(properties.get("roleDefinitionId", "")).rpartition("/")[2].lower()
