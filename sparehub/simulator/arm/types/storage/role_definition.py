"""Role definitions: what a role permits. Azure's own are data, custom ones are in the store.

Azure's own: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (2026-07).
Data actions are left out: no data plane is simulated.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.transaction import Transaction

ROLE_DEFINITION = "Microsoft.Authorization/roleDefinitions"
_CUSTOM = "access: role definitions"


@dataclass(frozen=True)
class Role:
    """A role; ``actions`` is None where the simulator knows its name alone."""

    name: str
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] = ()


_COMMON = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)
_HEALTH = "Microsoft.ResourceHealth/availabilityStatuses/read"
_JOBS = tuple(
    f"Microsoft.Automation/automationAccounts/{action}"
    for action in (
        "hybridRunbookWorkerGroups/read",
        "jobs/output/read",
        "jobs/read",
        "jobs/resume/action",
        "jobs/stop/action",
        "jobs/streams/read",
        "jobs/suspend/action",
        "jobs/write",
    )
)
BUILT_IN: Mapping[str, Role] = MappingProxyType(
    {
        "b24988ac-6180-42a0-ab88-20f7382dd24c": Role(
            "Contributor",
            ("*",),
            (
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
                "Microsoft.Blueprint/blueprintAssignments/write",
                "Microsoft.Blueprint/blueprintAssignments/delete",
                "Microsoft.Compute/galleries/share/action",
                "Microsoft.Purview/consents/write",
                "Microsoft.Purview/consents/delete",
                "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
                "Microsoft.Subscription/cancel/action",
                "Microsoft.Subscription/enable/action",
            ),
        ),
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": Role("Owner", ("*",)),
        "acdd72a7-3385-48ef-bd42-f606fba81ae7": Role("Reader", ("*/read",)),
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": Role(
            "User Access Administrator",
            ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
        ),
        "4d97b98b-1d4f-4787-a291-c67834d212e7": Role(
            "Network Contributor", (*_COMMON, "Microsoft.Network/*", _HEALTH)
        ),
        "4fe576fe-1146-4730-92eb-48519fa6bf9f": Role("Automation Job Operator", _COMMON + _JOBS),
        "5fb5aef8-1081-4b8e-bb16-9d5d0385bab5": Role(
            "Automation Runbook Operator",
            (*_COMMON, "Microsoft.Automation/automationAccounts/runbooks/read"),
        ),
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe": Role("Storage Blob Data Contributor"),
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": Role("Storage Blob Data Owner"),
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": Role("Virtual Machine Contributor"),
        "6670b86e-a3f7-4917-ac9b-5d6ab1be4567": Role("Site Recovery Contributor"),
        "494ae006-db33-4328-bf46-533a6560a3ca": Role("Site Recovery Operator"),
    }
)
"""Roles of Azure, by GUID in lower case."""


def custom(transaction: Transaction) -> dict[str, JsonObject]:
    """Return the properties of the custom roles, by GUID in lower case."""
    found: dict[str, JsonObject] = json.loads(transaction.setting(_CUSTOM, "{}"))
    return found


def set_custom(transaction: Transaction, roles: Mapping[str, JsonObject]) -> None:
    """Replace the custom roles."""
    transaction.set(_CUSTOM, json.dumps(dict(roles)))


def grants_of(transaction: Transaction, number: str) -> list[Role]:
    """Return what a role permits, by its GUID: a role for each of its permissions."""
    if role := BUILT_IN.get(number):
        return [role]
    defined = custom(transaction).get(number)
    if defined is None:
        return []
    return [
        Role(
            defined["roleName"],
            tuple(permission.get("actions") or ()),
            tuple(permission.get("notActions") or ()),
        )
        for permission in defined["permissions"]
    ]
